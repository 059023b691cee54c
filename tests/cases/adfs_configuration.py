"""Cases of the configuration of AD FS being fetched."""

from app.model.activity import Activity, Result
from app.model.details import HttpRequest
from tests.cases.case import LOW, Case, Real
from tests.engine.detectors.builders import FILES, HOUR, MINUTE, WS1, WS2, act, dns
from tests.engine.detectors.logs import log

DAY = 24 * HOUR
PATH = "/adfs/services/policystoretransfer"
POWERSHELL = "Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1.18362.1171"
AUDIT = ("AD FS Auditing", "Security")


def fetch(
    source: str = WS1, agent: str | None = None, *, at: int = 0, page: str = "adfs-configuration", result: Result = "success",
    target: str = FILES,
) -> Activity:  # fmt: skip
    detail = HttpRequest(page=page, method="POST", path=PATH, host="adfs1.example.org", agent=agent, bytes=112_000)
    return act(detail, source, target, 80, at=at, result=result, code=200 if result == "success" else 503)


def farm(days: int) -> list[Activity]:
    """A secondary server of the farm every five minutes."""
    return [fetch(WS2, at=at * 5 * MINUTE) for at in range(days * 288)]


SERVER = [
    dns("adfs2.example.org", answers=(f"A {WS2}",), at=-HOUR),
    log(1202, {"param1": "1", "param2": "<AuditBase/>"}, computer="adfs2.example.org", where=AUDIT, at=-HOUR),
]
FIRES = {
    "a program that names itself": Case([fetch(agent=POWERSHELL)], severity="high"),
    "three requests of it are one fetching": Case(
        [fetch(agent="python-requests/2.31.0", at=at * 100_000) for at in range(3)], severity="high"
    ),
    "refused": Case([fetch(agent=POWERSHELL, result="failure")], severity="medium"),
    "one that looks like AD FS": Case([fetch()], severity="low"),
    "like AD FS, beside a known server of a farm": Case([*SERVER, *farm(1), fetch(at=25 * HOUR)], severity="medium"),
    "a farm whose server comes every five minutes is told once": Case(farm(2), severity="low"),
}  # fmt: skip
QUIET = {
    "a known federation server": [*SERVER, fetch(WS2), fetch(WS2, at=MINUTE)],
    "the server itself": [fetch(FILES, agent=POWERSHELL)],
    "another page": [fetch(agent=POWERSHELL, page="certificate-request")],
    "a computer that the analyst tagged": Case([fetch(agent=POWERSHELL)], tags={f"address:{WS1}": {"AD FS": True}}),
    "new, at low sensitivity": Case([fetch()], tuning=LOW),
}
REAL = (
    Real("corpus/pcap/otrf_aadinternals_export_adfsdatabaseconfig_remotely.pcapng", severity="high", external_id=3041),
    Real("lab/captures/benign_workday.pcap", fires=False),
)
