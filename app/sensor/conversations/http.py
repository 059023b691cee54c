"""HTTP connections: the NTLM and Kerberos authentications of requests, and requests to pages of identity services.

Federation servers sign in inside of SOAP bodies: the tokens are joined over the requests of a connection like those of heads.
"""

from collections import deque
from typing import NamedTuple

from app.model.activity import Account, Activity, Result
from app.model.details import HttpRequest
from app.sensor.conversations.authentication import Authentication
from app.sensor.conversations.conversation import NEED_MORE, NOT_HERE, UNANSWERED_AFTER
from app.sensor.decoders import http
from app.sensor.frame import Count, Emit, Flow

_UNAUTHORIZED, _PROXY_REQUIRED = 401, 407
"""RFC 9110 section 15.5.2, 15.5.8."""
_REFUSALS = (_UNAUTHORIZED, _PROXY_REQUIRED)
_CARRIED = frozenset({"ntlm", "negotiate", "kerberos"})
_MOST_WAITING = 256


class _Asked(NamedTuple):
    """A request that waits for its answer. carries: a token of an authentication was in its head; inside: in its body."""

    carries: bool
    inside: bool = False
    page: http.Page | None = None
    at: int = 0
    frames: tuple[int, ...] = ()
    ordinal: int = 0


class HttpTcp:
    """One connection. NTLM authenticates the connection, so its tokens are joined over the requests of it (MS-NTHT)."""

    def __init__(self, flow: Flow, emit: Emit, count: Count) -> None:
        self._count, self._flow, self._emit = count, flow, emit
        self._account: Account | None = None
        self._ticket: str | None = None
        self._server = Authentication(flow, self._signed_in, "http")
        self._proxy = Authentication(flow, emit, "http")
        self._inside = Authentication(flow, self._signed_in, "http")
        self._waiting: deque[_Asked] = deque(maxlen=_MOST_WAITING)
        self._last = 0

    def measure(self, from_client: bool, data: bytes, start: int, end: int) -> tuple[int, int]:
        """A head with its body of known length, or one chunk of a body; only heads are wanted, and bodies that sign in."""
        head = http.head_length(data, start, end)
        if head > 0:
            body = http.body_length(data, start, head)
            if body and end - start >= head + 5 and data.startswith(b"HTTP/", start + head):
                # The answer to HEAD says the length of a body that it does not have.
                body = 0
            return head + body, head + http.soap_length(data, start, head, body)
        chunk = http.chunk_length(data, start, end)
        if chunk > 0:
            return chunk, 1
        return NEED_MORE if head == 0 or chunk == 0 else NOT_HERE

    def message(self, from_client: bool, data: bytes, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        """One head; chunks say nothing."""
        size = http.head_length(data, 0, len(data))
        body, data = (data[size:], data[:size]) if 0 < size < len(data) else (b"", data)
        head = http.decode(data)
        if head is None:
            return
        self._last = at
        token = http.exchanged(body) if body else b""
        if head.status is None:
            self._request(head, token, at, frames, ordinal)
        else:
            self._response(head, head.status, token, data, at, frames, ordinal)

    def lost(self, from_client: bool) -> None:
        """Which response answers which request is no longer known; the next one ends what is pending."""
        self._unanswered()

    def expire(self, now: int) -> None:
        """Emit what nobody answered in time."""
        if self._last < now - UNANSWERED_AFTER:
            self.close()

    def close(self) -> None:
        """Emit what nobody answered."""
        self._unanswered()
        self._server.close()
        self._proxy.close()
        self._inside.close()

    def _request(self, head: http.Head, inside: bytes, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        carries = False
        if inside:
            self._inside.token(True, inside, at, frames, ordinal)
        for proxy, scheme, token in head.authenticate:
            if scheme == "basic":
                self._count("HTTP Basic password in clear text", frames[0] if frames else 0)
            elif scheme == "credssp":
                self._count("HTTP CredSSP sealed", frames[0] if frames else 0)
            elif scheme in _CARRIED and token:
                carries = True
                (self._proxy if proxy else self._server).token(True, token, at, frames, ordinal)
        if len(self._waiting) == _MOST_WAITING:
            self._page(self._waiting[0], "unanswered", None, None, at, ())
        asked = _Asked(carries, bool(inside), head.page, at, frames, ordinal) if head.page else _Asked(carries)
        self._waiting.append(asked)

    def _response(
        self, head: http.Head, status: int, inside: bytes, data: bytes, at: int, frames: tuple[int, ...], ordinal: int
    ) -> None:
        if status // 100 == 1:
            return
        asked = self._waiting.popleft() if self._waiting else _Asked(True)
        if asked.carries:
            self._verdict(head, status, at, frames, ordinal)
        if asked.inside:
            self._verdict_inside(inside, status, at, frames, ordinal)
        # A demand for credentials is a step on the way; who never gave any has asked for nothing.
        if asked.page is not None and status not in _REFUSALS:
            size = http.body_length(data, 0, len(data)) or None
            self._page(asked, "success" if status < 400 else "failure", status, size, at, frames)

    def _verdict(self, head: http.Head, status: int, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        for proxy, scheme, token in head.authenticate:
            if scheme in _CARRIED and token:
                authentication = self._proxy if proxy else self._server
                if status in _REFUSALS and authentication.waits_for_verdict:
                    authentication.finished(False, status, at, frames)
                authentication.token(False, token, at, frames, ordinal)
        for refusal, authentication in zip(_REFUSALS, (self._server, self._proxy)):
            if status not in _REFUSALS:
                authentication.finished(True, status, at, frames)
            elif status == refusal:
                # With a challenge it is the next round, without one the end of it.
                if not authentication.waits_for_client:
                    authentication.finished(False, status, at, frames)
            elif refusal == _PROXY_REQUIRED:
                # The request reached the server, so the proxy was content.
                authentication.finished(True, status, at, frames)

    def _verdict_inside(self, token: bytes, status: int, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        """The answer to a body with a token: another token, which may be a challenge; a fault is an error of the server."""
        if token:
            self._inside.token(False, token, at, frames, ordinal)
        if status >= 400:
            self._inside.finished(False, status, at, frames)
        elif not self._inside.waits_for_client:
            self._inside.finished(True, status, at, frames)

    def _signed_in(self, activity: Activity) -> None:
        """Who authenticated the connection asks what follows on it."""
        if activity.result == "success":
            self._account, self._ticket = activity.account, activity.ticket
        self._emit(activity)

    def _unanswered(self) -> None:
        while self._waiting:
            self._page(self._waiting.popleft(), "unanswered", None, None, self._last, ())

    def _page(
        self, asked: _Asked, result: Result, status: int | None, size: int | None, at: int, frames: tuple[int, ...]
    ) -> None:
        page = asked.page
        if page is None:
            return
        self._emit(
            Activity(
                at=asked.at,
                until=max(at, asked.at),
                input=self._flow.input,
                frames=tuple(sorted({*asked.frames, *frames})),
                ordinal=asked.ordinal,
                source=self._flow.client,
                destination=self._flow.server,
                account=self._account,
                ticket=self._ticket,
                result=result,
                code=status,
                detail=HttpRequest(
                    page=page.page, method=page.method, path=page.path, host=page.host, agent=page.agent, bytes=size
                ),
            )
        )
