"""A workspace read by a process that detects in it while another one writes it."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from app.engine.schema import StoreError
from app.engine.store import alerts, evidence, exclusions, retention, streams, tags
from app.engine.store import tuning as tuned
from app.engine.store.opening import connect_to_read
from app.engine.store.reading import COLUMNS, Rows
from app.engine.store.streams import Told
from app.model.activity import Activity
from app.model.exclusion import Exclusion
from app.model.tuning import Tuning


class Following:
    """Reads a workspace as it stands at one moment; all but snapshot() is to be called inside of one. Raises StoreError."""

    def __init__(self, path: Path) -> None:
        try:
            self._db = connect_to_read(path)
        except sqlite3.Error as error:
            raise StoreError(f"{path} cannot be opened: {error}.") from error
        self._path = path
        self._rows = Rows(self._db)
        self._kinds: dict[str, int] = {}

    def close(self) -> None:
        """Give the file back."""
        self._db.close()

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """What is read inside is of one moment, whatever is written meanwhile."""
        try:
            self._db.execute("BEGIN")
            try:
                self._kinds = dict(self._db.execute("SELECT text, id FROM kinds"))
                yield
            finally:
                self._db.execute("COMMIT")
        except sqlite3.Error as error:
            raise StoreError(f"{self._path} cannot be read: {error}.") from error

    def forget(self) -> None:
        """Rows may mean something else now."""
        self._rows.forget()

    def last(self) -> int:
        """Id of the newest row of activities, 0 without one."""
        return int(self._db.execute("SELECT coalesce(max(id), 0) FROM activities").fetchone()[0])

    def removed(self) -> tuple[int, ...]:
        """As the function."""
        return removed(self._db)

    def told_twice(self) -> int:
        """Counts the times at which it was looked anew which activities tell of one act."""
        row = self._db.execute("SELECT value FROM changes WHERE topic = 'twins'").fetchone()
        return int(row[0]) if row else 0

    def versions(self) -> tuple[int, int]:
        """Counts of changes: of activities and knowledge, of tags."""
        row = self._db.execute(
            "SELECT coalesce(sum(value), 0) FROM changes WHERE topic IN ('activities', 'knowledge')"
        ).fetchone()
        return int(row[0]), tags.version(self._db)

    def knowledge(self) -> Iterator[tuple[int, bool, int, bytes]]:
        """(number of an input, whether it is over, id of the newest activity when it was saved, what was learned from it)."""
        yield from self._db.execute(
            """SELECT k.input, i.state <> 'reading', k.upto, k.body FROM knowledge k JOIN inputs i ON i.id = k.input
            ORDER BY k.input"""
        )

    def stream_told(self, kinds: Iterable[str], when_failed: Iterable[str], after: int = 0) -> Iterator[tuple[Activity, Told]]:
        """As of a Store; after: id of a row, only later ones."""
        since = retention.horizon(self._db)
        return streams.stream(self._db, self._rows, self._kinds, kinds, when_failed, since=since, after=after)

    def others(self, activity: str) -> tuple[str, ...]:
        """As the function."""
        return others(self._db, self._rows, self._kinds, activity)

    def evidence(self) -> list[evidence.Row]:
        """Every input that holds anything, see app.engine.store.evidence."""
        return evidence.evidence(self._db)

    def tags(self) -> dict[str, dict[str, bool]]:
        """Entity's key to what an analyst says of its tags."""
        return tags.all_tags(self._db)

    def exclusions(self) -> dict[str, Exclusion]:
        """Id to exclusion."""
        return exclusions.kept(self._db)

    def tuning(self) -> Tuning:
        """What the user set for the detectors of this workspace."""
        return tuned.kept(self._db)


def removed(db: sqlite3.Connection) -> tuple[int, ...]:
    """Time (UTC microseconds) before which activities were removed, then the inputs that are there: what only grows is whole."""
    return (retention.horizon(db) or 0, *(int(row[0]) for row in db.execute("SELECT id FROM inputs ORDER BY id")))


def others(db: sqlite3.Connection, rows: Rows, kinds: Mapping[str, int], activity: str) -> tuple[str, ...]:
    """Ids of the activities that tell the same act as this one."""
    number = alerts.rowid(db, activity, kinds)
    if number is None:
        return ()
    found = (
        db.execute(f"SELECT {COLUMNS} FROM activities a WHERE id = ?", (one,)).fetchone() for one in streams.recorded(db, number)
    )
    return tuple(sorted(rows.activity(row).id for row in found if row is not None))
