"""Cases of programs that register themselves with LSA."""

from app.model.activity import Activity
from app.sensor.events.record import EventRecord
from app.sensor.events.translate import activities_of
from tests.cases.case import LOW, Case, Real
from tests.engine.detectors.builders import HOUR, MINUTE, START
from tests.engine.detectors.logs import CLIENT, SECURITY, log, logon, subject
from tests.engine.detectors.logs_commands import only_said, told_by_commands
from tests.engine.detectors.logs_hosts import SYSTEM, SYSTEM32, audited_value, value

SERVER = "NT Local Security Authority / Authentication Service"


def registered(user: str, program: str, *, at: int = 0, failed: bool = False) -> Activity:
    """4673."""
    fields = {
        **subject(user), "ObjectServer": SERVER, "Service": "LsaRegisterLogonProcess()", "PrivilegeList": "SeTcbPrivilege",
        "ProcessId": "0x560", "ProcessName": program,
    }  # fmt: skip
    return log(4673, fields, at=at, computer=CLIENT, failed=failed)


def package(text: str, event_id: int = 4622, *, at: int = 0) -> Activity:
    """4610, 4614, 4622."""
    name = {4610: "AuthenticationPackageName", 4614: "NotificationPackageName", 4622: "SecurityPackageName"}[event_id]
    return log(event_id, {name: text}, at=at)


FIRES = {
    "a package of a tool": Case([package(r"C:\Windows\system32\mimilib.dll : mimilib")], severity="high"),
    "a filter of passwords": Case([package("evilfilter", 4614)], severity="low"),
    "a person's tool, refused": Case([registered("alice", r"C:\Users\alice\Downloads\r.exe", failed=True)], severity="medium"),
    "a person's tool": Case([registered("alice", r"C:\Temp\x.exe")], severity="medium"),
    "as the system, out of a folder of anybody": Case([registered("SYSTEM", r"C:\Users\Public\svc.exe")], severity="medium"),
    "inside an installed program": Case(
        [registered("alice", r"C:\Windows\System32\rundll32.exe", at=at) for at in (0, MINUTE)],
        severity="low",
    ),
}  # fmt: skip
LSA, WDIGEST = r"HKLM\System\CurrentControlSet\Control\Lsa", r"HKLM\System\CurrentControlSet\Control\SecurityProviders\WDigest"
OLD_LSA = r"\REGISTRY\MACHINE\SYSTEM\ControlSet001\Control\Lsa"
FIRES |= {
    "a tool's package is to be loaded": Case(
        [audited_value(OLD_LSA, "Security Packages", '""\n\t\t\t\tmimilib')], severity="high"
    ),
    "packages are to be loaded, told by Sysmon": Case([value(rf"{LSA}\Security Packages", "Binary Data")], severity="low"),
    "passwords are to be kept": Case([value(rf"{WDIGEST}\UseLogonCredential", "DWORD (0x00000001)")], severity="medium"),
    "its protection is taken away": Case([value(rf"{LSA}\RunAsPPL", "DWORD (0x00000000)")], severity="medium"),
    "the same, by a policy": Case(
        [value(rf"{LSA}\RunAsPPL", "DWORD (0x00000000)", SYSTEM32 + "svchost.exe", SYSTEM)], severity="low"
    ),
}
QUIET = {
    "values that protect": [
        value(rf"{WDIGEST}\UseLogonCredential", "DWORD (0x00000000)"),
        value(rf"{LSA}\RunAsPPL", "DWORD (0x00000001)", at=1),
        value(r"HKLM\Software\Vendor\RunAsPPL", "DWORD (0x00000000)", at=2),
    ],
    "packages of Windows are to be loaded": [
        audited_value(OLD_LSA, "Security Packages", '""'),
        audited_value(OLD_LSA, "Notification Packages", "rassfm\n\t\t\t\tscecli", at=1),
        value(rf"{LSA}\Security Packages", "Binary Data", r"C:\Windows\WinSxS\x\TiWorker.exe", SYSTEM, at=2),
    ],
    "a policy, at low sensitivity": Case(
        [value(rf"{LSA}\RunAsPPL", "DWORD (0x00000000)", SYSTEM32 + "svchost.exe", SYSTEM)], tuning=LOW
    ),
    "Windows signs people in": [registered("SYSTEM", r"C:\Windows\System32\lsass.exe"), registered("SYSTEM", "")],
    "a server for remote access": [registered("SYSTEM", r"C:\Program Files\OpenSSH\sshd.exe", at=HOUR)],
    "an installed program, at low sensitivity": Case([registered("alice", r"C:\Windows\System32\wbem\WmiPrvSE.exe")], tuning=LOW),
    "packages of Windows": [
        package(r"C:\Windows\system32\kerberos.DLL : Kerberos"),
        package(r"C:\Windows\system32\lsasrv.dll : Negotiate", 4610),
        package("scecli", 4614),
    ],
    "a bought filter, at low sensitivity": Case([package("specops", 4614)], tuning=LOW),
    "an ordinary sign-in": [logon("alice")],
}
REAL = (
    Real("corpus/evtx/sb_PR_security_4624_4673_token_manip.evtx", fires=False),
    Real("corpus/evtx/ts_Security.evtx", fires=False),
)


def test_other_privileged_services_are_no_activities() -> None:
    record = EventRecord(
        at=START, provider=SECURITY[0], channel=SECURITY[1], event_id=4673, computer=CLIENT, record=1, place=1,
        fields={**subject("alice"), "Service": "-", "PrivilegeList": "SeTcbPrivilege"},
    )  # fmt: skip
    assert activities_of(record, "log") == []


COMMAND = '"misc::memssp"'
SCRIPT = 'Invoke-Mimikatz -Command "misc::memssp"'
FIRES |= told_by_commands(COMMAND, SCRIPT)
QUIET |= only_said(COMMAND, SCRIPT, "Invoke-Mimikatz")
