"""The live event log's core, fed with recorded XML; the adapter to Windows cannot run here and says so."""

import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import evtx as native_reader
import pytest

from app.model.activity import Activity
from app.model.source import WindowsLogSource
from app.sensor.decoders.instants import NEVER
from app.sensor.events.record import EventRecord
from app.sensor.events.translate import FAMILIES
from app.sensor.sources import winlog
from app.sensor.sources.living import Cannot
from app.sensor.sources.winlog import Log, bookmark_file, follow, load, read_windows_log
from tests.sensor.sources.test_dated import XML

CHANNELS = ("Security", "System")


class Recorded:
    """A channel that gives recorded events; its bookmark is the number of events taken."""

    def __init__(self, texts: list[str], at: int, stop: threading.Event, fails: int = 0) -> None:
        self.texts, self.at, self.stop, self.fails, self.closed = texts, at, stop, fails, False

    def next(self, most: int, wait: float) -> list[str]:
        if self.fails and self.at >= self.fails:
            raise OSError(1722, "The RPC server is unavailable")
        out = self.texts[self.at : self.at + min(most, 3)]
        self.at += len(out)
        if not out:
            self.stop.set()
        return out

    def bookmark(self) -> str:
        return str(self.at)

    def close(self) -> None:
        self.closed = True


class Kept:
    """An outlet that keeps what it is given."""

    def __init__(self) -> None:
        self.activities: list[Activity] = []
        self.records, self.notes, self.states = 0, [], []  # type: ignore[var-annotated]

    def put(self, batch: list[Activity], place: str = "") -> None:
        self.activities += batch

    def received(self, records: int, bytes: int, last: int | None) -> None:
        self.records += records

    def dropped(self, what: str, count: int, where: str = "") -> None:
        self.notes.append(what)

    def note(self, what: str, where: str, count: int = 1) -> None:
        self.notes.append(what)

    def state(self, state: str, error: str = "") -> None:
        self.states.append(state)


@pytest.fixture
def texts(shared: Path) -> list[str]:
    path = shared / "corpus" / "evtx" / "md_T1087_ID4662-4624-Honeypot_account_property_read.evtx"
    return [one["data"] for one in native_reader.PyEvtxParser(str(path)).records()]


def run(folder: Path, texts: list[str], fails: int = 0, overwritten: bool = False) -> tuple[Kept, list[Recorded]]:
    outlet, stop = Kept(), threading.Event()
    opened: list[Recorded] = []

    def open_log(channel: str, bookmark: str) -> tuple[Log, bool]:
        if channel == "System":
            raise PermissionError(5, "Access is denied")
        opened.append(Recorded(texts, int(bookmark or 0), stop, fails if not opened else 0))
        return opened[-1], overwritten and bool(bookmark)

    follow(CHANNELS, "key", outlet, stop, open_log, folder)
    return outlet, opened


def test_recorded_events_become_activities(tmp_path: Path, texts: list[str]) -> None:
    outlet, opened = run(tmp_path, texts)
    assert outlet.records == len(texts) == 17
    assert outlet.states == ["running"]
    assert {"event-logon"} <= {one.kind for one in outlet.activities}
    assert all(one.input == "key" and 1 <= (one.record or 0) <= 17 for one in outlet.activities)
    assert outlet.notes == ["channels that cannot be read"]
    assert all(one.closed for one in opened)


def connection(port: int) -> str:
    """5156 as Windows renders it."""
    told = {
        "ProcessID": 1, "Application": "C:\\a.exe", "Direction": "%%14593", "SourceAddress": "10.0.0.66", "SourcePort": 88,
        "DestAddress": "10.0.0.10", "DestPort": port,
    }  # fmt: skip
    data = "".join(f"<Data Name='{name}'>{value}</Data>" for name, value in told.items())
    return (
        "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>"
        "<Provider Name='Microsoft-Windows-Security-Auditing'/><EventID>5156</EventID><Keywords>0x8020000000000000</Keywords>"
        "<TimeCreated SystemTime='2026-01-05T10:00:00.000Z'/><EventRecordID>7</EventRecordID><Channel>Security</Channel>"
        f"<Computer>ws1.corp.test</Computer></System><EventData>{data}</EventData></Event>"
    )


def test_connections_to_other_ports_are_passed_over_by_their_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[bytes] = []
    parse = winlog.xml_record

    def counted(text: bytes, ordinal: int, place: int = 0) -> EventRecord | None:
        parsed.append(text)
        return parse(text, ordinal, place)

    monkeypatch.setattr(winlog, "xml_record", counted)
    outlet, _ = run(tmp_path, [connection(port) for port in (443, 88, 53, 464, 880)])

    assert outlet.records == 5
    assert [one.destination.port for one in outlet.activities if one.destination] == [88, 464]
    assert len(parsed) == 2


