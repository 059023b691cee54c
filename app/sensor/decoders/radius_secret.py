"""Authenticators of RADIUS accounting: what the shared secret proves, and the answer it signs."""

import hmac
from hashlib import md5

_ZERO = b"\0" * 16
_MESSAGE_AUTHENTICATOR, _PROXY_STATE = 80, 33


def is_genuine(data: bytes, secret: bytes) -> bool:
    """True when the Request Authenticator of an Accounting-Request was made with the secret (RFC 2866 section 3)."""
    size = int.from_bytes(data[2:4], "big")
    if not 20 <= size <= len(data):
        return False
    want = md5(data[:4] + _ZERO + data[20:size] + secret, usedforsecurity=False).digest()
    return hmac.compare_digest(want, data[4:20])


def is_signed_well(data: bytes, secret: bytes, authenticator: bytes = _ZERO) -> bool:
    """True when the Message-Authenticator fits or there is none (RFC 2869 section 5.14).

    authenticator: what stood in the header while it was made: zero for accounting, the request's own for Status-Server.
    """
    place = _place_of(data, _MESSAGE_AUTHENTICATOR)
    if place is None:
        return True
    at, size = place
    if size != 18:
        return False
    end = int.from_bytes(data[2:4], "big")
    cleared = data[:4] + authenticator + data[20 : at + 2] + _ZERO + data[at + size : end]
    return hmac.compare_digest(hmac.new(secret, cleared, "md5").digest(), data[at + 2 : at + size])


def answer_to(data: bytes, secret: bytes) -> bytes:
    """The Accounting-Response to a request: its id, its Proxy-State attributes in order, the Response Authenticator."""
    states = b"".join(data[at : at + size] for at, kind, size in _attributes(data) if kind == _PROXY_STATE)
    head = bytes((5, data[1])) + (20 + len(states)).to_bytes(2, "big")
    return head + md5(head + data[4:20] + states + secret, usedforsecurity=False).digest() + states


def _attributes(data: bytes) -> list[tuple[int, int, int]]:
    """(place, type, size) of each attribute, up to a broken one."""
    at, end = 20, min(int.from_bytes(data[2:4], "big"), len(data))
    out: list[tuple[int, int, int]] = []
    while at + 2 <= end:
        kind, size = data[at], data[at + 1]
        if size < 2 or at + size > end:
            break
        out.append((at, kind, size))
        at += size
    return out


def _place_of(data: bytes, kind: int) -> tuple[int, int] | None:
    return next(((at, size) for at, one, size in _attributes(data) if one == kind), None)
