"""Traces of any activity, as rows that a database can sort."""

from collections.abc import Iterable, Iterator
from hashlib import blake2b

from app.engine.knowledge import Knowledge
from app.engine.knowledge.names import host
from app.engine.twins.pairing import Row
from app.engine.twins.records import RECORD_TRACES, same_record
from app.engine.twins.rules import NUMBER
from app.engine.twins.trace import Trace
from app.engine.twins.wire import WIRE_TRACES
from app.model.activity import Activity
from app.model.details import EVENTS, KINDS
from app.model.directory import DirectoryChange
from app.model.events import EventDirectoryChange, EventNtlm, WindowsEvent

WIRE: tuple[str, ...] = tuple(KINDS[kind] for kind in WIRE_TRACES)
"""Kinds of packets' activities that logs tell of too."""
TOLD: tuple[str, ...] = (*(KINDS[kind] for kind in EVENTS), KINDS[DirectoryChange])
"""Kinds of logs and of the directory that tell of what happened elsewhere."""
ALONE: tuple[type, ...] = (EventNtlm, EventDirectoryChange, DirectoryChange)
"""Details of logs and of the directory that another log or the directory tells of too; all others repeat packets."""


def traces(activity: Activity, known: Knowledge) -> Iterator[Trace]:
    """Everything by which another telling of the same act can be recognised."""
    detail = activity.detail
    if isinstance(detail, WindowsEvent):
        same = same_record(detail)
        if same is not None:
            yield same
    make = WIRE_TRACES.get(type(detail)) or RECORD_TRACES.get(type(detail))
    if make is not None:
        yield from make(known, activity, detail)


def rows_of(activities: Iterable[tuple[int, Activity]], known: Knowledge, packets: bool = True) -> Iterator[Row]:
    """Rows of (row id, activity) in event order; packets: False when there are none, so that most need no row."""
    for rank, (number, activity) in enumerate(activities):
        detail = activity.detail
        clock = host(detail.computer) if isinstance(detail, WindowsEvent) else ""
        lane = detail.event_id if isinstance(detail, WindowsEvent) else 0
        at = activity.at if activity.result == "unanswered" else activity.until
        if packets or isinstance(detail, ALONE):
            found: Iterable[Trace] = traces(activity, known)
        else:
            same = same_record(detail) if isinstance(detail, WindowsEvent) else None
            found = () if same is None else (same,)
        for one in found:
            yield Row(NUMBER[one.rule], _hash(one.key), at, one.record, rank, number, clock, lane, one.told)


def _hash(text: str) -> int:
    """64 bits of a text, the same in every process, as SQLite keeps numbers."""
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big", signed=True)
