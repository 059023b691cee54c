"""Several workspaces watch over the synchronizers of one hub; the bucket here is a real one of compare-and-set in memory."""

from collections.abc import Sequence
from concurrent.futures import wait
from typing import Any

from app.engine.assigning import Assigning, domains
from app.engine.schema import StoreError
from app.engine.synchronizer import OFFLINE, WAIT
from app.link.bucket import Changed, Entry
from app.link.lease import Assignment, decode, encode
from app.link.subjects import synchronizer_of
from app.model.sensor import SensorConfig, SensorReport, SensorRow
from app.model.source import DirectorySource

START = 1_700_000_000_000_000
KEY = synchronizer_of("corp.test")


class Kept:
    """A bucket as a hub keeps it."""

    def __init__(self) -> None:
        self.connected, self.entries, self.revision, self.writes = True, dict[str, Entry](), 0, 0

    def get(self, key: str) -> Entry | None:
        return self.entries.get(key)

    def put(self, key: str, value: bytes, after: int | None = None) -> int:
        held = self.entries.get(key)
        if after is not None and after != (held.revision if held is not None else 0):
            raise Changed("no")
        self.revision += 1
        self.writes += 1
        self.entries[key] = Entry(key, value, self.revision)
        return self.revision

    def said(self, domain: str = "corp.test") -> Assignment:
        return decode(self.entries[synchronizer_of(domain)].value)


class Time:
    """Both clocks, moved by hand."""

    def __init__(self) -> None:
        self.now, self.steady = START, 0.0

    def go(self, microseconds: int) -> None:
        self.now += microseconds
        self.steady += microseconds / 1e6


def row(id: str, heard: int, url: str = "ldaps://dc1.corp.test", **more: Any) -> SensorRow:
    config = SensorConfig(directory=DirectorySource(url=url), **more)
    return SensorRow(id=id, name=id, status="up to date", heard=heard, report=SensorReport(sensor=id, name=id, config=config))


def workspace(bucket: Kept, time: Time, rows: list[SensorRow], who: str = "anna", last: bool = False) -> Assigning:
    def choose(ids: Sequence[str]) -> str:
        return ids[-1] if last else ids[0]

    return Assigning(bucket, lambda: tuple(rows), who, choose, lambda: time.now, lambda: time.steady)


def test_one_is_assigned_and_another_takes_over_after_thirty_minutes() -> None:
    bucket, time = Kept(), Time()
    rows = [row("a", START), row("b", START)]
    one = workspace(bucket, time, rows)

    assert [(w.sensor, w.term) for w in one.look()] == [("a", 1)]
    time.go(OFFLINE)
    rows[1] = row("b", time.now)
    assert one.look() == [] and bucket.said().sensor == "a"
    time.go(1)
    assert [(w.sensor, w.term, w.before) for w in one.look()] == [("b", 2, "a")]
    time.go(WAIT)
    rows[1] = row("b", time.now)
    assert [(w.sensor, w.settled) for w in one.look()] == [("b", True)]
    assert one.look() == [] and bucket.writes == 3


def test_of_two_workspaces_one_writes_and_both_agree() -> None:
    bucket, time = Kept(), Time()
    rows = [row("a", START), row("b", START)]
    anna, ben = workspace(bucket, time, rows, "anna"), workspace(bucket, time, rows, "ben", last=True)
    read = bucket.get

    def both_at_once(key: str) -> Entry | None:
        """Ben reads before Anna writes, and writes after her."""
        found = read(key)
        bucket.get = read  # type: ignore[method-assign]
        anna.look()
        return found

    bucket.get = both_at_once  # type: ignore[method-assign]

    assert ben.look() == [] and bucket.said().who == "anna" and bucket.said().sensor == "a"
    assert ben.look() == [] and bucket.writes == 1


def test_a_workspace_that_lost_the_hub_or_slept_waits_before_it_blames_anybody() -> None:
    bucket, time = Kept(), Time()
    rows = [row("a", START), row("b", START)]
    one = workspace(bucket, time, rows)
    one.look()
    bucket.connected = False
    time.go(2 * OFFLINE)
    assert one.look() == []
    bucket.connected = True
    rows[1] = row("b", time.now)
    assert one.look() == [] and bucket.said().sensor == "a"
    time.now += 3 * OFFLINE  # set forward, or asleep: the steady clock stands
    rows[1] = row("b", time.now)
    assert one.look() == [] and bucket.said().sensor == "a"
    time.go(OFFLINE + 1)
    rows[1] = row("b", time.now)
    assert [w.sensor for w in one.look()] == ["b"]


def test_one_that_is_switched_off_gives_way_also_when_nobody_is_left() -> None:
    bucket, time = Kept(), Time()
    rows = [row("a", START)]
    one = workspace(bucket, time, rows)
    one.look()
    rows[0] = row("a", START, candidate=False)

    assert [(w.sensor, w.before) for w in workspace(bucket, time, rows, "ben").look()] == [("", "a")]


def test_what_is_damaged_is_written_over_and_another_domain_of_the_same_key_is_left() -> None:
    bucket, time = Kept(), Time()
    bucket.put(KEY, b"{")
    assert [w.sensor for w in workspace(bucket, time, [row("a", START)]).look()] == ["a"]

    other = Assignment(domain="corp_test", sensor="x", term=3)
    bucket.put(KEY, encode(other))
    assert workspace(bucket, time, [row("a", START)]).look() == [] and bucket.said() == other


def test_domains_are_bounded_whatever_sensors_claim() -> None:
    rows = [row(f"s{n:04}", START, f"ldaps://dc.d{n}.test") for n in range(500)]

    assert len(domains(rows)) == 64


def test_a_round_that_breaks_is_said_until_one_does_not() -> None:
    bucket, time = Kept(), Time()
    broken = [StoreError("The workspace cannot be read.")]

    def sensors() -> Sequence[SensorRow]:
        if broken:
            raise broken.pop()
        return (row("a", START),)

    one = Assigning(bucket, sensors, "anna", lambda ids: ids[0], lambda: time.now, lambda: time.steady)
    one.step()
    wait([one._running])  # type: ignore[list-item]
    one.step()
    said = one.error
    time.go(31_000_000)
    one.step()
    wait([one._running])  # type: ignore[list-item]
    one.close()

    assert said == "StoreError: The workspace cannot be read."
    assert one.error == "" and bucket.said().sensor == "a"
