"""What a message over the network makes another computer run: services, tasks, WMI, COM objects, its registry, WinRM."""

from app.engine.context import Context
from app.engine.forms import WINRM_PORTS
from app.engine.readings.registry import written
from app.engine.readings.shares import FILE_CHECKED, fetched, program_put
from app.engine.readings.wmi import EXEC_METHOD, METHOD, PUT_INSTANCE, SILENT, asked_of_wmi
from app.model.activity import Activity
from app.model.details import KerberosAp, Ntlm, RpcBind, RpcCall, SmbFile
from app.model.events import EventShare
from app.model.identifiers import ATSVC, MIMIKATZ, SVCCTL, TASKS, WINREG

SECOND = 1_000_000
HOUR, DAY = 3_600 * SECOND, 86_400 * SECOND
WINDOW = HOUR
"""What one computer asked of another stays in mind this long."""
ACTIVATED = "DCOM activation"
OTHER = "another class"
OLD_TASK = "run a task that was there before"
REGISTER, RUN = 1, 12
"""SchRpcRegisterTask and SchRpcRun (MS-TSCH section 3.2.5.4)."""
WMI = "9556dc99-828c-11cf-a37e-00aa003240c7"
DISPATCH = "00020400-0000-0000-c000-000000000046"
ACTIVATION = frozenset({"000001a0-0000-0000-c000-000000000046", "4d9f4ab8-7d1c-11cf-861e-0020af6e7c57"})
"""IRemoteSCMActivator and IActivation (MS-DCOM section 3.1.2.5)."""
DEEDS: dict[tuple[str, int], tuple[str, str]] = {
    (SVCCTL, 12): ("create a service", "service created"),
    (SVCCTL, 24): ("create a service", "service created"),
    (SVCCTL, 44): ("create a service", "service created"),
    (SVCCTL, 45): ("create a service", "service created"),
    (SVCCTL, 60): ("create a service", "service created"),
    (ATSVC, 0): ("schedule a task", "task scheduled"),
    (TASKS, 1): ("register a scheduled task", "task registered"),
    (TASKS, 12): ("run a scheduled task", "task run"),
    **{(WMI, opnum): METHOD for opnum in sorted(EXEC_METHOD | PUT_INSTANCE)},
    (DISPATCH, 6): ("call a method of a COM object", "DCOM method"),
}
"""RCreateService in five forms (MS-SCMR 3.1.4), NetrJobAdd, SchRpcRegisterTask and SchRpcRun (MS-TSCH 3.2.5),
IWbemServices::ExecMethod and PutInstance (MS-WMI 3.1.4.3; app.engine.readings.wmi says which count), IDispatch::Invoke
(MS-OAUT 3.1.4.4)."""
CHANGE_CONFIG = frozenset({(SVCCTL, 11), (SVCCTL, 23)})
"""RChangeServiceConfigW and A: the program of an existing service replaced."""
START = frozenset({(SVCCTL, 19), (SVCCTL, 31)})
"""RStartServiceW and A."""
PLAIN_CHANGE = 120
"""Bytes of a sealed RChangeServiceConfig below which every text is absent: handle, three numbers, nine empty pointers and
padding (MS-SCMR section 3.1.4.11). A changed start type looks so, a changed program does not."""
MANAGER = frozenset({(SVCCTL, 15), (SVCCTL, 27)})
"""ROpenSCManagerW and A. With all rights only administrators may: tools that look for computers where they are one ask many."""
ASKED_MANAGER = "open the service manager"
ACCESS_DENIED = 5
MANAGERS = 3
"""Computers whose service manager refused one computer within an hour, from which on it is no mistake."""
STARTED_AFTER = "start a service after a program was put there"
WMI_CLASS = "8bc3f05e-d86b-11d0-a075-00c04fb68820"
"""Class whose activation begins every WMI session (MS-WMI section 1.9)."""
SOON = 600 * SECOND
"""After an activation of WMI, a call with the number of ExecMethod on a connection whose opening was not captured is one."""
RUNNING = 1056
"""ERROR_SERVICE_ALREADY_RUNNING: what was to be started runs (MS-ERREF section 2.2)."""
CLASSES: dict[str, str] = {
    "49b2791a-b1ae-4c90-9b8e-e860ba07f889": "MMC20.Application",
    "9ba05972-f6a8-11cf-a442-00a0c90a8f39": "ShellWindows",
    "c08afd90-f2a1-11d1-8455-00a0c91f3880": "ShellBrowserWindow",
    "00024500-0000-0000-c000-000000000046": "Excel.Application",
    "000209ff-0000-0000-c000-000000000046": "Word.Application",
    "0006f03a-0000-0000-c000-000000000046": "Outlook.Application",
    "00021a20-0000-0000-c000-000000000046": "Visio.Application",
    "91493441-5a91-11cf-8700-00aa0060263b": "PowerPoint.Application",
    "36d27c48-a1e8-11d3-ba55-00c04f72f325": "MSProject.Application",
    "3050f4d8-98b5-11cf-bb82-00aa00bdce0b": "HTAFile",
    "0002df01-0000-0000-c000-000000000046": "InternetExplorer.Application",
}
"""COM classes that run commands for a remote caller (ATT&CK T1021.003)."""
QUIET_PIPES = frozenset({
    "srvsvc", "wkssvc", "winreg", "samr", "lsarpc", "netlogon", "spoolss", "eventlog", "efsrpc", "netdfs", "protected_storage",
})  # fmt: skip
"""Pipes of Windows through which nothing is run."""
PIPES = frozenset({"svcctl", "atsvc"})
"""Pipes whose refused opening shows that somebody wanted services or tasks there, if only to look."""
SESSION = "open a session of PowerShell or WinRM"
ROUND = 5
"""Computers at one end of such sessions within a week from which on that end manages computers, or collects their logs."""
WEEK = 7 * DAY


