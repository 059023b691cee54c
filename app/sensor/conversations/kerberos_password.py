"""Change and set password (RFC 3244): who showed which ticket to the password service, over TCP or UDP."""

from typing import TYPE_CHECKING

from msgspec.structs import replace

from app.model.activity import Activity, Result
from app.model.details import KerberosPassword
from app.sensor.conversations.conversation import NEED_MORE, NOT_HERE, UNANSWERED_AFTER
from app.sensor.conversations.kerberos_exchange import ap_detail
from app.sensor.decoders import kerberos
from app.sensor.decoders.kerberos_ticket import ApRequest
from app.sensor.frame import Count, Emit, Flow

if TYPE_CHECKING:
    from app.sensor.conversations.security import KerberosSecurity as Security

_MARK = 4
_HEAD = 6
"""Message length, protocol version, AP length (RFC 3244 section 2)."""
_VERSIONS = frozenset({1, 0xFF80})
_MOST_BYTES = 1 << 17
_MOST_PENDING = 16
_MOST_FRAMES = 64


class KpasswdUdp:
    """Datagrams between one client port and a password service."""

    def __init__(self, flow: Flow, emit: Emit, count: Count) -> None:
        self._flow = flow
        self._emit = emit
        self._count = count
        self._pending: list[tuple[bytes, Activity, ApRequest, Security | None]] = []
        self._last: bytes | None = None

    def measure(self, from_client: bool, data: bytes, start: int, end: int) -> tuple[int, int]:
        """A datagram is one message."""
        return end - start, end - start

    def message(self, from_client: bool, data: bytes, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        """One datagram."""
        self._message(from_client, data, 0, at, frames, ordinal)

    def lost(self, from_client: bool) -> None:
        """Requests wait on."""

    def expire(self, now: int) -> None:
        """Emit what nobody answered in time."""
        while self._pending and self._pending[0][1].at < now - UNANSWERED_AFTER:
            self._tell(*self._pending.pop(0)[1:])

    def close(self) -> None:
        """Emit what nobody answered."""
        for _, asked, shown, opened in self._pending:
            self._tell(asked, shown, opened)
        self._pending.clear()

    def _message(self, from_client: bool, data: bytes, start: int, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        ap_size = int.from_bytes(data[start + 4 : start + 6], "big")
        ap_at = start + _HEAD
        if len(data) > start and kerberos.is_tag(data[start]):
            # Some services answer with a bare KRB-ERROR.
            ap_at, ap_size = start, len(data) - start
        inner = kerberos.decode(data, ap_at, ap_at + ap_size if ap_size else None)
        if isinstance(inner, ApRequest):
            self._ask(
                inner, (ap_at, ap_at + ap_size), int.from_bytes(data[start + 2 : start + 4], "big"), data, at, frames, ordinal
            )
        elif isinstance(inner, kerberos.Error):
            self._answer("failure", inner.code, at, frames, ordinal)
        elif isinstance(inner, kerberos.Other) and inner.type == kerberos.AP_REP:
            code = self._outcome(data, ap_at, ap_at + ap_size)
            if code is None:
                self._count("Kerberos password result sealed", frames[0] if frames else 0)
            self._answer("failure" if code else "success", None, at, frames, ordinal, code)
        else:
            self._count("Kerberos password message not understood", frames[0] if frames else 0)

    def _outcome(self, data: bytes, start: int, stop: int) -> int | None:
        """Result code of a reply whose AP-REP lies in data[start:stop]; None while it stays sealed."""
        if not self._pending or self._pending[0][3] is None:
            return None
        from app.sensor.conversations.kerberos_password_open import outcome  # what it needs is not loaded without keys

        security = self._pending[0][3]
        security.answered(data, start, stop)
        return outcome(security, data, stop)

    def _open(
        self, detail: KerberosPassword, data: bytes, place: tuple[int, int], version: int
    ) -> "tuple[KerberosPassword, Security | None]":
        """The request with what the user's keys open of it; place: its AP-REQ."""
        if self._flow.ring is None:
            return detail, None
        from app.sensor.conversations.kerberos_password_open import whose
        from app.sensor.conversations.security import KerberosSecurity

        security = KerberosSecurity(self._flow.ring, data, *place)
        return replace(detail, target=whose(security, data, place[1], version)), security

    def _ask(
        self, shown: ApRequest, place: tuple[int, int], version: int, data: bytes, at: int, frames: tuple[int, ...], ordinal: int
    ) -> None:
        for number, (known, asked, _, security) in enumerate(self._pending):
            if known == data:
                # Frames of a retransmission, within reason.
                joined = tuple(sorted({*asked.frames, *frames}))[:_MOST_FRAMES]
                self._pending[number] = (known, replace(asked, frames=joined), shown, security)
                return
        if data == self._last:
            self._count("Kerberos password request repeated after its reply", frames[0] if frames else 0)
            return
        ticket = shown.ticket
        detail = KerberosPassword(
            realm=ticket.realm if ticket else None,
            service=ticket.service if ticket else None,
            protocol_version=version,
            ticket_hash=ticket.hash if ticket else None,
            ticket_etype=ticket.etype if ticket else None,
        )
        if len(self._pending) >= _MOST_PENDING:
            self._tell(*self._pending.pop(0)[1:])
        detail, opened = self._open(detail, data, place, version)
        activity = self._activity(detail, at, frames, ordinal)
        if opened is not None:
            activity = replace(activity, account=opened.account)
        self._pending.append((data, activity, shown, opened))

    def _answer(
        self, result: Result, code: int | None, at: int, frames: tuple[int, ...], ordinal: int, told: int | None = None
    ) -> None:
        """The reply; told: the result code in it, where a key opened that."""
        shown = opened = None
        if self._pending:
            self._last, asked, shown, opened = self._pending.pop(0)
            asked = replace(asked, until=max(asked.at, at), frames=tuple(sorted({*asked.frames, *frames})))
        elif self._last is not None:
            return
        else:
            asked = self._activity(KerberosPassword(), at, frames, ordinal)
        if told is not None and isinstance(asked.detail, KerberosPassword):
            asked = replace(asked, detail=replace(asked.detail, result_code=told))
        self._tell(replace(asked, result=result, code=code), shown, opened)

    def _tell(self, asked: Activity, shown: ApRequest | None, opened: "Security | None") -> None:
        self._emit(asked)
        if shown is not None and shown.ticket is not None:
            detail = ap_detail(shown, "kpasswd")
            if opened is not None:
                detail = replace(detail, ticket=opened.facts, pac=opened.pac)
            self._emit(replace(asked, detail=detail))

    def _activity(self, detail: KerberosPassword, at: int, frames: tuple[int, ...], ordinal: int) -> Activity:
        flow = self._flow
        return Activity(
            at=at, until=at, input=flow.input, frames=frames, ordinal=ordinal, source=flow.client, destination=flow.server,
            ticket=detail.ticket_hash, result="unanswered", detail=detail,
        )  # fmt: skip


class KpasswdTcp(KpasswdUdp):
    """A TCP connection to a password service; each message has its length before it."""

    def measure(self, from_client: bool, data: bytes, start: int, end: int) -> tuple[int, int]:
        """Length mark, then the message, which says its length again unless it is a bare KRB-ERROR."""
        if end - start < _MARK + 4:
            return NEED_MORE
        size = int.from_bytes(data[start : start + _MARK], "big")
        inner, version = int.from_bytes(data[start + 4 : start + 6], "big"), int.from_bytes(data[start + 6 : start + 8], "big")
        if not 8 <= size <= _MOST_BYTES:
            return NOT_HERE
        if not (inner == size and version in _VERSIONS) and not kerberos.is_tag(data[start + _MARK]):
            return NOT_HERE
        return _MARK + size, _MARK + size

    def message(self, from_client: bool, data: bytes, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        """One message with its mark."""
        self._message(from_client, data, _MARK, at, frames, ordinal)
