"""DHCP: which host, by its own word or the server's, got which address."""

from app.model.activity import Activity
from app.model.details import NameObservation
from app.sensor.conversations.conversation import UNANSWERED_AFTER
from app.sensor.decoders import dhcp
from app.sensor.frame import Count, Emit, Flow

PENDING_LIMIT = 512


class _Asked:
    __slots__ = ("at", "frames", "from_client", "message", "ordinal", "until")

    def __init__(self, message: dhcp.DhcpMessage, from_client: bool, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        self.message = message
        self.from_client = from_client
        self.at = self.until = at
        self.frames = frames
        self.ordinal = ordinal


class DhcpUdp:
    """Datagrams of ports 67 and 68.

    A request waits for its ACK in the same conversation (a renewal, a relay) and is dropped on NAK. A broadcast request is
    answered in another conversation: it then counts by itself, as the client's word, and so does an ACK that has a name.
    """

    def __init__(self, flow: Flow, emit: Emit, count: Count) -> None:
        self.flow = flow
        self.emit = emit
        self.count = count
        self.pending: dict[tuple[int, str | None], _Asked] = {}
        self.granted: tuple[dhcp.DhcpMessage, int] | None = None

    def measure(self, from_client: bool, data: bytes, start: int, end: int) -> tuple[int, int]:
        """Not used: datagrams are whole."""
        return end - start, end - start

    def message(self, from_client: bool, data: bytes, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        message = dhcp.decode(data)
        if message is None:
            self.count("DHCP message not understood", frames[0])
            return
        key = (message.transaction, message.hardware)
        if message.message in (dhcp.REQUEST, dhcp.INFORM) and not message.reply:
            before = self.pending.get(key)
            if before is not None and before.message == message:
                before.frames += frames if len(before.frames) < 16 else ()
                before.until = at
                return
            if before is not None:
                self._end(self.pending.pop(key))
            elif len(self.pending) >= PENDING_LIMIT:
                self._end(self.pending.pop(next(iter(self.pending))))
            self.pending[key] = _Asked(message, from_client, at, frames, ordinal)
        elif message.message == dhcp.ACK and message.reply:
            if (
                key not in self.pending
                and self.granted
                and self.granted[0] == message
                and at - self.granted[1] < UNANSWERED_AFTER
            ):
                return  # shown twice by a mirror port
            self.granted = message, at
            asked = self.pending.pop(key, None)
            if asked is not None and at - asked.until > UNANSWERED_AFTER:
                self._end(asked)
                asked = None
            if asked is None:
                asked = _Asked(message, from_client, at, frames, ordinal)
            else:
                asked.frames += frames
                asked.until = at
            self._end(asked, message)
        elif message.message == dhcp.NAK and message.reply:
            self.pending.pop(key, None)

    def lost(self, from_client: bool) -> None:
        """Datagrams have nothing to lose."""

    def expire(self, now: int) -> None:
        for key in [key for key, asked in self.pending.items() if asked.until < now - UNANSWERED_AFTER]:
            self._end(self.pending.pop(key))

    def close(self) -> None:
        for asked in self.pending.values():
            self._end(asked)
        self.pending.clear()

    def _end(self, asked: _Asked, granted: dhcp.DhcpMessage | None = None) -> None:
        """Emits the binding when both a name and an address are known."""
        address = (granted.address if granted else None) or asked.message.address
        name = asked.message.host or (granted.host if granted else None)
        if granted and granted.host and name and granted.host.lower().startswith(name.lower() + "."):
            name = granted.host  # the server completes the name (RFC 4702 section 4)
        if not address or not name:
            return
        self.emit(
            Activity(
                at=asked.at,
                until=asked.until,
                input=self.flow.input,
                frames=asked.frames,
                ordinal=asked.ordinal,
                source=self.flow.client if asked.from_client else self.flow.server,
                destination=self.flow.server if asked.from_client else self.flow.client,
                detail=NameObservation(address=address, name=name, method="dhcp", hardware=asked.message.hardware),
            )
        )
