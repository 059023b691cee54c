"""Syslog in captures: what was sent to a collector in clear text."""

import re
from collections.abc import Iterable

from msgspec.structs import replace

from app.sensor.conversations.conversation import NEED_MORE
from app.sensor.conversations.registry import Kind
from app.sensor.events.record import EventRecord
from app.sensor.events.syslog import Unknown, records_of
from app.sensor.events.syslog_framing import LARGEST
from app.sensor.events.translate import activities_of
from app.sensor.frame import Count, Emit, Flow
from app.sensor.sources.dated import arrived
from app.sensor.sources.joining import BLOCK, Joining

_COUNT = re.compile(rb"([1-9]\d{0,8}) ")
_LINE = 8192
HELD = 1 << 19
"""Characters of parts of scripts that may wait in one conversation: all but the last one of those that come in order go on."""


class SyslogUdp:
    """Datagrams to port 514; each is a message. Times without a zone are read as of when the packet was seen."""

    def __init__(self, flow: Flow, emit: Emit, count: Count) -> None:
        self.flow = flow
        self.emit = emit
        self.count = count
        self._joining: Joining | None = None
        self._number = self._frame = 0
        self._parts: dict[int, tuple[tuple[int, ...], int]] = {}
        """Where parts of scripts that wait were seen, by their number in this conversation."""

    def measure(self, from_client: bool, data: bytes, start: int, end: int) -> tuple[int, int]:
        """Not used: datagrams are whole."""
        return end - start, end - start

    def message(self, from_client: bool, data: bytes, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        if not data.strip(b"\r\n\0 "):
            return
        found = records_of(data, at, 0)
        if isinstance(found, Unknown):
            self.count(found.sort, frames[0])
            return
        found = arrived(found, at, lambda what, where, count=1: self.count(what, frames[0]), "")
        if found.event_id != BLOCK:
            self._tell(found, frames, ordinal)
            return
        if self._joining is None:
            self._joining = Joining(self._note, live=True, most=HELD)
        self._number, self._frame = self._number + 1, frames[0]
        self._parts[self._number] = frames, ordinal
        self._tell_parts(self._joining.take(replace(found, place=self._number), at / 1e6))

    def lost(self, from_client: bool) -> None:
        """Messages do not depend on each other; a part of a script that is lost is not waited for for long."""

    def expire(self, now: int) -> None:
        """Parts of scripts are not waited for any longer."""
        if self._joining:
            self._tell_parts(self._joining.overdue(now / 1e6))

    def close(self) -> None:
        """No part comes any more."""
        if self._joining:
            self._tell_parts(self._joining.rest())

    def _tell(self, record: EventRecord, frames: tuple[int, ...], ordinal: int) -> None:
        for activity in activities_of(record, self.flow.input):
            self.emit(replace(activity, frames=frames, record=None, ordinal=ordinal))

    def _tell_parts(self, some: Iterable[EventRecord]) -> None:
        for one in some:
            self._tell(one, *self._parts.pop(one.place))

    def _note(self, what: str, where: str, count: int = 1) -> None:
        self.count(what, self._frame)


class SyslogTcp(SyslogUdp):
    """A stream to ports 514 or 601, by octet counting or with LF or NUL behind each message (RFC 6587)."""

    def measure(self, from_client: bool, data: bytes, start: int, end: int) -> tuple[int, int]:
        counted = _COUNT.match(data, start, min(end, start + 11))
        if counted:
            size = counted.end() - start + int(counted[1])
            return size, min(size, LARGEST)
        if end - start < 11 and data[start:end].isdigit():
            return NEED_MORE
        places = [at for at in (data.find(b"\n", start, end), data.find(b"\0", start, end)) if at >= 0]
        if places:
            size = min(places) + 1 - start
            return size, min(size, LARGEST)
        return NEED_MORE if end - start < LARGEST else (end - start, _LINE)

    def message(self, from_client: bool, data: bytes, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        counted = _COUNT.match(data)
        super().message(from_client, data[counted.end() :] if counted else data, at, frames, ordinal)


UDP: dict[int, Kind] = {514: SyslogUdp}
TCP: dict[int, Kind] = {514: SyslogTcp, 601: SyslogTcp}
"""Ports of RFC 5426, RFC 3195 and of custom."""
