"""The latest activities of an entity of some kinds: found over the packed lists, decoded, at most so many."""

from collections.abc import Callable, Iterable

from app.engine.queries.access import Access
from app.engine.queries.plan import Plan
from app.engine.store import COLUMNS
from app.model.about import Read
from app.model.activity import Activity
from app.model.details import KINDS
from app.model.filter import ActivityFilter, All, Text

MOST = 3_000
"""Activities that are read for one answer."""
STEP = 500
Plans = Callable[[ActivityFilter | None], Plan]


def filter_of(key: str | None, kinds: Iterable[type]) -> ActivityFilter:
    """The filter of the activities of these details in which an entity (its key; None: anybody) takes part."""
    words = tuple(KINDS[kind] for kind in kinds)
    of_kind = Text("kind", words)
    root = of_kind if key is None else All((Text("entity", (key.lower(),)), of_kind))
    return ActivityFilter(f"about {key}: {' '.join(words)}", root)


def latest(access: Access, plans: Plans, wanted: ActivityFilter, most: int = MOST) -> tuple[list[Activity], Read]:
    """The latest that match, oldest first, and how many there are."""
    plan = plans(wanted)
    with plan.lock:
        total = plan.count()
        numbers = plan.open(max(0, total - most), min(total, most))
    make = access.rows().activity
    found: dict[int, Activity] = {}
    for start in range(0, len(numbers), STEP):
        part = numbers[start : start + STEP]
        sql = f"SELECT a.id, {COLUMNS} FROM activities a WHERE a.id IN ({','.join('?' * len(part))})"
        found.update((row[0], make(row[1:])) for row in access.db().execute(sql, part))
    return [found[number] for number in numbers if number in found], Read(len(numbers), total)
