"""Keys of Kerberos FAST (RFC 6113 section 5): two keys made one."""

import hmac
from hashlib import sha1

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

from app.sensor.decoders.crypto.kerberos import AES128, AES128_SHA256, AES256, AES256_SHA384, RC4, SIZES, derived
from app.sensor.decoders.keytab import Key


def combined(one: Key, other: Key, first: bytes, second: bytes) -> Key | None:
    """KRB-FX-CF2 (section 5.1); None for encryption types that are not known here."""
    size = SIZES.get(one.etype)
    if size is None or len(one.value) != size or len(other.value) != SIZES.get(other.etype):
        return None
    left, right = _long(one, first, size), _long(other, second, size)
    return Key(one.etype, bytes(a ^ b for a, b in zip(left, right, strict=True)))


def _long(key: Key, text: bytes, size: int) -> bytes:
    """PRF+ (section 5.1)."""
    out, count = b"", 1
    while len(out) < size:
        out += pseudo_random(key, bytes((count,)) + text)
        count += 1
    return out[:size]


def pseudo_random(key: Key, data: bytes) -> bytes:
    """PRF of the key's type (RFC 3961 section 5.3, RFC 3962 section 6, RFC 8009 section 5, RFC 4757 section 3)."""
    if key.etype in (AES128, AES256):
        made = derived(key.value, b"prf")
        return Cipher(AES(made), ECB()).encryptor().update(sha1(data, usedforsecurity=False).digest()[:16])
    if key.etype in (AES128_SHA256, AES256_SHA384):
        algorithm, bits = ("sha256", 256) if key.etype == AES128_SHA256 else ("sha384", 384)
        return hmac.digest(key.value, b"\0\0\0\1prf\0" + data + bits.to_bytes(4, "big"), algorithm)
    assert key.etype == RC4
    return hmac.digest(key.value, data, "sha1")
