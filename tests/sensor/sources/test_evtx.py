"""Event logs: all that headers promise is delivered or counted, whatever was done to the file."""

import json
import random
import struct
import sys
import time
import zlib
from pathlib import Path
from typing import Any

import evtx as native_reader
import pytest
from Evtx.Evtx import Evtx as SecondReader
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.model.activity import Activity
from app.model.events import EventLogon
from app.sensor.events.record import EventRecord
from app.sensor.events.xml_form import xml_record
from app.sensor.sensor import read_input
from app.sensor.sources import evtx
from app.sensor.sources import evtx_process as process
from app.sensor.sources.evtx_chunks import SIZE, Chunk, chunks, log_of
from app.sensor.sources.evtx_process import Native
from app.sensor.sources.inputs import find_inputs
from tests.sensor.events_material import bodies, count, numbers, read, said

BIG = "dbc_smb-password-guessing-security.evtx"
WHOLE = 3561


@pytest.fixture
def logs(shared: Path) -> Path:
    return shared / "corpus" / "evtx"


@pytest.fixture
def records(monkeypatch: pytest.MonkeyPatch) -> list[EventRecord]:
    """Every record that is handed to the translation, which then makes one activity of each."""
    seen: list[EventRecord] = []

    def each(record: EventRecord, input: str) -> list[Activity]:
        seen.append(record)
        detail = EventLogon(event_id=record.event_id, fields=record.fields)
        return [Activity(at=record.at, until=record.at, input=input, record=record.place, ordinal=record.ordinal, detail=detail)]

    monkeypatch.setattr(evtx.translate, "activities_of", each)
    monkeypatch.setattr(evtx.translate, "WANTED", frozenset(), raising=False)
    return seen


def header_promises(path: Path) -> int:
    """Records that the chunk headers of a log promise, read straight from them."""
    data, total = path.read_bytes(), 0
    for at in range(4096, len(data), SIZE):
        if data[at : at + 8] == b"ElfChnk\0":
            first, last = struct.unpack_from("<QQ", data, at + 8)
            total += last - first + 1
    return total


def test_every_log_of_the_corpus_delivers_what_its_headers_promise(logs: Path, records: list[EventRecord]) -> None:
    short = {}
    for path in sorted(logs.glob("*.evtx")):
        records.clear()
        report, activities = read(path)
        promised = header_promises(path)
        lost = count(report, "records that are lost")
        assert report.kind == "evtx"
        assert report.records == len(activities) == len(records)
        assert report.records + lost == promised, path.name
        assert len({one.id for one in activities}) == len(activities), path.name
        if lost:
            short[path.name] = lost
            assert report.state == "partial"
    # three records whose bytes were never written; nobody can read them
    assert short == {"oe_Microsoft-Windows-LanguagePackSetup_4Operational.evtx": 3}


@pytest.mark.parametrize(
    "name",
    ["sb_CA_CA_DCSync_4662.evtx", "dbc_new-user-security.evtx", "md_T1078.002_ID4964-Login_of_a_member_of_a_special_group.evtx"],
)
def test_records_say_what_the_second_reader_says(logs: Path, records: list[EventRecord], name: str) -> None:
    read(logs / name)
    with SecondReader(str(logs / name)) as log:
        other = [xml_record(one.xml().encode(), 0, one.record_num()) for one in log.records()]
    assert [(one.place, one.record, one.event_id, one.channel, one.computer, one.provider) for one in records] == [
        (one.place, one.record, one.event_id, one.channel, one.computer, one.provider) for one in other if one
    ]
    for one, two in zip(records, other, strict=True):
        assert two is not None
        assert abs(one.at - two.at) <= 5  # the second reader counts in floating point
        assert list(one.fields) == list(two.fields)
        for field, value in one.fields.items():
            assert spelled(value) == spelled(two.fields[field]), field


def spelled(value: str) -> str:
    """A value without what the two readers spell differently: line ends, braces and case of GUIDs, zeros of numbers."""
    value = value.replace("\r\n", "\n").lower()
    if value.startswith("0x"):
        return str(int(value, 16))
    return value.strip("{}")


def test_one_bad_record_costs_no_other(logs: Path, records: list[EventRecord]) -> None:
    """The native reader alone gives up the rest of the chunk behind a record without a size."""
    path = logs / "oe_sample-with-zero-data-size-event.evtx"
    alone = 0
    parser = iter(native_reader.PyEvtxParser(str(path)).records_json())
    while True:
        try:
            next(parser)
            alone += 1
        except StopIteration:
            break
        except RuntimeError:
            continue
    report, _ = read(path)
    assert alone == 335
    assert report.records == len(records) == 450
    assert said(report)["record headers that were put right"] == 1


