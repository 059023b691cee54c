"""Something made to run on another computer: service, task, WMI method, DCOM object, process, value of its registry.

Long because one deed is told in many ways, by calls, pipes, services, tasks and processes, which join in one case.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from msgspec.structs import replace

from app.engine import describe
from app.engine.commanded import commanded
from app.engine.context import Context
from app.engine.detector import (
    HOUR,
    MINUTE,
    SECOND,
    Detector,
    Needs,
    against,
    caption_of,
    clipped,
    ended,
    fact,
    found,
    listed,
    sentence,
)
from app.engine.forms import HIDDEN, PIPES
from app.engine.readings.attacks import COMMANDS, FUNCTION_HOSTS
from app.engine.readings.commands import ADMINISTRATION, PROGRAM_OF, own_program
from app.engine.readings.deeds import (
    ACTIVATED,
    ACTIVATION,
    ASKED_MANAGER,
    DISPATCH,
    OLD_TASK,
    QUIET_PIPES,
    RUNNING,
    SESSION,
    STARTED_AFTER,
    WMI,
    deed_of,
    detail_text,
    may_run,
    named,
)
from app.engine.readings.hosts import (
    BOUND,
    BOUND_BY_WMI,
    CONSUMER,
    FILE_MADE,
    PIPE_MADE,
    PIPE_OPENED,
    VALUE_AUDITED,
    VALUE_SET,
    left_behind,
)
from app.engine.readings.installations import (
    INSTALLED,
    INSTALLED_AUDITED,
    TASK_CHANGED,
    TASK_DELETED,
    TASK_MADE,
    TASK_REGISTERED,
    fleeting,
    installation,
)
from app.engine.readings.novelty import is_new
from app.engine.readings.pipes import CONTROL, pipe_opened
from app.engine.readings.processes import WAKES, WMI_HOST, program_of, started, visited
from app.engine.readings.sessions import LOGON, NETWORK, Logon, from_session, is_elsewhere, latest_of
from app.engine.readings.shares import FILE_CHECKED, USE_PIPE, names_written, program_put, program_written
from app.engine.readings.wmi import PUT
from app.engine.repeated import again, first_time, folded, told_before
from app.model.activity import Activity
from app.model.alert import Fact, Finding, Sentence
from app.model.details import KerberosAp, Ntlm, RpcBind, RpcCall, SmbFile
from app.model.events import EventHost, EventLogon, EventProcess, EventScript, EventService, EventShare, EventTask
from app.model.identifiers import ATSVC, MIMIKATZ, SVCCTL, TASKS, WINREG

WINDOW = HOUR
"""Deeds within an hour explain each other."""
EPISODE = 12 * HOUR
"""What one computer has run on another within half a day is one alert, as is one name on several."""
SAME = 10 * SECOND
JUST_BEFORE = 300 * SECOND
"""A sign-in over the network this long before an installation by the same account was probably made for it."""
DEPLOYED = 5
"""Other computers on which the same account had a service or task of the same name made from there, after which its like on a
controller is one more of a deployment, and no visit of the controller."""
VISITS = 3
"""A client of WMI signs in for each of its objects, three times and more, before the host of WMI starts for it."""
PRODUCT = (
    "The service's program lies in a folder of its own and shares its name, as products that bring an agent write it; "
    "tools write into a folder that is there anyway, or run a shell"
)
NUMBERS = re.compile(r"\{?[0-9a-f]{8}-[0-9a-f-]{27}\}?|\d+", re.I)
"""What differs between two runs of one program's command line: GUIDs, times, numbers."""
LONGEST = 1_024
VISIT = 30 * SECOND
"""A process was probably started for whoever signed in over the network this long before."""


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
    deed = deed_of(activity, ctx)
    if deed is None:
        return reached(activity, ctx) if kind is EventShare or kind is SmbFile else ()
    if deed[0] == PUT and not first_put(activity, ctx):
        return ()
    return done(activity, deed, ctx) if activity.destination is not None else ()


