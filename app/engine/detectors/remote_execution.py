"""Something made to run on another computer: service, scheduled task, WMI method, DCOM object."""

from collections.abc import Iterator

from app.engine import describe
from app.engine.commands import ADMINISTRATION, PROGRAM_OF
from app.engine.context import Context
from app.engine.detector import HOUR, SECOND, Detector, Needs, against, caption_of, ended, fact, found, listed, sentence
from app.engine.installations import installation
from app.engine.readings import Logon, from_session, latest_of, remember
from app.model.activity import Activity
from app.model.alert import Finding
from app.model.details import RpcBind, RpcCall, SmbFile
from app.model.events import EventLogon, EventService, EventShare, EventTask
from app.model.identifiers import ATSVC, SVCCTL, TASKS

WINDOW = HOUR
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
PIPES = frozenset({"svcctl", "atsvc"})
"""Pipes whose refused opening shows that somebody wanted services or tasks there, if only to look."""

SAME = 10 * SECOND
JUST_BEFORE = 300 * SECOND
"""A sign-in over the network this long before an installation by the same account was probably made for it."""
FILE_CHECKED = 5145


def deed_of(activity: Activity, ctx: Context) -> tuple[str, str] | None:
    """(what was done, words for the arrow), None when nothing that runs code was asked."""
    detail = activity.detail
    if isinstance(detail, RpcBind):
        if detail.interface in ACTIVATION and activity.result == "failure":
            return "create a COM object", "DCOM activation"
        return None
    if isinstance(detail, SmbFile):
        name = detail.name.lower().replace("\\", "/").rsplit("/", 1)[-1]
        if name in PIPES and activity.result == "failure" and detail.path.upper().endswith("IPC$"):
            return f"open the pipe {name}", f"pipe {name}"
        return None
    if isinstance(detail, EventShare):
        name = (detail.text("RelativeTargetName") or "").lower()
        pipes = (detail.text("ShareName") or "").upper().endswith("IPC$")
        if detail.event_id == FILE_CHECKED and pipes and name in PIPES and activity.result == "failure":
            return f"open the pipe {name}", f"pipe {name}"
        return None
    if not isinstance(detail, RpcCall):
        return None
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
            return "create a COM object", "DCOM activation"
    if detail.interface or detail.opnum not in EXEC_METHOD or (detail.hidden and 0 < detail.request_bytes < SILENT):
        return None
    if ctx.memory.recall(("wmi", *where), bool, activity.at, SOON):
        return "call a WMI method", "WMI method"
    return None


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


def detail_text(activity: Activity) -> str:
    """The name and command that the stub tells."""
    stub = activity.detail.stub if isinstance(activity.detail, RpcCall) else {}
    keys = ("service", "path", "command", "arguments", "class", "object", "method")
    return ", ".join(dict.fromkeys(str(stub[key])[:200] for key in keys if isinstance(stub.get(key), str) and stub[key]))


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """Every call that runs something, or asks to; the outcome and the target decide how severe."""
    if isinstance(activity.detail, EventLogon):
        remember(activity, ctx)
        return
    if isinstance(activity.detail, (EventService, EventTask)):
        yield from logged(activity, activity.detail, ctx)
        return
    deed = deed_of(activity, ctx)
    if deed is None or activity.destination is None:
        return
    pair = (ctx.place(activity.source, activity.at), ctx.place(activity.destination, activity.at))
    if pair[0] == pair[1]:
        return
    success = activity.result != "failure" or (deed[1] == "service started" and activity.code == RUNNING)
    controller = ctx.to_controller(activity)
    what, label = deed
    said = detail_text(activity)
    target = ctx.target(activity)
    weak = isinstance(activity.detail, (RpcBind, SmbFile, EventShare)) or label == "DCOM activation" or what == OLD_TASK
    deeds = ctx.memory.seen(("deeds", *pair), what, activity.at, activity.id, WINDOW)
    others = [str(one) for one in deeds.values if one != what]
    yield found(
        ctx,
        activity,
        " ".join(pair),
        confidence="low" if weak else "high" if activity.source is not None else "medium",
        severity="low" if weak else "high" if success and controller and activity.result != "unanswered" else "medium",
        succeeded=success if activity.result != "unanswered" or label == "service started" else None,
        title=None if success else "Attempted remote code execution",
        story=(
            sentence(
                *ctx.who(activity), " asked ", target, f" to {what}", f": {said}" if said else "",
                ", and it was done." if success and activity.result != "unanswered" else ended(activity),
            ),
        ),
        facts=(
            fact(f"{describe.what(activity).rstrip(': ')}: ", activity),
            *((fact(f"In the same hour also: {listed(others)}"),) if others else ()),
            *((fact(target, " is a domain controller: whoever runs code there owns the domain"),) if controller else ()),
            *((fact("The call is sealed; its number shows what was asked, not what was run"),)
              if isinstance(activity.detail, RpcCall) and activity.detail.hidden else ()),
            against("It would be quiet for reading the state of services, tasks or WMI classes without creating or running any"),
        ),
        steps=ctx.path(activity, label, "success" if success and activity.result == "failure" else caption_of(activity)),
    )  # fmt: skip


