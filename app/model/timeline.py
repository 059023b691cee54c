"""What a timeline asks for and gets: lanes with their counts over a span, single activities when there are few."""

from typing import Literal

from msgspec import Struct

from app.model.rows import ActivityRow, Histogram

LaneKind = Literal["entity", "family", "input"]


class LaneKey(Struct, frozen=True):
    """One lane. key: of an entity, name of a family ("Kerberos"), key of an input."""

    kind: LaneKind
    key: str


class Density(Struct, frozen=True, kw_only=True):
    """Counts of lanes in the order asked for; each has its own start and width, all over the same span.

    rows: the activities of each lane, when there are few enough in the span; else empty. total: activities of all in the span.
    spans: when something was recorded at all, (first, last) in UTC microseconds, in order, apart.
    """

    lanes: tuple[Histogram, ...]
    rows: tuple[tuple[ActivityRow, ...], ...] = ()
    total: int = 0
    spans: tuple[tuple[int, int], ...] = ()
