"""Group policies: edited by administrators, by others, by computers."""

from app.model.details import SmbFile
from tests.cases.case import Case, Real
from tests.engine.detectors.builders import DC1, WS1, act, controller
from tests.engine.detectors.builders_changes import BASE, _by, administrators, modify, written
from tests.engine.detectors.logs import log, subject

GUID = "{127328D6-A8A8-49E3-BA71-410C945F42CE}"
DEFAULT = "{31B2F340-016D-11D2-945F-00C04FB984F9}"
TASKS = r"Machine\Preferences\ScheduledTasks\ScheduledTasks.xml"
CSE = "[{00000000-0000-0000-0000-000000000000}{CAB54552-DEEA-4691-817E-ED4A4D1AFC72}][{AADCED64-746C-4633-A97C-D61349046527}]"


def policy(guid: str) -> str:
    return f"CN={guid},CN=Policies,CN=System,{BASE}"


def wrote(name: str, user: str = "alice", *, guid: str = GUID, action: str = "write", source: str = WS1) -> object:
    detail = SmbFile(dialect="3.1.1", path=r"\\dc1\SYSVOL", name=rf"example.org\Policies\{guid}\{name}", action=action, bytes=900)
    return act(detail, source, DC1, 445, account=_by(user))


FIRES = {
    "a task by a user": Case([wrote(TASKS)], severity="medium", external_id=2440),
    "settings by a user": Case([wrote(r"Machine\Registry.pol")], severity="low"),
    "settings of the default policy": Case([wrote(r"Machine\Registry.pol", guid=DEFAULT)], severity="medium"),
    "by a computer": Case([wrote(TASKS, "FILES1$")], severity="high"),
    "a task in the directory": Case(
        written(policy(GUID), "gPCMachineExtensionNames", CSE, "[{x}]", kind="groupPolicyContainer"), severity="medium"
    ),
    "a task by an administrator": Case([*administrators("boss"), wrote(TASKS, "boss")], severity="low"),
    "a script for sign-in": Case(
        [act(SmbFile(path=r"\\dc1\NETLOGON", name="logon.bat", action="write", bytes=90), WS1, DC1, account=_by("alice"))],
        severity="medium",
    ),
    "linked to a place by no administrator": Case(
        [*administrators("boss"), modify(f"OU=Staff,{BASE}", "gPLink", f"[LDAP://{policy(GUID)};0]")], severity="medium"
    ),
    "linked to a place, where nothing tells who administers": Case(
        [modify(f"OU=Staff,{BASE}", "gPLink", f"[LDAP://{policy(GUID)};0]")], severity="low"
    ),
    "in 5145": [
        log(5145, {**subject("alice"), "IpAddress": WS1, "IpPort": "50005", "ShareName": r"\\*\SYSVOL", "AccessMask": "0x2",
                   "RelativeTargetName": rf"example.org\Policies\{GUID}\{TASKS}"}),
    ],
}  # fmt: skip
QUIET = {
    "the log tells that an administrator raised the version": [
        *administrators("boss"), *written(policy(GUID), "versionNumber", "3", "2", user="boss", kind="groupPolicyContainer"),
        *written(policy(GUID), "displayName", "printers", "printer", user="boss", kind="groupPolicyContainer"),
    ],
    "the log tells that a task was read": [
        log(5145, {**subject("alice"), "IpAddress": WS1, "IpPort": "50005", "ShareName": r"\\*\SYSVOL", "AccessMask": "0x1",
                   "RelativeTargetName": rf"example.org\Policies\{GUID}\{TASKS}"}),
    ],
    "an administrator edits one": [*administrators("boss"), wrote(r"Machine\Registry.pol", "boss")],
    "an administrator raises the version": [
        *administrators("boss"), *written(policy(GUID), "versionNumber", "2", "1", user="boss", kind="groupPolicyContainer"),
    ],
    "a computer reads one": [controller(DC1), wrote(TASKS, "FILES1$", action="read")],
    "a text beside the scripts": [act(SmbFile(path=r"\\dc1\NETLOGON", name="readme.txt", action="write", bytes=90), WS1, DC1)],
    "its counter file": [wrote("gpt.ini")],
    "a policy made": [modify(policy(GUID), "displayName", "printers")],
}  # fmt: skip
REAL = (
    Real("corpus/evtx/md_T1484.001_ID5136-4662_sensitive_GPO_edited.evtx", severity="low"),
    Real("lab/captures/benign_workday.pcap", fires=False),
)