def test_a_log_that_was_not_closed_is_read_to_its_end(tmp_path: Path, logs: Path, records: list[EventRecord]) -> None:
    parts = bodies(logs / BIG)[:3]
    last = bytearray(parts[2])
    struct.pack_into("<Q", last, 16, struct.unpack_from("<Q", last, 8)[0] + 9)  # the header knows the first ten records only
    at = 512
    for _ in range(10):
        at += struct.unpack_from("<I", last, at + 4)[0]
    struct.pack_into("<I", last, 48, at)
    struct.pack_into("<I", last, 52, zlib.crc32(last[512:at]))
    struct.pack_into("<I", last, 124, zlib.crc32(last[128:512], zlib.crc32(last[:120])))
    data = bytearray(log_of([parts[0], parts[1], bytes(last)]))
    struct.pack_into("<H", data, 42, 0)  # no chunks, says the file header
    struct.pack_into("<I", data, 120, 1)
    (tmp_path / "dirty.evtx").write_bytes(data)
    (tmp_path / "clean.evtx").write_bytes(log_of(parts))

    whole, _ = read(tmp_path / "clean.evtx")
    report, _ = read(tmp_path / "dirty.evtx")

    assert report.records == whole.records
    assert count(report, "records read that the chunk's header does not know yet") > 0
    assert count(report, "the log was not closed") == 1 or count(report, "checksum of the file header") == 1
    assert not count(report, "records that are lost")


