"""What a message over the network makes another computer run: services, tasks, WMI, COM objects, its registry, WinRM."""

import re

from app.engine.context import Context
from app.engine.readings.registry import written
from app.model.activity import Activity
from app.model.details import KerberosAp, Ntlm, RpcBind, RpcCall, SmbFile
from app.model.events import EventShare
from app.model.identifiers import ATSVC, SVCCTL, TASKS, WINREG

SECOND = 1_000_000
HOUR, DAY = 3_600 * SECOND, 86_400 * SECOND
WINDOW = HOUR
"""What one computer asked of another stays in mind this long."""
FILE_CHECKED = 5145
ACTIVATED = "DCOM activation"
USE_PIPE = "use the program of "
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
    (WMI, 24): ("call a WMI method", "WMI method"),
    (WMI, 25): ("call a WMI method", "WMI method"),
    (DISPATCH, 6): ("call a method of a COM object", "DCOM method"),
}
"""RCreateService in five forms (MS-SCMR 3.1.4), NetrJobAdd, SchRpcRegisterTask and SchRpcRun (MS-TSCH 3.2.5),
IWbemServices::ExecMethod and ExecMethodAsync (MS-WMI 3.1.4.3), IDispatch::Invoke (MS-OAUT 3.1.4.4)."""
CHANGE_CONFIG = frozenset({(SVCCTL, 11), (SVCCTL, 23)})
"""RChangeServiceConfigW and A: the program of an existing service replaced."""
START = frozenset({(SVCCTL, 19), (SVCCTL, 31)})
"""RStartServiceW and A."""
READS = ("get", "enum", "check")
"""Methods that only look: of StdRegProv, and of other classes; monitoring and inventory programs use them all day."""
RUNNERS = frozenset({
    ("win32_process", "create"), ("win32_scheduledjob", "create"), ("win32_product", "install"),
    ("msft_scheduledtask", "create"), ("ps_scheduledtask", "registerbyxml"), ("ps_scheduledtask", "registerbyobject"),
    ("ps_scheduledtask", "newactionbyexec"),
})  # fmt: skip
"""WMI methods whose work is to run something; so do Create and Change of every class of services (MS-WMI, CIM schema)."""
SERVICE_CLASSES = frozenset({"win32_service", "win32_baseservice", "win32_systemdriver", "win32_terminalservice"})
SILENT = 400
"""Bytes of a sealed ExecMethod below which it carries a path and a method's name but no parameters: it cannot bring a command.
One with parameters carries their class description, over a thousand bytes (MS-WMIO section 2.2.6)."""
PLAIN_CHANGE = 120
"""Bytes of a sealed RChangeServiceConfig below which every text is absent: handle, three numbers, nine empty pointers and
padding (MS-SCMR section 3.1.4.11). A changed start type looks so, a changed program does not."""
EXEC_METHOD = frozenset({24, 25})
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
}
"""COM classes that run commands for a remote caller (ATT&CK T1021.003)."""
QUIET_PIPES = frozenset({
    "srvsvc", "wkssvc", "winreg", "samr", "lsarpc", "netlogon", "spoolss", "eventlog", "efsrpc", "netdfs", "protected_storage",
})  # fmt: skip
"""Pipes of Windows through which nothing is run."""
PIPES = frozenset({"svcctl", "atsvc"})
"""Pipes whose refused opening shows that somebody wanted services or tasks there, if only to look."""
WINRM_PORTS = frozenset({5985, 5986})
"""HTTP and HTTPS of WS-Management (MS-WSMV section 2.1)."""
SESSION = "open a session of PowerShell or WinRM"
ROUND = 5
"""Computers at one end of such sessions within a week from which on that end manages computers, or collects their logs."""
WEEK = 7 * DAY


def may_run(interface: str, opnum: int) -> bool:
    """True for the calls of which deed_of() or what it remembers is told."""
    key = interface, opnum
    if interface in ACTIVATION or interface == WINREG or key in DEEDS or key in CHANGE_CONFIG or key in START:
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
        name = detail.name.lower().replace("\\", "/").rsplit("/", 1)[-1]
        if name in PIPES and activity.result == "failure" and detail.path.upper().endswith("IPC$"):
            return f"open the pipe {name}", f"pipe {name}"
        return None
    if isinstance(detail, EventShare):
        left = fetched(activity, detail, ctx)
        if left is not None:
            return left
        name = (detail.text("RelativeTargetName") or "").lower()
        pipes = (detail.text("ShareName") or "").upper().endswith("IPC$")
        if detail.event_id == FILE_CHECKED and pipes and name in PIPES and activity.result == "failure":
            return f"open the pipe {name}", f"pipe {name}"
        return None
    if isinstance(detail, (KerberosAp, Ntlm)):
        return session_opened(activity, detail, ctx)
    if not isinstance(detail, RpcCall):
        return None
    if detail.interface == WINREG:
        what = written(detail)
        return (what, "registry written") if what else None
    key = (detail.interface, detail.opnum)
    where = (ctx.place(activity.source, activity.at), ctx.place(activity.destination, activity.at))
    traced = not activity.frames  # a trace of the RPC runtime tells numbers only
    if traced and (activity.source is None or detail.interface in (WMI, DISPATCH)):
        return DEEDS[key] if key in DEEDS and detail.interface not in (WMI, DISPATCH) and key != (TASKS, RUN) else None
    if key in DEEDS:
        if key == (DISPATCH, 6) and detail.guessed:
            return None
        if detail.interface == WMI and harmless(detail):
            return None
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


