"""Kerberos with the KDC: requests joined with their replies, over TCP or UDP."""

from app.model.activity import Account, Activity, Result
from app.model.details import KerberosAs, KerberosTgs
from app.sensor.conversations.conversation import NEED_MORE, NOT_HERE, UNANSWERED_AFTER
from app.sensor.conversations.kerberos_exchange import as_detail, client_of, is_as, tgs_detail
from app.sensor.conversations.kerberos_password import KpasswdTcp, KpasswdUdp
from app.sensor.decoders.kerberos import AS_REP, AS_REQ, TGS_REQ, Error, Reply, Request, decode, is_tag
from app.sensor.frame import Count, Emit, Flow

__all__ = ["KerberosTcp", "KerberosUdp", "KpasswdTcp", "KpasswdUdp"]

MARK = 4
"""Bytes of the length before each message over TCP (RFC 4120 section 7.2.2)."""
MOST_BYTES = 1 << 20

_MOST_PENDING = 256
_REMEMBERED = 16
_REPEATED_WITHIN = 60_000_000
"""Microseconds in which the same bytes from the same port are a retransmission."""
_FRAMES_KEPT = 64


class _Asked:
    """A request that waits for its reply."""

    __slots__ = ("at", "data", "frames", "from_client", "ordinal", "request")

    def __init__(self, request: Request, data: bytes, from_client: bool, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        self.request = request
        self.data = data
        self.from_client = from_client
        self.at = at
        self.frames = frames
        self.ordinal = ordinal


class KerberosUdp:
    """Datagrams between one client port and a KDC."""

    mark = 0
    """Bytes of framing before each message."""

    def __init__(self, flow: Flow, emit: Emit, count: Count) -> None:
        self._flow = flow
        self._emit = emit
        self._count = count
        self._pending: list[_Asked] = []
        self._answered: list[tuple[bytes, int]] = []
        self._tickets: list[str | None] = []
        self._repeats = 0

    def measure(self, from_client: bool, data: bytes, start: int, end: int) -> tuple[int, int]:
        """A datagram is one message."""
        return end - start, end - start

    def message(self, from_client: bool, data: bytes, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        """One datagram."""
        self._message(from_client, data, 0, at, frames, ordinal)

    def lost(self, from_client: bool) -> None:
        """Requests wait on; a later reply is matched by its names."""

    def expire(self, now: int) -> None:
        """Emit what nobody answered in time."""
        while self._pending and self._pending[0].at < now - UNANSWERED_AFTER:
            self._unanswered(self._pending.pop(0))

    def close(self) -> None:
        """Emit what nobody answered."""
        for asked in self._pending:
            self._unanswered(asked)
        self._pending.clear()

    def _message(self, from_client: bool, data: bytes, start: int, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        message = decode(data, start)
        if isinstance(message, Request):
            if message.cut:
                self._count("Kerberos message cut short", frames[0] if frames else 0)
            self._ask(message, from_client, data, at, frames, ordinal)
        elif isinstance(message, Reply | Error):
            if isinstance(message, Reply) and message.cut:
                self._count("Kerberos message cut short", frames[0] if frames else 0)
            self._answer(message, data, from_client, at, frames, ordinal)
        else:
            self._count("Kerberos message not understood", frames[0] if frames else 0)

    def _ask(self, request: Request, from_client: bool, data: bytes, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        for asked in self._pending:
            if asked.data == data:
                self._repeats += 1
                if len(asked.frames) < _FRAMES_KEPT:
                    asked.frames += frames
                return
        if self._answered and any(known == data and at - then <= _REPEATED_WITHIN for known, then in self._answered):
            self._repeats += 1
            self._count("Kerberos request repeated after its reply", frames[0] if frames else 0)
            return
        if len(self._pending) >= _MOST_PENDING:
            self._unanswered(self._pending.pop(0))
        self._pending.append(_Asked(request, data, from_client, at, frames, ordinal))

    def _answer(
        self, reply: Reply | Error, data: bytes, from_client: bool, at: int, frames: tuple[int, ...], ordinal: int
    ) -> None:
        asked = self._match(reply)
        mark = reply.ticket.hash if isinstance(reply, Reply) and reply.ticket else None
        if asked is None and self._repeats:
            # The answer to a retransmission tells nothing new, unless the KDC made another ticket.
            self._repeats -= 1
            if mark is None or mark in self._tickets:
                return
        self._tickets.append(mark)
        del self._tickets[:-_REMEMBERED]
        if asked is None:
            self._tell(None, reply, not from_client, at, at, frames, ordinal, None, data)
            return
        self._pending.remove(asked)
        self._answered.append((asked.data, at))
        del self._answered[:-_REMEMBERED]
        self._tell(asked.request, reply, asked.from_client, asked.at, at, asked.frames + frames, asked.ordinal,
                   asked.data, data)  # fmt: skip

    def _match(self, reply: Reply | Error) -> _Asked | None:
        """The request that this answers: of its type, with its names where several wait; else the oldest of its type."""
        if not self._pending:
            return None
        wanted = None if isinstance(reply, Error) else AS_REQ if reply.type == AS_REP else TGS_REQ
        fitting = [one for one in self._pending if wanted is None or one.request.type == wanted]
        if len(fitting) < 2:
            return fitting[0] if fitting else None
        return max(fitting, key=lambda one: _likeness(one.request, reply))

    def _unanswered(self, asked: _Asked) -> None:
        self._tell(asked.request, None, asked.from_client, asked.at, asked.at, asked.frames, asked.ordinal, asked.data, None)

    def _tell(
        self, request: Request | None, reply: Reply | Error | None, from_client: bool,
        at: int, until: int, frames: tuple[int, ...], ordinal: int, asked_data: bytes | None, reply_data: bytes | None,
    ) -> None:  # fmt: skip
        """Emit one exchange; from_client: it was the flow's client that asked. *_data: the messages, where they were seen."""
        error = reply if isinstance(reply, Error) else None
        answer = reply if isinstance(reply, Reply) else None
        result: Result = "unanswered" if reply is None else "failure" if error else "success"
        if is_as(request, reply):
            detail: KerberosAs | KerberosTgs = as_detail(request, answer, error)
            named = client_of(answer) if answer else None
            name, realm = (named, answer.realm) if answer and named else (detail.client, detail.realm)
            ticket = None
        else:
            detail = tgs_detail(request, answer, error)
            name = detail.client
            realm = answer.realm if answer else error.client_realm if error else None
            ticket = detail.presented_ticket_hash
        account = Account(name=name, domain=realm) if name else None
        flow = self._flow
        if flow.ring is not None:
            from app.sensor.conversations.kerberos_open import opened, parts_of  # what it needs is not loaded without keys

            asked, answered = parts_of(asked_data, self.mark), parts_of(reply_data, self.mark)
            detail, account = opened(flow.ring, detail, account, asked, answered)
        self._emit(
            Activity(
                at=at,
                until=max(at, until),
                input=flow.input,
                frames=frames if len(frames) == 2 and frames[0] < frames[1] else tuple(sorted(set(frames))),
                ordinal=ordinal,
                source=flow.client if from_client else flow.server,
                destination=flow.server if from_client else flow.client,
                account=account,
                ticket=ticket,
                result=result,
                code=error.code if error else 0 if answer else None,
                detail=detail,
            )
        )


class KerberosTcp(KerberosUdp):
    """A TCP connection to a KDC; each message has its length before it."""

    mark = MARK

    def measure(self, from_client: bool, data: bytes, start: int, end: int) -> tuple[int, int]:
        """Length mark, then a Kerberos message."""
        if end - start < MARK + 1:
            return NEED_MORE
        size = int.from_bytes(data[start : start + MARK], "big")
        if not 8 <= size <= MOST_BYTES or not is_tag(data[start + MARK]):
            return NOT_HERE
        return MARK + size, MARK + size

    def message(self, from_client: bool, data: bytes, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        """One message with its mark."""
        self._message(from_client, data, MARK, at, frames, ordinal)


def _likeness(request: Request, reply: Reply | Error) -> int:
    """How many names of request and reply agree, the telling ones counting more."""
    service = (
        reply.ticket.service if isinstance(reply, Reply) and reply.ticket else reply.service if isinstance(reply, Error) else None
    )
    score = 0
    if request.client and reply.client:
        score += 4 if request.client.lower() == reply.client.lower() else -4
    if request.service and service:
        score += 2 if request.service.lower() == service.lower() else -2
    return score
