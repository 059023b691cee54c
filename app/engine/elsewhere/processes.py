"""A process that a computer's log tells, started for somebody elsewhere."""

import re
from collections.abc import Iterator

from msgspec.structs import replace

from app.engine import describe
from app.engine.context import Context
from app.engine.detector import SECOND, against, clipped, fact, found, sentence
from app.engine.elsewhere.cases import DEPLOYED, SAME, hinted, joined, repeated, spread
from app.engine.elsewhere.remoting import HOSTS_OF, request_of
from app.engine.readings.commands import ADMINISTRATION, PROGRAM_OF
from app.engine.readings.novelty import is_new
from app.engine.readings.processes import BY_WINRM, WAKES, WMI_HOST, program_of, started
from app.engine.readings.sessions import from_session, is_elsewhere
from app.engine.repeated import again, first_time
from app.model.activity import Activity
from app.model.alert import Finding
from app.model.events import EventProcess

VISITS = 3
"""A client of WMI signs in for each of its objects, three times and more, before the host of WMI starts for it."""
VISIT = 30 * SECOND
"""A process was probably started for whoever signed in over the network this long before."""
NUMBERS = re.compile(r"\{?[0-9a-f]{8}-[0-9a-f-]{27}\}?|\d+", re.I)
"""What differs between two runs of one program's command line: GUIDs, times, numbers."""
LONGEST = 1_024


def ran(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """A process that a computer's log tells, started by one of the ways that other computers use."""
    process = started(activity, ctx)
    if process is None:
        yield from woken(activity, ctx)
        return
    where = ctx.place(activity.destination, activity.at)
    if process.service and ctx.memory.recall(("installed", where), bool, activity.at, SAME):
        return  # told by the log of the service that was made
    asked = request_of(process.program, where, activity.at, ctx)
    visitor = None
    if process.session is None and process.account is None:
        end = activity.destination.ip if activity.destination is not None else ""
        visitor = ctx.memory.recall(("visitor", end), Activity, activity.at, VISIT)
        if visitor is not None and not is_elsewhere(visitor, ctx):
            visitor = None
    who = process.account if visitor is None else visitor.account
    activity = from_session(replace(activity, account=who, source=visitor.source if visitor else None), process.session)
    if asked is not None and activity.source is None:
        activity = replace(activity, source=asked.source, account=activity.account or asked.account)
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
    if process.program in BY_WINRM:
        name = HOSTS_OF[process.program] if activity.source is not None else ""
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
        evidence=(*((proof,) if proof else ()), *((asked.id,) if asked is not None else ()), activity.id),
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
