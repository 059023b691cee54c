"""SASL security layer of LDAP (RFC 4422 section 3.7): what one buffer holds, its text if only signed."""

from typing import Literal

PREFIX = 4
"""Bytes of length before each buffer."""

PEEK = 48
"""Bytes after the prefix that tell the kind of any buffer."""

Kind = Literal["plain", "sealed", "unknown", "short"]

_CFX_WRAP = b"\x05\x04"  # RFC 4121 section 4.2.6.2
_CFX_HEADER = 16
_CFX_SEALED = 0x02
_GSS_TAG = 0x60  # RFC 2743 section 3.1
_RC4_WRAP = b"\x02\x01"  # RFC 1964 section 1.2.2, RFC 4757 section 7.3
_RC4_HEADER = 24
_RC4_CONFOUNDER = 8
_NOT_SEALED = b"\xff\xff"
_NTLM_VERSION = b"\x01\x00\x00\x00"  # MS-NLMP section 2.2.2.9
_NTLM_SIGNATURE = 16
_DIGEST_TRAILER = 16  # RFC 2831 section 2.3: 10 bytes MAC, type 00 01, sequence number
_DIGEST_TYPE = b"\x00\x01"


def kind(data: bytes, at: int, end: int, size: int, continued: bool = False) -> Kind:
    """What the buffer of size bytes at data[at] (after the prefix) is; data[at:end] is all that is there.

    "plain": signed only. "unknown": no wrap that can be told by its bytes. "short": not enough bytes to tell.
    continued: the buffer before was plain, so that text need not begin with a message. NTLM has no mark of sealing.
    """
    if end - at < min(PEEK, size):
        return "short"
    first = data[at : at + 2]
    if first == _CFX_WRAP and size >= _CFX_HEADER:
        return "sealed" if data[at + 2] & _CFX_SEALED else "plain"
    if first[:1] == b"\x60":
        where = _rc4_token(data, at, end)
        if where:
            return "plain" if data[where + 4 : where + 6] == _NOT_SEALED else "sealed"
    if data[at : at + 4] == _NTLM_VERSION and size >= _NTLM_SIGNATURE:
        plain = continued or looks_like_ldap(data, at + _NTLM_SIGNATURE, end, size - _NTLM_SIGNATURE)
        return "plain" if plain else "sealed"
    if looks_like_ldap(data, at, end, size):
        return "plain"
    return "unknown"


def text(data: bytes, at: int, end: int) -> bytes:
    """The text of a signed buffer data[at:end] (without the prefix), its wrapping taken off; b"" where that fails."""
    if data[at : at + 2] == _CFX_WRAP:
        return _cfx(data, at, end)
    if data[at] == _GSS_TAG:
        where = _rc4_token(data, at, end)
        start = where + _RC4_HEADER + _RC4_CONFOUNDER
        if not where or start >= end:
            return b""
        pad = data[end - 1]  # RFC 1964 pads to eight bytes, RFC 4757 always by one
        return data[start : end - pad] if 1 <= pad <= 8 else data[start:end]
    if data[at : at + 4] == _NTLM_VERSION:
        return data[at + _NTLM_SIGNATURE : end]
    if data[end - 6 : end - 4] == _DIGEST_TYPE and end - at > _DIGEST_TRAILER:
        return data[at : end - _DIGEST_TRAILER]
    return data[at:end]


def is_wrap(token: bytes) -> bool:
    """True for a wrap token where a bind token could stand: the last legs of the mechanism GSSAPI (RFC 4752 section 3.1)."""
    return token[:2] == _CFX_WRAP or (token[:1] == b"\x60" and _rc4_token(token, 0, len(token)) > 0)


def looks_like_ldap(data: bytes, at: int, end: int, size: int) -> bool:
    """True when data[at:end], the start of size bytes, begins with a SEQUENCE that starts with a message id."""
    if size < 7 or end - at < 2 or data[at] != 0x30:
        return False
    length = data[at + 1]
    at += 2
    if length & 0x80:
        count = length & 0x7F
        if not 1 <= count <= 4:
            return False
        at += count
    return data[at : at + 1] in (b"\x02", b"") and data[at + 1 : at + 2] in (b"\x01", b"\x02", b"\x03", b"\x04", b"")


def _cfx(data: bytes, at: int, end: int) -> bytes:
    """RFC 4121 sections 4.2.4 and 4.2.5: text and checksum of EC bytes, rotated right by RRC."""
    extra = int.from_bytes(data[at + 4 : at + 6], "big")
    rotated = int.from_bytes(data[at + 6 : at + 8], "big")
    body = data[at + _CFX_HEADER : end]
    if extra >= len(body):
        return b""
    rotated %= len(body)
    if rotated == extra:
        return body[extra:]
    body = body[rotated:] + body[:rotated]
    return body[: len(body) - extra]


def _rc4_token(data: bytes, at: int, end: int) -> int:
    """Where the inner token 02 01 of a GSS wrap begins; 0 when this is none."""
    if end - at < 16 or data[at] != _GSS_TAG:
        return 0
    at += 2 if data[at + 1] < 0x80 else 2 + (data[at + 1] & 0x7F)
    if data[at : at + 1] != b"\x06" or at + 1 >= end:
        return 0
    at += 2 + data[at + 1]
    return at if data[at : at + 2] == _RC4_WRAP and at + 8 <= end else 0
