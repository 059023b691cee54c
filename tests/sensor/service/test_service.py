"""The service in this process with a hub in memory: what it sends, how it changes, what it answers; its sources are processes."""

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from app.link.asking import Packets, PacketsAsked, Refused, RestartAsked, decode_reply, encode_question
from app.link.bucket import Entry
from app.link.envelope import LinkError, Opened
from app.link.lease import Assignment, encode
from app.link.subjects import ask, config_of, synchronizer_of
from app.model.sensor import Controller, SensorConfig, SensorReport
from app.model.source import CaptureSource, DirectorySource, GrowingSource, SyslogSource
from app.sensor.service import changes, configuring, packing, service, synchronizing
from app.sensor.service.configuration import read_applied, write_config, write_place
from app.sensor.service.files import Files
from app.sensor.service.outbox import New, OpenInput, Outbox
from app.sensor.sources.evidence import from_file
from tests.material import guesses, save, spray
from tests.sensor.free_port import free_port
from tests.sensor.service.running import MemoryHub, place

DC1 = Controller(fqdn="dc1.a.test", addresses=("10.9.0.10",))
DC2 = Controller(fqdn="dc2.a.test", addresses=("10.9.0.11",))


class Running:
    """The service in a thread."""

    def __init__(self, folder: Path, hub: MemoryHub) -> None:
        self.files, self.hub = Files(folder / "sensor.json"), hub
        self.stopping = threading.Event()
        self.status: int | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self, config: SensorConfig | None = None, trial: float = 90.0) -> "Running":
        if config is not None:
            write_config(self.files.configuration, config)
        write_place(self.files.place, place("s1"))
        self._trial = trial
        self._thread.start()
        return self

    def _run(self) -> None:
        self.status = service.run(self.files, self.stopping, lambda place: self.hub, self._trial)

    def configure(self, config: SensorConfig) -> None:
        """As the bucket tells it."""
        self.hub.watching[config_of("s1")](Entry("k", msgspec.json.encode(config), config.revision))

    def until(self, what: Callable[[SensorReport], object], seconds: float = 90) -> SensorReport:
        end = time.monotonic() + seconds
        while True:
            if self.hub.reports and what(self.hub.reports[-1]):
                return self.hub.reports[-1]
            assert time.monotonic() < end and self._thread.is_alive(), self.hub.reports[-1:]
            time.sleep(0.02)

    def until_came(self, count: int, seconds: float = 90) -> None:
        end = time.monotonic() + seconds
        while len(self.hub.came.activities) < count:
            assert time.monotonic() < end and self._thread.is_alive(), len(self.hub.came.activities)
            time.sleep(0.05)

    def stop(self) -> None:
        self.stopping.set()
        self._thread.join(60)
        assert not self._thread.is_alive()


@pytest.fixture
def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    for where, name in ((configuring, "LOOK"), (packing, "GATHER"), (service, "QUICK")):
        monkeypatch.setattr(where, name, 0.1)
    one = Running(tmp_path / "sensor", MemoryHub())
    yield one
    if one._thread.ident is not None:
        one.stop()


@pytest.fixture(scope="module")
def capture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    users = [f"user{number}" for number in range(40)]
    return save(tmp_path_factory.mktemp("c") / "small.pcap", spray(users) + guesses(users, 1_770_000_100_000_000))


def growing(path: Path, *more: object, **words: object) -> SensorConfig:
    return SensorConfig(
        sources=(GrowingSource(path=str(path)),), **{"reserve": 0.0, **words}
    )  # all of it, however busy it is here