def logged(activity: Activity, event: EventService | EventTask, ctx: Context) -> Iterator[Finding]:
    """A service or task that a computer's log tells, made from elsewhere: by its session, by its caller, or by a tool's mark."""
    made = installation(activity, ctx)
    if made is None or made.driver or not made.from_elsewhere:
        return
    activity, session, remote, mark, name, command = (
        made.activity, made.session, made.remote, made.mark, made.name, made.command
    )  # fmt: skip
    what, label = ("register a scheduled task", "task registered") if made.task else ("create a service", "service created")
    proof = session.proof if session is not None else ""
    if activity.source is None:
        before = probable(activity, ctx)
        activity, proof = from_session(activity, before), before.proof if before is not None else ""
    account, target, controller = ctx.account(activity), ctx.target(activity), ctx.to_controller(activity)
    place, where = ctx.place(activity.source, activity.at), ctx.place(activity.destination, activity.at)
    if place == where:
        return
    subject = f"{place or (account.key if account is not None else '')} {where}"
    twin = ("made", where, name.lower())  # both logs of a computer tell of one service
    subject = ctx.memory.recall(twin, str, activity.at, SAME) or subject
    ctx.memory.note(twin, subject, activity.at)
    everyday = mark.removeprefix(PROGRAM_OF) in ADMINISTRATION and activity.source is None and not remote
    deeds = ctx.memory.seen(("deeds", subject), what, activity.at, activity.id, WINDOW)
    others = [str(one) for one in deeds.values if one != what]
    yield found(
        ctx,
        activity,
        subject,
        evidence=(proof, activity.id) if proof else (activity.id,),
        confidence="high" if remote else "medium",
        severity="high" if controller else "low" if everyday else "medium",
        succeeded=True,
        title=None if remote else "Suspected remote code execution",
        story=(
            sentence(
                *(ctx.who(activity) if remote or activity.source is not None else (account,)),
                " asked " if remote else " had ", target, f" {'to ' if remote else ''}{what}: {name[:200]}",
                f", {command[:200]}" if command else "", ", and it was done." if remote else ".",
            ),
        ),
        facts=(
            fact(f"{describe.what(activity).rstrip(': ')}: ", activity),
            *((fact("It was done in a session that was opened over the network from ", ctx.source(activity)),)
              if remote and session is not None else ()),
            *((fact("The log says that the caller was another computer"),) if remote and session is None else ()),
            *((fact(f"It has the mark of a tool for remote execution: {mark}"),) if mark else ()),
            *((fact("The account had signed in over the network from ", ctx.source(activity), " within the minutes before"),)
              if proof and not remote else ()),
            *((fact(f"In the same hour also: {listed(others)}"),) if others else ()),
            *((fact(target, " is a domain controller: whoever runs code there owns the domain"),) if controller else ()),
            against("It would be quiet for what is installed at the computer itself, without the marks of such tools"),
        ),
        steps=ctx.path(activity, label, "success"),
    )  # fmt: skip


def probable(activity: Activity, ctx: Context) -> Logon | None:
    """The sign-in over the network that an installation without a session's number probably belongs to."""
    sid = activity.account.sid if activity.account is not None else None
    return latest_of(activity, ctx, sid, JUST_BEFORE) if sid else None


DETECTOR = Detector(
    id="remote_execution",
    external_id=2019,
    title="Remote code execution",
    severity="medium",
    phase="Lateral movement",
    techniques=("T1569.002", "T1053.005", "T1047", "T1021.003"),
    watches=(RpcCall, RpcBind, EventService, EventTask, EventLogon),
    watches_refused=(SmbFile, EventShare),
    needs=Needs(
        ports=("445", "135", "dynamic RPC"),
        kinds=("rpc-call", "event-service", "event-task"),
        parts=(
            "event-service",
            "event-task",
        ),
        hidden_by=("smb3 encrypted", "rpc reply without its request"),
        interfaces=(SVCCTL, ATSVC, TASKS, WMI, DISPATCH),
        content=True,
    ),
    window=WINDOW,
    detect=detect,
)
