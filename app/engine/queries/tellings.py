"""What else tells of the same act as an activity, and activities with that, as detectors are given them."""

from collections.abc import Iterator, Mapping

from app.engine.queries.access import Access
from app.engine.queries.lines import lines, place_of
from app.engine.store import COLUMNS, Told, streams
from app.model.activity import Activity
from app.model.rows import ActivityRow

MOST = 200


def twins(access: Access, id: str) -> tuple[tuple[ActivityRow, str], ...]:
    """Rows of the other tellings of an activity, each with what tied the two; in order of time."""
    row = place_of(access, id)
    if row is None:
        return ()
    found = dict(
        access.all(
            "SELECT other, how FROM twins WHERE record = ?1 UNION SELECT record, how FROM twins WHERE other = ?1", (row[1],)
        )
    )
    rows = lines(access, sorted(found)[:MOST])
    return tuple((one, str(found[one.rowid])) for one in sorted(rows, key=lambda line: (line.at, line.id)))


def others(access: Access, id: str) -> tuple[str, ...]:
    """Ids of the other tellings of an activity, all of them."""
    row = place_of(access, id)
    found = streams.recorded(access.db(), row[1]) if row is not None else []
    make = access.rows().activity
    rows = (access.all(f"SELECT {COLUMNS} FROM activities a WHERE id = ?", (one,)) for one in found)
    return tuple(sorted(make(row).id for several in rows for row in several))


def told(access: Access, kinds: Mapping[str, bool], first: int, last: int) -> Iterator[tuple[Activity, Told]]:
    """Activities of these kinds (False: only failed ones) between two times in event order, with what else tells of each."""
    numbers = dict(access.all("SELECT text, id FROM kinds"))
    whole = [kind for kind, every in kinds.items() if every]
    return streams.stream(access.db(), access.rows(), numbers, whole, kinds, (first, last))
