"""Cases of the domain's DPAPI backup key being fetched."""

from app.model.activity import Activity
from app.model.identifiers import LSARPC
from tests.cases.case import Case, Real
from tests.cases.smb_session_enumeration import pipe
from tests.engine.detectors.builders import DC1, DC2, SECOND, WS1, call, controller
from tests.engine.detectors.builders import FILES as SERVER
from tests.engine.detectors.logs import CHANGES_ALL, checked, log, logon, subject

PREFERRED, KEY = "G$BCKUPKEY_PREFERRED", "G$BCKUPKEY_0c1d2e3f-1111-2222-3333-444455556666"
BACKUP = "3dde7c30-165d-11d1-ab8f-00805f14db40"


def secret(name: str, user: str = "alice", *, at: int = 0, failed: bool = False) -> Activity:
    """4662 on a secret of the local security authority."""
    fields = {
        **subject(user),
        "ObjectServer": "LSA",
        "ObjectType": "SecretObject",
        "ObjectName": rf"Policy\Secrets\{name}",
        "AccessMask": "0x2",
        "Properties": "-",
    }
    return log(4662, fields, at=at, failed=failed)


FIRES = {
    "read by name": Case(
        [
            controller(DC1),
            call(LSARPC, 43, stub={"secret": PREFERRED}),
            call(LSARPC, 43, at=SECOND, stub={"secret": KEY}, response_bytes=1500),
        ],
        severity="high",
    ),
    "opened, then read": [
        controller(DC1),
        call(LSARPC, 28, stub={"secret": KEY}),
        call(LSARPC, 30, at=SECOND, stub={"secret": KEY}),
    ],
    "refused": Case([call(LSARPC, 43, stub={"secret": PREFERRED}, code=0xC0000022)], severity="high"),
    "sealed": Case([controller(DC1), call(LSARPC, 43, sealed=True, response_bytes=1500)], severity="medium"),
    "told by the log": Case([logon("alice"), secret(PREFERRED, at=SECOND), secret(KEY, at=2 * SECOND)], severity="high"),
    "the pipe that a log of shares tells": Case([pipe("protected_storage")], severity="low"),
    "told by the log, refused": [secret(PREFERRED, failed=True)],
}

QUIET = {
    "a computer backs up a user's key": [controller(DC1), call(BACKUP, 0, stub={"action": "BACKUPKEY_RETRIEVE_BACKUP_KEY_GUID"})],
    "another secret": [controller(DC1), call(LSARPC, 43, stub={"secret": "$MACHINE.ACC"})],
    "sealed, at a member": [controller(DC1), call(LSARPC, 43, WS1, SERVER, sealed=True, response_bytes=1500)],
    "sealed, between controllers": [controller(DC1), controller(DC2), call(LSARPC, 43, DC2, DC1, sealed=True)],
    "names looked up": [controller(DC1), call(LSARPC, 57, stub={"count": 3}), call(LSARPC, 44), call(LSARPC, 0)],
    "the controller itself": [secret(PREFERRED, "SYSTEM"), secret(KEY, "DC1$")],
    "other pipes": [pipe("lsarpc"), pipe("samr")],
    "the pipe opened by a computer": [pipe("protected_storage", "WS1$")],
    "another right": [checked("alice", CHANGES_ALL)],
}

REAL = (
    Real("corpus/pcap/otrf_empire_mimikatz_backupkeys_dcerpc_smb_lsarpc.cap", severity="high"),
    Real("corpus/json/otrf_empire_mimikatz_backupkeys_dcerpc_smb_lsarpc.zip", severity="high"),
    Real("lab/captures/dpapi_backup_key.pcap", severity="high"),
    Real("lab/captures/benign_workday.pcap", fires=False),
    Real("corpus/evtx/sb_CA_CA_protectedstorage_5145_rpc_masterkey.evtx"),
)
