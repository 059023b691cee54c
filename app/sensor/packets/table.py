"""The live flows of one input: who is fed, who is told the time, who is closed."""

import socket
from typing import Protocol

from app.model.activity import Endpoint
from app.sensor.conversations.conversation import UNANSWERED_AFTER, Conversation
from app.sensor.packets.layers import AUX, Segments

FLOWS = 20_000
"""Live flows; beyond, those that were silent longest are closed."""
TICK = 10_000_000
"""Microseconds of event time between two looks at what stays unanswered: fixed instants, so that windows do not matter."""
IDLE = 4 * 3600 * 1_000_000
"""Microseconds of silence after which a TCP connection without an end counts as over."""
SILENT = UNANSWERED_AFTER
"""The same for exchanges of datagrams, and for TCP connections after their end."""
NAMES = 100_000


class Live(Protocol):
    """A connection or an exchange. last: clock of its last packet. tick: of its last packet.

    closing: it may end after SILENT. dead: its conversation failed or there is none.
    """

    conversation: Conversation
    last: int
    tick: int
    closing: bool
    dead: bool

    def close(self) -> None:
        """The flow is over."""


class Table:
    """Flows by key, those silent longest first. problems: what to (count, first frame)."""

    def __init__(self, limit: int = FLOWS) -> None:
        self.problems: dict[str, tuple[int, int]] = {}
        self.flows: dict[int, Live] = {}
        self._fresh: dict[int, Live] = {}
        self._limit = limit
        self._names: dict[bytes, str] = {}

    def tally(self, what: str, frame: int, count: int = 1) -> None:
        """Count problems; frame is where the first of them shows."""
        total, first = self.problems.get(what, (0, 0))
        self.problems[what] = (total + count, min(first, frame) if first and frame else first or frame)

    def limit(self, flows: int) -> list[int]:
        """From now on so many live flows at most; keys of those beyond, silent longest, which whoever asks shall end."""
        self._limit = flows
        return list(self.flows)[: max(len(self.flows) - flows, 0)]

    def keep(self, key: int, flow: Live, frame: int) -> None:
        """A new flow; the one that was silent longest makes room."""
        while len(self.flows) >= self._limit:
            self.tally("flows closed early, too many at once", frame)
            self.end(next(iter(self.flows)))
        self.flows[key] = self._fresh[key] = flow

    def touch(self, key: int, flow: Live) -> None:
        """This flow had packets in the window."""
        if self.flows.get(key) is flow:
            del self.flows[key]
            self.flows[key] = flow
            self._fresh.pop(key, None)
            self._fresh[key] = flow

    def end(self, key: int) -> None:
        """Close a flow and forget it."""
        flow = self.flows.pop(key)
        self._fresh.pop(key, None)
        if not flow.dead:
            try:
                flow.close()
            except Exception:
                self.broken(flow, 0)

    def broken(self, flow: Live, frame: int) -> None:
        """A conversation raised, which is a mistake of ours: it is dropped, the rest goes on."""
        flow.dead = True
        self.tally(f"internal error in {type(flow.conversation).__name__}", frame)

    def over(self, flow: Live, clock: int) -> bool:
        """True when the silence before a packet at clock ended the flow; else its conversation is told the time."""
        tick = clock // TICK
        if tick * TICK - flow.last >= (SILENT if flow.closing else IDLE):
            return True
        if tick != flow.tick:
            flow.tick = tick
            if not flow.dead:
                flow.conversation.expire(tick * TICK)
        return False

    def sweep(self, clock: int) -> None:
        """Tell the time to flows that had no packet for a while; close what is over. May be late, never early."""
        tick = clock // TICK
        now = tick * TICK
        silent: list[tuple[int, Live]] = []
        for one in self._fresh.items():
            if now - one[1].last < SILENT:
                break
            silent.append(one)
        for key, flow in silent:
            del self._fresh[key]
            if flow.closing:
                self.end(key)
            elif not flow.dead:
                try:
                    flow.conversation.expire(now)
                except Exception:
                    self.broken(flow, 0)
        while self.flows:
            key, flow = next(iter(self.flows.items()))
            if now - flow.last < IDLE:
                break
            self.end(key)

    def close(self) -> None:
        """The input ended: everything pending is emitted."""
        for key in list(self.flows):
            self.end(key)

    def ends(self, segments: Segments, at: int) -> tuple[Endpoint, Endpoint]:
        """Source and target of a segment."""
        host, width = segments.host.item(at), 16 if segments.wide.item(at) else 4
        data, host = (segments.extra, host - AUX) if host >= AUX else (segments.data, host)
        return (
            Endpoint(self._name(data[host : host + width]), segments.source.item(at)),
            Endpoint(self._name(data[host + width : host + 2 * width]), segments.target.item(at)),
        )

    def _name(self, address: bytes) -> str:
        name = self._names.get(address)
        if name is None:
            if len(self._names) >= NAMES:
                self._names.clear()
            name = self._names[address] = socket.inet_ntop(socket.AF_INET if len(address) == 4 else socket.AF_INET6, address)
        return name


def payload(segments: Segments, start: int, size: int) -> bytes:
    """Bytes of a segment's payload."""
    if start >= AUX:
        return segments.extra[start - AUX : start - AUX + size]
    return segments.data[start : start + size]
