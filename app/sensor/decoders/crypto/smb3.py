"""Encryption of SMB 3: keys of a session and one message opened (MS-SMB2 sections 3.1.4.2, 3.1.4.3)."""

import hmac

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESCCM, AESGCM

CCM128, GCM128, CCM256, GCM256 = 1, 2, 3, 4
"""Ciphers (section 2.2.3.1.2)."""
HEADER = 52
"""Bytes of a transform header (section 2.2.41)."""
SMB311 = 0x0311


def session_keys(key: bytes, dialect: int, cipher: int, agreed: bytes) -> tuple[bytes, bytes]:
    """(client to server, server to client) keys of a session. agreed: its preauthentication hash, for 3.1.1 only."""
    wide = cipher in (CCM256, GCM256)
    if not wide or len(key) < 16:
        key = key[:16].ljust(16, b"\0")
    bits = 256 if wide else 128
    if dialect == SMB311:
        return derived(key, b"SMBC2SCipherKey\0", agreed, bits), derived(key, b"SMBS2CCipherKey\0", agreed, bits)
    return derived(key, b"SMB2AESCCM\0", b"ServerIn \0", bits), derived(key, b"SMB2AESCCM\0", b"ServerOut\0", bits)


def derived(key: bytes, label: bytes, context: bytes, bits: int) -> bytes:
    """SP 800-108 in counter mode with HMAC-SHA256."""
    return hmac.digest(key, b"\0\0\0\1" + label + b"\0" + context + bits.to_bytes(4, "big"), "sha256")[: bits // 8]


def opened(key: bytes, cipher: int, data: bytes) -> bytes | None:
    """The message in data, which begins with its transform header; None when the key is another one or it was changed or cut."""
    size = int.from_bytes(data[36:40], "little")
    if len(data) < HEADER or len(data) - HEADER < size:
        return None
    sealed, known = data[HEADER : HEADER + size] + data[4:20], data[20:HEADER]
    try:
        if cipher in (CCM128, CCM256):
            return AESCCM(key, 16).decrypt(data[20:31], sealed, known)
        return AESGCM(key).decrypt(data[20:32], sealed, known)
    except (InvalidTag, ValueError, OverflowError):
        return None
