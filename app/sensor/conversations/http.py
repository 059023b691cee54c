"""HTTP connections: the NTLM and Kerberos authentications of requests, with how the server took them."""

from collections import deque

from app.sensor.conversations.authentication import Authentication
from app.sensor.conversations.conversation import NEED_MORE, NOT_HERE, UNANSWERED_AFTER
from app.sensor.decoders import http
from app.sensor.frame import Count, Emit, Flow

_UNAUTHORIZED, _PROXY_REQUIRED = 401, 407
"""RFC 9110 section 15.5.2, 15.5.8."""
_REFUSALS = (_UNAUTHORIZED, _PROXY_REQUIRED)
_CARRIED = frozenset({"ntlm", "negotiate", "kerberos"})
_MOST_WAITING = 256


class HttpTcp:
    """One connection. NTLM authenticates the connection, so its tokens are joined over the requests of it (MS-NTHT)."""

    def __init__(self, flow: Flow, emit: Emit, count: Count) -> None:
        self._count = count
        self._server = Authentication(flow, emit, "http")
        self._proxy = Authentication(flow, emit, "http")
        self._waiting: deque[bool] = deque(maxlen=_MOST_WAITING)
        self._last = 0

    def measure(self, from_client: bool, data: bytes, start: int, end: int) -> tuple[int, int]:
        """A head with its body of known length, or one chunk of a body; only heads are wanted."""
        head = http.head_length(data, start, end)
        if head > 0:
            body = http.body_length(data, start, head)
            if body and end - start >= head + 5 and data.startswith(b"HTTP/", start + head):
                # The answer to HEAD says the length of a body that it does not have.
                body = 0
            return head + body, head
        chunk = http.chunk_length(data, start, end)
        if chunk > 0:
            return chunk, 1
        return NEED_MORE if head == 0 or chunk == 0 else NOT_HERE

    def message(self, from_client: bool, data: bytes, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        """One head; chunks say nothing."""
        head = http.decode(data)
        if head is None:
            return
        self._last = at
        if head.status is None:
            self._request(head, at, frames, ordinal)
        else:
            self._response(head, head.status, at, frames, ordinal)

    def lost(self, from_client: bool) -> None:
        """Which response answers which request is no longer known; the next one ends what is pending."""
        self._waiting.clear()

    def expire(self, now: int) -> None:
        """Emit what nobody answered in time."""
        if self._last < now - UNANSWERED_AFTER:
            self.close()

    def close(self) -> None:
        """Emit what nobody answered."""
        self._server.close()
        self._proxy.close()

    def _request(self, head: http.Head, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        carries = False
        for proxy, scheme, token in head.authenticate:
            if scheme == "basic":
                self._count("HTTP Basic password in clear text", frames[0] if frames else 0)
            elif scheme == "credssp":
                self._count("HTTP CredSSP sealed", frames[0] if frames else 0)
            elif scheme in _CARRIED and token:
                carries = True
                (self._proxy if proxy else self._server).token(True, token, at, frames, ordinal)
        self._waiting.append(carries)

    def _response(self, head: http.Head, status: int, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        if status // 100 == 1:
            return
        if self._waiting and not self._waiting.popleft():
            return
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
