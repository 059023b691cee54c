"""Captures that still grow: whatever pieces they come in, the packets are those of the file."""

import os
import random
import struct
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.sensor.sources.growing import FileFeed, PipeFeed, Trail, windows
from app.sensor.sources.living import Cannot
from app.sensor.sources.pcap import walk_pcap
from app.sensor.sources.pcapng import walk_pcapng
from tests.material import SAMPLE
from tests.sensor.sources.listening import until
from tests.sensor.wire import pcap

Row = tuple[int, int, bytes]


class Pieces:
    """Bytes in pieces of any length."""

    def __init__(self, data: bytes, sizes: Iterator[int]) -> None:
        self.data, self.sizes, self.at = data, sizes, 0

    def read(self, seconds: float) -> bytes | None:
        if self.at >= len(self.data):
            return None
        size = next(self.sizes)
        part = self.data[self.at : self.at + size]
        self.at += size
        return part

    def restarted(self) -> str:
        return ""

    def resume(self) -> None:
        return None

    def mark(self, left: int) -> None:
        return None


def sizes(chance: random.Random) -> Iterator[int]:
    while True:
        yield chance.choice((1, 7, 100, 3000, 70_000))


def rows(data: bytes, notes: list[str], chance: random.Random) -> list[Row]:
    out: list[Row] = []
    for one in windows(Pieces(data, sizes(chance)), lambda what, where, count: notes.append(what), threading.Event()):
        if one is not None:
            for row, (start, size, at) in enumerate(zip(one.start.tolist(), one.size.tolist(), one.at.tolist(), strict=True)):
                out.append((one.first + row, at, bytes(one.data[start : start + size])))
    return out


def whole(data: bytes) -> list[Row]:
    walk = walk_pcapng if data[:4] == b"\x0a\x0d\x0d\x0a" else walk_pcap
    out: list[Row] = []
    for one in walk(data, lambda what, place: None):
        for row, (start, size, at) in enumerate(zip(one.start.tolist(), one.size.tolist(), one.at.tolist(), strict=True)):
            out.append((one.first + row, at, bytes(data[start : start + size])))
    return out


def beginning() -> bytes:
    return pcap([(at, frame) for _, at, frame in whole(SAMPLE.read_bytes()[:400_000])])


def as_pcapng(data: bytes) -> bytes:
    """The packets of a capture as two sections, the second with two interfaces that are described late."""
    section = struct.pack("<IIIHHqI", 0x0A0D0D0A, 28, 0x1A2B3C4D, 1, 0, -1, 28)
    interface = struct.pack("<IIHHII", 1, 20, 1, 0, 0, 20)
    packets = whole(data)
    out = bytearray(section + interface)
    for number, (_, at, frame) in enumerate(packets):
        if number == len(packets) // 2:
            out += section + interface + interface
        pad = -len(frame) % 4
        size = 32 + len(frame) + pad
        which = 1 if number > len(packets) // 2 else 0
        out += struct.pack("<IIIIIII", 6, size, which, at >> 32, at & 0xFFFFFFFF, len(frame), len(frame))
        out += frame + bytes(pad) + struct.pack("<I", size)
    return bytes(out)


@pytest.mark.parametrize("form", ["pcap", "pcapng"])
def test_pieces_of_any_length_give_the_packets_of_the_file(form: str) -> None:
    data = beginning()
    data = data if form == "pcap" else as_pcapng(data)
    for seed in range(5):
        notes: list[str] = []

        assert rows(data, notes, random.Random(seed)) == whole(data)
        assert not notes


@pytest.mark.parametrize("form", ["pcap", "pcapng"])
def test_a_cut_end_is_told(form: str) -> None:
    data = beginning()
    data = (data if form == "pcap" else as_pcapng(data))[:-5]
    notes: list[str] = []
    got = rows(data, notes, random.Random(1))

    assert got == whole(data) and notes == ["last packet cut short"]


@pytest.mark.parametrize("form", ["pcap", "pcapng"])
def test_damage_is_counted_and_never_raises(form: str) -> None:
    data = beginning()[:60_000]
    data = data if form == "pcap" else as_pcapng(data)
    chance = random.Random(3)
    told = 0
    for seed in range(60):
        broken = bytearray(data)
        for _ in range(chance.randrange(1, 6)):
            at = chance.randrange(32, len(broken))
            broken[at] = chance.randrange(256)
        notes: list[str] = []
        try:
            got = rows(bytes(broken), notes, random.Random(seed))
        except Cannot:
            continue
        told += bool(notes)

        assert [one[0] for one in got] == list(range(1, len(got) + 1))
    assert told


