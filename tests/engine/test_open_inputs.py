"""Several inputs open at once: each gets what is its own, and a crash loses nothing that was stored of live ones."""

import random
import sqlite3
from pathlib import Path

import pytest

from app.engine.engine import Engine
from app.engine.schema import StoreError
from tests.engine.workspace import Found, Report, content, fill, made

INPUTS = {
    "aaaa": made(400, key="aaaa", seed=1),
    "bbbb": made(300, key="bbbb", seed=2),
    "cccc": made(500, key="cccc", seed=3),
}


def interleaved(path: Path, seed: int = 1, live: bool = False) -> Engine:
    """Batches of all inputs in turn, some saved and detected in between."""
    chance = random.Random(seed)
    engine = Engine(path)
    left = {key: list(activities) for key, activities in INPUTS.items()}
    for key in left:
        assert engine.begin_input(Found(key=key, path=f"/cases/{key}"), live=live)
    while any(left.values()):
        key = chance.choice([one for one, activities in left.items() if activities])
        size = chance.randrange(1, 60)
        engine.use_input(key)
        engine.ingest(left[key][:size])
        del left[key][:size]
        if chance.random() < 0.2:
            engine.save()
            engine.settle()
        if chance.random() < 0.2:
            engine.use_input(key)
            engine.state_input(3, 1, 2, ())
    return engine


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_one_after_the_other_and_all_at_once_end_the_same(tmp_path: Path, seed: int) -> None:
    fill(tmp_path / "one", INPUTS)
    engine = interleaved(tmp_path / "all", seed)
    for key in INPUTS:
        engine.use_input(key)
        engine.finish_input(Report())
    engine.settle()
    engine.close()
    one, both = content(tmp_path / "one"), content(tmp_path / "all")

    for table in one.keys() - {"inputs"}:
        assert both[table] == one[table], table


def test_what_was_detected_while_open_is_what_is_detected_at_the_end(tmp_path: Path) -> None:
    engine = interleaved(tmp_path / "w", 4)
    engine.save()
    engine.settle()
    before = content(tmp_path / "w")["alerts"]
    for key in INPUTS:
        engine.use_input(key)
        engine.finish_input(Report())
    engine.settle()
    engine.close()

    assert content(tmp_path / "w")["alerts"] == before


def test_live_inputs_outlive_a_crash_with_all_that_was_stored(tmp_path: Path) -> None:
    engine = interleaved(tmp_path / "w", 5, live=True)
    engine.flush()
    engine._store._db.close()  # as if the process had been killed
    engine._store._lease.release()
    again = Engine(tmp_path / "w")
    again.settle()
    known = again.knowledge().to_bytes()
    again.close()
    whole = interleaved(tmp_path / "whole", 5, live=True)
    for key in INPUTS:
        whole.use_input(key)
        whole.finish_input(Report())
    whole.settle()
    expected = whole.knowledge().to_bytes()
    whole.close()
    database = sqlite3.connect(tmp_path / "w")
    rows = database.execute("SELECT key, state, activities FROM inputs ORDER BY key").fetchall()
    database.close()

    assert rows == [(key, "partial", len(activities)) for key, activities in INPUTS.items()]
    assert known == expected
    assert content(tmp_path / "w")["alerts"] == content(tmp_path / "whole")["alerts"]


def test_files_that_were_cut_off_are_removed_as_before(tmp_path: Path) -> None:
    engine = interleaved(tmp_path / "w", 6)
    engine.flush()
    engine._store._db.close()
    engine._store._lease.release()
    Engine(tmp_path / "w").close()
    database = sqlite3.connect(tmp_path / "w")

    assert database.execute("SELECT (SELECT count(*) FROM inputs) + (SELECT count(*) FROM activities)").fetchone() == (0,)
    database.close()


def test_an_input_that_is_not_there_cannot_be_used(tmp_path: Path) -> None:
    engine = Engine(tmp_path / "w")
    with pytest.raises((StoreError, KeyError)):
        engine.use_input("nothere")
    engine.close()


def test_removing_one_input_leaves_what_waits_of_another(tmp_path: Path) -> None:
    engine = Engine(tmp_path / "w")
    engine.begin_input(Found(key="gone", path="/cases/gone"))
    engine.ingest(made(50, key="gone"))
    engine.finish_input(Report())
    engine.begin_input(Found(key="aaaa", path="/cases/aaaa"))
    engine.ingest(INPUTS["aaaa"])
    engine.forget_input("gone")
    engine.use_input("aaaa")
    engine.finish_input(Report())
    engine.settle()
    engine.close()
    fill(tmp_path / "one", {"aaaa": INPUTS["aaaa"]})

    one, both = content(tmp_path / "one"), content(tmp_path / "w")
    assert one["parties"] and all(both[name] == one[name] for name in ("parties", "sums", "flows"))


def test_inputs_in_turn_share_a_transaction(tmp_path: Path) -> None:
    engine = Engine(tmp_path / "w")
    for key in INPUTS:
        engine.begin_input(Found(key=key, path=f"/cases/{key}"), live=True)
    said: list[str] = []
    engine._store._db.set_trace_callback(said.append)
    engine._store._flushed = float("inf")  # nothing is due by time
    for place in range(100):
        for key, activities in INPUTS.items():
            engine.use_input(key)
            engine.ingest(activities[place : place + 1])
    assert "COMMIT" not in said
    engine.flush()
    assert said.count("COMMIT") == 1
    engine.close()
    with sqlite3.connect(tmp_path / "w") as db:
        counts = db.execute("SELECT i.key, i.activities, count(*) FROM inputs i JOIN activities a ON a.input = i.id GROUP BY 1")
        assert counts.fetchall() == [(key, 100, 100) for key in sorted(INPUTS)]