def test_what_its_source_sees_comes_to_the_hub_and_its_packets_on_request(running: Running, capture: Path) -> None:
    running.start(growing(capture, controllers=(DC1, DC2), revision=3))
    running.until(lambda one: one.state == "running" and one.applied == 3)
    running.until_came(80)
    came = running.hub.came
    (opened,) = came.opened
    one = came.activities[5]
    answer = running.hub.answers[ask("s1")]
    reply = decode_reply(answer(encode_question(PacketsAsked(opened.key, (*one.frames, 100_000)))))
    running.stop()
    last = running.hub.reports[-1]
    (closed,) = running.hub.came.closed

    assert opened.key.startswith("s1.") and {one.input for one in came.activities} == {opened.key}
    assert isinstance(reply, Packets) and set(from_file(reply.file, range(1_000))) == set(one.frames)
    assert reply.missing == (100_000,) and "not kept" in reply.why and reply.more == ()
    with pytest.raises(LinkError, match="not one of this sensor"):
        answer(encode_question(PacketsAsked("s2.aaaa", (1,))))
    assert last.state == "stopped" and last.backlog.messages == 0 and last.seen > last.backlog.sent > 0
    assert [one.packets > 0 for one in last.controllers] == [True, False]
    assert closed.state == "done" and closed.records == 320 and closed.first is not None
    assert running.status == 0 and changes.recorded(running.files.changes)[-1]["what"] == "applied"


def test_a_file_that_is_named_in_short_lies_beside_the_configuration_and_stays_named_so(running: Running, capture: Path) -> None:
    folder = running.files.configuration.parent
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(capture, folder / "near.pcap")
    config = growing(Path("near.pcap"), revision=2)
    running.start(config)
    report = running.until(lambda one: one.state == "running" and one.applied == 2)
    running.until_came(80)

    assert report.config == read_applied(running.files.applied) == config
    assert report.sources[0].label == f"{folder / 'near.pcap'} (live)"


def test_without_a_configuration_it_waits_for_one_from_the_hub(running: Running, capture: Path) -> None:
    running.start()
    first = running.until(lambda one: one.state == "not configured")
    running.configure(growing(capture, revision=1, who="ann"))
    running.until(lambda one: one.state == "running" and one.applied == 1)
    running.until_came(80)

    assert "There is no configuration" in first.error
    assert read_applied(running.files.configuration) == growing(capture, revision=1, who="ann")
    assert changes.recorded(running.files.changes)[-1]["who"] == "ann"


@pytest.mark.parametrize("data", [b'{"sources": [{"kind": "growing"', b'{"kind": 7}'])
def test_with_a_bad_file_it_says_why_and_runs_as_soon_as_it_is_good(running: Running, capture: Path, data: bytes) -> None:
    running.files.configuration.parent.mkdir(parents=True)
    running.files.configuration.write_bytes(data)
    running.start()
    bad = running.until(lambda one: one.state == "failed")
    write_config(running.files.configuration, growing(capture))
    running.until(lambda one: one.state == "running" and not one.error)

    assert str(running.files.configuration) in bad.error


def test_a_file_that_is_damaged_while_it_runs_changes_nothing_and_the_last_good_one_runs_at_the_next_start(
    running: Running, capture: Path, tmp_path: Path
) -> None:
    running.start(growing(capture, revision=4))
    running.until(lambda one: one.applied == 4 and one.state == "running")
    running.files.configuration.write_bytes(b'{"sources": [')
    bad = running.until(lambda one: one.error)
    running.stop()
    again = Running(tmp_path / "sensor", MemoryHub()).start()
    later = again.until(lambda one: one.state == "running" and one.sources)
    again.stop()

    assert "half-written" in bad.error and "What ran goes on" in bad.error and bad.state == "running"
    assert "The last good configuration runs" in later.error and later.applied == 4


def test_a_change_that_cannot_run_here_is_refused_and_all_goes_on(running: Running, capture: Path) -> None:
    running.start(growing(capture, revision=1))
    running.until(lambda one: one.applied == 1)
    running.until_came(80)
    running.configure(SensorConfig(sources=(CaptureSource(interfaces=("nothere0",)),), reserve=0.0, revision=2, who="ann"))
    refused = running.until(lambda one: one.refused == 2)
    running.configure(growing(capture, revision=0, outbox=100))
    old = running.until(lambda one: "older" in one.refusal)
    running.hub.watching[config_of("s1")](Entry("k", b'{"kind": ', 9))
    damaged = running.until(lambda one: "half-written" in one.refusal)

    assert "no interface nothere0" in refused.refusal and refused.applied == 1 and refused.state == "running"
    assert old.applied == 1 and damaged.applied == 1
    assert len(running.hub.came.opened) == 1  # nothing was started anew
    assert [one["what"] for one in changes.recorded(running.files.changes)] == ["applied", "refused", "refused", "refused"]


