"""Numbers, sizes, times, names as they are shown."""

from datetime import UTC, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.model.rows import InputRow, Progress
from app.ui import wording
from app.ui.plots.buckets import buckets, counted
from app.ui.plots.time_axis import ticks

FIFTH = 1_767_621_731_266_000  # 2026-01-05 14:02:11.266 UTC


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (812, "812 bytes"),
        (4_100, "4.1 kB"),
        (388_000_000, "388 MB"),
        (1_210_000_000, "1.21 GB"),
        (999_999, "1.0 MB"),
    ],
)
def test_sizes(value: int, words: str) -> None:
    assert wording.size(value) == words


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (9_000, "9 ms"),
        (3_000_000, "3 s"),
        (41 * 60_000_000, "41 min"),
        (5 * 3_600_000_000, "5 h"),
        (2 * 86_400_000_000, "2 days"),
    ],
)
def test_spans(length: int, words: str) -> None:
    assert wording.span(length) == words


def test_times() -> None:
    assert wording.clock(FIFTH) == "14:02:11"
    assert wording.clock(FIFTH, True) == "14:02:11.266"
    assert wording.day(FIFTH) == "Monday 5 January"
    assert wording.period(FIFTH, FIFTH + 3_000_000) == "Mon 5 Jan 2026, 14:02:11 – 14:02:14 UTC (3 s)"
    assert wording.dates(FIFTH, FIFTH + 4 * wording.DAY) == "5–9 Jan 2026"
    assert wording.evidence(FIFTH, FIFTH + wording.DAY) == "Evidence: Mon 5 Jan 14:02 – Tue 6 Jan 14:02"


def test_the_zone_is_chosen_in_one_place() -> None:
    wording.set_zone(timezone(timedelta(hours=2)), "UTC+2")
    try:
        assert wording.clock(FIFTH) == "16:02:11"
        assert wording.period(FIFTH, FIFTH).endswith("UTC+2")
    finally:
        wording.set_zone(UTC, "UTC")


@given(st.integers(min_value=-(2**63), max_value=2**63 - 1))
def test_any_time_of_a_capture_can_be_shown(at: int) -> None:
    for words in (wording.clock(at, True), wording.day(at), wording.moment(at), wording.period(at, at)):
        assert words
    assert isinstance(wording.day_key(at), int)


@given(st.text(max_size=400))
def test_tidy_leaves_nothing_that_hides_or_reorders(text: str) -> None:
    shown = wording.tidy(text)
    assert len(shown) <= 300
    assert not any(ord(one) < 0x20 or 0x202A <= ord(one) <= 0x202E or 0x2066 <= ord(one) <= 0x2069 for one in shown)


def test_tidy_shows_that_something_was_there() -> None:
    assert wording.tidy("a\u202egpj.exe\x00") == "a·gpj.exe·"
    assert wording.tidy("one\ntwo\tthree") == "one two three"
    assert len(wording.tidy("x" * 65_536)) == 300


@given(
    st.integers(min_value=0, max_value=2**62), st.integers(min_value=0, max_value=10**14), st.integers(min_value=1, max_value=300)
)
def test_buckets_hold_the_whole_span(first: int, length: int, most: int) -> None:
    start, end, number = buckets(first, first + length, most)
    assert start <= first and first + length < end
    assert 1 <= number <= most + 1
    assert (end - start) % number == 0


def test_counted_keeps_every_alert() -> None:
    times = [(FIFTH, "high"), (FIFTH + 1, "high"), (FIFTH + wording.DAY, "low")]
    found = counted(times, ("low", "high"), FIFTH, FIFTH + wording.DAY, 50)
    assert sum(found.series["high"]) == 2 and sum(found.series["low"]) == 1


@given(
    st.integers(min_value=0, max_value=2**60), st.integers(min_value=1, max_value=2**60), st.integers(min_value=-3, max_value=500)
)
def test_ticks_are_few_and_inside(start: int, length: int, most: int) -> None:
    found = ticks(start, start + length, most)
    assert len(found) <= 61
    assert all(start <= one.at <= start + length for one in found)


def test_progress_in_words() -> None:
    progress = Progress(
        path="a", stage="read", done_bytes=61, total_bytes=100, records=1, activities=1, rate=212_000_000.0, remaining=3.2
    )
    assert wording.progress_words(progress) == ("61 %", "212 MB/s", "0:03")
    assert (
        wording.share(Progress(path="", stage="", done_bytes=5, total_bytes=0, records=0, activities=0, rate=0, remaining=None))
        == 0.0
    )


def test_inputs_are_named_and_counted_in_their_own_units() -> None:
    assert wording.input_kind("evtx", "/a/b.evtx") == "EVTX"
    assert wording.input_kind("pcap", "eth0 (live)") == "Live packets"
    assert wording.input_kind("directory", "ldaps://dc1 (live)") == "LDAP directory"
    assert wording.records("directory", 1) == "1 object" and wording.records("evtx", 1204) == "1,204 records"
    rows = [
        InputRow(key=kind, path="", kind=kind, bytes=0, sha256="", records=number, first=None, last=None, state="done")
        for kind, number in (("pcap", 10), ("pcapng", 5), ("evtx", 3), ("xml", 30), ("syslog", 0))
    ]
    assert wording.found_in(rows) == ["33 records", "15 packets"]


@given(st.lists(st.integers(0, 10**9), max_size=6))
def test_percentages_sum_up_to_a_hundred_and_what_is_there_is_never_nothing(parts: list[int]) -> None:
    told = wording.percentages(parts)
    assert sum(int(one.split()[0]) for one in told if one != "under 1 %") == (100 if any(parts) else 0)
    assert all((one == "0 %") == (not part) for one, part in zip(told, parts, strict=True))


def test_percentages_as_people_read_them() -> None:
    assert wording.percentages([2, 1]) == ("67 %", "33 %")
    assert wording.percentages([998, 1, 1]) == ("100 %", "under 1 %", "under 1 %")
    assert wording.percentages([]) == () and wording.percentages([0]) == ("0 %",)
