"""What somebody does for the first time, and hardly anybody else: worth a low voice where the act alone proves nothing."""

from app.engine.context import Context
from app.engine.memory import MONTH

HOUR = 3_600_000_000
CROWD = 5
"""Those who did the same within a month, the one at hand among them, up to whom it is told: where five others do so it is
ordinary work, and a new one among them is a new colleague."""


def is_new(act: str, who: str, at: int, ctx: Context, crowd: int = CROWD, within: int = HOUR) -> bool:
    """True within so long of the first time that this one does this, unless more than a crowd did it; never at low sensitivity.

    act: what is done, as the detector names it. who: key of who does it, or of the pair of who and what.
    """
    others: frozenset[str] = ctx.memory.recall(("crowd", act), frozenset, at, MONTH) or frozenset()
    if who not in others and len(others) <= crowd:
        others |= {who}
    ctx.memory.note(("crowd", act), others, at)
    fresh = ctx.memory.fresh((act, who), at, within)
    return fresh and len(others) <= crowd and ctx.sensitivity != "low"