def done(activity: Activity, deed: tuple[str, str], ctx: Context) -> Iterator[Finding]:
    """Something was run, or asked to be."""
    pair = (ctx.place(activity.source, activity.at), ctx.place(activity.destination, activity.at))
    if pair[0] == pair[1]:
        return
    success = activity.result != "failure" or (deed[1] == "service started" and activity.code == RUNNING)
    controller = ctx.to_controller(activity)
    what, label = deed
    said = detail_text(activity)
    target = ctx.target(activity)
    everyday = what.removeprefix(USE_PIPE) in ADMINISTRATION
    refused_pipe = isinstance(activity.detail, (EventShare, SmbFile)) and not success
    weak = isinstance(activity.detail, RpcBind) or refused_pipe or everyday
    weak = weak or what in (SESSION, OLD_TASK, PUT, ASKED_MANAGER) or label == ACTIVATED
    put = program_put(activity, ctx) if what == STARTED_AFTER else ""
    product = brought(activity, pair[1], ctx)
    deeds = ctx.memory.seen(("deeds", *pair), what, activity.at, activity.id, WINDOW)
    others = [str(one) for one in deeds.values if one != what]
    name = what if what == ASKED_MANAGER else named(activity)
    subject, routine, wave = spread(" ".join(pair), name, what, not weak, activity, ctx)
    if isinstance(activity.detail, EventShare) or what == SESSION:
        subject = joined(subject, pair[1], activity, ctx)
    made = found(
        ctx,
        activity,
        subject,
        confidence="low" if weak else "high" if activity.source is not None else "medium",
        severity="low" if weak or routine or (product and (wave or not controller))
        else "high" if success and controller and not (wave or product) and activity.result != "unanswered" else "medium",
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
            *((fact(f"It had put {put} onto that computer within the hour before"),) if put else ()),
            *((fact("The call is sealed; its number shows what was asked, not what was run"),)
              if isinstance(activity.detail, RpcCall) and activity.detail.hidden else ()),
            *((fact(f"It was put on {DEPLOYED} or more other computers in the hours before"),) if wave and controller else ()),
            *((fact(PRODUCT),) if product else ()),
            *((again(ctx.account(activity), ctx.source(activity)),) if routine else ()),
            against("It would be quiet for reading the state of services, tasks or WMI classes without creating or running any"),
        ),
        steps=ctx.path(activity, label, "success" if success and activity.result == "failure" else caption_of(activity)),
    )  # fmt: skip
    yield repeated(made, named(activity) or f"on {target.key}", routine, controller, activity, ctx)


def brought(activity: Activity, where: str, ctx: Context) -> bool:
    """True for a service whose program looks like a product's own, and for what is done to it within the hour."""
    name = named(activity)
    key = ("product", where, name.lower()[:200])
    stub = activity.detail.stub if isinstance(activity.detail, RpcCall) else {}
    path = stub.get("path")
    if name and isinstance(path, str) and path:
        ctx.memory.note(key, own_program(path, name), activity.at)
    return bool(name) and bool(ctx.memory.recall(key, bool, activity.at, WINDOW)) and ctx.sensitivity != "high"


def repeated(made: Finding, what: str, routine: bool, controller: bool, activity: Activity, ctx: Context) -> Finding:
    """What was told on a day before as a part of the one alert of the month that tells all of it."""
    account = ctx.account(activity)
    if not routine or account is None:
        return made
    return folded(made, ctx.source(activity).key, account.key, what[:200], "controller" if controller else "computers")


