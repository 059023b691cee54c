"""A process that a computer's log tells (4688, 1 of Sysmon): by which way another computer may have had it started."""

from msgspec import Struct

from app.engine.context import Context
from app.engine.readings.commands import CONCEALED_BY, base, mark_of, service_mark
from app.engine.readings.sessions import BUILT_IN_SESSIONS, KEPT, LOGON, NETWORK, Logon
from app.model.activity import Account, Activity
from app.model.events import EventLogon, EventProcess

BEGAN, BEGAN_SYSMON = 4688, 1
WMI_HOST, SHELL_HOST, CONSOLE, SERVICES = "wmiprvse.exe", "wsmprovhost.exe", "mmc.exe", "services.exe"
REMOTE_SHELL = "winrshost.exe"
BY_WINRM = frozenset({SHELL_HOST, REMOTE_SHELL})
"""Hosts of WinRM's sessions, which run for whoever opened one, and so does what they start (MS-WSMV section 1.3)."""
HOSTS = BY_WINRM | {WMI_HOST, CONSOLE}
"""Programs that do what other computers ask by WMI, by WinRM, and by the COM object MMC20.Application."""
OF_WINDOWS = frozenset({
    "wmiprvse.exe", "unsecapp.exe", "werfault.exe", "conhost.exe", "wmiadap.exe", "mofcomp.exe", "scrcons.exe", "dllhost.exe",
})  # fmt: skip
"""What the host of WMI starts for its own work."""
WAKES = 3_000_000
"""Microseconds within which a client of WMI signs in for its objects, before the host of WMI starts for it."""
SHELLS = frozenset({
    "cmd.exe", "powershell.exe", "pwsh.exe", "mshta.exe", "rundll32.exe", "regsvr32.exe", "wscript.exe", "cscript.exe",
    "certutil.exe", "bitsadmin.exe", "msbuild.exe", "installutil.exe",
})  # fmt: skip


class Started(Struct, frozen=True, kw_only=True):
    """A process started by one of these ways. what, label: words. account: for whom it runs. session: its logon, where known.

    remote: that logon came over the network. interpreter: it runs what it is given. service: it is one. by_winrm: a shell of
    WinRM, or what runs in a session of it without a tool's mark.
    """

    what: str
    label: str
    program: str
    command: str
    mark: str
    account: Account | None
    session: Logon | None
    remote: bool
    interpreter: bool
    service: bool
    by_winrm: bool = False


def program_of(event: EventProcess) -> str:
    """Name of the program that began, in lower case."""
    return base(event.fields.get("NewProcessName") or event.fields.get("Image", ""))


def _runs_as(activity: Activity, event: EventProcess, parent: str) -> Account | None:
    """The person for whom it runs; None for computers and for Windows itself, and where 4688 says that it is whose started it,
    unless that is a session of WinRM.
    """
    inside = parent in BY_WINRM and event.text("TargetUserName") is None and (event.number("SubjectLogonId") or 0)
    if event.event_id == BEGAN_SYSMON or (inside and inside >= BUILT_IN_SESSIONS):
        who = activity.account
        own = not inside and (event.number("LogonId") or 0) < BUILT_IN_SESSIONS
        return who if who is not None and not own and not who.name.endswith("$") else None
    name = event.text("TargetUserName") or ""
    return Account(name=name, domain=event.text("TargetDomainName")) if name and not name.endswith("$") else None


