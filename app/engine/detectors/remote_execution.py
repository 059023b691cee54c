"""Something made to run on another computer: service, task, WMI method, DCOM object, process, value of its registry.

How each is told stands in app.engine.elsewhere; deeds told in several ways join in one case.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from app.engine.commanded import commanded
from app.engine.context import Context
from app.engine.detector import Detector, Needs
from app.engine.elsewhere.calls import done, first_put
from app.engine.elsewhere.cases import EPISODE
from app.engine.elsewhere.installed import logged
from app.engine.elsewhere.processes import ran
from app.engine.elsewhere.remoting import OPENED, SHELL_MADE, remoting
from app.engine.elsewhere.shares import reached
from app.engine.elsewhere.traces import left
from app.engine.forms import CHANGES, FOLDER, HIDDEN, PIPES
from app.engine.readings.attacks import COMMANDS, FUNCTION_HOSTS
from app.engine.readings.deeds import ACTIVATION, DISPATCH, QUIET_PIPES, WMI, deed_of, may_run
from app.engine.readings.hosts import BOUND, BOUND_BY_WMI, CONSUMER, FILE_MADE, PIPE_MADE, PIPE_OPENED
from app.engine.readings.installations import INSTALLED, INSTALLED_AUDITED, TASK_CHANGED, TASK_DELETED, TASK_MADE, TASK_REGISTERED
from app.engine.readings.processes import program_of, visited
from app.engine.readings.sessions import LOGON, NETWORK
from app.engine.readings.shares import FILE_CHECKED
from app.engine.readings.wmi import PUT
from app.model.activity import Activity
from app.model.alert import Finding
from app.model.details import KerberosAp, Ntlm, RpcBind, RpcCall, SmbFile
from app.model.events import (
    EventHost,
    EventLogon,
    EventProcess,
    EventRemoting,
    EventScript,
    EventService,
    EventShare,
    EventTask,
)
from app.model.identifiers import ATSVC, MIMIKATZ, SVCCTL, TASKS, WINREG


def detect(activity: Activity, ctx: Context) -> Iterable[Finding]:
    """Every call that runs something, or asks to; the outcome and the target decide how severe."""
    detail: Any = activity.detail
    kind = type(detail)
    if kind is EventLogon:
        visited(activity, detail, ctx)
        return ()
    if kind is EventService:
        ctx.memory.note(("installed", ctx.place(activity.destination, activity.at)), True, activity.at)
    if kind is EventService or kind is EventTask:
        return logged(activity, detail, ctx)
    if kind is EventProcess:
        found_here = ran(activity, ctx)
        return (*found_here, *by_tool(activity, ctx)) if program_of(detail) in FUNCTION_HOSTS else found_here
    if kind is EventScript:
        return by_tool(activity, ctx)
    if kind is EventHost:
        return left(activity, ctx)
    if kind is EventRemoting:
        return remoting(activity, ctx)
    deed = deed_of(activity, ctx)
    if deed is None:
        told = kind is EventShare or (kind is SmbFile and detail.action in CHANGES)
        return reached(activity, ctx) if told else ()
    if deed[0] == PUT and not first_put(activity, ctx):
        return ()
    return done(activity, deed, ctx) if activity.destination is not None else ()


def by_tool(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """A function of PowerShell that runs commands on other computers with a key or over WMI, DCOM or services."""
    return commanded(activity, ctx, "remote_execution", f"{DETECTOR.title}: a command that does it", "runs something elsewhere")


DETECTOR = Detector(
    id="remote_execution",
    external_id=2019,
    title="Remote code execution",
    severity="medium",
    phase="Lateral movement",
    techniques=("T1569.002", "T1053.005", "T1047", "T1021.003", "T1021.006"),
    watches=(
        RpcCall, RpcBind, SmbFile, KerberosAp, Ntlm, EventService, EventTask, EventProcess, EventHost, EventScript,
        EventShare, EventLogon, EventRemoting,
    ),
    interfaces=(SVCCTL, ATSVC, TASKS, WMI, DISPATCH, WINREG, MIMIKATZ, *sorted(ACTIVATION), ""),
    event_ids=(
        INSTALLED, INSTALLED_AUDITED, TASK_MADE, TASK_CHANGED, TASK_REGISTERED, TASK_DELETED, *COMMANDS,
        FILE_CHECKED, LOGON, FILE_MADE, PIPE_MADE, PIPE_OPENED, CONSUMER, BOUND, BOUND_BY_WMI, OPENED, SHELL_MADE,
    ),
    needs=Needs(
        ports=("445", "135", "5985", "dynamic RPC"),
        kinds=("rpc-call", "event-service", "event-task", "event-process", "event-host", "event-share", "event-remoting"),
        parts=(
            "event-service",
            "event-task",
            "event-process",
            "event-host",
            "event-share",
            "event-remoting",
        ),
        hidden_by=("smb3 encrypted", "rpc reply without its request"),
        interfaces=(SVCCTL, ATSVC, TASKS, WMI, DISPATCH, WINREG),
        content=True,
    ),
    window=EPISODE,
    sessions=True,
    sign_ins=lambda one: one.event == LOGON and one.type in (NETWORK, -1) and not one.machine,
    forms={
        RpcCall: lambda form, _: may_run(*form),
        SmbFile: lambda form, _: bool(form & PIPES) or form & (HIDDEN | FOLDER) == HIDDEN,
        KerberosAp: lambda carrier, _: carrier == "http",
        Ntlm: lambda carrier, _: carrier == "http",
        EventShare: lambda form, _: bool(form[1] & (PIPES | HIDDEN)) and form[2] not in QUIET_PIPES,
    },
    detect=detect,
)  # fmt: skip
