"""What tells of the same act as each activity, found as the engine finds it, without a workspace."""

from collections.abc import Callable, Iterator, Sequence

from app.engine import twins
from app.engine.knowledge import Knowledge
from app.engine.running import Told
from app.model.activity import Activity, event_order


def told_of(
    activities: Sequence[Activity], knowledge: Knowledge
) -> tuple[Iterator[tuple[Activity, Told]], Callable[[str], Sequence[str]]]:
    """Activities in event order with what else tells of each record; and the ids of the other tellings of any of them."""
    ordered = sorted(activities, key=event_order)
    rows = sorted(twins.rows_of(enumerate(ordered), knowledge), key=lambda row: (row.rule, row.key, row.at, row.rank))
    ahead = twins.offsets(rows)
    level = [row._replace(at=row.at - ahead.get(row.clock, 0)) for row in rows]
    level.sort(key=lambda row: (row.rule, row.key, row.at, row.rank))
    records: dict[int, dict[int, None]] = {}
    others: dict[str, dict[str, None]] = {}
    for record, other, _ in twins.pairs(level):
        records.setdefault(record, {})[other] = None
        for one, two in ((record, other), (other, record)):
            others.setdefault(ordered[one].id, {})[ordered[two].id] = None

    def stream() -> Iterator[tuple[Activity, Told]]:
        for number, activity in enumerate(ordered):
            yield activity, tuple((ordered[one].kind, ordered[one].result) for one in records.get(number, ()))

    return stream(), lambda id: tuple(others.get(id, ()))