def reached(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """A log of shares tells that a person, who never did so, opened the pipe of services or tasks; what he asked it does not."""
    program = program_written(activity, ctx)
    if program:
        yield from copied(activity, program, ctx)
        return
    account = ctx.account(activity)
    there = names_written(activity) and is_elsewhere(activity, ctx)
    if there and account is not None and is_new("hosts", account.key, activity.at, ctx):
        yield hinted(
            activity, ctx, "The file of names of another computer was written",
            sentence(*ctx.who(activity), " wrote to the file of names (hosts) of ", ctx.target(activity), "."),
            (
                fact("From then on that computer takes the names in it for what the file says: ", activity),
                first_time(account),
                against("It would be quiet for whoever did so earlier, and where five others do"),
            ),
            ("hosts file", "written"),
        )  # fmt: skip
        return
    pipe = pipe_opened(activity, ctx, CONTROL)
    if pipe not in CONTROL or account is None or not is_new(pipe, account.key, activity.at, ctx):
        return
    target, what = ctx.target(activity), CONTROL[pipe]
    yield hinted(
        activity,
        ctx,
        "Services or tasks of another computer reached",
        sentence(*ctx.who(activity), f" reached {what} of ", target, f" over its pipe {pipe}; what was asked is not told."),
        (
            fact(f"Through the pipe {pipe} a computer is made to run something, or asked what it runs: ", activity),
            first_time(account),
            against("It would be quiet for whoever opened this pipe earlier, and where five others do so"),
        ),
        (f"pipe {pipe}", "opened"),
    )


def copied(activity: Activity, program: str, ctx: Context) -> Iterator[Finding]:
    """A program was put where only administrators of the other computer may write; whether it was run is not told."""
    account = ctx.account(activity)
    if account is None or not is_new("program", account.key, activity.at, ctx):
        return
    place, where = ctx.place(activity.source, activity.at), ctx.place(activity.destination, activity.at)
    name = program.replace("/", "\\").rpartition("\\")[2].lower()
    yield hinted(
        activity,
        ctx,
        "A program was copied to another computer",
        sentence(*ctx.who(activity), " copied ", program, " to the administrators' share of ", ctx.target(activity), "."),
        (
            fact("The log of shares tells it: " if isinstance(activity.detail, EventShare) else "It was written: ", activity),
            first_time(account),
            against("It would be quiet for whoever copied programs earlier, and where five others do so"),
        ),
        ("program copied", "written"),
        subject=spread(f"{place} {where}", name, "program copied", False, activity, ctx)[0],
    )


def first_put(activity: Activity, ctx: Context) -> bool:
    """True where somebody keeps an object of WMI for the first time; what it is is sealed."""
    account = ctx.account(activity)
    return account is not None and account.kind == "user" and is_new("put", account.key, activity.at, ctx)


def hinted(
    activity: Activity, ctx: Context, title: str, story: Sentence, facts: tuple[Fact, ...], step: tuple[str, str],
    evidence: tuple[str, ...] = (), subject: str = "",
) -> Finding:  # fmt: skip
    """What may be the beginning of a deed, in a low voice, in the case of these two computers unless it has one of its own."""
    place, where = ctx.place(activity.source, activity.at), ctx.place(activity.destination, activity.at)
    case = joined(subject or f"{place} {where}", where, activity, ctx)
    return found(
        ctx, activity, case, evidence=evidence or (activity.id,), severity="low",
        confidence="low", title=title, story=(story,), facts=facts, steps=ctx.path(activity, *step),
    )  # fmt: skip


def logged(activity: Activity, event: EventService | EventTask, ctx: Context) -> Iterator[Finding]:
    """A service or task that a computer's log tells, made from elsewhere: by its session, by its caller, or by a tool's mark."""
    made = installation(activity, ctx)
    if made is None:
        yield from brief(activity, ctx)
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
    everyday = mark.removeprefix(PROGRAM_OF) in ADMINISTRATION and activity.source is None and not remote
    subject, routine, wave = spread(joined(subject, where, activity, ctx), name, what, not everyday, activity, ctx)
    wave, product = wave and not mark, not made.task and own_program(command, name) and ctx.sensitivity != "high"
    ctx.memory.note(("told", where), subject, activity.at)
    deeds = ctx.memory.seen(("deeds", subject), what, activity.at, activity.id, WINDOW)
    others = [str(one) for one in deeds.values if one != what]
    quiet = routine or (product and (wave or not controller)) or (everyday and not controller)
    told = found(
        ctx,
        activity,
        subject,
        evidence=(proof, activity.id) if proof else (activity.id,),
        confidence="high" if remote else "medium",
        severity="low" if quiet else "high" if controller and not (wave or product) else "low" if everyday else "medium",
        succeeded=True,
        title=None if remote else "Suspected remote code execution",
        story=(
            sentence(
                *(ctx.who(activity) if remote or activity.source is not None else (account,)),
                " asked " if remote else " had ", target, f" {'to ' if remote else ''}{what}: {name[:200]}",
                f", {clipped(command)}" if command else "", ", and it was done." if remote else ".",
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
            *((fact(f"It was put on {DEPLOYED} or more other computers in the hours before"),) if wave and controller else ()),
            *((fact(PRODUCT),) if product else ()),
            *((again(account, ctx.source(activity)),) if routine else ()),
            against("It would be quiet for what is installed at the computer itself, without the marks of such tools"),
        ),
        steps=ctx.path(activity, label, "success"),
    )  # fmt: skip
    yield repeated(told, name or f"on {target.key}", routine, controller, activity, ctx)


def brief(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """The scheduler tells of a task that was made, run and taken away, as atexec does it; who asked is told elsewhere."""
    made = fleeting(activity, ctx)
    where = ctx.place(activity.destination, activity.at)
    told = ctx.memory.recall(("told", where), str, activity.at, MINUTE)
    if made is None or told is not None:
        return
    name, who = activity.detail.text("TaskName") or "", ctx.account(made)  # type: ignore[union-attr]
    yield found(
        ctx, made, joined(f" {where}", where, activity, ctx), last=activity.until, evidence=(made.id, activity.id),
        severity="low" if who is None or who.kind != "user" else "medium", confidence="low", succeeded=True, sources=(),
        title="Suspected remote code execution",
        story=(sentence(who, " had ", ctx.target(activity), f" register the task {name[:100]} and take it away at once."),),
        facts=(
            fact("It was registered: ", made),
            fact("Its name has letters in no order, as a tool for remote execution draws it: ", activity),
            against("It would be quiet for a task that stays, and for one with a name of words"),
        ),
        steps=ctx.path(made, "task registered", "success"),
    )  # fmt: skip


def ran(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """A process that a computer's log tells, started by one of the ways that other computers use."""
    process = started(activity, ctx)
    if process is None:
        yield from woken(activity, ctx)
        return
    where = ctx.place(activity.destination, activity.at)
    if process.service and ctx.memory.recall(("installed", where), bool, activity.at, SAME):
        return  # told by the log of the service that was made
    visitor = None
    if process.session is None and process.account is None:
        end = activity.destination.ip if activity.destination is not None else ""
        visitor = ctx.memory.recall(("visitor", end), Activity, activity.at, VISIT)
        if visitor is not None and not is_elsewhere(visitor, ctx):
            visitor = None
    who = process.account if visitor is None else visitor.account
    activity = from_session(replace(activity, account=who, source=visitor.source if visitor else None), process.session)
    if process.session is not None and (not process.remote or (activity.source is not None and not is_elsewhere(activity, ctx))):
        return  # by a script of the computer itself
    account, target, controller = ctx.account(activity), ctx.target(activity), ctx.to_controller(activity)
    place = ctx.place(activity.source, activity.at)
    if account is None and not process.mark and not process.interpreter:
        return
    if process.by_winrm and account is not None and not is_new("shell", account.key, activity.at, ctx):
        return  # management does so all day
    proof = process.session.proof if process.session is not None else visitor.id if visitor is not None else ""
    everyday = process.mark.removeprefix(PROGRAM_OF) in ADMINISTRATION and not process.remote
    severe = (bool(process.mark) and not everyday) or (process.interpreter and process.remote)
    name = NUMBERS.sub("#", f"{process.program} {process.command}"[:LONGEST]) if process.remote and not process.mark else ""
    subject, routine, wave = (
        joined(f"{place or (account.key if account is not None else '')} {where}", where, activity, ctx),
        False,
        False,
    )
    if name:
        subject, routine, wave = spread(subject, name, process.what, severe, activity, ctx)
    told = found(
        ctx,
        activity,
        subject,
        evidence=(proof, activity.id) if proof else (activity.id,),
        severity="low" if routine or not severe else "high" if controller and not wave else "medium",
        confidence="high" if process.remote else "medium" if process.mark else "low",
        succeeded=True,
        title=None if process.remote else "Suspected remote code execution",
        story=(
            sentence(
                *(ctx.who(activity) if activity.source is not None else (account,)), " had ", target, f" {process.what}",
                f": {clipped(process.command) or process.program}.",
            ),
        ),
        facts=(
            fact(f"{describe.what(activity).rstrip(': ')}: ", activity),
            *((fact("It ran in a session that was opened over the network from ", ctx.source(activity)),)
              if process.remote and activity.source is not None else ()),
            *((fact(account, " had signed in over the network within seconds before"),) if visitor is not None else ()),
            *((fact(f"It has the mark of a tool for remote execution: {process.mark}"),) if process.mark else ()),
            *((fact(target, " is a domain controller: whoever runs code there owns the domain"),) if controller else ()),
            *((fact(f"The same ran on {DEPLOYED} or more other computers in the hours before"),) if wave and controller else ()),
            *((again(account, ctx.source(activity)),) if routine else ()),
            against("It would be quiet for programs that somebody at the computer, or its system, started"),
        ),
        steps=ctx.path(activity, process.label, "success"),
    )  # fmt: skip
    yield repeated(told, name, routine, controller, activity, ctx)


def woken(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """The host of WMI was started while a person signed in over the network again and again, as a remote client of it does."""
    event, end = activity.detail, activity.destination.ip if activity.destination is not None else ""
    if not isinstance(event, EventProcess) or program_of(event) != WMI_HOST:
        return
    visitor = ctx.memory.recall(("visitor", end), Activity, activity.at, WAKES)
    if visitor is None or (ctx.memory.recall(("visits", end), int, activity.at, WAKES) or 0) < VISITS:
        return
    account = ctx.account(visitor)
    if account is None or not is_elsewhere(visitor, ctx) or not is_new("wmi", account.key, activity.at, ctx):
        return
    activity = replace(activity, account=visitor.account, source=visitor.source)
    target = ctx.target(activity)
    yield hinted(
        activity,
        ctx,
        "WMI of another computer reached",
        sentence(*ctx.who(activity), " probably asked WMI of ", target, ", whose host started; what was asked is not told."),
        (
            fact("The host of WMI was started: ", activity),
            fact(
                account,
                f" had signed in over the network {VISITS} times or more within the seconds before, as a client of WMI does",
            ),
            first_time(account),
            against("It would be quiet for whoever did so earlier, and where five others do so"),
        ),
        ("WMI", "host started"),
        (visitor.id, activity.id),
    )


def by_tool(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """A function of PowerShell that runs commands on other computers with a key or over WMI, DCOM or services."""
    return commanded(activity, ctx, "remote_execution", f"{DETECTOR.title}: a command that does it", "runs something elsewhere")


def left(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """What remote execution leaves on the computer itself, as its own log tells it: a pipe, a file, a consumer, a plug-in."""
    trace = left_behind(activity)
    if trace is None or (activity.source is not None and not is_elsewhere(activity, ctx)):
        return
    account, target, controller = ctx.account(activity), ctx.target(activity), ctx.to_controller(activity)
    place, where = ctx.place(activity.source, activity.at), ctx.place(activity.destination, activity.at)
    deeds = ctx.memory.seen(("left", where), trace.what, activity.at, activity.id, WINDOW)
    others = [str(one) for one in deeds.values if one != trace.what]
    everyday = trace.tool in ADMINISTRATION
    subject = f"{place or (account.key if account is not None else '')} {where}"
    yield found(
        ctx,
        activity,
        joined(subject, where, activity, ctx),
        severity="low" if everyday else "high" if controller else "medium",
        confidence="low" if everyday else "medium",
        succeeded=True,
        title="Suspected remote code execution",
        story=(
            sentence(
                *(ctx.who(activity) if activity.source is not None else (account,)), " had ", target, f" {trace.what}",
                f": {clipped(trace.said)}.",
            ),
        ),
        facts=(
            fact(f"{describe.what(activity).rstrip(': ')}: ", activity),
            *((fact("The pipe's name tells that ", ctx.source(activity), " sent the program"),)
              if activity.source is not None else ()),
            *((fact(f"In the same hour also: {listed(others)}"),) if others else ()),
            *((fact(target, " is a domain controller: whoever runs code there owns the domain"),) if controller else ()),
            against("It would be quiet for pipes, files and consumers without the marks of such tools"),
        ),
        steps=ctx.path(activity, trace.label, "success"),
    )  # fmt: skip


def spread(subject: str, name: str, what: str, loud: bool, activity: Activity, ctx: Context) -> tuple[str, bool, bool]:
    """The case of the same on another computer in half a day; whether it was told loudly on a day before; whether many
    computers had it before.

    The same is a name, and before that a controller's or another's; where no name can be read, it is the deed on this computer.
    Whoever takes over a backup or a management system is told by what else he does.
    """
    account, at, where = ctx.account(activity), activity.at, ctx.place(activity.destination, activity.at)
    if account is None or activity.source is None:
        return subject, False, False
    key, worked = (ctx.place(activity.source, at), account.key, name[:200]), activity.result != "failure"
    if not name:
        return subject, loud and told_before(ctx, at, *key, what, where, worked=worked), False
    subject = ctx.memory.recall(("spread", *key), str, at, EPISODE) or subject
    ctx.memory.note(("spread", *key), subject, at)
    wave = ctx.memory.seen(("deployed", *key), where, at, activity.id, EPISODE).distinct > DEPLOYED and ctx.sensitivity != "high"
    controller, computer = ctx.to_controller(activity), ctx.source(activity).key
    before = loud and told_before(ctx, at, *key, controller, worked=worked)
    elsewhere = computer, *key[1:], controller  # its address may be another one next week
    named = loud and told_before(ctx, at, *elsewhere, worked=worked)
    return subject, before or named, wave


def joined(subject: str, where: str, activity: Activity, ctx: Context) -> str:
    """The case that a computer's logs told within seconds before, if there is one: they tell one act in several ways."""
    subject = ctx.memory.recall(("told", where), str, activity.at, SAME) or subject
    ctx.memory.note(("told", where), subject, activity.at)
    return subject


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
    techniques=("T1569.002", "T1053.005", "T1047", "T1021.003", "T1021.006"),
    watches=(
        RpcCall, RpcBind, SmbFile, KerberosAp, Ntlm, EventService, EventTask, EventProcess, EventHost, EventScript,
        EventShare, EventLogon,
    ),
    interfaces=(SVCCTL, ATSVC, TASKS, WMI, DISPATCH, WINREG, MIMIKATZ, *sorted(ACTIVATION), ""),
    event_ids=(
        INSTALLED, INSTALLED_AUDITED, TASK_MADE, TASK_CHANGED, TASK_REGISTERED, TASK_DELETED, *COMMANDS,
        FILE_CHECKED, LOGON, FILE_MADE, VALUE_SET, PIPE_MADE, PIPE_OPENED, CONSUMER, BOUND, VALUE_AUDITED, BOUND_BY_WMI,
    ),
    needs=Needs(
        ports=("445", "135", "5985", "dynamic RPC"),
        kinds=("rpc-call", "event-service", "event-task", "event-process", "event-host", "event-share"),
        parts=(
            "event-service",
            "event-task",
            "event-process",
            "event-host",
            "event-share",
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
        SmbFile: lambda form, _: bool(form),
        KerberosAp: lambda carrier, _: carrier == "http",
        Ntlm: lambda carrier, _: carrier == "http",
        EventShare: lambda form, _: bool(form[1] & (PIPES | HIDDEN)) and form[2] not in QUIET_PIPES,
    },
    detect=detect,
)  # fmt: skip
