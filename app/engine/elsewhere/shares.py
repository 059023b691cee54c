"""What a share tells of remote execution: pipes of services and tasks, programs put there, the file of names."""

from collections.abc import Iterator

from app.engine.context import Context
from app.engine.detector import against, fact, sentence
from app.engine.elsewhere.cases import hinted, spread
from app.engine.readings.novelty import is_new
from app.engine.readings.pipes import CONTROL, pipe_opened
from app.engine.readings.sessions import is_elsewhere
from app.engine.readings.shares import names_written, program_written, touched
from app.engine.repeated import first_time
from app.model.activity import Activity
from app.model.alert import Finding
from app.model.events import EventShare


def reached(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """A log of shares tells that a person, who never did so, opened the pipe of services or tasks; what he asked it does not."""
    file = touched(activity)
    program = program_written(file, activity, ctx) if file is not None else ""
    if program:
        yield from copied(activity, program, ctx)
        return
    account = ctx.account(activity)
    there = file is not None and names_written(file) and is_elsewhere(activity, ctx)
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