def test_a_change_that_does_not_run_is_rolled_back(running: Running, capture: Path, tmp_path: Path) -> None:
    """The file is there, so that it looks right, and is no capture, which only trying it shows."""
    other = tmp_path / "other.pcap"
    other.write_bytes(b"this is no capture at all" * 100)
    first = growing(capture, revision=1)
    running.start(first)
    running.until(lambda one: one.applied == 1)
    running.until_came(80)
    running.configure(SensorConfig(sources=(*first.sources, GrowingSource(path=str(other))), reserve=0.0, revision=2, who="ann"))
    back = running.until(lambda one: one.refused == 2)
    later = running.until(lambda one: one.state == "running" and len(one.sources) == 1)

    assert "other.pcap" in back.refusal and later.applied == 1 and later.config == first
    assert read_applied(running.files.configuration) == first
    record = changes.recorded(running.files.changes)[-1]
    assert record["what"] == "rolled back" and record["who"] == "ann" and record["revision"] == 2
    assert sum(one.label.startswith(str(capture)) for one in running.hub.came.opened) == 1  # what stayed was left alone


def test_only_what_changed_is_started_anew_and_a_port_is_handed_on(running: Running, capture: Path) -> None:
    port = free_port()
    syslog = SyslogSource(address="127.0.0.1", port=port)
    first = growing(capture, revision=1)
    running.start(replace(first, sources=(*first.sources, syslog)))
    running.until(lambda one: one.applied == 1 and one.state == "running" and len(one.sources) == 2)
    running.configure(replace(first, sources=(*first.sources, replace(syslog, certificate="x")), revision=2, evidence=64))
    running.until(lambda one: one.applied == 2 and all(two.state == "running" for two in one.sources))
    opened = [one for one in running.hub.came.messages if isinstance(one, Opened)]

    assert sorted(one.kind for one in opened) == ["pcap", "syslog", "syslog"]


def test_a_change_by_hand_stays_though_the_hub_says_the_old_one_again(running: Running, capture: Path) -> None:
    running.start(growing(capture, revision=5))
    running.until(lambda one: one.applied == 5)
    write_config(running.files.configuration, growing(capture, outbox=33))
    by_hand = running.until(lambda one: one.config is not None and one.config.outbox == 33)
    running.configure(growing(capture, revision=5))
    running.configure(growing(capture, revision=6, outbox=34))
    later = running.until(lambda one: one.applied == 6)

    assert by_hand.backlog.limit == 33_000_000
    assert later.config is not None and later.config.outbox == 34 and later.refusal == ""


def test_a_restart_is_in_order_and_recorded(running: Running, capture: Path) -> None:
    running.start(growing(capture))
    running.until(lambda one: one.state == "running")
    reply = decode_reply(running.hub.answers[ask("s1")](encode_question(RestartAsked("ann"))))
    running._thread.join(60)

    assert not isinstance(reply, Refused) and running.status == service.RESTART
    assert running.hub.reports[-1].state == "stopped" and len(running.hub.came.closed) == 1
    assert changes.recorded(running.files.changes)[-1]["what"] == "restart"


def test_what_an_earlier_run_left_open_is_closed_with_a_word(running: Running, capture: Path) -> None:
    outbox = Outbox(running.files.outbox("s1"), 1 << 20)
    outbox.put([New(b"x")], opened=[OpenInput("s1.aaaa", "eth0 (live)", "pcap", 7, 1, 2)])
    outbox.forget(outbox.waiting(0, 10))
    outbox.close()
    running.start(growing(capture))
    running.until_came(80)
    (closed,) = running.hub.came.closed

    assert (closed.key, closed.state, closed.records) == ("s1.aaaa", "partial", 7)
    assert "without order" in closed.problems[0].what