OUTPUT_FILES = re.compile(r"(^|\\)__(\d{9,10}(\.\d{1,9})?|output(_[a-z0-9]{1,16})?)$", re.I)
"""Where tools let a command write what it says, to fetch it from the share of the administrators: WMI and services."""
TASK_OUTPUT = re.compile(r"^(windows\\)?temp\\[a-z]{8}\.tmp$", re.I)
"""The same of tools that use the task scheduler; only together with its pipe."""
PIPES_OF_TOOLS = {
    "psexesvc": "PsExec", "paexec": "PAExec", "remcom_": "RemCom", "csexec": "CSExec", "winexesvc": "winexe", "ahexec": "winexe",
}  # fmt: skip
"""Beginnings of the pipes by which the programs of tools talk to who sent them."""
PIPE_OF_PSEXEC = re.compile(r"^[^\\]{1,100}-[^\\]{1,64}-\d{1,10}-std(in|out|err)$", re.I)
"""Pipes of PsExec's program, whatever it is called: name, computer and process of who sent it, and which of the three it is."""
FETCHED = "run a command and fetch what it said"


def fetched(activity: Activity, event: EventShare, ctx: Context) -> tuple[str, str] | None:
    """What tools leave in the log of shares (5145): the file with a command's output, the pipe of their program."""
    share, name = (event.text("ShareName") or "").upper(), (event.text("RelativeTargetName") or "").lower()
    if event.event_id != FILE_CHECKED or activity.result == "failure" or not name:
        return None
    pair = (ctx.place(activity.source, activity.at), ctx.place(activity.destination, activity.at))
    if share.endswith("IPC$"):
        if name == "atsvc":
            ctx.memory.note(("atsvc", *pair), True, activity.at)
        tool = next((tool for beginning, tool in PIPES_OF_TOOLS.items() if name.startswith(beginning)), "")
        tool = tool or ("PsExec under another name" if PIPE_OF_PSEXEC.search(name) else "")
        return (f"{USE_PIPE}{tool}", f"pipe of {tool}") if tool else None
    if not share.endswith("$"):
        return None
    if OUTPUT_FILES.search(name):
        return FETCHED, "output fetched"
    if TASK_OUTPUT.match(name) and ctx.memory.recall(("atsvc", *pair), bool, activity.at, SOON):
        return f"{FETCHED}, by a scheduled task", "output fetched"
    return None


def session_opened(activity: Activity, detail: KerberosAp | Ntlm, ctx: Context) -> tuple[str, str] | None:
    """A person's sign-in to WS-Management, unless one end of it manages computers or collects logs."""
    source, target = activity.source, activity.destination
    if detail.carrier != "http" or activity.result == "failure" or source is None or target is None:
        return None
    account = ctx.account(activity)
    if target.port not in WINRM_PORTS or (account is not None and account.kind != "user"):
        return None  # computers send their logs this way
    pair = (ctx.place(source, activity.at), ctx.place(target, activity.at))
    ends = (ctx.memory.seen(("sessions", side, pair[side]), pair[1 - side], activity.at, activity.id, WEEK) for side in (0, 1))
    return None if any(end.distinct >= ROUND for end in ends) else (SESSION, "WinRM session")


def harmless(call: RpcCall) -> bool:
    """True for a WMI method that is known to run nothing: it only looks, belongs to another class, or carries no parameters."""
    if call.hidden:
        return 0 < call.request_bytes < SILENT
    name, method = str(call.stub.get("object", "")).lower(), str(call.stub.get("method", "")).lower()
    if not name or not method:
        return False
    name = name.partition(".")[0].rpartition(":")[2]
    if (name, method) in RUNNERS or (name in SERVICE_CLASSES and method in ("create", "change")):
        return False
    return method.startswith(READS) or name.startswith(("win32_", "cim_", "msft_", "msvm_", "ccm_", "sms_", "stdregprov"))
