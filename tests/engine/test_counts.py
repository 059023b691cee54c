"""Counts by parties are written seldom when much comes, and are the same whenever they are written."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from app.engine.engine import create_workspace
from app.engine.schema import connect
from app.engine.store import counts
from app.engine.store.counts import LONGEST, MANY, MOST, SECONDS, Flows


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Let so many seconds pass."""
    now = [100.0]
    monkeypatch.setattr(counts.time, "monotonic", lambda: now[0])
    return lambda seconds: now.__setitem__(0, now[0] + seconds)


def rows(number: int, first: int = 1) -> np.ndarray:
    """Activities of a few parties, as matrix() gives them."""
    place = np.arange(first, first + number)
    return np.stack([place, place * 7, 1 + place % 5, 6 + place % 3, place % 2, place % 8, place % 4, place, place], 1)


def test_few_are_written_soon_and_many_wait(clock: Callable[[float], None]) -> None:
    for number, after in ((1, SECONDS), (MANY, SECONDS), (MANY + 1, LONGEST), (MOST, LONGEST), (MOST + 1, 0.0)):
        flows = Flows()
        flows.add(rows(number))
        if after:
            clock(after - 0.1)
            assert not flows.due()
            clock(0.2)
        assert flows.due(), number


def test_they_are_the_same_written_at_once_or_in_pieces(tmp_path: Path) -> None:
    every = rows(60_000)
    told = []
    for name, pieces in (("one", 1), ("many", 37)):
        create_workspace(tmp_path / name)
        with closing(connect(tmp_path / name)) as db:
            flows = Flows()
            for part in np.array_split(every, pieces):
                flows.add(part)
                flows.write(db)
            told.append([_all(db, table) for table in ("flows", "meetings", "sums")])
    assert told[0] == told[1] and all(told[0])


def _all(db: sqlite3.Connection, table: str) -> list[tuple[int, ...]]:
    return sorted(db.execute(f"SELECT * FROM {table}").fetchall())
