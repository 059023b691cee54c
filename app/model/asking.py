"""What is asked of activities beside their rows, and the answers: progress, groups, suggestions, statements of SQL."""

from msgspec import Struct

from app.model.entity import EntityRef
from app.model.rows import Histogram

Cell = str | int | float | bytes | None


class Order(Struct, frozen=True):
    """How rows are sorted: a word of SORTS, and whether the greatest comes first. "time" is the order in which they are kept."""

    by: str = "time"
    descending: bool = False


SORTS: dict[str, str] = {
    "time": "time", "kind": "kind", "who": "account", "from": "source", "to": "destination", "what": "what it says",
    "result": "result", "code": "code", "input": "input", "frame": "place", "took": "duration", "port": "port asked",
    "etype": "encryption", "spn": "service",
}  # fmt: skip
"""What rows can be sorted by, in words."""
GROUPS: dict[str, str] = {
    "who": "account", "from": "source", "to": "destination", "kind": "kind", "result": "result", "code": "code",
    "etype": "encryption", "spn": "service", "port": "port asked", "event": "event",
    "logon": "logon type", "input": "input", "hour": "hour", "day": "day",
}  # fmt: skip
"""What activities can be counted by, in words."""


class Looked(Struct, frozen=True, kw_only=True):
    """How far a filter was followed: matches so far, the share of activities that was looked at, their chart so far."""

    count: int
    done: bool = True
    share: float = 1.0
    chart: Histogram | None = None


class Group(Struct, frozen=True, kw_only=True):
    """Activities that are alike in one field. term: the filter that keeps only these, "" where the language has none.

    first, last: UTC microseconds. spark: counts over equal parts of the span of all groups.
    """

    value: str
    count: int
    first: int
    last: int
    term: str = ""
    ref: EntityRef | None = None
    spark: tuple[int, ...] = ()


class Groups(Struct, frozen=True, kw_only=True):
    """The groups of most activities. total: activities that were counted; different: how many groups there are.

    cut: number of matches of which only the first total in time were counted, 0 when all were.
    """

    field: str
    rows: tuple[Group, ...] = ()
    total: int = 0
    different: int = 0
    cut: int = 0


class Suggestion(Struct, frozen=True, kw_only=True):
    """What the piece at the cursor may become. words: what that is. count: activities, None where they were not counted."""

    text: str
    words: str = ""
    count: int | None = None


class Explained(Struct, frozen=True, kw_only=True):
    """How a filter is answered, in one sentence, and the statement of SQL that gives the same rows."""

    way: str
    sql: str


class SqlAnswer(Struct, frozen=True, kw_only=True):
    """What a statement gave. cut: there were more rows. error: one sentence why there is no answer. seconds: how long it took."""

    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    cut: bool = False
    seconds: float = 0.0
    error: str = ""
