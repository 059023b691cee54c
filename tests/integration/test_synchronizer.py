"""Two sensors of one real Samba domain: one synchronises, is killed, and the other takes over; nothing twice, nothing missed."""

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.engine.engine import Engine, create_workspace
from app.engine.queries import Queries
from app.engine.synchronizer import OFFLINE, WAIT
from app.link.lease import Moment, learned, may_run
from app.listen import LiveInput, LiveReport
from app.model.activity import Activity
from app.model.directory import DirectoryChange, DirectoryObject
from app.model.sensor import SensorConfig, SensorReport, SensorRow
from app.model.source import DirectorySource, SourceState
from tests.engine.test_assigning import Kept, Time, workspace
from tests.integration.samba.controller import Controller, missing
from tests.integration.test_directory import Source, change, person

pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(missing()), reason=missing() or "a controller can be started")]
PEOPLE = 60
DOMAIN = "example.test"
CONFIG = SensorConfig(directory=DirectorySource(url="ldaps://dc1.example.test"))


@pytest.fixture(scope="module")
def domain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Controller]:
    controller = Controller(tmp_path_factory.mktemp("domain"))
    try:
        controller.provision()
        controller.modify("".join(person(f"one{number}") for number in range(PEOPLE)))
        controller.start()
        yield controller
    finally:
        controller.remove()


def last_of(source: Source) -> int:
    """How far it is, as its sensor's report would say."""
    return max(one["last"] for one in source.lines if one.get("last"))


def report(id: str, heard: int, last: int | None = None) -> SensorRow:
    source = SourceState(id="d", kind="directory", label="d", state="running", last=last)
    said = SensorReport(sensor=id, name=id, config=CONFIG, sources=(source,) if last else ())
    return SensorRow(id=id, name=id, status="up to date", heard=heard, report=said)


def store(engine: Engine, key: str, source: Source) -> None:
    """What a sensor told, as the listening process stores it."""
    engine.begin_input(LiveInput(key=key, path=key, kind="directory"), live=True)
    batch = []
    for number, line in enumerate(one["activity"] for one in source.lines if "activity" in one):
        kind: Any = DirectoryObject if line["detail"]["kind"] == "directory-object" else DirectoryChange
        detail = msgspec.convert(line["detail"], kind)
        batch.append(Activity(at=line["at"], until=line["until"], input=key, record=number + 1, ordinal=0, detail=detail))
    engine.ingest(batch)
    engine.finish_input(LiveReport(state="done", records=len(batch), first=None, last=None, problems=()))


def test_a_killed_synchronizer_is_followed_by_another_and_nothing_comes_twice_or_is_missed(
    domain: Controller, tmp_path: Path
) -> None:
    bucket, clock = Kept(), Time()
    clock.now = time.time_ns() // 1000
    rows = [report("a", clock.now), report("b", clock.now)]
    watching = workspace(bucket, clock, rows)
    assert [one.sensor for one in watching.look()] == ["a"]

    with Source(domain, state=str(tmp_path / "a.state")) as first:
        first.state("running", seconds=90)
        domain.modify(person("before"))
        first.change("user created", "before")
        first.until(lambda one: "last" in one)  # the synchronisation that told it has ended
        first._process.kill()
        first._process.wait()
        rows[0] = report("a", clock.now, last_of(first))
    gone = time.time()
    while time.time() < gone + 2.1:  # whenCreated counts seconds: what comes now is not in the second of the last one
        time.sleep(0.1)
    domain.modify(person("between"))
    domain.run("samba-tool", "user", "delete", "before")
    domain.modify(change("CN=one7,CN=Users", "replace: title", "title: Boss"))

    clock.go(OFFLINE + 1)
    rows[1] = report("b", clock.now)
    (new,) = watching.look()
    assert (new.sensor, new.before) == ("b", "a") and new.since == last_of(first)

    # The successor knows of it at once and waits until the lease of the one before is over, whatever became of that one.
    held = learned(None, bucket.said(DOMAIN), Moment(clock.steady, clock.now / 1e6))
    assert not may_run(held, "b", Moment(clock.steady, clock.now / 1e6))
    clock.go(WAIT)
    held = learned(held, bucket.said(DOMAIN), Moment(clock.steady, clock.now / 1e6))
    assert may_run(held, "b", Moment(clock.steady, clock.now / 1e6))

    with Source(domain, state=str(tmp_path / "b.state"), since=new.since) as second:
        second.state("running", seconds=90)
        notes = [one["note"] for one in second.lines if "note" in one]
        domain.modify(person("after"))
        second.change("user created", "after")
        second.until(lambda one: "last" in one)
        assert second.end() < 10

    # A controller that is new changes service names of its own in its first minutes.
    told = Counter((what, sam) for what, sam in (*first.changes(), *second.changes()) if what.startswith("user "))
    expected_changes = (("created", "before"), ("created", "between"), ("deleted", "before"), ("created", "after"))
    assert told == Counter((f"user {what}", sam) for what, sam in expected_changes)
    assert any("changed while no sensor synchronised" in one for one in notes), "the new title is counted, not told"

    path = tmp_path / "w.wardlight"
    create_workspace(path)
    engine = Engine(path)
    store(engine, "a" * 12, first)
    store(engine, "b" * 12, second)
    engine.save()
    engine.close()
    queries = Queries(path)
    names = Counter(one.ref.label for one in queries.entities("user", "", "name", 0, 1000))
    queries.close()
    expected = {f"one{number}" for number in range(PEOPLE)} | {"between", "after", "before"}

    assert {name for name in names if name.startswith("one") or name in expected} == expected
    assert not [name for name, count in names.items() if count > 1]


def test_one_that_comes_again_forgets_what_another_one_told_meanwhile(domain: Controller, tmp_path: Path) -> None:
    state = str(tmp_path / "again.state")
    with Source(domain, state=state) as first:
        first.state("running", seconds=90)
        first.end()
    time.sleep(1.1)
    domain.modify(person("meanwhile"))
    time.sleep(1.1)
    since = time.time_ns() // 1000  # up to here another sensor synchronised, and told of it
    with Source(domain, state=state, since=since) as again:
        again.state("running", seconds=90)
        again.end()

    assert again.changes() == []
    assert any("another sensor synchronised meanwhile" in one["note"] for one in again.lines if "note" in one)
    assert "meanwhile" in {one["sam"] for one in again.objects()}
