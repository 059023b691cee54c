"""Cases of smb_exfiltration: databases, hives, dumps, policies, volume."""

from app.model.activity import Account, Activity, Result
from app.model.details import SmbFile
from app.model.identifiers import WINREG
from tests.cases.case import Case, Cases, Real
from tests.engine.detectors.builders import DC1, FILES, SECOND, WS1, act, as_req, call, controller
from tests.engine.detectors.logs import log, subject

HERE = (as_req("alice"), controller(DC1))
POLICY = r"example.org\Policies\{{31B2F340-016D-11D2-945F-00C04FB98{0:03d}}}\Machine\Preferences\Groups\Groups.xml"
SNAPSHOT = r"@GMT-2026.01.02-03.04.05\Windows"


def file(
    name: str, share: str = r"\\dc1\C$", *, size: int = 5_000_000, action: str = "read", code: int = 0, target: str = DC1,
    at: int = SECOND, access: int = 0x120089, result: Result | None = None, user: str = "alice", source: str = WS1,
) -> Activity:  # fmt: skip
    """One file of a share."""
    detail = SmbFile(dialect="SMB 3.1.1", path=share, name=name, action=action, bytes=size, access=access)
    return act(detail, source, target, at=at, code=code, result=result or ("failure" if code else "success"),
               account=Account(name=user, domain="EXAMPLE"))  # fmt: skip


def opened(name: str, mask: str = "0x120089", share: str = r"\\*\C$", *, failed: bool = False) -> Activity:
    """5145."""
    fields = {
        **subject("alice"),
        "IpAddress": WS1,
        "IpPort": "50005",
        "ShareName": share,
        "RelativeTargetName": name,
        "AccessMask": mask,
    }
    return log(5145, fields, at=SECOND, failed=failed)


FIRES: Cases = {
    "the database from a controller": Case([*HERE, file(r"Windows\NTDS\ntds.dit")], external_id=2030, severity="high"),
    "the database from a shadow copy": Case([*HERE, file(rf"{SNAPSHOT}\NTDS\ntds.dit")], severity="high"),
    "the database that somebody staged elsewhere": Case(
        [*HERE, file(r"backup\Active Directory\ntds.dit", r"\\files\temp", target=FILES)], severity="high"
    ),
    "the database is in use": Case(
        [*HERE, file(r"Windows\NTDS\ntds.dit", size=0, action="open", code=0xC0000043)], severity="medium"
    ),
    "the answer is missing": [*HERE, file(r"Windows\NTDS\ntds.dit", size=0, action="open", result="unanswered")],
    "hives of a set": [*HERE, file(r"Temp\sam.save", r"\\dc1\ADMIN$"), file(r"Temp\system.save", r"\\dc1\ADMIN$", at=2 * SECOND)],
    "hives written to somebody's share": [
        *HERE,
        *(
            file(rf"out\P{one}", r"\\files\C$", target=FILES, source=DC1, action="write", at=at * SECOND)
            for at, one in enumerate(("SAM", "SYSTEM", "SECURITY"))
        ),
    ],
    "a hive in its home": Case(
        [*HERE, file(r"Windows\System32\config\SECURITY", r"\\files\C$", target=FILES)], severity="medium"
    ),
    "a dump of the security authority": [*HERE, file(r"Temp\lsass.dmp", r"\\files\ADMIN$", target=FILES)],
    "a hive that was saved over the network": [
        *HERE,
        call(WINREG, 20, stub={"file": r"..\Temp\QxWzrTyP.tmp"}),
        file(r"Temp\QxWzrTyP.tmp", r"\\dc1\ADMIN$", at=2 * SECOND),
    ],
    "a copy of the database under a random name": Case(
        [*HERE, file(r"Temp\KfQzPwLx.tmp", r"\\dc1\ADMIN$", size=18_000_000)], severity="medium"
    ),
    "a log tells the database in a shadow copy": Case([*HERE, opened(rf"{SNAPSHOT}\NTDS\ntds.dit")], severity="high"),
    "a log tells the database": Case([*HERE, opened(r"Windows\NTDS\ntds.dit")], severity="high"),
    "settings of many policies": [
        *HERE,
        *(file(POLICY.format(one), r"\\example.org\SYSVOL", size=700, at=one * SECOND) for one in range(5)),
    ],
    "very much from an administrative share": Case(
        [*HERE, *(file(rf"Users\x\{one}.pst", size=900_000_000, at=one * SECOND) for one in range(4))], severity="medium"
    ),
}
QUIET: Cases = {
    "only its attributes": [
        *HERE,
        file(r"Windows\NTDS\ntds.dit", size=0, action="open", access=0x100080),
        opened(r"Windows\NTDS\ntds.dit", "0x80"),
    ],
    "event logs of the same names": [
        *HERE,
        file(r"Windows\System32\winevt\Logs\System.evtx"),
        file(r"Windows\System32\winevt\Logs\Security.evtx", at=2 * SECOND),
    ],
    "a computer reads its policies": [
        *HERE,
        as_req("WS1$"),
        *(file(POLICY.format(one), r"\\example.org\SYSVOL", size=700, at=one * SECOND, user="WS1$") for one in range(9)),
    ],
    "one policy is looked at": [*HERE, file(POLICY.format(1), r"\\example.org\SYSVOL", size=700)],
    "much from a file server": [
        *HERE,
        *(file(rf"x\{one}.pst", r"\\files\D$", size=900_000_000, at=one * SECOND, target=FILES) for one in range(9)),
    ],
    "a system hive alone": [*HERE, file("Temp\\system.dat")],
    "a database of another program": [*HERE, file(r"data\dhcp.mdb"), file(r"data\edb.log", at=2 * SECOND)],
    "small temporary files": [
        *HERE,
        *(file(rf"Temp\x{one}.tmp", r"\\dc1\ADMIN$", size=9000) for one in range(3)),
        file(r"Temp\y.tmp", r"\\files\ADMIN$", size=90_000_000, target=FILES),
    ],
    "a listing": [*HERE, file(r"Windows\NTDS", action="list", size=0)],
    "only its attributes (5145)": [*HERE, opened(r"Windows\NTDS\ntds.dit", "0x80"), opened(r"Windows\NTDS\ntds.dit", "0x100080")],
    "event logs of the same names (5145)": [
        *HERE,
        opened(r"Windows\System32\winevt\Logs\System.evtx"),
        opened(r"Windows\System32\winevt\Logs\Security.evtx"),
    ],
    "databases of other programs (5145)": [
        *HERE,
        opened(r"Windows\System32\dhcp\dhcp.mdb"),
        opened(r"Windows\NTDS\edb.log"),
        opened(r"docs\ntds.dit.txt"),
    ],
    "a system hive alone, and a list of the folder (5145)": [
        *HERE,
        opened(r"Temp\system.dat"),
        opened(r"Windows\NTDS", "0x100081"),
        opened("NTDS", "0x1"),
    ],
    "one policy is looked at (5145)": [*HERE, opened(POLICY.format(1), share=r"\\*\SYSVOL")],
}
REAL = (
    Real("corpus/pcap/suri_smb2-peter.pcap", fires=False),
    Real("lab/captures/benign_workday.pcap", fires=False),
    Real("corpus/evtx/sb_CA_remote_sam_registry_access_via_backup_operator_priv.evtx"),
    Real("corpus/evtx/md_apt_ID5145-4624-DonPAPI_full_extraction.evtx", fires=False),
)
