"""Times of records that cannot be."""

import json
from collections.abc import Iterable
from pathlib import Path

import pytest

from app.sensor.decoders.instants import AHEAD, EARLIEST, LATEST, NEVER
from app.sensor.events.record import EventRecord
from app.sensor.sources.clock import UNSET
from app.sensor.sources.dated import Dated, arrived
from tests.sensor.events_material import count, read

GOOD = 1_600_000_000_000_000
ZERO = -11_644_473_600_000_000
"""The beginning of 1601: a FILETIME of zero."""


def record(at: int, number: int = 1) -> EventRecord:
    return EventRecord(at=at, event_id=4624, channel="Security", place=number)


def walked(times: Iterable[int], written: int | None = None) -> tuple[list[int], int]:
    """(times of the records afterwards, how many were counted)."""
    bad = []
    dated = Dated[EventRecord](lambda what, where, count=1: bad.append((what, where)))
    out = [one for place, at in enumerate(times) for one in dated.take(record(at, place), f"record {place}", written)]
    out += dated.rest()
    assert [one.place for one in out] == list(range(len(out))) and all(what == NEVER for what, _ in bad)
    return [one.at for one in out], len(bad)


@pytest.mark.parametrize("wrong", [ZERO, 0, 1, EARLIEST - 1, LATEST, 1 << 62])
def test_a_record_without_a_time_stands_where_the_one_before_it_does(wrong: int) -> None:
    assert walked([GOOD, wrong, wrong, GOOD + 9]) == ([GOOD, GOOD, GOOD, GOOD + 9], 2)
    assert walked([wrong, wrong, GOOD, wrong]) == ([GOOD, GOOD, GOOD, GOOD], 3)


def test_when_it_was_written_is_better() -> None:
    assert walked([GOOD, ZERO], written=GOOD + 5) == ([GOOD, GOOD + 5], 1)
    assert walked([ZERO], written=ZERO) == ([ZERO], 1)


def test_a_log_whose_clock_was_never_set_is_kept_as_it_is() -> None:
    times = [ZERO + place for place in range(UNSET + 50)]
    assert walked(times) == (times, len(times))


def test_years_between_records_are_no_mistake() -> None:
    times = [EARLIEST, GOOD, GOOD - 400 * 86_400_000_000, LATEST - 1]
    assert walked(times) == (times, 0)


@pytest.mark.parametrize(
    ("at", "came", "is_"),
    [
        (GOOD, GOOD, GOOD),
        (GOOD + AHEAD, GOOD, GOOD + AHEAD),  # a zone that was misread
        (GOOD + AHEAD + 1, GOOD, GOOD),
        (GOOD + 90 * AHEAD, GOOD, GOOD),
        (ZERO, GOOD, GOOD),
        (1, GOOD, GOOD),
        (LATEST, GOOD, GOOD),
        (EARLIEST, GOOD, EARLIEST),  # kept for years by a relay
        (GOOD, 5, GOOD),  # who received it has no clock
    ],
)
def test_what_comes_was_recorded_before_it_came(at: int, came: int, is_: int) -> None:
    said = []
    found = arrived(record(at), came, lambda what, where, count=1: said.append((what, where)), "event 7")
    assert found.at == is_ and found.place == 1
    assert said == ([] if at == is_ else [(NEVER, "event 7")])


XML = (
    '<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System>'
    '<Provider Name="Microsoft-Windows-Security-Auditing"/><EventID>4720</EventID><TimeCreated SystemTime="{}"/>'
    "<EventRecordID>{}</EventRecordID><Channel>Security</Channel><Computer>dc.a.test</Computer></System>"
    '<EventData><Data Name="TargetUserName">eve</Data><Data Name="SubjectUserName">adam</Data></EventData></Event>'
)
WRITTEN = ("1601-01-01T00:00:00.000Z", "2020-09-22T02:13:01.000Z", "1970-01-01T00:00:00.000Z")


def as_json(when: str, number: int) -> str:
    return json.dumps({"EventID": 4720, "Channel": "Security", "SourceName": "Microsoft-Windows-Security-Auditing",
                       "EventTime": when, "Hostname": "dc.a.test", "RecordNumber": number, "TargetUserName": "eve"})  # fmt: skip


@pytest.mark.parametrize("form", ["xml", "json"])
def test_the_span_of_an_export_is_not_stretched_and_every_event_is_read(tmp_path: Path, form: str) -> None:
    made = XML.format if form == "xml" else as_json
    path = tmp_path / f"export.{form}"
    path.write_text("\n".join(made(when, number) for number, when in enumerate(WRITTEN, 1)))
    report, activities = read(path)

    assert report.first == report.last == 1_600_740_781_000_000
    assert [one.at for one in activities] == [report.first] * 3 and report.records == 3
    assert count(report, NEVER) == 2


def test_records_that_say_no_time_of_writing_take_that_of_their_event(shared: Path) -> None:
    """As exports of Windows leave them."""
    path = next((shared / "corpus" / "evtx").glob("sb_CA_CA_protectedstorage_5145_rpc_masterkey.evtx"), None)
    if path is None:
        pytest.skip("this log is not here")
    report, activities = read(path)

    assert report.records == 1 and [one.at for one in activities] == [report.first] == [report.last]
    assert report.first is not None and EARLIEST <= report.first < LATEST and not count(report, NEVER)
