"""Feeds the TCP streams of a capture to conversations, slowly and plainly, so that these can be tested by themselves."""

import heapq
import ipaddress
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dpkt

from app.model.activity import Activity, Endpoint
from app.sensor.frame import Flow

SYN, FIN, RST = 2, 1, 4
PORTS = (139, 445)


class Side:
    """One direction of a connection."""

    def __init__(self) -> None:
        self.next: int | None = None
        self.waiting: list[tuple[int, int, int, bytes]] = []
        self.data = b""
        self.marks: list[tuple[int, int, int]] = []  # offset in data, frame, at
        self.skip = 0


class Stream:
    """One connection with its conversation."""

    def __init__(self, kind: Callable[..., Any], flow: Flow, emit: Callable[[Activity], None], count: Callable[..., None]) -> None:
        self.talk = kind(flow, emit, count)
        self.sides = (Side(), Side())
        self.step = 0

    def segment(self, client: bool, seq: int, flags: int, data: bytes, at: int, frame: int, cut: int) -> None:
        side = self.sides[client]
        if flags & SYN:
            side.next = (seq + 1) & 0xFFFFFFFF
            return
        if not data:
            return
        if side.next is None:
            side.next = seq
        heapq.heappush(side.waiting, ((seq - side.next + 2**31) % 2**32 - 2**31 + side.next, frame, at, data))
        self.drain(client)
        if len(side.waiting) > 64:
            self.jump(client)

    def jump(self, client: bool) -> None:
        side = self.sides[client]
        side.next = side.waiting[0][0]
        side.data, side.marks, side.skip = b"", [], 0
        self.talk.lost(client)
        self.drain(client)

    def drain(self, client: bool) -> None:
        side = self.sides[client]
        assert side.next is not None
        while side.waiting and side.waiting[0][0] <= side.next:
            seq, frame, at, data = heapq.heappop(side.waiting)
            data = data[side.next - seq :]
            if not data:
                continue
            side.next += len(data)
            side.marks.append((len(side.data), frame, at))
            side.data += data
            self.parse(client, side)

    def parse(self, client: bool, side: Side) -> None:
        while side.data:
            length, wanted = self.talk.measure(client, side.data, 0, len(side.data))
            if length < 0:
                side.data, side.marks = b"", []
                return
            if not length or len(side.data) < length:
                return
            assert 0 < wanted <= length
            inside = [mark for mark in side.marks if mark[0] < length]
            frames = tuple(sorted({mark[1] for mark in inside}))
            self.talk.message(client, side.data[:wanted], inside[-1][2], frames, max(0, -inside[0][0]))
            rest = side.marks[len(inside) - 1 :]
            side.data = side.data[length:]
            side.marks = [(offset - length, frame, at) for offset, frame, at in rest] if side.data else []


def packets(path: Path) -> Any:
    """(frame, at, IP packet) of a capture of Ethernet or raw IP."""
    with path.open("rb") as file:
        head = file.read(4)
        file.seek(0)
        reader = dpkt.pcapng.Reader(file) if head == b"\x0a\x0d\x0d\x0a" else dpkt.pcap.Reader(file)
        link = reader.datalink()
        for frame, (seconds, raw) in enumerate(_whole(reader), 1):
            try:
                if link == 1:
                    packet = dpkt.ethernet.Ethernet(raw).data
                elif link == 113:
                    packet = dpkt.sll.SLL(raw).data
                elif link == 0:
                    packet = dpkt.loopback.Loopback(raw).data
                else:
                    packet = dpkt.ip.IP(raw)
            except dpkt.UnpackError:
                continue
            if isinstance(packet, dpkt.ip.IP | dpkt.ip6.IP6):
                yield frame, round(seconds * 1_000_000), packet


def _whole(reader: Any) -> Any:
    """Records up to the place where the file was cut."""
    records = iter(reader)
    while True:
        try:
            yield next(records)
        except (StopIteration, dpkt.UnpackError):
            return


def replay(path: Path, kind: Callable[..., Any], ports: tuple[int, ...] = PORTS) -> tuple[list[Activity], Counter[str]]:
    """All activities of a capture's connections on these ports, with the problems counted."""
    done: list[Activity] = []
    problems: Counter[str] = Counter()
    streams: dict[tuple[Any, ...], Stream] = {}
    for frame, at, packet in packets(path):
        tcp = packet.data
        if not isinstance(tcp, dpkt.tcp.TCP) or not (tcp.sport in ports or tcp.dport in ports):
            continue
        client = tcp.dport in ports
        one, two = (bytes(packet.src), tcp.sport), (bytes(packet.dst), tcp.dport)
        key = (one, two) if client else (two, one)
        if tcp.flags & SYN and client and not tcp.flags & 16 and key in streams:
            streams.pop(key).talk.close()
        if key not in streams:
            ends = [Endpoint(str(ipaddress.ip_address(ip)), port) for ip, port in key]
            streams[key] = Stream(
                kind, Flow("test", ends[0], ends[1], "tcp"), done.append, lambda what, frame: problems.update([what])
            )
        streams[key].segment(client, tcp.seq, tcp.flags, bytes(tcp.data), at, frame, 0)
    for stream in streams.values():
        for client in (True, False):
            while stream.sides[client].waiting:
                stream.jump(client)
        stream.talk.close()
    return done, problems
