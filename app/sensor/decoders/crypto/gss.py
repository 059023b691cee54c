"""Wrap tokens of the Kerberos mechanism opened: AES (RFC 4121), RC4 (RFC 4757), whole or with the text apart (MS-RPCE)."""

import hmac
from hashlib import md5

from app.sensor.decoders.crypto.kerberos import RC4, decrypt, decrypt_parts
from app.sensor.decoders.crypto.rc4 import rc4
from app.sensor.decoders.keytab import Key

ACCEPTOR_SEAL, INITIATOR_SEAL = 22, 24
"""Key usages (RFC 4121 section 2)."""
SENT_BY_ACCEPTOR, SEALED, ACCEPTOR_SUBKEY = 1, 2, 4
"""Flags of a token (RFC 4121 section 4.2.2)."""
_CFX = b"\x05\x04"
_HEADER = 16
_RC4_WRAP = b"\x02\x01"
_RC4_HEADER = 32
"""Algorithms, sequence number, checksum, confounder (RFC 4757 section 7.3)."""
_NOT_SEALED = b"\xff\xff"
_DIRECTIONS = (bytes(4), b"\xff" * 4)


def unwrap(key: Key, token: bytes) -> bytes | None:
    """Text of a sealed wrap token; None when the key is another one or the token is damaged."""
    if token[:2] == _CFX:
        return _cfx(key, token)
    at = inner(token)
    return _rc4(key, token[at:], b"", True) if at else None


def unseal(key: Key, token: bytes, sealed: bytes) -> bytes | None:
    """Text that was sealed in place beside its token, as DCE/RPC does (MS-KILE section 3.4.5.4.1, RFC 4757 section 7.3)."""
    if token[:2] == _CFX:
        return _cfx_apart(key, token, sealed)
    at = inner(token)
    return _rc4(key, token[at:], sealed, False) if at else None


def inner(token: bytes) -> int:
    """Where the inner token 02 01 begins behind the framing of RFC 2743 section 3.1; 0 when there is none."""
    if len(token) < 16 or token[0] != 0x60:
        return 0
    at = 2 if token[1] < 0x80 else 2 + (token[1] & 0x7F)
    if token[at : at + 1] != b"\x06" or at + 1 >= len(token):
        return 0
    at += 2 + token[at + 1]
    return at if token[at : at + 2] == _RC4_WRAP else 0


def _usage(flags: int) -> int:
    return ACCEPTOR_SEAL if flags & SENT_BY_ACCEPTOR else INITIATOR_SEAL


def _cfx(key: Key, token: bytes) -> bytes | None:
    """RFC 4121 section 4.2.4: confounder, text, filler of EC bytes, the header once more; rotated right by RRC."""
    if len(token) < _HEADER + 28 or not token[2] & SEALED:
        return None
    extra, turned = int.from_bytes(token[4:6], "big"), int.from_bytes(token[6:8], "big")
    body = token[_HEADER:]
    turned %= len(body)
    plain = decrypt(key, _usage(token[2]), body[turned:] + body[:turned])
    if plain is None or len(plain) < _HEADER + extra or not _same(plain, token):
        return None
    return plain[: len(plain) - _HEADER - extra]


def _cfx_apart(key: Key, token: bytes, sealed: bytes) -> bytes | None:
    """The same with the text apart; the checksum also covers the RPC header, so that the header's copy is the proof."""
    if len(token) < _HEADER + 28 or not token[2] & SEALED:
        return None
    extra, turned = int.from_bytes(token[4:6], "big"), int.from_bytes(token[6:8], "big")
    body = token[_HEADER:] + sealed
    for by in (turned + extra, turned):  # Windows turns by both, and all others follow it
        by %= len(body)
        plain = decrypt_parts(key, _usage(token[2]), body[by:] + body[:by])
        if plain is not None and len(plain) >= _HEADER + extra and _same(plain, token):
            return plain[: len(plain) - _HEADER - extra]
    return None


def _same(plain: bytes, token: bytes) -> bool:
    """Whether the copy of the header is this header; counts of filler and rotation may differ in it."""
    copy = plain[-_HEADER:]
    return copy[:4] == token[:4] and copy[8:] == token[8:_HEADER]


def _rc4(key: Key, token: bytes, sealed: bytes, padded: bool) -> bytes | None:
    """RFC 4757 section 7.3; token begins at 02 01."""
    if key.etype != RC4 or len(token) < _RC4_HEADER or token[4:6] == _NOT_SEALED:
        return None
    body = token[_RC4_HEADER - 8 :] + sealed
    value, mark = key.value, token[16:24]
    sequence = rc4(hmac.digest(hmac.digest(value, bytes(4), "md5"), mark, "md5"), token[8:16])
    if sequence[4:] not in _DIRECTIONS:
        return None
    local = bytes(byte ^ 0xF0 for byte in value)
    plain = rc4(hmac.digest(hmac.digest(local, bytes(4), "md5"), sequence[:4], "md5"), body)
    if not padded:
        return plain[8:]
    signing = hmac.digest(value, b"signaturekey\0", "md5")
    digest = md5((13).to_bytes(4, "little") + token[:8] + plain, usedforsecurity=False).digest()
    if hmac.digest(signing, digest, "md5")[:8] != mark:
        return None
    pad = plain[-1]
    return plain[8:-pad] if 1 <= pad <= 8 < len(plain) - pad + 1 else plain[8:]
