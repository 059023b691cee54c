"""A question that nobody waits for any more ends, and leaves nothing half done behind."""

import sqlite3
import threading
import time
from pathlib import Path

import pytest
from msgspec.structs import replace

from app.engine.engine import Engine
from app.engine.queries import Queries, access, scan
from app.engine.queries import plan as plans
from app.engine.queries.access import Access
from app.engine.store import streams
from app.model.filter import ActivityFilter, parse
from app.model.stopping import Stopped, is_stopped, until
from tests.engine.detectors.builders import SECOND, ntlm
from tests.engine.test_postings import check
from tests.engine.workspace import Found, Report, content, fill, made

LONG = "SELECT count(*) FROM activities a, activities b, activities c, activities d"


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("stopping") / "w.wardlight"
    fill(path, {"aaaa": made(900, seed=4)})
    return path


def test_a_query_of_many_minutes_ends_at_once_and_its_connection_goes_on(path: Path) -> None:
    reader, stop = Access(path), threading.Event()
    timer = threading.Timer(0.2, stop.set)
    timer.start()
    began = time.monotonic()
    with until(stop.is_set), reader.snapshot(), pytest.raises(sqlite3.OperationalError, match="interrupted"):
        reader.one(LONG)
    assert stop.is_set() and time.monotonic() - began < 5
    assert reader.one("SELECT count(*) FROM activities") == 900
    assert not reader.db().in_transaction
    reader.close()


def test_who_is_stopped_asks_nothing_more(path: Path) -> None:
    reader = Access(path)
    with until(lambda: True):
        assert is_stopped()
        with pytest.raises(Stopped):
            reader.one("SELECT 1")
    assert not is_stopped() and reader.one("SELECT 1") == 1
    reader.close()


def test_detection_that_is_given_up_leaves_the_alerts_as_they_were(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "EVERY", 3)
    guessed = [replace(ntlm(f"user{number}", at=number * SECOND, code=0xC000006A), input="aaaa") for number in range(60)]
    fill(tmp_path / "calm", {"aaaa": guessed, "bbbb": made(300, key="bbbb", seed=2)})
    fill(tmp_path / "w", {"aaaa": guessed})
    before = content(tmp_path / "w")["alerts"]
    engine, stops = Engine(tmp_path / "w"), 0
    engine.begin_input(Found(key="bbbb", path="/cases/bbbb.pcap"))
    engine.ingest(made(300, key="bbbb", seed=2))
    engine.finish_input(Report(records=300))
    for patience in range(0, 10_000, 7):
        left = [patience]

        def over(left: list[int] = left) -> bool:
            left[0] -= 1
            return left[0] < 0

        try:
            with until(over):
                assert engine.settle().fresh
            break
        except Stopped:
            stops += 1
            assert content(tmp_path / "w")["alerts"] == before
    engine.close()
    assert stops > 10 and before
    calm, after = content(tmp_path / "calm"), content(tmp_path / "w")
    assert {name: calm[name] for name in ("alerts", "activities")} == {name: after[name] for name in ("alerts", "activities")}
    check(tmp_path / "w")


def test_only_the_thread_that_is_not_waited_for_is_stopped(path: Path) -> None:
    reader, found = Access(path), []
    with until(lambda: True):
        other = threading.Thread(target=lambda: found.append(reader.one("SELECT count(*) FROM activities")))
        other.start()
        other.join()
    assert found == [900]
    reader.close()


TEXTS = ["text:sysvol", "spn:cifs", "port:445", "took:>1ms", "from:10.0.0.1", "from:10.0.0.1 to:10.0.1.1", "port:88 to:10.0.1.1"]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("most", [0, 20])
def test_whoever_asks_next_goes_on_where_the_stopped_one_was(
    text: str, most: int, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped again and again in the middle: nothing is lost, nothing comes twice."""
    whole = Queries(path)
    filter = parse(text)
    assert isinstance(filter, ActivityFilter)
    expected = [row.id for row in whole.slice(filter, 0, 1_000)]
    whole.close()
    monkeypatch.setattr(access, "STEPS", 100)
    monkeypatch.setattr(plans, "FEW", 0)
    monkeypatch.setattr(scan, "CHUNK", 16)
    monkeypatch.setattr(scan, "MOST", most)
    queries, stopped, patience = Queries(path), 0, 20
    while True:
        left = [patience]

        def over(left: list[int] = left) -> bool:
            left[0] -= 1
            return left[0] < 0

        try:
            with until(over):
                number = queries.count(filter)
                rows = queries.slice(filter, 0, 1_000)
        except Stopped:
            stopped, patience = stopped + 1, patience + 7
            continue
        break
    assert stopped > 3
    assert number == len(expected) > 0 and [row.id for row in rows] == expected
    queries.close()
