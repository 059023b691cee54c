"""Cases of the domain's DPAPI backup key being fetched."""

from app.model.activity import Activity
from app.model.identifiers import LSARPC
from tests.cases.case import Case, Real
from tests.cases.smb_session_enumeration import pipe
from tests.engine.detectors.builders import DC1, DC2, HOUR, SECOND, WS1, call, controller
from tests.engine.detectors.builders import FILES as SERVER
from tests.engine.detectors.logs import CHANGES_ALL, checked, log, logon, subject
from tests.engine.detectors.logs_commands import only_said, told_by_commands

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


def given_back(
    number: int, user: str = "alice", *, at: int = 0, event_id: int = 4693, computer: str = "ws1.example.org"
) -> Activity:
    """4693 of one of somebody's master keys; 4692 of one kept safe."""
    fields = {
        **subject(user), "MasterKeyId": f"0445c766-75f0-4de7-82ad-{number:012d}", "RecoveryServer": "dc1.example.org",
        "RecoveryReason": "0x5c005c", "RecoveryKeyId": "", "FailureId": "0x380000",
    }  # fmt: skip
    return log(event_id, fields, at=at, computer=computer)


def reset(user: str, *, at: int = 0) -> Activity:
    """4724."""
    return log(4724, {"TargetUserName": user, "TargetDomainName": "EXAMPLE", **subject("helpdesk")}, at=at)


FIRES = {
    "all master keys of a profile given back": Case([given_back(one, at=one * SECOND) for one in range(6)], severity="low"),
    "the password of somebody else was reset": Case(
        [reset("bob"), *(given_back(one, at=HOUR + one * SECOND) for one in range(5))], severity="low"
    ),
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
    "keys given back after a reset": [reset("alice"), *(given_back(one, at=HOUR + one * SECOND) for one in range(6))],
    "one key given back again and again": [given_back(1, at=one * SECOND) for one in range(9)],
    "an old key a day": [given_back(one, at=one * 24 * HOUR) for one in range(9)],
    "keys kept safe": [given_back(one, at=one * SECOND, event_id=4692) for one in range(9)],
    "keys of the system": [given_back(one, "SYSTEM", at=one * SECOND) for one in range(9)],
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

COMMAND = '"lsadump::backupkeys /system:dc1 /export"'
SCRIPT = "Get-LsaBackupKey -ComputerName dc1"
FIRES |= told_by_commands(COMMAND, SCRIPT)
QUIET |= only_said(COMMAND, SCRIPT, "Get-LsaBackupKey")
