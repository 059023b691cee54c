"""Time asked of a controller in the name of many accounts: each answer is signed with the hash of one's password."""

from collections.abc import Iterator

from app.engine.context import Context
from app.engine.detector import HOUR, MINUTE, Detector, Later, Needs, against, fact, found, later, measured, plural, sentence
from app.engine.memory import Trail
from app.model.activity import Activity
from app.model.alert import Finding, Severity, Step
from app.model.details import NtpRequest
from app.model.tuning import Threshold

WINDOW = 10 * MINUTE
ACCOUNTS = Threshold(
    name="accounts", low=60, medium=20, high=8,
    words="Accounts in whose name one address asks for signed time within ten minutes; a computer asks in its own",
)  # fmt: skip
MISSES = 0.25
"""Share of requests without answer from which on they were guesses: a computer's own account always exists."""
ROW = 8
"""Relative ids one after another, which computers of one place hardly have and whoever counts them up always has."""


def detect(activity: Activity, ctx: Context) -> Iterator[Later]:
    """Distinct accounts for each source."""
    detail: NtpRequest = activity.detail  # type: ignore[assignment]
    if activity.source is None or ctx.from_controller(activity):
        return
    place, at = ctx.place(activity.source, activity.at), activity.at
    trail = ctx.memory.seen(("asked", place), detail.rid, at, activity.id, WINDOW)
    mute = ctx.memory.seen(("mute", place), detail.rid, at, activity.id, WINDOW) if activity.result == "unanswered" else None
    if trail.distinct < ctx.limit(ACCOUNTS):
        return
    mute = mute or ctx.memory.trail(("mute", place), at, WINDOW)
    missed = mute.distinct if mute is not None else 0
    guessed = missed >= MISSES * trail.distinct or in_a_row([one for one in trail.counts if isinstance(one, int)]) >= ROW
    severity: Severity = "high" if guessed and missed < trail.distinct else "medium"
    yield later(
        ctx, activity, place, lambda: tell(activity, ctx, trail, mute, severity),
        evidence=trail.take() or (activity.id,), severity=severity, sources=(ctx.source(activity),),
        succeeded=missed < trail.distinct or None,
    )  # fmt: skip


def in_a_row(numbers: list[int]) -> int:
    """Most numbers that follow one another without a gap."""
    best = run = 0
    before = None
    for one in sorted(numbers):
        run = run + 1 if before is not None and one == before + 1 else 1
        best, before = max(best, run), one
    return best


def tell(activity: Activity, ctx: Context, trail: Trail, mute: Trail | None, severity: Severity) -> Finding:
    """Words with the counts of the whole episode."""
    numbers = sorted(one for one in trail.values if isinstance(one, int))
    answered = len(numbers) - (len(mute.values) if mute is not None else 0)
    source, target = ctx.source(activity), ctx.target(activity)
    return found(
        ctx, activity, ctx.place(activity.source, activity.at),
        first=trail.began, severity=severity, succeeded=answered > 0 or None,
        title=None if answered > 0 else "Attempted timeroasting",
        story=(
            sentence(source, " asked ", target, f" for time signed in the name of {plural(len(numbers), 'account')}; "
                     f"{answered:,} were answered."),
            sentence("Each answer is signed with the hash of a computer's password, which can be guessed offline."),
        ),
        facts=(
            measured(
                f"Relative ids from {numbers[0]:,} to {numbers[-1]:,}, of which {in_a_row(numbers):,} follow one another",
                seen=len(numbers), limits=(ctx.limit(ACCOUNTS),), unit="accounts",
            ),
            fact(f"{plural(len(numbers) - answered, 'request')} had no answer"),
            against(
                f"It would be quiet for fewer than {plural(ctx.limit(ACCOUNTS), 'account')} within {WINDOW // MINUTE} minutes"
            ),
        ),
        steps=(Step(origin=source, target=target, label="signed time", caption=plural(len(numbers), "account"), accented=True),),
    )  # fmt: skip


DETECTOR = Detector(
    id="timeroasting",
    external_id=3022,
    title="Suspected timeroasting",
    severity="high",
    phase="Credential access",
    techniques=("T1110.002", "T1558"),
    watches=(NtpRequest,),
    needs=Needs(ports=("123",), kinds=("ntp-request",)),
    window=HOUR,
    thresholds=(ACCOUNTS,),
    detect=detect,
)
