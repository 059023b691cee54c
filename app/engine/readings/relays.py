"""One authentication on two connections: what was drawn at random for one of them stands on another."""

from collections.abc import Iterator

from msgspec import Struct

from app.engine.context import Context
from app.model.activity import Activity

RELAYED = 300_000_000
"""Microseconds: what is passed on is answered within a client's patience."""
OTHERS = 8


class Leg(Struct, frozen=True, kw_only=True):
    """One connection that carried it. source, target: places of its ends."""

    source: str
    target: str
    carrier: str
    activity: Activity

    @property
    def family(self) -> str:
        """The carrier without its version."""
        return self.carrier.rstrip("12")


def passed_on(ctx: Context, drawn: tuple[str, str], now: Leg) -> Iterator[tuple[Leg, Leg]]:
    """The connection to the one in the middle and the one from there to the server, for each pair that now completes.

    drawn: what it is and its value, under which connections are remembered.
    """
    at = now.activity.at
    before: tuple[Leg, ...] = ctx.memory.recall(drawn, tuple, at, RELAYED) or ()
    ctx.memory.note(drawn, (*before[-OTHERS:], now), at)
    for one in before:
        if (one.source, one.target) in ((now.source, now.target), (now.target, now.source)):
            continue
        if one.target == now.source:
            yield one, now
        elif one.source == now.target:
            yield now, one


def evidence(first: Leg, second: Leg) -> tuple[str, str]:
    """Ids of both, the earlier first."""
    one, two = first.activity, second.activity
    return (one.id, two.id) if one.at <= two.at else (two.id, one.id)
