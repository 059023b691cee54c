"""A hub as a live source: what it hands on, when it acknowledges, what it says of what it cannot have."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import wait
from pathlib import Path

import pytest
from nats.aio.client import Client

from app.link.consuming import Consumer
from app.link.envelope import LinkError
from app.link.jetstream import Link
from app.link.numbers import message_id
from app.link.place import to_line
from app.link.subjects import ACTIVITIES, activities, status
from app.model.source import HubSource
from app.sensor.sources.forwarded import MESSAGE, REPORT, STORED, Forwarded, decode_forwarded
from app.sensor.sources.hub import durable_of, run
from app.sensor.sources.living import Cannot
from tests.hub.running import RunningHub, linked, until


class Heard:
    """An outlet that keeps what comes; stored: how far it is said to be stored."""

    def __init__(self) -> None:
        self.messages: list[Forwarded] = []
        self.reports: list[Forwarded] = []
        self.states: list[tuple[str, str]] = []
        self.lag: tuple[int, bool] | None = None
        self.end: int | None = None
        self.lines: list[str] = []

    def forward(self, kind: int, body: bytes) -> None:
        {MESSAGE: self.messages, REPORT: self.reports}[kind].append(decode_forwarded(body))

    def wished(self) -> str:
        return self.lines.pop(0) if self.lines else ""

    def state(self, state: str, error: str = "") -> None:
        self.states.append((state, error))

    def dropped(self, what: str, count: int, where: str = "") -> None: ...

    def behind(self, messages: int, pressed: bool) -> None:
        self.lag = messages, pressed

    def expires(self, at: int | None) -> None:
        self.end = at

    def received(self, records: int, bytes: int, last: int | None) -> None: ...

    def note(self, what: str, where: str, count: int = 1) -> None: ...


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    running = RunningHub(tmp_path_factory.mktemp("hub"))
    running.add("sensor", "s1")
    running.add("analyst", "ann")
    running.start()
    yield running
    running.stop()


def reading(spec: HubSource, done: Callable[[Heard], object], store: bool = True, outlet: Callable[[], Heard] = Heard) -> Heard:
    """Run the source until done(heard)."""
    heard, stop = outlet(), threading.Event()
    thread = threading.Thread(target=run, args=(spec, "", heard, stop))
    thread.start()

    def over() -> object:
        if store and heard.messages:
            heard.lines.append(f"{STORED}{heard.messages[-1].place}")
        return done(heard)

    try:
        until(over)
    finally:
        stop.set()
        thread.join(20)
    return heard


def send(link: Link, first: int, last: int) -> None:
    wait([link.publish(activities("s1"), b"%d" % one, message_id("ab" * 6, one)) for one in range(first, last + 1)])


def left(link: Link, spec: HubSource, hub: RunningHub) -> int:
    """Messages that this reader has not acknowledged."""
    lag = link.consume(durable_of(hub.place("ann"), spec.position), ACTIVITIES, "act.*", 10).lag()
    return lag.waiting + lag.unacknowledged


def test_only_what_is_stored_is_acknowledged_and_what_was_removed_is_passed_over(hub: RunningHub, tmp_path: Path) -> None:
    (tmp_path / "line").write_text(to_line(hub.place("ann")))
    spec = HubSource(file=str(tmp_path / "line"), position="one")
    with linked(hub.place("s1")) as sensor, linked(hub.place("admin-corp")) as admin:
        sensor.tell(status("s1"), b"{}")
        send(sensor, 1, 5)
        first = reading(spec, lambda heard: len(heard.messages) == 5 and heard.reports, store=False)
        second = reading(spec, lambda heard: len(heard.messages) == 5 and not left(admin, spec, hub))
        send(sensor, 6, 15)

        async def remove(client: Client) -> None:
            await client.jetstream().purge_stream(ACTIVITIES, seq=12)

        admin.do(remove, 20)
        third = reading(spec, lambda heard: len(heard.messages) == 4 and heard.lag is not None)

    assert [one.data for one in first.messages] == [one.data for one in second.messages] == [b"1", b"2", b"3", b"4", b"5"]
    assert [one.place for one in second.messages] == [1, 2, 3, 4, 5] and first.reports[0].subject == "status.s1"
    assert [one.data for one in third.messages] == [b"12", b"13", b"14", b"15"]
    assert third.end is not None and third.states[0] == ("running", "")


def test_how_far_behind_it_is_may_fail_and_costs_no_messages(
    hub: RunningHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "line").write_text(to_line(hub.place("ann")))

    def fails(consumer: Consumer) -> None:
        raise LinkError("The hub does not say.")

    monkeypatch.setattr(Consumer, "lag", fails)
    with linked(hub.place("s1")) as sensor:
        send(sensor, 101, 105)
        heard = reading(HubSource(file=str(tmp_path / "line"), position="four"), lambda heard: len(heard.messages) > 4)

    assert [one.data for one in heard.messages][-5:] == [b"101", b"102", b"103", b"104", b"105"]
    assert heard.end is not None and "failed" not in dict(heard.states)


class Watchful(Heard):
    """Takes a report from any thread but that of the link's loop, which everything else waits for."""

    def forward(self, kind: int, body: bytes) -> None:
        assert threading.current_thread().name != "link"
        super().forward(kind, body)


def test_reports_are_handed_on_by_a_thread_that_may_wait(hub: RunningHub, tmp_path: Path) -> None:
    (tmp_path / "line").write_text(to_line(hub.place("ann")))
    with linked(hub.place("s1")) as sensor:
        numbers = iter(range(1_000_000))

        def told(heard: Heard) -> bool:
            sensor.tell(status("s1"), b"%d" % next(numbers))
            return len({one.data for one in heard.reports}) > 3

        reading(HubSource(file=str(tmp_path / "line"), position="three"), told, outlet=Watchful)


def test_a_stream_that_is_nearly_full_of_what_waits_is_told(hub: RunningHub, tmp_path: Path) -> None:
    (tmp_path / "line").write_text(to_line(hub.place("ann")))
    spec = HubSource(file=str(tmp_path / "line"), position="two")
    with linked(hub.place("s1")) as sensor:
        for number in range(1, 60):
            sensor.publish(activities("s1"), bytes(1 << 20), message_id("cd" * 6, number))
        until(lambda: not sensor._waiting)
        with linked(hub.place("ann")) as analyst:
            consumer = analyst.consume(durable_of(hub.place("ann"), "two"), ACTIVITIES, "act.*", 10)
            assert consumer.next(0.2)
            assert consumer.lag().pressed
            held = analyst.consume(durable_of(hub.place("ann"), "four"), ACTIVITIES, "act.*", 1_000)
            came = []
            while more := held.next(0.5):
                came += more
            assert held.lag().waiting == 0 and held.lag().pressed  # delivered, and not stored by anybody
            held.acknowledge([one.reply for one in came])
            until(lambda: not held.lag().pressed)
        heard = reading(spec, lambda heard: heard.lag is not None and len(heard.messages) > 50)

    assert heard.lag is not None


def test_a_line_that_is_no_analysts_cannot_run(hub: RunningHub, tmp_path: Path) -> None:
    (tmp_path / "line").write_text(to_line(hub.place("s1")))
    with pytest.raises(Cannot, match="the line of a sensor"):
        run(HubSource(file=str(tmp_path / "line")), "", Heard(), threading.Event())
    with pytest.raises(Cannot, match="cannot be read"):
        run(HubSource(file=str(tmp_path / "none")), "", Heard(), threading.Event())
    with pytest.raises(Cannot, match="secret"):
        run(HubSource(secret="no such secret"), "", Heard(), threading.Event())
