"""The same bytes cut into other segments, out of order, repeated: the same activities."""

import random
import struct
from collections import Counter
from pathlib import Path

import msgspec
import pytest

from app.model.activity import Activity
from app.sensor.conversations.registry import TCP
from app.sensor.sensor import read_input
from app.sensor.sources.inputs import found_at
from tests.material import SAMPLE

Record = tuple[bytes, bytes]
"""Time of a packet as in its record header, and the packet."""


def records(path: Path) -> list[Record]:
    data, at, out = path.read_bytes(), 24, list[Record]()
    while at + 16 <= len(data):
        size = struct.unpack_from("<I", data, at + 8)[0]
        out.append((data[at : at + 8], data[at + 16 : at + 16 + size]))
        at += 16 + size
    return out


def split(frame: bytes, chance: random.Random, pieces: int) -> list[bytes]:
    """An Ethernet frame with a TCP payload as several; any other frame as it is."""
    if frame[12:14] != b"\x08\0" or frame[23] != 6 or frame[20:22] not in (b"\0\0", b"\x40\0"):
        return [frame]
    head = 14 + (frame[14] & 15) * 4
    start = head + (frame[head + 12] >> 4) * 4
    end = 14 + int.from_bytes(frame[16:18], "big")
    payload = frame[start:end]
    if len(payload) < 2 or end > len(frame) or frame[head + 13] & 7:
        return [frame]
    ports = {int.from_bytes(frame[head : head + 2], "big"), int.from_bytes(frame[head + 2 : head + 4], "big")}
    if not ports & TCP.keys():
        return [frame]  # what runs on no known port is recognised by the beginning of a segment
    cuts = sorted({chance.randrange(1, len(payload)) for _ in range(chance.randint(1, pieces))})
    sequence, out = int.from_bytes(frame[head + 4 : head + 8], "big"), []
    for a, z in zip([0, *cuts], [*cuts, len(payload)], strict=True):
        tcp = frame[head : head + 4] + ((sequence + a) & 0xFFFFFFFF).to_bytes(4, "big") + frame[head + 8 : start] + payload[a:z]
        total = (head - 14 + len(tcp)).to_bytes(2, "big")
        out.append(frame[:16] + total + frame[18:head] + tcp)
    return out


def rewritten(path: Path, out: Path, way: str) -> Path:
    """The capture in other segments: one cut, many cuts, pieces shuffled, pieces doubled."""
    chance = random.Random(way)
    parts = [path.read_bytes()[:24]]
    for when, frame in records(path):
        pieces = split(frame, chance, 1 if way == "once" else 5)
        if way == "shuffled":
            chance.shuffle(pieces)
        if way == "doubled" and len(pieces) > 1:
            pieces.insert(chance.randrange(len(pieces)), chance.choice(pieces))
        parts += [when + struct.pack("<II", len(one), len(one)) + one for one in pieces]
    out.write_bytes(b"".join(parts))
    return out


def told(path: Path) -> Counter[bytes]:
    """Everything that activities say but for the numbers of their frames."""
    found: list[Activity] = []
    read_input(found_at(path), found.extend)
    return Counter(msgspec.json.encode(msgspec.structs.replace(one, frames=(), ordinal=0, input="")) for one in found)


@pytest.mark.parametrize("way", ["once", "often", "shuffled", "doubled"])
def test_of_the_sample(tmp_path: Path, way: str) -> None:
    expected, found = told(SAMPLE), told(rewritten(SAMPLE, tmp_path / "again.pcap", way))

    assert sum(expected.values()) > 6000
    assert not expected - found, list((expected - found).items())[:2]
    assert not found - expected, list((found - expected).items())[:2]
