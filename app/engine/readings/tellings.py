"""Acts that packets or a log tell and the other one does not, where both told of everything around."""

from collections.abc import Hashable

from msgspec import Struct

from app.engine.context import Context
from app.model.activity import Activity
from app.model.tuning import Threshold

MINUTE = 60_000_000
HOUR = 60 * MINUTE
SETTLED = 5 * MINUTE
"""So long a single telling waits for the other: clocks differ by up to this, and what is forwarded comes later."""
MOST = 64
"""Single tellings that wait at one place at a time."""
LOOPBACK = ("127.", "::1", "0.0.0.0")

ENOUGH = Threshold(
    name="enough", low=100, medium=40, high=15,
    words="Acts of the same kind at the same computer, told by both within the hour, that prove that both see everything",
)  # fmt: skip
SINGLE = Threshold(
    name="single",
    low=1,
    medium=3,
    high=6,
    unit="%",
    words="Share of acts told by one only, above which one of them misses a part",
)
SAME = Threshold(
    name="same", low=5, medium=3, high=1, words="Acts of the same client among them: its way to the computer is seen as well"
)


class Waiting(Struct, frozen=True):
    """A single telling, and how many acts both had told of then."""

    activity: Activity
    before: int


def single(
    ctx: Context, activity: Activity, place: tuple[Hashable, ...], client: Hashable, span: int = HOUR, least: Threshold = ENOUGH
) -> tuple[Activity, ...]:
    """Learn from one more telling; those whose other one is missing for certain by now, each once.

    place: kind of act and computer at which it was done. client: who did it. span: microseconds within which acts prove that
    both sides see everything; least: how many. Whoever asks declares SINGLE and SAME too.
    """
    at = activity.at
    both, alone, waits = ("both", *place), ("alone", *place), ("waiting", *place)
    if not ctx.retold(activity):
        ctx.memory.seen(alone, client, at, activity.id, span)
        told = ctx.memory.trail(both, at, span)
        if told is None or told.count < ctx.limit(least) or told.counts[client] < ctx.limit(SAME):
            return ()
        held: tuple[Waiting, ...] = ctx.memory.recall(waits, tuple, at, span) or ()
        if len(held) < MOST:
            ctx.memory.note(waits, (*held, Waiting(activity, told.total)), at)
        return ()
    told = ctx.memory.seen(both, client, at, activity.id, span)
    held = ctx.memory.recall(waits, tuple, at, span) or ()
    if not held or at - held[0].activity.at < SETTLED:
        return ()
    after = max(1, ctx.limit(least) // 4)
    ready = tuple(one for one in held if at - one.activity.at >= SETTLED and told.total - one.before >= after)
    left = tuple(one for one in held if one not in ready and at - one.activity.at <= span)
    if ready or len(left) < len(held):
        ctx.memory.note(waits, left, at)
    lone = ctx.memory.trail(alone, at, span)
    number = lone.count if lone is not None else 0
    if 100 * number > ctx.ratio(SINGLE) * (number + told.count):
        return ()
    return tuple(one.activity for one in ready)


def is_local(ip: str) -> bool:
    """True when a record says that the act came from the computer itself, or from nowhere."""
    return not ip or ip in ("-", "::") or ip.startswith(LOOPBACK)
