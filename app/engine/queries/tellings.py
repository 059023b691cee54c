"""What else tells of the same act as an activity, and what detectors are given."""

from collections.abc import Iterator, Mapping
from typing import get_args

import msgspec
from msgspec.structs import replace

from app.engine.context import Loss
from app.engine.queries.access import Access
from app.engine.queries.lines import lines, place_of
from app.engine.queries.refusing import refusing
from app.engine.sightings import Evidence, losses
from app.engine.sources import ways
from app.engine.store import COLUMNS, Told, streams, tuning
from app.engine.store.evidence import evidence
from app.engine.store.exclusions import counted
from app.model.activity import Activity
from app.model.exclusion import Exclusion
from app.model.rows import ActivityRow
from app.model.tuning import DEFAULT, Sensitivity, Tuning
from app.model.ways import Ways, difference

MOST = 200
_WAYS = msgspec.json.Decoder(Ways)


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


@refusing
class Detection:
    """What the last detection was given."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def sensitivity(self) -> Sensitivity:
        """How sensitive it was."""
        said = self._access.one("SELECT value FROM meta WHERE key = 'sensitivity'")
        found: Sensitivity = said if said in get_args(Sensitivity) else DEFAULT.sensitivity
        return found

    def is_behind(self) -> bool:
        """Whether something was read over which detection did not run to its end; not while something is still read."""
        sql = """SELECT EXISTS(SELECT 1 FROM activities) AND NOT EXISTS(SELECT 1 FROM inputs WHERE state = 'reading')
        AND coalesce((SELECT value FROM meta WHERE key = 'settled'), '') || ' '
        NOT LIKE (SELECT sum(value) FROM changes WHERE topic IN ('activities', 'knowledge')) || ' %'"""
        return bool(self._access.one(sql))

    def differs(self) -> str:
        """What of this program is not as it was when the alerts were found, for the end of a sentence; "" where all is."""
        if not self._access.one("SELECT value FROM meta WHERE key = 'settled'"):
            return ""
        kept = self._access.one("SELECT value FROM meta WHERE key = 'ways'")
        try:
            before = _WAYS.decode(kept) if kept else None
        except msgspec.MsgspecError:
            before = None
        return difference(before, ways())

    def tuning(self) -> Tuning:
        """What the user set for detectors."""
        return replace(tuning.kept(self._access.db()), sensitivity=self.sensitivity())

    def tags(self) -> dict[str, dict[str, bool]]:
        """Key of an entity to what the analyst says of its tags."""
        return self._access.tags()

    def exclusions(self) -> tuple[Exclusion, ...]:
        """Those that it went by."""
        return counted(self._access.db())

    def losses(self) -> tuple[Loss, ...]:
        """Times of inputs of which something is missing."""
        return losses(Evidence.of(row) for row in evidence(self._access.db()))

    def told(self, kinds: Mapping[str, bool], first: int, last: int) -> Iterator[tuple[Activity, Told]]:
        """Activities of these kinds (False: only failed ones) between two times in event order, with what else tells of each."""
        numbers = dict(self._access.all("SELECT text, id FROM kinds"))
        whole = [kind for kind, every in kinds.items() if every]
        return streams.stream(self._access.db(), self._access.rows(), numbers, whole, kinds, (first, last))

    def others(self, id: str) -> tuple[str, ...]:
        """Ids of the other tellings of an activity, all of them."""
        row = place_of(self._access, id)
        found = streams.recorded(self._access.db(), row[1]) if row is not None else []
        make = self._access.rows().activity
        rows = (self._access.all(f"SELECT {COLUMNS} FROM activities a WHERE id = ?", (one,)) for one in found)
        return tuple(sorted(make(row).id for several in rows for row in several))
