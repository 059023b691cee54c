"""RPC as it is carried: on a named pipe of SMB, or on a TCP connection of its own."""

from app.model.activity import Account
from app.sensor.conversations.conversation import NEED_MORE, NOT_HERE
from app.sensor.conversations.rpc_association import Association
from app.sensor.decoders import dcerpc
from app.sensor.decoders.dcerpc import HTTP_GREETING
from app.sensor.frame import Count, Emit, Flow

_MOST_PIECES = 1024


class _Direction:
    """Bytes of one direction of a pipe that are not yet a whole unit, with the pieces they came in."""

    __slots__ = ("data", "frames", "offset", "ordinal")

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self.data = b""
        self.frames: tuple[int, ...] = ()
        self.ordinal = 0
        self.offset = 0


class RpcPipe:
    """One opened named pipe: bytes in, in order, in pieces of any size. account, ticket: those of the SMB session."""

    def __init__(self, flow: Flow, emit: Emit, count: Count, pipe: str | None) -> None:
        self._count = count
        self._association = Association(flow, emit, count, pipe)
        self._directions = (_Direction(), _Direction())

    @property
    def account(self) -> Account | None:
        """Account that calls without an authentication of their own are told under."""
        return self._association.account

    @account.setter
    def account(self, account: Account | None) -> None:
        self._association.account = account

    @property
    def ticket(self) -> str | None:
        """Fingerprint of the ticket of the SMB session."""
        return self._association.ticket

    @ticket.setter
    def ticket(self, ticket: str | None) -> None:
        self._association.ticket = ticket

    def feed(self, from_client: bool, data: bytes, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        """One write, read or transaction; units may begin and end anywhere in it."""
        waiting = self._directions[from_client]
        if waiting.data:
            place, first, offset = 0, waiting.ordinal, waiting.offset
            rest = len(waiting.data)
            data = waiting.data + data
            pieces = waiting.frames + tuple(frame for frame in frames if frame not in waiting.frames)
            pieces = pieces[:_MOST_PIECES]
            waiting.clear()
        else:
            place, first, offset, rest, pieces = 0, ordinal, 0, 0, frames
        end = len(data)
        while place < end:
            length, _ = measure(data, place, end)
            if length < 0:
                self._count("RPC out of step on a pipe", frames[0] if frames else 0)
                return
            if length == 0 or place + length > end:
                waiting.data = data[place:]
                waiting.frames = tuple(pieces)
                waiting.ordinal, waiting.offset = first, offset
                return
            self._association.unit(from_client, data[place : place + length], at, tuple(sorted(pieces)), first + offset)
            place += length
            first, offset, pieces = ordinal, place - rest, frames

    def lost(self, from_client: bool) -> None:
        """Bytes of this direction were lost; the next unit starts anew."""
        self._directions[from_client].clear()
        self._association.lost(from_client)

    def expire(self, now: int) -> None:
        """Emit what has waited too long for its answer."""
        self._association.expire(now)

    def close(self) -> None:
        """The pipe was closed, or the session ended."""
        self._association.close()


class RpcTcp:
    """RPC on a TCP connection (endpoint mapper, dynamic ports, ncacn_http after its greeting)."""

    def __init__(self, flow: Flow, emit: Emit, count: Count) -> None:
        self._association = Association(flow, emit, count, None)

    def measure(self, from_client: bool, data: bytes, start: int, end: int) -> tuple[int, int]:
        """Length of the unit; of long answers that need not be read, only the head is wanted."""
        length, wanted = measure(data, start, end)
        if length > 4096 and end - start >= 24 and data[start + 2] == dcerpc.RESPONSE:
            head = dcerpc.header(data[start : start + 24])
            if head is not None and self._association.enough(from_client, head):
                return length, 24
        return length, wanted

    def message(self, from_client: bool, data: bytes, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        """One unit."""
        if data.startswith(HTTP_GREETING):
            return
        self._association.unit(from_client, data, at, frames, ordinal)

    def lost(self, from_client: bool) -> None:
        """Bytes of this direction were lost."""
        self._association.lost(from_client)

    def expire(self, now: int) -> None:
        """Emit what has waited too long for its answer."""
        self._association.expire(now)

    def close(self) -> None:
        """The connection ended."""
        self._association.close()


class RpcUdp:
    """Connectionless RPC (C706 section 12.5), which is recognised and counted only."""

    def __init__(self, flow: Flow, emit: Emit, count: Count) -> None:
        self._count = count

    def message(self, from_client: bool, data: bytes, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        """One datagram."""
        known = len(data) >= 80 and data[0] == 4 and data[1] <= 10
        self._count("RPC over UDP not decoded" if known else "RPC unit unreadable", frames[0] if frames else 0)

    def measure(self, from_client: bool, data: bytes, start: int, end: int) -> tuple[int, int]:
        """Datagrams have their length."""
        return end - start, end - start

    def lost(self, from_client: bool) -> None:
        """Nothing is kept."""

    def expire(self, now: int) -> None:
        """Nothing is kept."""

    def close(self) -> None:
        """Nothing is kept."""


def measure(data: bytes, start: int, end: int) -> tuple[int, int]:
    """(length, wanted) of the unit at start; the greeting of ncacn_http counts as one."""
    if data[start] == 0x6E:
        size = min(end - start, len(HTTP_GREETING))
        if data[start : start + size] != HTTP_GREETING[:size]:
            return NOT_HERE
        return (size, size) if size == len(HTTP_GREETING) else NEED_MORE
    if not dcerpc.plausible(data, start, end):
        return NOT_HERE
    if end - start < dcerpc.HEADER_SIZE:
        return NEED_MORE
    length = dcerpc.unit_length(data, start)
    return (length, length) if length >= dcerpc.HEADER_SIZE else NOT_HERE
