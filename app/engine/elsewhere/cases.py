"""In which case a deed on another computer is told, what of it is a routine, and what is only hinted at."""

from app.engine.context import Context
from app.engine.detector import HOUR, SECOND, found
from app.engine.repeated import folded, told_before
from app.model.activity import Activity
from app.model.alert import Fact, Finding, Sentence

WINDOW = HOUR
"""Deeds within an hour explain each other."""
EPISODE = 12 * HOUR
"""What one computer has run on another within half a day is one alert, as is one name on several."""
SAME = 10 * SECOND
DEPLOYED = 5
"""Other computers on which the same account had a service or task of the same name made from there, after which its like on a
controller is one more of a deployment, and no visit of the controller."""
PRODUCT = (
    "The service's program lies in a folder of its own and shares its name, as products that bring an agent write it; "
    "tools write into a folder that is there anyway, or run a shell"
)


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


def repeated(made: Finding, what: str, routine: bool, controller: bool, activity: Activity, ctx: Context) -> Finding:
    """What was told on a day before as a part of the one alert of the month that tells all of it."""
    account = ctx.account(activity)
    if not routine or account is None:
        return made
    return folded(made, ctx.source(activity).key, account.key, what[:200], "controller" if controller else "computers")


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
