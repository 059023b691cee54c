"""Packets whose time cannot be are counted, and stretch nothing."""

import random
from pathlib import Path

import pytest

from app.model.rows import InputRow
from app.sensor.sources.clock import ASTRAY, BEGINNING, UNSET, WRONG, YEAR, Clock
from app.sensor.sources.pcap import walk_pcap
from app.sensor.sources.pcapng import walk_pcapng
from app.session import Session
from tests.material import SECOND, START, save, spray
from tests.sensor.wire import enhanced, interface, pcap, section

USERS = [f"user{number}" for number in range(20)]
FAR = START + 40 * YEAR


def told(times: list[int], window: int = 1000) -> tuple[list[int], int]:
    """(times of the packets, number of notes)."""
    data = pcap([(at, bytes(40)) for at in times])
    out, notes, frame = [], [], 1
    clock = Clock(next(walk_pcap(data, lambda *_: None, BEGINNING), None))
    for one in clock.windows(walk_pcap(data, lambda *_: None, window), lambda what, place: notes.append((what, place))):
        assert one.first == frame
        out += one.at.tolist()
        frame += len(one.at)
    assert {what for what, _ in notes} <= {WRONG} and len(set(notes)) == len(notes)
    return out, len(notes)


def steady(number: int, at: int = START) -> list[int]:
    return [at + place * SECOND for place in range(number)]


@pytest.mark.parametrize("wrong", [0, 1_000, FAR, 700_000_000_000_000])
@pytest.mark.parametrize("place", [0, 1, 57, 98])
@pytest.mark.parametrize("window", [1, 7, 1000])
def test_one_packet_stands_where_the_one_before_it_does(wrong: int, place: int, window: int) -> None:
    if (wrong, place) == (700_000_000_000_000, 0):
        return  # another capture may have been put before
    times = steady(100)
    sane = [*times[:place], times[place - 1] if place else times[1], *times[place + 1 :]]
    times[place] = wrong
    assert told(times, window) == (sane, 1)


@pytest.mark.parametrize(
    "times",
    [
        steady(50), [0] * 50, steady(50, 5), steady(20)[::-1], [], [0],
        [*steady(2), *steady(1, START + 2 * YEAR), *steady(2, START + 5 * YEAR), *steady(3, FAR)],
        [*steady(100, FAR), *steady(100)],
    ],
)  # fmt: skip
@pytest.mark.parametrize("window", [1, 7, 1000])
def test_times_that_do_not_come_back_are_left_alone(times: list[int], window: int) -> None:
    assert told(times, window) == (times, 0)


def test_so_many_are_another_capture() -> None:
    few, many = ([*steady(40), *steady(number, FAR), *steady(40, START + 40 * SECOND)] for number in (ASTRAY, ASTRAY + 1))
    assert told(few) == ([*steady(40), *[steady(40)[-1]] * ASTRAY, *steady(40, START + 40 * SECOND)], ASTRAY)
    assert told(many) == (many, 0)


def test_a_clock_that_was_never_set_is_left_alone_until_it_is_set() -> None:
    times = [*steady(40, 0), *steady(5)]
    assert told(times, 8) == (times, 0)
    out, notes = told([*steady(40), *steady(UNSET + 5, 0)])
    assert notes == UNSET - 1 and out[-1] == steady(UNSET + 5, 0)[-1]


def test_it_is_the_same_however_a_capture_is_cut() -> None:
    chance = random.Random(7)
    times = [chance.choice((0, FAR, FAR + 1)) if chance.random() < 0.3 else at for at in steady(300)]
    first, *others = (told(times, window) for window in (1000, 1, 2, 17, 60))
    assert others == [first] * 4 and first[1] == sum(one not in set(steady(300)) for one in times)
    assert first[0] == sorted(first[0])


def read(path: Path, tmp_path: Path) -> tuple[InputRow, tuple[int, int] | None, int]:
    session = Session.open(tmp_path / "w")
    try:
        session.read_here([path], lambda _: None)
        (one,) = session.queries.inputs()
        return one, session.queries.span(), len(session.queries.alerts())
    finally:
        session.close()


@pytest.mark.parametrize("wrong", [0, FAR])
def test_a_case_and_its_coverage_are_as_long_as_its_other_packets(tmp_path: Path, wrong: int) -> None:
    packets = spray(USERS)
    for folder in ("one", "other"):
        (tmp_path / folder).mkdir()
    calm, span, alerts = read(save(tmp_path / "calm.pcap", packets), tmp_path / "one")
    packets.insert(10, (wrong, packets[10][1]))
    path = tmp_path / "odd.pcap"
    path.write_bytes(pcap(packets))
    odd, stretched, same = read(path, tmp_path / "other")

    assert (odd.first, odd.last, stretched, same) == (calm.first, calm.last, span, alerts)
    assert [(one.what, one.count) for one in odd.problems if one.what == WRONG] == [(WRONG, 1)]
    assert calm.problems == () or all(one.what != WRONG for one in calm.problems)


def test_a_time_beyond_all_clocks_of_a_pcapng_is_none() -> None:
    data = section() + interface() + b"".join(enhanced(at, bytes(40)) for at in (START, (1 << 63) + 5, START + 1))
    notes: list[str] = []
    out: list[int] = []
    for one in Clock().windows(walk_pcapng(data, lambda *_: None), lambda what, place: notes.append(what)):
        out += one.at.tolist()
    assert (out, notes) == ([START, START, START + 1], [WRONG])
