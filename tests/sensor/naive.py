"""A slow, plain reader of small captures that feeds conversations, so that their tests need no packets stage."""

import struct
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import dpkt

from app.model.activity import Activity, Endpoint
from app.sensor.conversations.conversation import Conversation
from app.sensor.frame import Count, Emit, Flow

Kind = Callable[[Flow, Emit, Count], Conversation]
Datagram = tuple[int, int, str, int, str, int, int, bytes, int]
"""frame, at, source, source port, destination, destination port, protocol number, payload, TCP sequence number or -1."""


def datagrams(path: Path) -> Iterator[Datagram]:
    """All UDP and TCP payloads of a capture; IP fragments are put together in order."""
    with path.open("rb") as file:
        sort = dpkt.pcapng.Reader if file.read(4) == b"\x0a\x0d\x0d\x0a" else dpkt.pcap.Reader
        file.seek(0)
        reader = sort(file)
        link = reader.datalink()
        fragments: dict[tuple[str, str, int], bytes] = {}
        for frame, (at, raw) in enumerate(_whole(reader), 1):
            packet = _packet(link, raw)
            if packet is None:
                continue
            if len(packet) >= 20 and packet[0] >> 4 == 4:
                source, destination = (".".join(map(str, packet[at_ : at_ + 4])) for at_ in (12, 16))
                head = (packet[0] & 15) * 4
                total = struct.unpack(">H", packet[2:4])[0] or len(packet)
                flags = struct.unpack(">H", packet[6:8])[0]
                number, body = packet[9], packet[head:total]
                if flags & 0x3FFF:
                    key = (source, destination, struct.unpack(">H", packet[4:6])[0])
                    body = fragments.pop(key, b"") + body
                    if flags & 0x2000:
                        fragments[key] = body
                        continue
            elif len(packet) >= 40 and packet[0] >> 4 == 6:
                inner = dpkt.ip6.IP6(packet)
                source, destination = (dpkt.utils.inet_to_str(one) for one in (inner.src, inner.dst))
                number, body = packet[6], packet[40 : 40 + inner.plen]
            else:
                continue
            when = int(at * 1_000_000)
            if number == 17 and len(body) >= 8:
                a, b, size = struct.unpack(">3H", body[:6])
                yield frame, when, source, a, destination, b, 17, body[8 : size or None], -1
            elif number == 6 and len(body) >= 20:
                a, b, sequence = struct.unpack(">2HI", body[:8])
                sequence += body[13] >> 1 & 1
                yield frame, when, source, a, destination, b, 6, body[(body[12] >> 4) * 4 :], sequence


def _whole(reader: Iterator[tuple[float, bytes]]) -> Iterator[tuple[float, bytes]]:
    """Frames up to where a cut file ends."""
    with suppress(dpkt.NeedData):
        yield from reader


def replay(path: Path, kind: Kind, ports: set[int], protocol: int, chunk: int = 0) -> tuple[list[Activity], Counter[str]]:
    """Activities and counted problems of all conversations on these ports; chunk cuts TCP segments into smaller ones."""
    found: list[Activity] = []
    problems: Counter[str] = Counter()
    streams: dict[tuple[str, int, str, int], _Stream] = {}

    def count(what: str, _frame: int) -> None:
        problems[what] += 1

    for frame, at, source, a, destination, b, number, body, sequence in datagrams(path):
        if number != protocol or not (a in ports or b in ports):
            continue
        key = (source, a, destination, b)
        forward = True
        if key not in streams:
            back = (destination, b, source, a)
            if back in streams:
                key, forward = back, False
            else:
                if b not in ports:
                    key, forward = back, False
                flow = Flow("t", Endpoint(key[0], key[1]), Endpoint(key[2], key[3]), "tcp" if protocol == 6 else "udp")
                streams[key] = _Stream(kind(flow, found.append, count), problems)
        stream = streams[key]
        if protocol == 17:
            stream.conversation.message(forward, body, at, (frame,), 0)
        else:
            stream.add(forward, sequence, body, at, frame, chunk)
    for stream in streams.values():
        for forward in (True, False):
            while stream.waiting[forward]:
                stream.skip(forward)
                stream.add(forward, stream.next[forward] or 0, b"", 0, 0, chunk)
        stream.conversation.close()
    return found, problems


class _Stream:
    def __init__(self, conversation: Conversation, problems: Counter[str]) -> None:
        self.conversation = conversation
        self.problems = problems
        self.next: dict[bool, int | None] = {True: None, False: None}
        self.text: dict[bool, bytes] = {True: b"", False: b""}
        self.places: dict[bool, list[tuple[int, int, int]]] = {True: [], False: []}
        self.waiting: dict[bool, dict[int, tuple[bytes, int, int]]] = {True: {}, False: {}}

    def add(self, forward: bool, sequence: int, body: bytes, at: int, frame: int, chunk: int) -> None:
        if self.next[forward] is None:
            self.next[forward] = sequence
        if body:
            self.waiting[forward].setdefault(sequence, (body, at, frame))
        for _ in range(1000):
            here = [one for one in self.waiting[forward] if one <= (self.next[forward] or 0)]
            if not here:
                if len(self.waiting[forward]) < 3:
                    return
                self.skip(forward)
                continue
            start = min(here)
            body, at, frame = self.waiting[forward].pop(start)
            fresh = body[(self.next[forward] or 0) - start :]
            self.next[forward] = (self.next[forward] or 0) + len(fresh)
            for cut in range(0, len(fresh), chunk or len(fresh) or 1):
                self.places[forward].append((len(self.text[forward]), frame, cut))
                self.text[forward] += fresh[cut : cut + (chunk or len(fresh))]
                self.drain(forward, at)

    def skip(self, forward: bool) -> None:
        """Goes on after bytes that are not in the capture."""
        self.next[forward] = min(self.waiting[forward])
        self.text[forward], self.places[forward] = b"", []
        self.conversation.lost(forward)

    def drain(self, forward: bool, at: int) -> None:
        while self.text[forward]:
            text = self.text[forward]
            length, wanted = self.conversation.measure(forward, text, 0, len(text))
            if length < 0:
                self.problems["naive: out of step"] += 1
                self.text[forward], self.places[forward] = b"", []
                return
            if length == 0 or len(text) < length:
                return
            inside = [one for one in self.places[forward] if one[0] < length]
            begins = [one for one in inside if one[0] <= 0][-1]
            frames = tuple(sorted({one[1] for one in inside if one[0] >= begins[0]}))
            self.conversation.message(forward, text[:wanted], at, frames, begins[2] - begins[0])
            self.text[forward] = text[length:]
            self.places[forward] = [(one[0] - length, *one[1:]) for one in self.places[forward] if one[0] >= begins[0]]
            while len(self.places[forward]) > 1 and self.places[forward][1][0] <= 0:
                self.places[forward].pop(0)


def _packet(link: int, raw: bytes) -> bytes | None:
    """The IP packet of a frame."""
    if link == 1:
        kind, at = raw[12:14], 14
        while kind == b"\x81\x00":
            kind, at = raw[at + 2 : at + 4], at + 4
        return raw[at:] if kind in (b"\x08\x00", b"\x86\xdd") else None
    if link == 0:
        return raw[4:]
    return {101: raw, 12: raw, 113: raw[16:], 276: raw[20:]}.get(link)