def may_run(interface: str, opnum: int) -> bool:
    """True for the calls of which deed_of() or what it remembers is told."""
    key = interface, opnum
    if interface in ACTIVATION or interface in (WINREG, MIMIKATZ) or key in DEEDS or key in CHANGE_CONFIG:
        return True
    if key in START or key in MANAGER:
        return True
    return not interface and opnum in EXEC_METHOD


def deed_of(activity: Activity, ctx: Context) -> tuple[str, str] | None:
    """(what was done, words for the arrow), None when nothing that runs code was asked."""
    detail = activity.detail
    if isinstance(detail, RpcBind):
        if detail.interface in ACTIVATION and activity.result == "failure":
            return "create a COM object", ACTIVATED
        return None
    if isinstance(detail, SmbFile):
        if activity.result != "failure":
            return fetched(activity, ctx)
        name = detail.name.lower().replace("\\", "/").rsplit("/", 1)[-1]
        pipes = detail.path.upper().endswith("IPC$")
        return (f"open the pipe {name}", f"pipe {name}") if pipes and name in PIPES else None
    if isinstance(detail, EventShare):
        left = fetched(activity, ctx)
        if left is not None or activity.result != "failure" or detail.event_id != FILE_CHECKED:
            return left
        name = (detail.text("RelativeTargetName") or "").lower()
        pipes = (detail.text("ShareName") or "").upper().endswith("IPC$")
        if pipes and name in PIPES:
            return f"open the pipe {name}", f"pipe {name}"
        return None
    if isinstance(detail, (KerberosAp, Ntlm)):
        return session_opened(activity, detail, ctx)
    if not isinstance(detail, RpcCall):
        return None
    if detail.interface == WINREG:
        what = written(detail)
        return (what, "registry written") if what else None
    if detail.interface == MIMIKATZ:
        return "give commands to mimikatz, which runs there", "mimikatz commanded"
    key = (detail.interface, detail.opnum)
    where = (ctx.place(activity.source, activity.at), ctx.place(activity.destination, activity.at))
    traced = not activity.frames  # a trace of the RPC runtime tells numbers only
    if traced and (activity.source is None or detail.interface in (WMI, DISPATCH)):
        return DEEDS[key] if key in DEEDS and detail.interface not in (WMI, DISPATCH) and key != (TASKS, RUN) else None
    if key in DEEDS:
        if key == (DISPATCH, 6) and detail.guessed:
            return None
        if detail.interface == WMI:
            return asked_of_wmi(detail)
        if key == (DISPATCH, 6) and ctx.memory.recall(("object", *where), str, activity.at, WINDOW) == OTHER:
            return None
        if detail.interface == TASKS and detail.opnum == REGISTER:
            ctx.memory.note(("task", *where), True, activity.at)
        if key == (TASKS, RUN) and ctx.memory.recall(("task", *where), bool, activity.at, WINDOW) is None:
            return OLD_TASK, "task run"
        if detail.interface == SVCCTL:
            ctx.memory.note(("changed", *where), True, activity.at)
        return DEEDS[key]
    if key in CHANGE_CONFIG:
        binary = detail.stub.get("path")
        if binary or (detail.hidden and detail.request_bytes >= PLAIN_CHANGE):
            ctx.memory.note(("changed", *where), True, activity.at)
            return ("change the program of a service", "service changed") if binary else None
    if key in START and ctx.memory.recall(("changed", *where), bool, activity.at, WINDOW):
        return "start a service that it had made or changed", "service started"
    if key in START and program_put(activity, ctx):
        return STARTED_AFTER, "service started"
    if key in MANAGER and activity.result == "failure" and activity.code == ACCESS_DENIED and activity.source is not None:
        refusals = ctx.memory.seen(("managers", where[0]), where[1], activity.at, activity.id, WINDOW)
        return (ASKED_MANAGER, "service manager") if refusals.distinct >= MANAGERS else None
    if detail.interface in ACTIVATION:
        if WMI_CLASS in (str(value).lower() for value in detail.stub.values()):
            ctx.memory.note(("wmi", *where), True, activity.at)
        named = [str(value).lower() for value in detail.stub.values()]
        if named:
            known = any(name in CLASSES for name in named)
            ctx.memory.note(("object", *where), "" if known else OTHER, activity.at)
        for name in named:
            if name in CLASSES:
                return f"create the COM object {CLASSES[name]}", "DCOM object"
        if activity.result == "failure":
            return "create a COM object", ACTIVATED
    if detail.interface or detail.opnum not in EXEC_METHOD or (detail.hidden and 0 < detail.request_bytes < SILENT):
        return None
    if ctx.memory.recall(("wmi", *where), bool, activity.at, SOON):
        return "call a WMI method", "WMI method"
    return None


