"""Scripts in several events as they come over syslog, in captures and files of it, and from the live log: read whole."""

import threading
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from app.engine.readings.attacks import attacks_of
from app.model.activity import Activity
from app.sensor.sources import joining
from app.sensor.sources.joining import EARLY, HELD, MISSING
from app.sensor.sources.syslog import run
from app.sensor.sources.winlog import Log, bookmark_file, follow, load
from tests.sensor import wire
from tests.sensor.events.syslog_samples import CEF, NOW
from tests.sensor.sources.listening import Outlet, running, until
from tests.sensor.sources.test_joining import CHANNEL, PROVIDER, TEXTS
from tests.sensor.sources.test_syslog import send, source, stream
from tests.sensor.sources.test_syslog_wire import datagram, segment
from tests.sensor.sources.test_winlog import Kept
from tests.sensor.sources.text_inputs import read


def event(number: int, texts: Sequence[str] = TEXTS, id: str = "a1") -> str:
    values = {"MessageNumber": number, "MessageTotal": len(texts), "ScriptBlockText": texts[number - 1], "ScriptBlockId": id}
    data = "".join(f'<Data Name="{name}">{escape(str(value))}</Data>' for name, value in values.items()).replace("\n", "&#10;")
    return (
        f'<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System><Provider Name="{PROVIDER}"/>'
        f'<EventID>4104</EventID><TimeCreated SystemTime="2021-03-19T10:00:00Z"/><EventRecordID>{number}</EventRecordID>'
        f"<Channel>{CHANNEL}</Channel><Computer>ws1.a.test</Computer></System><EventData>{data}</EventData></Event>"
    )


def message(number: int, texts: Sequence[str] = TEXTS, id: str = "a1") -> bytes:
    return b"<13>1 2021-03-19T10:00:00Z ws1 agent - - - " + event(number, texts, id).encode()


def told(activities: Sequence[Activity]) -> list[tuple[str, str]]:
    return [(one.technique, " ".join(one.said.split())) for activity in activities for one in attacks_of(activity)]


WANTED = [("kerberoasting", "Invoke-Kerberoast -Domain x")]


def test_parts_that_a_listener_hears_are_one_script() -> None:
    spec, outlet = source("tcp"), Outlet()
    with running(run, spec, outlet):
        stream(spec, *(message(one) + b"\n" for one in (1, 2)), CEF + b"\n", *(message(one) + b"\n" for one in (3, 4)))
        until(lambda: outlet.records == 5)
        until(lambda: len(outlet.activities) >= 2)
    assert told(outlet.activities) == WANTED and not outlet.notes and not outlet.lost


def test_parts_in_another_order_are_put_right_and_counted() -> None:
    spec, outlet = source(), Outlet()
    with running(run, spec, outlet):
        send(spec, *map(message, (4, 1, 3, 2)))
        until(lambda: outlet.records == 4)
        until(lambda: bool(outlet.activities))
    assert told(outlet.activities) == WANTED and outlet.notes == {EARLY: 2}


def test_a_part_that_is_lost_holds_nothing_up_and_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joining, "PATIENCE", 0.2)
    last = (*TEXTS[:3], "Invoke-Kerberoast")
    spec, outlet = source(), Outlet()
    with running(run, spec, outlet):
        send(spec, *(message(one, last) for one in (1, 2, 4)))
        until(lambda: bool(outlet.activities))
        assert outlet.notes == {MISSING: 1}
        send(spec, CEF)
        until(lambda: outlet.records == 4)
    assert ("kerberoasting", "Invoke-Kerberoast") in told(outlet.activities)


def test_what_waits_when_a_listener_is_stopped_is_told() -> None:
    spec, outlet = source(), Outlet()
    with running(run, spec, outlet):
        send(spec, message(4, (*TEXTS[:3], "Invoke-Kerberoast")))
        until(lambda: outlet.records == 1)
        assert not outlet.activities
    assert len(outlet.activities) == 1 and outlet.notes == {MISSING: 1}


@pytest.mark.parametrize("order", [(1, 2, 3, 4), (4, 3, 2, 1)])
def test_parts_in_a_file_of_syslog(tmp_path: Path, order: tuple[int, ...]) -> None:
    found, _, problems = read(tmp_path / "x.log", b"\n".join(map(message, order)))
    assert told(found) == WANTED and not problems
    assert {one.record for one in found} == {order.index(one) + 1 for one in (3,)}


@pytest.mark.parametrize("order", [(1, 2, 3, 4), (2, 1, 4, 3)])
def test_parts_in_a_capture_keep_their_packets(tmp_path: Path, order: tuple[int, ...]) -> None:
    packets = [(NOW + at, datagram(message(one))) for at, one in enumerate(order)]
    found, _, problems = read(tmp_path / "x.pcap", wire.pcap(packets))
    assert told(found) == WANTED and [one.frames for one in found] == [(order.index(3) + 1,)]
    assert problems == ({} if order[0] == 1 else {EARLY: 2})

    data = b"".join(message(one) + b"\n" for one in order)
    pieces = [data[at : at + 700] for at in range(0, len(data), 700)]
    packets = [(NOW, segment(99, b"", wire.SYN))]
    packets += [(NOW + 1 + at, segment(100 + 700 * at, one)) for at, one in enumerate(pieces)]
    found, _, _ = read(tmp_path / "y.pcap", wire.pcap(packets))
    assert told(found) == WANTED


def test_a_lost_part_in_a_capture_is_counted_and_the_rest_told(tmp_path: Path) -> None:
    last = (*TEXTS[:3], "Invoke-Kerberoast")
    packets = [(NOW + at, datagram(message(one, last))) for at, one in enumerate((1, 2, 4))]
    found, _, problems = read(tmp_path / "x.pcap", wire.pcap(packets))
    assert told(found) == [("kerberoasting", "Invoke-Kerberoast")] and problems == {MISSING: 1}


class Growing:
    """A log that gives what was written since the last look."""

    def __init__(self, looks: list[list[str]], stop: threading.Event) -> None:
        self.looks, self.stop, self.taken = looks, stop, 0

    def next(self, most: int, wait: float) -> list[str]:
        if not self.looks:
            self.stop.set()
            return []
        self.taken += len(self.looks[0])
        return self.looks.pop(0)

    def bookmark(self) -> str:
        return str(self.taken)

    def close(self) -> None:
        """Nothing is held."""


@pytest.mark.parametrize("lost", [False, True])
def test_a_look_at_the_live_log_between_two_parts_tears_no_script(tmp_path: Path, lost: bool) -> None:
    outlet, stop = Kept(), threading.Event()
    looks = [[event(1), event(2)], [], [] if lost else [event(3)], [event(4)]]

    def open_log(channel: str, bookmark: str) -> tuple[Log, bool]:
        return Growing(looks, stop), False

    follow((CHANNEL,), "key", outlet, stop, open_log, tmp_path)
    assert told(outlet.activities) == ([] if lost else WANTED)
    assert outlet.notes == ([MISSING] if lost else [])
    assert load(bookmark_file(tmp_path, (CHANNEL,))) == {CHANNEL: "3" if lost else "4"}


def test_parts_that_wait_are_bounded_in_a_listener() -> None:
    text, waits = "x" * 60_000, joining.Joining(lambda what, where, count=1: None, live=True)
    from tests.sensor.sources.test_joining import part

    for one in range(2, 500):
        list(waits.take(part(one, (*[f"{text}{one}"] * 600,), place=one), float(one)))
    assert waits._held <= HELD
    assert len(list(waits.overdue(1e9))) >= 1 and not waits
