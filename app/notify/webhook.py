"""Posts JSON to an address of the web, signed, with an id by which a receiver drops what it has.

Headers: `X-Wardlight-Id` and `Idempotency-Key` are the id of the notice; `X-Wardlight-Timestamp` is when it was sent, in seconds
of the epoch; `X-Wardlight-Signature` is `sha256=` and the HMAC-SHA256 (RFC 2104) of timestamp, a full stop, and the body.
"""

import hashlib
import hmac
import http.client
import ipaddress
import time
from collections.abc import Sequence
from urllib.parse import urlsplit

import msgspec

from app import __version__
from app.engine.notices.plain import as_json
from app.model.notice import Notice, WebhookTarget
from app.notify.errors import NotDelivered, why
from app.notify.keys import secret_of
from app.notify.trust import context

TIMEOUT = 15.0
OWN_FAULT = frozenset({400, 405, 413, 414, 415, 422})
"""Answers that say that this request is not understood, whenever it is sent (RFC 9110 section 15.5)."""


class WebhookSender:
    """One address. send raises NotDelivered."""

    def __init__(self, target: WebhookTarget) -> None:
        self._target = target

    def send(self, notices: Sequence[Notice]) -> str:
        """Deliver the first of these; returns ""."""
        one, target = notices[0], self._target
        body = msgspec.json.encode(as_json(one))
        link, path = _link(target)
        try:
            link.request(
                "POST", path, body, headers(one.id, body, secret_of(target.secret) if target.secret else "", time.time())
            )
            status = link.getresponse().status  # the words of an answer are not needed, and could be endless
        except (OSError, http.client.HTTPException, ValueError) as error:
            if isinstance(error, NotDelivered):
                raise
            raise NotDelivered(f"{link.host} does not answer: {why(error)}.") from error
        finally:
            link.close()
        if not 200 <= status < 300:
            raise NotDelivered(f"{link.host} answers {status}.", refused=status in OWN_FAULT)
        return ""

    def close(self) -> None:
        """Each request has a connection of its own."""


def headers(id: str, body: bytes, key: str, at: float) -> dict[str, str]:
    """Headers of one request. key: "" for no signature. at: seconds of the epoch."""
    said = {
        "Content-Type": "application/json",
        "User-Agent": f"Wardlight/{__version__}",
        "X-Wardlight-Id": id,
        "Idempotency-Key": id,
        "X-Wardlight-Timestamp": str(int(at)),
        "Connection": "close",
    }
    if key:
        said["X-Wardlight-Signature"] = f"sha256={signature(key, str(int(at)), body)}"
    return said


def signature(key: str, timestamp: str, body: bytes) -> str:
    """HMAC-SHA256 over timestamp, a full stop, and the body, in hexadecimal."""
    return hmac.new(key.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()


def _link(target: WebhookTarget) -> tuple[http.client.HTTPConnection, str]:
    if refused := not_posted_to(target.url):
        raise NotDelivered(refused)
    parts = urlsplit(target.url)
    host, path = parts.hostname or "", (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if parts.scheme == "https":
        return http.client.HTTPSConnection(host, parts.port, timeout=TIMEOUT, context=context(target.authorities)), path
    return http.client.HTTPConnection(host, parts.port, timeout=TIMEOUT), path


def not_posted_to(url: str) -> str:
    """Why nothing is posted to an address, in a sentence that does not quote it, for it may be a secret; "" when something is.

    Over http everybody on the way could read names and paths of alerts, and the part of the address by which a receiver knows
    who posts; a signature hides neither.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return "What is set is no address of the web."
    if not host or parts.username is not None or any(not 0x21 <= ord(c) <= 0x7E for c in url):
        return "What is set is no address to post to."
    if parts.scheme == "https" or (parts.scheme == "http" and is_here(host)):
        return ""
    return "Only https is posted to, for what goes over http can be read on the way; http only on this machine."


def is_here(host: str) -> bool:
    """Whether a name is this machine's loopback."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
