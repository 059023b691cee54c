import itertools
import os
import threading
import time
from pathlib import Path

import pytest

from app.model.activity import Activity, Endpoint, event_order
from app.model.details import DnsQuery
from app.paths import sample_case
from app.sensor.captures import CAPTURES
from app.sensor.packets.flows import Registry
from app.sensor.sensor import InputReport, known_conversations, read_input
from app.sensor.sources.content import Refused
from app.sensor.sources.inputs import find_inputs
from app.sensor.sources.reading import Step
from tests.sensor.wire import A, B, Toy, ether, ip4, pcap, tcp, toy, udp

S = 1_000_000


class Telling(Toy):
    """Every message becomes an activity."""

    def __init__(self, flow, emit, count):
        super().__init__(flow, [], count)
        self.emit, self.count = emit, count

    def message(self, from_client, data, at, frames, ordinal):
        super().message(from_client, data, at, frames, ordinal)
        self.count("toy seen", frames[0])
        ends = Endpoint(A), Endpoint(B)
        text = data[4:].decode()
        self.emit(
            Activity(
                at=at,
                until=at,
                input=self.flow.input,
                frames=frames,
                ordinal=ordinal,
                source=ends[0],
                destination=ends[1],
                detail=DnsQuery(name=text),
            )
        )


TOYS = Registry({88: Telling}, {88: Telling}, lambda head: None)
PACKETS = [(n * S, ether(ip4(A, B, 17, udp(1000 + n % 7, 88, toy(f"{n}")), ident=n))) for n in range(1, 301)]


def read(path, **more):
    (found,) = find_inputs([path])
    batches, steps = [], []
    report = read_input(found, batches.append, lambda *step: steps.append(step), registry=TOYS, **more)
    return report, batches, steps


def test_activities_come_in_batches_in_event_order_and_the_report_adds_up(tmp_path):
    path = tmp_path / "a.pcap"
    path.write_bytes(pcap(PACKETS))
    report, batches, steps = read(path, window=64)
    assert [len(one) for one in batches] == [64, 64, 64, 64, 44]
    assert all(one == sorted(one, key=event_order) for one in batches)
    assert (report.state, report.records, report.first, report.last) == ("done", 300, S, 300 * S)
    assert report.key == batches[0][0].input
    assert steps[-1] == (path.stat().st_size, 300)
    assert [(one.what, one.count, one.where) for one in report.problems] == [("toy seen", 300, "frame 1")]
    import hashlib

    assert report.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_cancelling_keeps_what_was_read(tmp_path):
    (tmp_path / "a.pcap").write_bytes(pcap(PACKETS))
    calls = iter([False, False, *[True] * 1000])
    report, batches, _ = read(tmp_path / "a.pcap", window=50, cancelled=lambda: next(calls))
    assert report.state == "partial"
    assert sum(map(len, batches)) == 100 == report.records


def test_a_mistake_of_ours_is_a_problem_not_an_end(tmp_path):
    bad = (S, ether(ip4(A, B, 6, tcp(5, 88, 1, toy("BOOM")))))
    (tmp_path / "a.pcap").write_bytes(pcap([bad, *PACKETS]))
    report, batches, _ = read(tmp_path / "a.pcap")
    assert sum(map(len, batches)) == 300
    assert ("internal error in Telling", 1, "frame 1") in [(one.what, one.count, one.where) for one in report.problems]


def breaking(after: int, error: type[Exception]):
    """A reader that tells so many activities in two steps and breaks."""

    def reader(opening, emit, note):
        for number in range(after):
            emit(Activity(at=S, until=S, input=opening.key, record=number, detail=DnsQuery(name="a")))
            if number == after // 2:
                yield Step(1, number + 1, S, S)
        raise error("secret words of the input")

    return reader


@pytest.mark.parametrize("after, state", [(0, "failed"), (1, "partial"), (10, "partial")])
def test_a_reader_that_breaks_costs_only_the_rest_of_its_input(tmp_path, monkeypatch, after, state):
    (tmp_path / "a.xml").write_text("<Events><Event></Event></Events>")
    (found,) = find_inputs([tmp_path / "a.xml"])
    monkeypatch.setattr("app.sensor.sensor.reader_of", lambda kind: breaking(after, KeyError))
    got: list[Activity] = []
    report = read_input(found, got.extend)
    assert report.state == state
    assert len(got) == after
    (told,) = [one.what for one in report.problems]
    assert told.startswith("mistake in the program: KeyError in test_sensor, line ")
    assert "secret" not in told