def started(activity: Activity, ctx: Context) -> Started | None:
    """By which way a process was started; None for those that people and the system start."""
    event = activity.detail
    if not isinstance(event, EventProcess):
        return None
    sysmon = event.event_id == BEGAN_SYSMON
    program, parent = program_of(event), base(event.fields.get("ParentImage" if sysmon else "ParentProcessName", ""))
    named = sysmon or "ParentProcessName" in event.fields
    if named and program not in HOSTS and parent not in HOSTS and parent != SERVICES:
        return None  # nearly all
    computer, command = event.computer.lower(), event.text("CommandLine") or ""
    hosting = program in HOSTS and (program != CONSOLE or "-embedding" in command.lower())
    own, by = ("ProcessId", "ParentProcessId") if sysmon else ("NewProcessId", "ProcessId")
    if hosting and (not named or program == CONSOLE):
        ctx.memory.note(("host", computer, event.number(own)), program, activity.at)
    if not named or parent == CONSOLE:
        parent = ctx.memory.recall(("host", computer, event.number(by)), str, activity.at, KEPT) or ""
    if program not in BY_WINRM and parent not in HOSTS and parent != SERVICES:
        return _inside(activity, event, program, command, ctx) if program in SHELLS and not named else None
    account = _runs_as(activity, event, parent)
    number = event.number("LogonId" if sysmon else "TargetLogonId") or 0
    if parent in BY_WINRM and not number:
        number = event.number("SubjectLogonId") or 0
    logon = ctx.logons.recall(("session", computer, number), Logon, activity.at, KEPT) if number >= BUILT_IN_SESSIONS else None
    words = _way(program, parent, command, account is not None or not named)
    if words is None:
        return None
    mark = service_mark(command, "") if parent == SERVICES else mark_of(command)
    if parent in BY_WINRM and mark == CONCEALED_BY:
        mark = ""  # configuration management sends its scripts so, all day
    return Started(
        what=words[0], label=words[1], program=program, command=command, mark=mark, account=account, session=logon,
        remote=logon is not None and logon.type == NETWORK, interpreter=program in SHELLS and parent not in BY_WINRM,
        service=parent == SERVICES, by_winrm=(program == REMOTE_SHELL or parent in BY_WINRM) and not mark,
    )  # fmt: skip


def _inside(activity: Activity, event: EventProcess, program: str, command: str, ctx: Context) -> Started | None:
    """A shell that was started in a session which another computer opened over the network, where its parent is not told.

    Parents that are told speak for themselves: management over WinRM starts shells all day.
    """
    number = event.number("SubjectLogonId") or 0
    if number < BUILT_IN_SESSIONS or activity.account is None:
        return None
    logon = ctx.logons.recall(("session", event.computer.lower(), number), Logon, activity.at, KEPT)
    if logon is None or logon.type != NETWORK:
        return None
    return Started(
        what="run a shell in a session over the network", label="shell started", program=program, command=command,
        mark=mark_of(command), account=activity.account, session=logon, remote=True, interpreter=True, service=False,
    )  # fmt: skip


def _way(program: str, parent: str, command: str, for_somebody: bool) -> tuple[str, str] | None:
    if parent == SERVICES:
        return ("run a command as a service", "service started") if service_mark(command, "") else None
    if not for_somebody or program in OF_WINDOWS:
        return None
    if program == SHELL_HOST:
        return "open a session of PowerShell", "PowerShell session"
    if program == REMOTE_SHELL:
        return "open a shell of WinRM", "WinRM shell"
    if parent == WMI_HOST:
        return "run a program by WMI", "WMI process"
    if parent in BY_WINRM and not mark_of(command) and program not in SHELLS:
        return None  # the session is told
    if parent == SHELL_HOST:
        return "run a program in a session of PowerShell", "PowerShell session"
    if parent == REMOTE_SHELL:
        return "run a program in a shell of WinRM", "WinRM shell"
    return "run a program by the console's COM object", "DCOM process"


def visited(activity: Activity, event: EventLogon, ctx: Context) -> None:
    """Keep who signed in last over the network: processes of old Windows versions do not tell for whom they run."""
    if event.event_id != LOGON or event.number("LogonType") != NETWORK or activity.account is None:
        return
    source, target = activity.source, activity.destination
    if not activity.account.name.endswith("$") and source is not None and target is not None and source.ip != target.ip:
        last = ctx.memory.recall(("visitor", target.ip), Activity, activity.at, WAKES)
        again = last is not None and last.account is not None and last.account.name == activity.account.name
        visits = (ctx.memory.recall(("visits", target.ip), int, activity.at, WAKES) or 0) + 1 if again else 1
        ctx.memory.note(("visits", target.ip), visits, activity.at)
        ctx.memory.note(("visitor", target.ip), activity, activity.at)