def test_a_hub_that_is_away_loses_nothing(running: Running, capture: Path) -> None:
    running.hub.connected, running.hub.error = False, "The hub cannot be reached."
    running.start(growing(capture))
    end = time.monotonic() + 90
    while not (running.files.report.exists() and b'"state":"running"' in running.files.report.read_bytes()):
        assert time.monotonic() < end
        time.sleep(0.05)
    time.sleep(2)
    assert running.hub.kept == []
    running.hub.connected, running.hub.error = True, ""
    running.until_came(80)

    assert isinstance(running.hub.came.messages[0], Opened)


def test_a_full_outbox_holds_the_sources_back_and_loses_nothing(
    running: Running, capture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside the word that an input begins there is no room; what finds none waits in the sources until the hub is there."""
    monkeypatch.setattr(service.Outbox, "has_room", lambda self, size=0: self.messages < 1)
    running.hub.connected, running.hub.error = False, "The hub cannot be reached."
    running.start(growing(capture))
    end = time.monotonic() + 90
    while not (running.files.report.exists() and b"is full" in running.files.report.read_bytes()):
        assert time.monotonic() < end, running.files.report.read_bytes()
        time.sleep(0.05)
    running.hub.connected, running.hub.error = True, ""
    running.until_came(80)
    report = running.until(lambda one: one.backlog.full == "")

    assert report.backlog.lost == 0 and len(running.hub.came.activities) == 80


def test_the_directory_is_read_only_while_the_hub_says_so(
    running: Running, capture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(synchronizing, "READ", 0.2)
    directory = DirectorySource(url=f"ldap://127.0.0.1:{free_port()}")
    dc = Controller(fqdn="dc1.corp.test", addresses=("127.0.0.1",))
    running.start(growing(capture, directory=directory, controllers=(dc,)))
    running.until(lambda one: one.state == "running")
    time.sleep(1)
    alone = running.until(lambda one: one.sources)
    running.hub.values[synchronizer_of("corp.test")] = encode(Assignment(domain="corp.test", sensor="s1", term=1))
    mine = running.until(lambda one: one.synchronizes)
    known = running.files.states / "directory-0"
    known.write_bytes(b"")
    running.hub.values[synchronizer_of("corp.test")] = encode(Assignment(domain="corp.test", sensor="s2", term=2, before="s1"))
    running.until(lambda one: not one.synchronizes)
    taken = running.until(lambda one: len(one.sources) == 1)
    end = time.monotonic() + 30
    while known.exists():
        assert time.monotonic() < end
        time.sleep(0.02)
    known.write_bytes(b"")
    running.until(lambda one: one.at > taken.at + 500_000)

    assert known.exists()  # the folder is looked through once, not at every turn
    assert alone.synchronizes == () and [one.kind for one in alone.sources] == ["growing"]
    assert mine.synchronizes == ("corp.test",)
    assert taken.state == "running"


def test_a_directory_ends_by_itself_when_the_hub_cannot_be_asked(
    running: Running, capture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock of the lease is moved; nothing is slept."""
    monkeypatch.setattr(synchronizing, "READ", 0.2)
    ahead = [0.0]
    clock = synchronizing.moment
    monkeypatch.setattr(
        service,
        "Synchronizing",
        lambda id: synchronizing.Synchronizing(id, lambda: type(clock())(clock().steady + ahead[0], clock().wall)),
    )
    directory = DirectorySource(url=f"ldap://127.0.0.1:{free_port()}")
    dc = Controller(fqdn="dc1.corp.test", addresses=("127.0.0.1",))
    running.hub.values[synchronizer_of("corp.test")] = encode(Assignment(domain="corp.test", sensor="s1", term=1))
    running.start(growing(capture, directory=directory, controllers=(dc,)))
    running.until(lambda one: one.synchronizes)
    running.hub.connected, running.hub.error = False, "The hub cannot be reached."
    ahead[0] = 301.0
    end = time.monotonic() + 90
    while (report := msgspec.json.decode(running.files.report.read_bytes(), type=SensorReport)).synchronizes:
        assert time.monotonic() < end
        time.sleep(0.05)

    assert [one.kind for one in report.sources] == ["growing"]


def test_trial_and_look_are_short_enough_to_be_waited_for() -> None:
    assert configuring.TRIAL <= 60 and configuring.LOOK <= 5