def test_what_was_read_before_a_refusal_stays_and_is_told(tmp_path, monkeypatch):
    (tmp_path / "a.xml").write_text("<Events><Event></Event></Events>")
    (found,) = find_inputs([tmp_path / "a.xml"])
    monkeypatch.setattr("app.sensor.sensor.reader_of", lambda kind: breaking(4, Refused))
    got: list[Activity] = []
    report = read_input(found, got.extend)
    assert (report.state, report.records, len(got)) == ("partial", 3, 4)


def test_a_store_that_refuses_is_no_problem_of_the_input(tmp_path):
    (tmp_path / "a.pcap").write_bytes(pcap(PACKETS))
    (found,) = find_inputs([tmp_path / "a.pcap"])

    def full(batch):
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        read_input(found, full, registry=TOYS)


@pytest.mark.parametrize(
    "content, state, what",
    [
        (b"", "failed", "empty"),
        (b"text", "failed", "neither a capture nor a log, a directory or an archive of them"),
        (pcap([])[:10], "partial", "file header cut short"),
        (pcap([]), "done", "no packets"),
        (pcap(PACKETS)[:-1], "partial", "last record cut short"),
    ],
)
def test_what_cannot_be_read_says_why(tmp_path, content, state, what):
    (tmp_path / "a").write_bytes(content)
    report, _, _ = read(tmp_path / "a")
    assert report.state == state
    assert what in [one.what for one in report.problems]


def test_a_file_that_vanishes_is_told(tmp_path):
    (tmp_path / "a").write_bytes(pcap(PACKETS))
    (found,) = find_inputs([tmp_path / "a"])
    (tmp_path / "a").unlink()
    report = read_input(found, lambda batch: None, registry=TOYS)
    assert (report.state, report.problems[0].what) == ("failed", "No such file or directory")


def test_no_thread_is_left(tmp_path):
    (tmp_path / "a.pcap").write_bytes(pcap(PACKETS))
    before = threading.active_count()
    read(tmp_path / "a.pcap")
    assert threading.active_count() == before


def everything(found, window):
    activities = []
    report = read_input(found, activities.extend, window=window)
    return sorted(activities, key=repr), report.problems and sorted(report.problems, key=repr), report


REAL = [
    "zeek_20-fids.pcap",
    "elc_wmiexec.pcap",
    "zeek_gap-data-missing.pcapng",
    "brute_Kerberos_-_v5_UDP.pcap",
    "pcpp_ldap.pcapng",
]


@pytest.mark.parametrize("name", REAL)
def test_windows_do_not_matter(shared, name):
    (found,) = find_inputs([shared / "corpus" / "pcap" / name])
    whole, problems, _ = everything(found, 50_000)
    assert whole
    assert len({one.id for one in whole}) == len(whole)
    for window in (1, 7, 50):
        again, same, _ = everything(found, window)
        assert again == whole
        assert same == problems


@pytest.mark.slow
def test_every_real_capture_is_read_without_a_mistake_of_ours(shared):
    captures = [one for one in find_inputs([shared / "corpus" / "pcap", shared / "lab" / "captures"]) if one.kind in CAPTURES]
    reports: list[InputReport] = [everything(one, 50_000)[2] for one in captures]
    assert len(reports) > 100
    assert [one.path for one in reports if any("internal error" in two.what for two in one.problems)] == []
    assert all(one.records for one in reports)


def test_cancelling_is_quick(tmp_path):
    many = [(n * 1000, PACKETS[n % 300][1]) for n in range(60_000)]
    (tmp_path / "a.pcap").write_bytes(pcap(many))
    (found,) = find_inputs([tmp_path / "a.pcap"])
    asked: list[float] = []

    def cancelled() -> bool:
        asked.append(time.monotonic())
        return False

    read_input(found, lambda batch: None, cancelled=cancelled, registry=TOYS)
    assert max(b - a for a, b in itertools.pairwise(asked)) < 0.2


def test_the_conversations_of_this_program_are_known():
    registry = known_conversations()
    assert {53, 88, 135, 389, 445} <= set(registry.tcp)


def test_a_file_cut_while_it_is_read_keeps_what_was_read(tmp_path: Path) -> None:
    path = tmp_path / "growing.pcap"
    path.write_bytes(sample_case().read_bytes())
    found = next(iter(find_inputs([path])))
    batches: list[int] = []

    def sink(batch: list[Activity]) -> None:
        batches.append(len(batch))
        os.truncate(path, 100)

    report = read_input(found, sink, window=500)

    assert sum(batches) > 0
    assert report.state == "partial"
    assert [one.what for one in report.problems if "shorter" in one.what] == ["the file became shorter while it was read"]
