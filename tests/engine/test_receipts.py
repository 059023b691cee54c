"""Which messages a workspace holds: numbers in any order, gaps, bounds, what is written."""

import random
import sqlite3
import time

import pytest

from app.engine.schema import TABLES
from app.engine.store import receipts
from app.engine.store.receipts import Receipt, Receipts


def database() -> sqlite3.Connection:
    db = sqlite3.connect(":memory:", isolation_level=None)
    db.executescript(TABLES)
    return db


@pytest.mark.parametrize("seed", range(20))
def test_numbers_in_any_order_are_known_and_no_others(seed: int) -> None:
    chance = random.Random(seed)
    db = database()
    kept = Receipts(db)
    numbers = [one for one in range(1, 200) if chance.random() < 0.8]
    chance.shuffle(numbers)
    known: set[int] = set()
    for number in numbers:
        kept.note(Receipt("s1", "aa", number))
        known.add(number)
        if chance.random() < 0.1:
            kept.write(db)
            kept = Receipts(db)
    kept.write(db)

    assert {one for one in range(1, 200) if kept.has(Receipt("s1", "aa", one))} == known
    assert {one for one in range(1, 200) if Receipts(db).has(Receipt("s1", "aa", one))} == known
    if known == set(range(1, 200)):
        assert db.execute("SELECT upto, beyond FROM receipts").fetchall() == [(199, "[]")]


def test_what_came_in_order_is_one_number() -> None:
    db = database()
    kept = Receipts(db)
    for number in range(1, 1000):
        kept.note(Receipt("s1", "aa", number))
    kept.write(db)

    assert db.execute("SELECT * FROM receipts").fetchall() == [("s1 aa", "s1", 999, "[]")]


def test_gaps_without_end_stay_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receipts, "SPANS", 10)
    kept = Receipts(database())
    for number in range(1, 1000, 2):
        kept.note(Receipt("s1", "aa", number + 1))

    assert kept.has(Receipt("s1", "aa", 1)) and not kept.has(Receipt("s1", "aa", 997))


def test_outboxes_without_end_stay_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receipts, "OUTBOXES", 8)
    db = database()
    kept = Receipts(db)
    for number in range(30):
        kept.note(Receipt("s1", f"{number:04x}", 1))
        kept.write(db)
    kept.note(Receipt("s2", "aa", 1))
    kept.write(db)

    assert db.execute("SELECT sensor, count(*) FROM receipts GROUP BY sensor").fetchall() == [("s1", 8), ("s2", 1)]


def test_no_sensor_uses_up_the_numbers_of_another_one() -> None:
    kept = Receipts(database())
    kept.note(Receipt("s1", "aa", 7))

    assert not kept.has(Receipt("s2", "aa", 7))


def test_a_gap_that_stands_counts_as_messages_that_never_came() -> None:
    db = database()
    kept = Receipts(db)
    for number in (1, 2, 3, 7, 8, 12):
        kept.note(Receipt("s1", "aa", number))
    for number in (40, 41):  # all that was sent before this workspace began
        kept.note(Receipt("s2", "bb", number))
    kept.write(db)
    now = time.monotonic()

    assert kept.missing(now) == {}
    assert kept.missing(now + 601) == {"s1": 6}
    assert Receipts(db).missing(now) == {} and Receipts(db).missing(time.monotonic() + 601) == {"s1": 6}
    for number in (4, 5, 6, 9, 10, 11):
        kept.note(Receipt("s1", "aa", number))
    kept.write(db)
    assert kept.missing(now + 601) == {}


def test_a_gap_counts_in_an_outbox_whose_beginning_was_never_seen() -> None:
    db = database()
    kept = Receipts(db)
    for number in (40, 41, 45, 46, 50):  # what was sent before 40 was before this workspace began
        kept.note(Receipt("s1", "aa", number))
    kept.write(db)
    now = time.monotonic()

    assert kept.missing(now) == {} and kept.missing(now + 601) == {"s1": 6}
    assert Receipts(db).missing(time.monotonic() + 601) == {"s1": 6}
