"""Detection beside a writer: on from where it was, anew when what is known of the past has changed."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace

from app.engine import detecting
from app.engine.detecting import Detecting
from app.engine.engine import Engine
from app.engine.queries import Queries, tellings
from app.engine.sources import ways
from app.model.activity import Activity
from app.sensor.sensor import read_input
from app.sensor.sources.inputs import find_inputs
from tests.engine.workspace import Found, Report, made

SAMPLE = Path(__file__).parent.parent.parent / "resources" / "samples" / "intrusion.pcap"


@pytest.fixture(scope="module")
def sample() -> list[Activity]:
    """Activities of the sample case in order of time."""
    found: list[Activity] = []
    for one in find_inputs([SAMPLE]):
        read_input(one, found.extend)
    return sorted(found, key=lambda one: one.at)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """The writer of an empty workspace, with two open inputs."""
    engine = Engine(tmp_path / "w")
    for key in ("aaaa", "bbbb"):
        engine.begin_input(Found(key=key, path=f"/cases/{key}"), live=True)
    yield engine
    engine.close()


def store(engine: Engine, key: str, batch: list[Activity]) -> None:
    engine.use_input(key)
    engine.ingest(batch)
    engine.save()
    engine.prepare()


def test_what_comes_piece_by_piece_gives_the_alerts_of_the_whole(tmp_path: Path, engine: Engine, sample: list[Activity]) -> None:
    looking = Detecting(tmp_path / "w")
    wholes = []
    for first in range(0, len(sample), 700):
        store(engine, "aaaa", sample[first : first + 700])
        found = looking.look("medium")
        wholes.append(found.whole)
        assert engine.put(found)
    assert wholes == [True] + [False] * (len(wholes) - 1)
    engine.finish_input(Report())
    engine.settle()
    whole = Detecting(tmp_path / "w").look("medium")
    assert whole.alerts and [one.id for one in found.alerts] == [one.id for one in whole.alerts]


def test_it_is_looked_at_anew_when_much_may_have_changed(tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    looking = Detecting(tmp_path / "w")
    store(engine, "aaaa", made(50, key="aaaa"))
    store(engine, "bbbb", made(50, key="bbbb", seed=2))
    assert looking.look("medium").whole
    assert not looking.look("medium").whole
    assert looking.look("high").whole
    assert not looking.look("high").whole
    monkeypatch.setattr(detecting, "RAREST", 0.0)
    monkeypatch.setattr(detecting, "PART", 0.0)
    assert looking.look("high").whole  # what was walked on over may differ a little
    assert not looking.look("high").whole  # nothing since
    engine.forget_input("bbbb")
    assert looking.look("high").whole


def test_alerts_of_what_was_removed_meanwhile_are_dropped(tmp_path: Path, engine: Engine) -> None:
    looking = Detecting(tmp_path / "w")
    store(engine, "bbbb", made(50, key="bbbb"))
    found = looking.look("medium")
    engine.forget_input("bbbb")
    assert not engine.put(found)
    assert engine.put(looking.look("medium"))


def test_the_newest_of_several_inputs_waits_for_what_others_tell_of_the_time_before(tmp_path: Path, engine: Engine) -> None:
    looking = Detecting(tmp_path / "w")
    first, second = made(200, key="aaaa"), made(200, key="bbbb", seed=2)
    store(engine, "aaaa", first[:50])
    looking.look("medium")
    store(engine, "aaaa", first[50:100])
    store(engine, "bbbb", second[:150])
    assert looking.look("medium").held > 0
    assert looking.look("medium").held == 0  # nothing came: nobody is waited for


def test_a_kind_that_comes_first_later_is_read(tmp_path: Path, engine: Engine, sample: list[Activity]) -> None:
    looking = Detecting(tmp_path / "w")
    assert looking.look("medium").alerts == []  # an empty workspace
    store(engine, "aaaa", sample)
    assert looking.look("medium").alerts


def test_what_an_input_that_went_on_and_is_over_again_taught_is_known(tmp_path: Path, engine: Engine) -> None:
    looking = Detecting(tmp_path / "w")
    engine.finish_input(Report())
    for number in range(3):
        engine.resume_input(Found(key="aaaa", path="/cases/aaaa"))
        engine.ingest(made(60, key="aaaa", seed=number))
        engine.finish_input(Report())
        looking.look("medium")
        with looking._following.snapshot():
            assert looking._knowledge().to_bytes() == engine.knowledge().to_bytes()


def test_a_program_with_other_detectors_looks_anew_and_says_which(
    tmp_path: Path, engine: Engine, sample: list[Activity], monkeypatch: pytest.MonkeyPatch
) -> None:
    queries = Queries(tmp_path / "w")
    store(engine, "aaaa", sample[:700])
    assert queries.differs() == ""  # nothing was found yet that could be of others
    engine.finish_input(Report())
    assert engine.settle().fresh and not engine.settle().fresh and queries.differs() == ""

    now = ways()
    other = replace(now, detectors={**now.detectors, "dcsync": "0" * 12})
    monkeypatch.setattr(detecting, "ways", lambda: other)
    monkeypatch.setattr(tellings, "ways", lambda: other)
    assert queries.differs() == "dcsync has changed"
    assert engine.settle().fresh


def test_alerts_of_which_nobody_kept_how_they_were_found_are_of_an_earlier_program(
    tmp_path: Path, engine: Engine, sample: list[Activity]
) -> None:
    store(engine, "aaaa", sample[:700])
    engine.finish_input(Report())
    engine.settle()
    for told in ("DELETE FROM meta WHERE key = 'ways'", "INSERT INTO meta VALUES('ways', '{broken')"):
        with closing(sqlite3.connect(tmp_path / "w")) as db, db:
            db.execute(told)
        assert Queries(tmp_path / "w").differs() == "an earlier program found them"