def damaged(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "damaged"
    path.write_bytes(data)
    return path


def test_a_cut_log_gives_all_that_is_before_the_cut(tmp_path: Path, logs: Path, records: list[EventRecord]) -> None:
    data = (logs / BIG).read_bytes()[: 4096 + 2 * SIZE + 30_000]
    report, activities = read(damaged(tmp_path, data))
    lost = count(report, "records that are lost")
    assert report.state == "partial"
    assert said(report)["chunks cut short"] == 1
    assert report.records + lost == sum(
        struct.unpack_from("<Q", data, at + 16)[0] - struct.unpack_from("<Q", data, at + 8)[0] + 1
        for at in range(4096, len(data), SIZE)
    )
    assert numbers(activities) == list(range(1, report.records + 1))


def test_a_chunk_without_its_header_is_read_all_the_same(tmp_path: Path, logs: Path, records: list[EventRecord]) -> None:
    parts = bodies(logs / BIG)[:3]
    whole, _ = read(damaged(tmp_path, log_of(parts)))
    broken = bytearray(log_of(parts))
    broken[4096 + SIZE : 4096 + SIZE + 128] = bytes(128)
    report, activities = read(damaged(tmp_path, bytes(broken)))
    assert report.records == whole.records
    assert said(report)["chunks whose header is destroyed"] == 1
    assert numbers(activities) == list(range(1, whole.records + 1))


def test_a_file_without_its_header_and_a_lone_chunk_are_read(tmp_path: Path, logs: Path, records: list[EventRecord]) -> None:
    parts = bodies(logs / BIG)[:2]
    whole, _ = read(damaged(tmp_path, log_of(parts)))
    headless, _ = read(damaged(tmp_path, bytes(4096) + b"".join(parts)))
    lone, _ = read(damaged(tmp_path, parts[0] + parts[1]))
    assert headless.records == lone.records == whole.records
    assert count(lone, "the log has no file header") == 1


def test_bytes_taken_out_of_the_middle_cost_only_their_records(tmp_path: Path, logs: Path, records: list[EventRecord]) -> None:
    parts = bodies(logs / BIG)[:4]
    data = log_of(parts)
    whole, _ = read(damaged(tmp_path, data))
    at = 4096 + SIZE + 20_000
    report, _ = read(damaged(tmp_path, data[:at] + data[at + 30_001 :]))
    assert whole.records - 130 < report.records < whole.records
    assert count(report, "records that are lost") > 0
    in_second = len(next(one for one in chunks(data) if isinstance(one, Chunk) and one.number == 1).places)
    assert report.records >= whole.records - in_second + 20


def test_the_end_of_a_chunk_without_its_beginning_is_placed_by_its_own_templates(
    tmp_path: Path, logs: Path, records: list[EventRecord]
) -> None:
    """A record whose template lies beside it tells where its chunk began."""
    parts = bodies(logs / "md_apt_ID5145-4624-DonPAPI_full_extraction.evtx")
    whole = parts[0]
    first_size = struct.unpack_from("<I", whole, 516)[0]
    cut = whole[512 + first_size :]  # the header and one record are gone
    report, _ = read(damaged(tmp_path, parts[1] + cut))
    both, _ = read(damaged(tmp_path, log_of(parts[:2])))
    assert report.records >= both.records - 3


def test_zeroed_chunks_are_told_from_unused_ones(tmp_path: Path, logs: Path, records: list[EventRecord]) -> None:
    parts = bodies(logs / BIG)[:3]
    report, _ = read(damaged(tmp_path, log_of([parts[0], bytes(SIZE), parts[2], bytes(SIZE), bytes(SIZE)])))
    assert said(report)["chunks of zeros between others"] == 1
    assert said(report)["chunks at the end that were never used"] == 2
    missing = len(next(one for one in chunks(parts[1]) if isinstance(one, Chunk)).places)
    assert said(report)["record numbers skipped between chunks"] == missing


def test_a_record_taken_out_is_told_by_its_number(tmp_path: Path, logs: Path, records: list[EventRecord]) -> None:
    """A known way to hide a record is to make the one before it longer."""
    body = bytearray(bodies(logs / BIG)[0])
    at = 512
    for _ in range(4):
        at += struct.unpack_from("<I", body, at + 4)[0]
    size = struct.unpack_from("<I", body, at + 4)[0]
    more = struct.unpack_from("<I", body, at + size + 4)[0]
    struct.pack_into("<I", body, at + 4, size + more)
    struct.pack_into("<I", body, at + size + more - 4, size + more)
    report, activities = read(damaged(tmp_path, log_of([bytes(body)])))
    assert said(report)["record numbers skipped inside a chunk"] == 1
    assert said(report)["checksum of a chunk's records is wrong"] == 1
    assert 6 not in numbers(activities)


def test_the_same_number_twice_is_kept_twice(tmp_path: Path, logs: Path, records: list[EventRecord]) -> None:
    part = bodies(logs / BIG)[0]
    report, activities = read(damaged(tmp_path, log_of([part, part])))
    _, others = read(damaged(tmp_path, log_of([part, part])))
    assert count(report, "records whose number occurs twice") == report.records // 2
    assert len({one.id for one in activities}) == report.records
    assert [one.id for one in activities] == [one.id for one in others]


HANGS = "import sys, time; sys.stdin.buffer.read(4); time.sleep(600)"
DIES = "import sys; sys.stdin.buffer.read(4); sys.exit(3)"
BABBLES = (
    "import sys; sys.stdin.buffer.read(4); sys.stdout.buffer.write(b'\\x05\\0\\0\\0hello'); sys.stdout.flush(); sys.stdin.read()"
)


@pytest.mark.parametrize("script", [HANGS, DIES, BABBLES], ids=["hangs", "dies", "babbles"])
def test_a_child_that_fails_costs_time_and_no_more(
    logs: Path, script: str, monkeypatch: pytest.MonkeyPatch, records: list[EventRecord]
) -> None:
    child = Native([sys.executable, "-c", script], limit=0.3)
    monkeypatch.setattr(evtx, "native", lambda name: child)
    began = time.monotonic()
    report, activities = read(logs / "dbc_new-user-security.evtx")
    child.close()
    assert time.monotonic() - began < 20
    assert not activities
    assert said(report)[evtx.LOST] == 4
    assert said(report)["chunks on which the fast reader hung or crashed"] == 1
    assert report.state == "partial"


FAILS_FAST = """
import sys
from app.sensor.sources import evtx_child, evtx_wire
real = evtx_child.fast
def fast(chunk, form, wanted):
    if b"J\\0c\\0D\\0f\\0c\\0Z\\0T\\0c\\0" in chunk:
        import os; os.abort()
    return real(chunk, form, wanted)
evtx_child.fast = fast
evtx_child.main()
"""


def test_the_chunk_that_kills_the_fast_reader_goes_to_the_second_one(
    logs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, records: list[EventRecord]
) -> None:
    """The child aborts on one chunk of three, as a native crash does; the others are read fast, that one slowly."""
    parts = bodies(logs / BIG)[:3]
    path = damaged(tmp_path, log_of(parts))
    whole, _ = read(path)
    expected = [(one.place, one.fields) for one in sorted(records, key=lambda one: one.place)]
    records.clear()
    child = Native([sys.executable, "-c", FAILS_FAST], limit=20)
    monkeypatch.setattr(evtx, "native", lambda name: child)
    report, _ = read(path)
    child.close()
    assert child.deaths == 2  # the block, then the chunk itself
    assert report.records == whole.records
    slow = len(next(one for one in chunks(parts[0]) if isinstance(one, Chunk)).places)
    assert said(report)["records read by the second reader"] == slow
    assert [(one.place, one.fields) for one in sorted(records, key=lambda one: one.place)] == expected


def test_leaving_in_the_middle_leaves_no_answer_for_the_next(logs: Path, tmp_path: Path, records: list[EventRecord]) -> None:
    """Reading is stopped while the child has a question; the next input must not get that answer."""
    long = damaged(tmp_path, log_of(bodies(logs / BIG)))
    (found,) = find_inputs([long])
    stops = iter([False, False, True])
    report = read_input(found, lambda batch: None, cancelled=lambda: next(stops, True))
    assert report.state == "partial"
    assert 0 < report.records < WHOLE
    after, _ = read(logs / "dbc_new-user-security.evtx")
    assert (after.records, after.state) == (4, "done")


def test_damage_in_every_block_of_a_long_log(logs: Path, tmp_path: Path, records: list[EventRecord]) -> None:
    """The second reader works while the fast one has a question of its own."""
    data = bytearray((logs / BIG).read_bytes())
    for one in chunks(bytes(data)):
        if isinstance(one, Chunk) and one.number % 3 == 0:
            at = one.at + one.places[5][0] + 24
            data[at : at + 4] = b"\xff\xff\xff\xff"  # no BinXml begins so
    report, activities = read(damaged(tmp_path, bytes(data)))
    assert report.records + count(report, "records that are lost") == WHOLE
    assert count(report, "records that the fast reader left out") == 12
    assert len(activities) == report.records >= WHOLE - 12


def test_connections_to_other_ports_are_not_taken_apart(logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the records of 5156 only those to Kerberos leave the child; all of them are counted as read."""
    handed: list[EventRecord] = []
    made = evtx.translate.activities_of

    def each(record: EventRecord, input: str) -> list[Activity]:
        handed.append(record)
        return made(record, input)

    monkeypatch.setattr(evtx.translate, "activities_of", each)
    path = logs / "sb_C2_DE_RDP_Tunnel_5156.evtx"
    every = [json.loads(one["data"])["Event"] for one in native_reader.PyEvtxParser(str(path)).records_json()]
    wanted = [one["System"]["EventRecordID"] for one in every if is_connection(one) and one["EventData"]["DestPort"] == "88"]

    report, _ = read(path)

    assert report.records == len(every)
    assert sorted(one.record for one in handed if one.event_id == 5156) == sorted(wanted)
    assert 0 < len(wanted) < sum(map(is_connection, every))


def is_connection(event: dict[str, Any]) -> bool:
    return bool(event["System"]["EventID"] == 5156)


def test_many_small_files_share_one_child(logs: Path) -> None:
    process.native("fast").close()
    before = process.native("fast").deaths
    began = time.monotonic()
    total = 0
    for found in find_inputs([logs]):
        report, _ = read(found.file)
        total += report.records
    assert total > 24_000
    assert time.monotonic() - began < 15
    assert process.native("fast").deaths == before


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32), flips=st.integers(1, 60), cut=st.integers(0, 3))
def test_damage_never_raises_and_the_ledger_adds_up(shared: Path, tmp_path: Path, seed: int, flips: int, cut: int) -> None:
    chance = random.Random(seed)
    name = chance.choice(["md_T1136_ID4720-Admin_like_user_created.evtx", "pl_System2.evtx", "dbc_new-user-security.evtx"])
    data = bytearray((shared / "corpus" / "evtx" / name).read_bytes())
    for _ in range(flips):
        at = chance.randrange(4096, len(data)) if chance.random() < 0.7 else chance.randrange(4096, 8192)
        data[at] ^= 1 << chance.randrange(8)
    if cut:
        at, size = chance.randrange(len(data)), chance.randrange(1, 40_000)
        if cut == 1:
            del data[at : at + size]
        elif cut == 2:
            data[at : at + size] = bytes(len(data[at : at + size]))
        else:
            del data[at:]
    path = tmp_path / "input"
    path.write_bytes(data)
    found = next(iter(find_inputs([path])))
    if found.kind != "evtx":
        return
    expected = sum(one.expected for one in chunks(bytes(data)) if isinstance(one, Chunk))
    report, activities = read(path)
    lost = count(report, "records that are lost")
    assert report.records + lost == expected
    assert len({one.id for one in activities}) == len(activities)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=3000), st.integers(0, 3))
def test_nonsense_behind_the_magic_is_only_counted(tail: bytes, form: int) -> None:
    for data in (b"ElfFile\0" + tail, b"ElfChnk\0" + tail, b"ElfFile\0" + bytes(4088) + b"ElfChnk\0" + tail):
        assert all(isinstance(one, Chunk | tuple) for one in chunks(data))