def session_opened(activity: Activity, detail: KerberosAp | Ntlm, ctx: Context) -> tuple[str, str] | None:
    """A person's sign-in to WS-Management, unless one end of it manages computers or collects logs."""
    source, target = activity.source, activity.destination
    if detail.carrier != "http" or activity.result == "failure" or source is None or target is None:
        return None
    if target.port not in WINRM_PORTS:
        return None
    account = ctx.account(activity)
    if account is not None and account.kind != "user":
        return None  # computers send their logs this way
    pair = (ctx.place(source, activity.at), ctx.place(target, activity.at))
    ends = (ctx.memory.seen(("sessions", side, pair[side]), pair[1 - side], activity.at, activity.id, WEEK) for side in (0, 1))
    return None if any(end.distinct >= ROUND for end in ends) else (SESSION, "WinRM session")


def detail_text(activity: Activity) -> str:
    """The name and command that the stub tells."""
    stub = activity.detail.stub if isinstance(activity.detail, RpcCall) else {}
    keys = ("service", "path", "command", "arguments", "class", "object", "method", "key", "value", "data")
    return ", ".join(dict.fromkeys(str(stub[key])[:200] for key in keys if isinstance(stub.get(key), str) and stub[key]))


def named(activity: Activity) -> str:
    """The name of the service or task that a call is about; a tool draws a new one each time, a system has its own."""
    stub = activity.detail.stub if isinstance(activity.detail, RpcCall) else {}
    return str(stub.get("service") or stub.get("path") or "")