def test_what_is_no_capture_is_refused() -> None:
    with pytest.raises(Cannot, match="no capture"):
        rows(b"GET / HTTP/1.1\r\n\r\n" * 10, [], random.Random(1))


def test_a_pipe_ends_with_its_writer() -> None:
    data = SAMPLE.read_bytes()[:50_000]
    reading, writing = os.pipe()

    def write() -> None:
        os.write(writing, data[:30_000])
        time.sleep(0.1)
        os.write(writing, data[30_000:])
        os.close(writing)

    thread = threading.Thread(target=write)
    thread.start()
    count = sum(len(one.start) for one in windows(PipeFeed(reading), lambda what, where, count: None, threading.Event()) if one)
    thread.join()
    os.close(reading)

    assert count == len(whole(data))


def test_a_file_that_grows_is_cut_and_replaced(tmp_path: Path) -> None:
    data = SAMPLE.read_bytes()[:40_000]
    one = len(whole(data))
    path = tmp_path / "growing.pcap"
    path.write_bytes(data)
    stop = threading.Event()
    notes: list[str] = []
    feed = FileFeed(path, stop)
    seen: list[int] = []

    def follow() -> None:
        for records in windows(feed, lambda what, where, count: notes.append(what), stop):
            seen.extend([] if records is None else [records.first + len(records.start) - 1])

    def wait(frames: int) -> None:
        until(lambda: bool(seen) and seen[-1] >= frames)

    thread = threading.Thread(target=follow)
    thread.start()
    wait(one)
    with path.open("r+b") as file:  # cut, as a program that begins anew does
        file.truncate(0)
    until(lambda: any("shorter" in note for note in notes))  # else it would find the same bytes again
    path.write_bytes(data)
    wait(2 * one)
    path.rename(tmp_path / "old.pcap")
    path.write_bytes(data)
    wait(3 * one)
    stop.set()
    thread.join(5)
    feed.close()

    assert not thread.is_alive()
    assert seen[-1] == 3 * one
    assert any("shorter" in note for note in notes) and any("another file" in note for note in notes)


def followed(path: Path, place: str, frames: int) -> tuple[list[Row], str]:
    """So many packets of a file from a place on, and the place behind them; what nobody waits for comes too late to count."""
    stop, trail, out = threading.Event(), Trail(), list[Row]()
    feed = FileFeed(path, stop, place)
    quiet = 0
    for one in windows(feed, lambda what, where, count: None, stop, trail):
        quiet = quiet + 1 if one is None else 0
        if one is not None:
            for row, (start, size, at) in enumerate(zip(one.start.tolist(), one.size.tolist(), one.at.tolist(), strict=True)):
                out.append((one.first + row, at, bytes(one.data[start : start + size])))
        if quiet > (0 if len(out) >= frames else 5):
            break
    feed.close()
    return out, trail.place


@pytest.mark.parametrize("form", ["pcap", "pcapng"])
def test_a_file_is_followed_on_from_where_an_earlier_run_left_it(tmp_path: Path, form: str) -> None:
    data = SAMPLE.read_bytes()[:60_000]
    data = as_pcapng(data) if form == "pcapng" else data
    expected = whole(data)
    path = tmp_path / "growing.pcap"
    found: list[Row] = []
    place = ""
    for end in (20_000, 20_010, 41_001, len(data)):  # in the middle of packets, once nothing whole
        path.write_bytes(data[:end])
        came, new = followed(path, place, 0)
        found += came
        place = new or place

    assert [row[1:] for row in found] == [row[1:] for row in expected]


def test_a_place_of_another_file_or_of_none_is_no_place(tmp_path: Path) -> None:
    data = SAMPLE.read_bytes()[:40_000]
    path = tmp_path / "growing.pcap"
    path.write_bytes(data)
    came, place = followed(path, "", len(whole(data)))
    other = bytearray(data + data[24:])
    other[len(data) - 2_000] ^= 0xFF  # another capture that grew past that place

    assert len(came) == len(whole(data)) and followed(path, place, 0)[0] == []
    path.write_bytes(other)
    assert len(followed(path, place, 0)[0]) == len(whole(bytes(other)))
    path.write_bytes(data[:20_000])
    assert len(followed(path, place, 0)[0]) == len(whole(data[:20_000]))
    for strange in ("nonsense", "[5]", '[1, ""]', f'[{1 << 70}, "AA=="]', '[-4, "AA=="]', "\ud800"):
        assert len(followed(path, strange, 0)[0]) == len(whole(data[:20_000]))
