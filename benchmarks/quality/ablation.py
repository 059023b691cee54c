"""Captures with something taken away: the bind, the first half, a twentieth of the packets."""

import random
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

HEADER = 24
RECORD = 16
BINDS = (b"\x05\x00\x0b", b"\x05\x00\x0c", b"\x05\x00\x0e", b"\x05\x00\x0f")
"""Version 5.0 and the types bind, bind-ack, alter-context and its answer (C706 section 12.6.3.1)."""


def packets(data: bytes) -> Iterator[bytes]:
    """Records of a little-endian pcap, header and packet together."""
    at = HEADER
    while at + RECORD <= len(data):
        (length,) = struct.unpack_from("<I", data, at + 8)
        yield data[at : at + RECORD + length]
        at += RECORD + length


def without_bind(record: bytes) -> bool:
    """False for a packet in which a connection agrees on an RPC interface."""
    body = record[RECORD + 14 :]
    return not any(mark + flags in body for mark in BINDS for flags in (b"\x03\x10", b"\x07\x10"))


def _second_half(records: list[bytes]) -> list[bytes]:
    return records[len(records) // 2 :]


def _lossy(records: list[bytes]) -> list[bytes]:
    dice = random.Random(20)
    return [one for one in records if dice.random() >= 0.05]


ABLATIONS: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "no bind": lambda records: [one for one in records if without_bind(one)],
    "second half only": _second_half,
    "5 % of packets lost": _lossy,
}


def cut(source: Path, target: Path, how: str) -> None:
    """Write a capture with something taken away. Raises ValueError when it is no little-endian pcap."""
    data = source.read_bytes()
    if data[:4] not in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1"):
        raise ValueError(f"{source.name} is no little-endian pcap")
    target.write_bytes(data[:HEADER] + b"".join(ABLATIONS[how](list(packets(data)))))
