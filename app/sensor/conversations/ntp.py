"""Time asked of a controller with an account's key: requests joined with their answers."""

from app.model.activity import Activity
from app.model.details import NtpRequest
from app.sensor.conversations.conversation import UNANSWERED_AFTER
from app.sensor.decoders import ntp
from app.sensor.frame import Count, Emit, Flow

PENDING_LIMIT = 512
_Key = tuple[int, bytes]
_Asked = tuple[ntp.Message, bool, int, tuple[int, ...], int]


class NtpUdp:
    """Datagrams of port 123. Time without an authenticator tells nothing of identities and is passed over."""

    def __init__(self, flow: Flow, emit: Emit, count: Count) -> None:
        self._flow = flow
        self._emit = emit
        self._pending: dict[_Key, _Asked] = {}

    def measure(self, from_client: bool, data: bytes, start: int, end: int) -> tuple[int, int]:
        """Not used: datagrams are whole."""
        return end - start, end - start

    def message(self, from_client: bool, data: bytes, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        message = ntp.decode(data)
        if message is None:
            return
        key = (message.rid, message.mark)
        if message.asks:
            if key in self._pending:
                return  # the same once more
            if len(self._pending) >= PENDING_LIMIT:
                self._tell(self._pending.pop(next(iter(self._pending))), None, ())
            self._pending[key] = (message, from_client, at, frames, ordinal)
        elif key in self._pending:
            self._tell(self._pending.pop(key), at, frames)

    def lost(self, from_client: bool) -> None:
        """Datagrams have nothing to lose."""

    def expire(self, now: int) -> None:
        """Emit what nobody answered in time."""
        for key in [key for key, asked in self._pending.items() if asked[2] < now - UNANSWERED_AFTER]:
            self._tell(self._pending.pop(key), None, ())

    def close(self) -> None:
        """Emit what nobody answered."""
        for asked in self._pending.values():
            self._tell(asked, None, ())
        self._pending.clear()

    def _tell(self, asked: _Asked, until: int | None, frames: tuple[int, ...]) -> None:
        message, from_client, at, first, ordinal = asked
        flow = self._flow
        self._emit(
            Activity(
                at=at,
                until=at if until is None else max(at, until),
                input=flow.input,
                frames=tuple(sorted({*first, *frames})),
                ordinal=ordinal,
                source=flow.client if from_client else flow.server,
                destination=flow.server if from_client else flow.client,
                result="unanswered" if until is None else "success",
                detail=NtpRequest(rid=message.rid, previous=message.previous, extended=message.extended),
            )
        )
