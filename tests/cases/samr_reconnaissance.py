"""More cases of questions to SAM: what little a log tells of a list of all users."""

from app.model.activity import Activity
from app.model.identifiers import WMI_LOGIN
from app.model.tuning import Tuning
from tests.cases.case import Case, Real
from tests.cases.smb_session_enumeration import pipe
from tests.engine.detectors.builders import MINUTE, SAMR, SECOND, call
from tests.engine.detectors.logs import DC, DC_TWO, FILE_SERVER, handle, logon, members, tgt

DOMAIN_OBJECT = "DC=example,DC=org"


def visits(wmi: int, code: int = 0) -> list[Activity]:
    """Members of Administrators of eight computers, and sign-ins to WMI of so many of them."""
    found = []
    for number in range(8):
        target, at = f"192.0.2.{50 + number}", number * 10 * SECOND
        if number < wmi:
            found.append(call(WMI_LOGIN, 6, target=target, at=at, code=code))
        found.append(call(SAMR, 33, target=target, at=at + SECOND, stub={"target": "S-1-5-32-544", "count": 3}))
    return found


FIRES = {
    "local administrators of eight computers": Case(visits(0), severity="medium"),
    "the same by whoever is let in to WMI of each of them, as an inventory": Case(visits(8), severity="low"),
    "WMI of two of eight": Case(visits(2), severity="medium"),
    "WMI refused everywhere": Case(visits(8, code=5), severity="medium"),
    "an inventory at high sensitivity": Case(visits(8), severity="medium", tuning=Tuning(sensitivity="high")),
    "an inventory that lists all users too": Case([*visits(8), call(SAMR, 13, at=2 * MINUTE)], severity="medium"),
    "one server's administrators by a remote caller (4799)": Case([members(computer=FILE_SERVER)], severity="low"),
    "local groups one by one (4661)": Case(
        [handle("SAM_ALIAS", f"S-1-5-32-{544 + one}", at=one * SECOND) for one in range(6)], severity="low"
    ),
    "the domain opened from elsewhere (4661, 4624)": Case(
        [logon(), handle("SAM_DOMAIN", DOMAIN_OBJECT, at=SECOND)], severity="low"
    ),
    "nobody opens the pipe of LSA (5145)": Case([pipe("lsarpc", "ANONYMOUS LOGON", computer=DC)], severity="low"),
    "nobody opens the pipe of SAM on a server (5145)": Case([pipe("samr", "ANONYMOUS LOGON")], severity="low"),
    "the pipe opened on a controller (5145)": Case([tgt("bob"), pipe("samr", at=SECOND, computer=DC)], severity="low"),
}
QUIET = {
    "nobody opens a secure channel (5145)": [pipe("netlogon", "ANONYMOUS LOGON", computer=DC)],
    "nobody on the computer itself (5145)": [pipe("lsarpc", "ANONYMOUS LOGON", source="::1", computer=DC)],
    "nobody from a controller (5145)": [
        tgt("bob", computer=DC_TWO), tgt("bob"), pipe("lsarpc", "ANONYMOUS LOGON", source=DC_TWO, computer=DC),
    ],
    "a person looks up names (5145)": [pipe("lsarpc")],
    "the pipe opened on a server (5145)": [tgt("bob"), pipe("samr", at=SECOND, computer=FILE_SERVER)],
    "the domain opened at the controller (4661)": [
        logon(session=0x7000, kind=2), handle("SAM_DOMAIN", DOMAIN_OBJECT, at=SECOND, session=0x7000),
    ],
    "the local accounts of a server (4661)": [handle("SAM_DOMAIN", "FILES")],
    "a controller asks (5145)": [tgt("bob", computer=DC_TWO), tgt("bob"), pipe("samr", "DC2$", at=SECOND, computer=DC)],
}  # fmt: skip
REAL = (
    Real("corpus/json/otrf_empire_shell_samr_EnumDomainUsers.zip"),
    Real("lab/captures/benign_workday.pcap", fires=False),
)
