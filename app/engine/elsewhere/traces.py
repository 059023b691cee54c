"""What remote execution leaves on the computer itself."""

from collections.abc import Iterator

from app.engine import describe
from app.engine.context import Context
from app.engine.detector import against, clipped, fact, found, listed, sentence
from app.engine.elsewhere.cases import WINDOW, joined
from app.engine.readings.commands import ADMINISTRATION
from app.engine.readings.hosts import left_behind
from app.engine.readings.sessions import is_elsewhere
from app.model.activity import Activity
from app.model.alert import Finding


def left(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """What remote execution leaves on the computer itself, as its own log tells it: a pipe, a file, a consumer."""
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
