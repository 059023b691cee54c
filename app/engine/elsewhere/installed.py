"""A service or task that a computer's log tells, made from another computer."""

from collections.abc import Iterator

from app.engine import describe
from app.engine.context import Context
from app.engine.detector import MINUTE, SECOND, against, clipped, fact, found, listed, sentence
from app.engine.elsewhere.cases import DEPLOYED, PRODUCT, WINDOW, joined, repeated, spread
from app.engine.readings.commands import ADMINISTRATION, PROGRAM_OF, own_program
from app.engine.readings.installations import fleeting, installation
from app.engine.readings.sessions import Logon, from_session, latest_of
from app.engine.repeated import again
from app.model.activity import Activity
from app.model.alert import Finding
from app.model.events import EventService, EventTask

JUST_BEFORE = 300 * SECOND
"""A sign-in over the network this long before an installation by the same account was probably made for it."""


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


def probable(activity: Activity, ctx: Context) -> Logon | None:
    """The sign-in over the network that an installation without a session's number probably belongs to."""
    sid = activity.account.sid if activity.account is not None else None
    return latest_of(activity, ctx, sid, JUST_BEFORE) if sid else None