def test_the_bookmark_survives_a_restart(tmp_path: Path, texts: list[str]) -> None:
    first, _ = run(tmp_path, texts[:10])
    assert load(bookmark_file(tmp_path, CHANNELS)) == {"Security": "10"}
    second, opened = run(tmp_path, texts)
    assert (first.records, second.records) == (10, 7)
    assert opened[0].at == 17
    third, _ = run(tmp_path, texts, overwritten=True)
    assert third.records == 0
    assert "events overwritten before they were read; their number is not known" in third.notes


def test_a_damaged_bookmark_begins_anew(tmp_path: Path, texts: list[str]) -> None:
    bookmark_file(tmp_path, CHANNELS).write_bytes(b"\xff{")
    outlet, _ = run(tmp_path, texts)
    assert outlet.records == 17


def test_a_channel_that_fails_is_opened_again_where_it_stood(
    tmp_path: Path, texts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.sensor.sources.winlog.AGAIN", 0.1)
    monkeypatch.setattr("app.sensor.sources.winlog.WAIT", 0.05)
    outlet, opened = run(tmp_path, texts, fails=6)
    assert outlet.records == 17
    assert len(opened) == 2
    assert "failed" in outlet.states
    assert outlet.states[-1] == "running"
    assert "times a channel failed and is opened again" in outlet.notes


def test_broken_events_are_counted(tmp_path: Path) -> None:
    outlet, _ = run(tmp_path, ["", "<Event>", "<Event><System><EventID>4624</EventID></System></Event>"])
    assert outlet.records == 3
    assert outlet.notes.count("events that are broken or say no id and time") == 3


def test_a_time_that_cannot_be_is_that_of_the_arrival(tmp_path: Path) -> None:
    """Forwarded events carry the clocks of other computers."""
    began = time.time_ns() // 1000
    ahead = f"{datetime.now(UTC) + timedelta(days=90):%Y-%m-%dT%H:%M:%S.0000000Z}"
    times = ["1601-01-01T00:00:00.0Z", "1970-01-01T00:00:00.0Z", "9999-12-31T00:00:00.0Z", ahead, "2020-09-22T02:13:01.0Z"]
    outlet, _ = run(tmp_path, [XML.format(when, number) for number, when in enumerate(times, 1)])

    assert sorted(one.record or 0 for one in outlet.activities) == [1, 2, 3, 4, 5]
    got = {one.record: one.at for one in outlet.activities}
    assert got.pop(5) == 1_600_740_781_000_000 and all(began <= one <= time.time_ns() // 1000 for one in got.values())
    assert outlet.notes.count(NEVER) == 4


def test_no_channel_at_all_cannot(tmp_path: Path) -> None:
    def open_log(channel: str, bookmark: str) -> tuple[Log, bool]:
        raise PermissionError(5, "Access is denied")

    with pytest.raises(Cannot, match="Security: Access is denied"):
        follow(CHANNELS, "key", Kept(), threading.Event(), open_log, tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="it can here")
def test_other_systems_cannot() -> None:
    with pytest.raises(Cannot, match="on Windows only"):
        read_windows_log(WindowsLogSource(), "key", Kept(), threading.Event())


def test_a_channel_that_is_not_there_is_told_once(tmp_path: Path, texts: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.sensor.sources.winlog.AGAIN", 0.0)
    outlet, stop, asked = Kept(), threading.Event(), []

    class Quiet(Recorded):
        def next(self, most: int, wait: float) -> list[str]:
            if len(asked) > 3:
                stop.set()
            return []

    def open_log(channel: str, bookmark: str) -> tuple[Log, bool]:
        if channel == "System":
            asked.append(channel)
            raise FileNotFoundError(15007, "The specified channel could not be found")
        return Quiet([], 0, stop), False

    follow(CHANNELS, "key", outlet, stop, open_log, tmp_path)
    assert len(asked) > 3, "it is looked for again: what writes there may be installed"
    assert outlet.notes == ["channels that this computer does not have"]


def test_while_a_channel_is_busy_nobody_waits_for_the_others(tmp_path: Path, texts: list[str]) -> None:
    outlet, stop = Kept(), threading.Event()
    waits: dict[str, list[float]] = {"Security": [], "System": []}

    class Waiting(Recorded):
        def __init__(self, channel: str, texts: list[str]) -> None:
            super().__init__(texts, 0, stop)
            self.channel = channel

        def next(self, most: int, wait: float) -> list[str]:
            waits[self.channel].append(wait)
            return super().next(most, wait) if self.channel == "Security" else []

    def open_log(channel: str, bookmark: str) -> tuple[Log, bool]:
        return Waiting(channel, texts if channel == "Security" else []), False

    follow(CHANNELS, "key", outlet, stop, open_log, tmp_path)
    assert outlet.records == 17 and waits["System"][0] > 0
    assert set(waits["System"][1:6]) == {0.0}, "events of the busy one come three at a time here"


def test_all_channels_of_what_is_read_are_followed() -> None:
    read = set().union(*(family.log.channels for family in FAMILIES))
    assert read <= {one.lower() for one in WindowsLogSource().channels}
