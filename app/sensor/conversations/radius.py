"""RADIUS: requests joined with their answers, challenges joined into one authentication."""

from app.model.activity import Activity
from app.model.details import Detail, RadiusAccess
from app.sensor.conversations.conversation import UNANSWERED_AFTER
from app.sensor.conversations.radius_accounting import ASTRAY, accounting, is_astray
from app.sensor.decoders import radius
from app.sensor.frame import Count, Emit, Flow

PENDING_LIMIT = 1024
FRAME_LIMIT = 64

_ANSWERS = frozenset({radius.ACCESS_ACCEPT, radius.ACCESS_REJECT, radius.ACCESS_CHALLENGE, radius.ACCOUNTING_RESPONSE})


class _Asked:
    __slots__ = ("at", "first", "frames", "from_client", "last", "latest", "ordinal")

    def __init__(self, packet: radius.RadiusPacket, from_client: bool, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        self.first = self.latest = packet
        self.from_client = from_client
        self.at = self.last = at
        self.frames = frames
        self.ordinal = ordinal

    def saw(self, at: int, frames: tuple[int, ...]) -> None:
        self.last = at
        if len(self.frames) < FRAME_LIMIT:
            self.frames += frames


class RadiusUdp:
    """Datagrams of ports 1812 and 1813 (1645 and 1646 of old). A challenge nobody took up ends as unanswered."""

    def __init__(self, flow: Flow, emit: Emit, count: Count) -> None:
        self.flow = flow
        self.emit = emit
        self.count = count
        self.pending: dict[tuple[bool, int], _Asked] = {}
        self.challenged: dict[bytes, _Asked] = {}
        # the last answers by their id: a mirror port may show one answer twice
        self.answered: dict[tuple[bool, int], bytes] = {}

    def measure(self, from_client: bool, data: bytes, start: int, end: int) -> tuple[int, int]:
        """Not used: datagrams are whole."""
        return end - start, end - start

    def message(self, from_client: bool, data: bytes, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        packet = radius.decode(data)
        if packet is None:
            self.count("RADIUS packet not understood", frames[0])
        elif packet.code in _ANSWERS:
            self._answer(packet, from_client, at, frames)
        elif packet.code in (radius.ACCESS_REQUEST, radius.ACCOUNTING_REQUEST):
            self._request(packet, from_client, at, frames, ordinal)

    def lost(self, from_client: bool) -> None:
        """Datagrams have nothing to lose."""

    def expire(self, now: int) -> None:
        late = now - UNANSWERED_AFTER
        for key in [key for key, asked in self.pending.items() if asked.last < late]:
            self._end(self.pending.pop(key), None)
        for state in [state for state, asked in self.challenged.items() if asked.last < late]:
            self._end(self.challenged.pop(state), radius.ACCESS_CHALLENGE)

    def close(self) -> None:
        for asked in self.pending.values():
            self._end(asked, None)
        for asked in self.challenged.values():
            self._end(asked, radius.ACCESS_CHALLENGE)
        self.pending.clear()
        self.challenged.clear()

    def _request(self, packet: radius.RadiusPacket, from_client: bool, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        key = (from_client, packet.id)
        before = self.pending.get(key)
        if before is not None:
            if before.latest.authenticator == packet.authenticator and at - before.last <= UNANSWERED_AFTER:
                before.saw(at, frames)  # sent again
                return
            self._end(self.pending.pop(key), None)
        elif len(self.pending) >= PENDING_LIMIT:
            self._end(self.pending.pop(next(iter(self.pending))), None)
        asked = self.challenged.pop(packet.state, None) if packet.state else None
        if asked is not None and at - asked.last > UNANSWERED_AFTER:
            self._end(asked, radius.ACCESS_CHALLENGE)
            asked = None
        if asked is None:
            asked = _Asked(packet, from_client, at, frames, ordinal)
        else:
            asked.latest = packet
            asked.saw(at, frames)
        self.pending[key] = asked

    def _answer(self, packet: radius.RadiusPacket, from_client: bool, at: int, frames: tuple[int, ...]) -> None:
        asked = self.pending.pop((not from_client, packet.id), None)
        if asked is not None and at - asked.last > UNANSWERED_AFTER:
            self._end(asked, None)
            asked = None
        if asked is None:
            if self.answered.get((from_client, packet.id)) != packet.authenticator:
                self.count("RADIUS answer without its request", frames[0])
            return
        self.answered[from_client, packet.id] = packet.authenticator  # at most 256 ids a side
        asked.saw(at, frames)
        if packet.code == radius.ACCESS_CHALLENGE and packet.state:
            before = self.challenged.pop(packet.state, None)
            if before is not None:
                self._end(before, radius.ACCESS_CHALLENGE)
            elif len(self.challenged) >= PENDING_LIMIT:
                self._end(self.challenged.pop(next(iter(self.challenged))), radius.ACCESS_CHALLENGE)
            self.challenged[packet.state] = asked
        else:
            self._end(asked, packet.code, packet)

    def _end(self, asked: _Asked, code: int | None, answer: radius.RadiusPacket | None = None) -> None:
        """Emits the exchange; code is the code of the last answer, None when there was none."""
        asks = asked.first
        detail: Detail
        if asks.code == radius.ACCOUNTING_REQUEST:
            if is_astray(asks, asked.at):
                self.count(ASTRAY, asked.frames[0])
            detail = accounting(asks, asked.at)
        else:
            detail = RadiusAccess(
                outcome=radius.CODES[code] if code is not None else None,
                calling_station=asks.calling_station,
                nas=asks.nas,
                nas_identifier=asks.nas_identifier,
                framed_ip=(answer.framed_ip if answer else None) or asks.framed_ip,
                eap=asks.eap,
                tunnel_client=asks.tunnel_client,
                nas_port_type=asks.nas_port_type,
                error=answer.error if answer else None,
            )
        unanswered = code is None or code == radius.ACCESS_CHALLENGE
        user = asks.user or asked.latest.user or (answer.user if answer else None)
        self.emit(
            Activity(
                at=asked.at,
                until=asked.last,
                input=self.flow.input,
                frames=tuple(sorted(set(asked.frames))),
                ordinal=asked.ordinal,
                source=self.flow.client if asked.from_client else self.flow.server,
                destination=self.flow.server if asked.from_client else self.flow.client,
                account=radius.account(user),
                result="unanswered" if unanswered else "failure" if code == radius.ACCESS_REJECT else "success",
                code=code,
                detail=detail,
            )
        )
