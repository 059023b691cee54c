"""Encryption and checksums of Kerberos: AES (RFC 3962, RFC 8009) and RC4 (RFC 4757) on the frame of RFC 3961."""

import hmac
from functools import lru_cache
from hashlib import md5

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC, ECB

from app.sensor.decoders.crypto.rc4 import rc4
from app.sensor.decoders.keytab import Key

AES128, AES256, AES128_SHA256, AES256_SHA384, RC4 = 17, 18, 19, 20, 23
SIZES = {AES128: 16, AES256: 32, AES128_SHA256: 16, AES256_SHA384: 32, RC4: 16}
"""Bytes of a key by its encryption type."""

_BLOCK = 16
_SHA1_TAG = 12
_SHA2_TAGS = {AES128_SHA256: 16, AES256_SHA384: 24}
_SHA2 = {AES128_SHA256: "sha256", AES256_SHA384: "sha384"}
_RC4_USAGES = {3: 8, 9: 8, 23: 13}
"""Usages that RC4 writes with another number (RFC 4757 section 3)."""
_CHECKSUMS = {15: AES128, 16: AES256, 19: AES128_SHA256, 20: AES256_SHA384}
_HMAC_MD5 = -138
"""KERB_CHECKSUM_HMAC_MD5 (MS-PAC section 2.8.1), which any key can make."""
_SIGNING, _SEALING, _INTEGRITY = 0x99, 0xAA, 0x55


@lru_cache(maxsize=256)
def nfold(data: bytes, size: int) -> bytes:
    """RFC 3961 section 5.1: size bytes that depend on every bit of data."""
    bits = len(data) * 8
    number = int.from_bytes(data, "big")
    period = _least_common_multiple(len(data), size)
    mask = (1 << bits) - 1
    long = 0
    for turn in range(period // len(data)):
        by = 13 * turn % bits
        long = long << bits | ((number >> by | number << (bits - by)) & mask)
    folded, part = 0, (1 << size * 8) - 1
    while long:
        folded += long & part
        long >>= size * 8
    while folded >> size * 8:  # the carry of ones' complement goes round
        folded = (folded & part) + (folded >> size * 8)
    return folded.to_bytes(size, "big")


def _least_common_multiple(one: int, other: int) -> int:
    a, b = one, other
    while b:
        a, b = b, a % b
    return one * other // a


@lru_cache(maxsize=4096)
def _derived(etype: int, key: bytes, usage: int, purpose: int) -> bytes:
    """Key of one usage: DK of RFC 3961 section 5.3, or KDF-HMAC-SHA2 of RFC 8009 section 3."""
    constant = usage.to_bytes(4, "big") + bytes((purpose,))
    if etype in _SHA2:
        size = 32 if etype == AES256_SHA384 and purpose == _SEALING else _SHA2_TAGS[etype]
        return sha2_derived(etype, key, constant, size)
    return derived(key, constant)


def derived(key: bytes, constant: bytes) -> bytes:
    """DK of RFC 3961 section 5.1 for AES."""
    encryptor = Cipher(AES(key), ECB()).encryptor()  # RFC 3962 section 4 asks for single blocks
    block = nfold(constant, _BLOCK)
    out = b""
    while len(out) < len(key):
        block = encryptor.update(block)
        out += block
    return out[: len(key)]


def sha2_derived(etype: int, key: bytes, label: bytes, size: int) -> bytes:
    """RFC 8009 section 3, without context."""
    return hmac.digest(key, b"\0\0\0\1" + label + b"\0" + (size * 8).to_bytes(4, "big"), _SHA2[etype])[:size]


def cts(key: bytes, cipher: bytes) -> bytes:
    """AES in CBC mode with ciphertext stealing, first vector zero (RFC 3962 section 5); at least one block."""
    size = len(cipher)
    if size > _BLOCK:
        left = size % _BLOCK or _BLOCK
        head, whole, last = cipher[: size - left - _BLOCK], cipher[size - left - _BLOCK : size - left], cipher[size - left :]
        if left < _BLOCK:
            last += Cipher(AES(key), ECB()).decryptor().update(whole)[left:]
        cipher = head + last + whole
    return Cipher(AES(key), CBC(bytes(_BLOCK))).decryptor().update(cipher)[:size]


def decrypt(key: Key, usage: int, cipher: bytes) -> bytes | None:
    """What cipher holds, without its confounder; None when the key is another one, or the message was changed or cut."""
    etype, value = key.etype, key.value
    if len(value) != SIZES.get(etype):
        return None
    if etype == RC4:
        return _rc4_decrypt(value, _RC4_USAGES.get(usage, usage), cipher)
    tag = _SHA2_TAGS.get(etype, _SHA1_TAG)
    body, sent = cipher[:-tag], cipher[-tag:]
    if len(body) < _BLOCK:
        return None
    if etype in _SHA2:
        made = hmac.digest(_derived(etype, value, usage, _INTEGRITY), bytes(_BLOCK) + body, _SHA2[etype])[:tag]
        return cts(_derived(etype, value, usage, _SEALING), body)[_BLOCK:] if made == sent else None
    plain = cts(_derived(etype, value, usage, _SEALING), body)
    made = hmac.digest(_derived(etype, value, usage, _INTEGRITY), plain, "sha1")[:tag]
    return plain[_BLOCK:] if made == sent else None


def decrypt_parts(key: Key, usage: int, cipher: bytes) -> bytes | None:
    """The same for AES with SHA-1 where the checksum also covers what is not here: whoever asks proves the result otherwise."""
    if key.etype not in (AES128, AES256) or len(key.value) != SIZES[key.etype] or len(cipher) < _BLOCK + _SHA1_TAG:
        return decrypt(key, usage, cipher) if key.etype in _SHA2 else None
    return cts(_derived(key.etype, key.value, usage, _SEALING), cipher[:-_SHA1_TAG])[_BLOCK:]


def _rc4_decrypt(key: bytes, usage: int, cipher: bytes) -> bytes | None:
    """RFC 4757 section 4."""
    if len(cipher) < 24:
        return None
    first = hmac.digest(key, usage.to_bytes(4, "little"), "md5")
    plain = rc4(hmac.digest(first, cipher[:16], "md5"), cipher[16:])
    return plain[8:] if hmac.digest(first, plain, "md5") == cipher[:16] else None


def checksum(kind: int, key: Key, usage: int, data: bytes) -> bytes | None:
    """Keyed checksum of a kind (RFC 3961 section 8, RFC 8009 section 8, MS-PAC section 2.8.1); None: the key does not fit."""
    if kind == _HMAC_MD5:
        signing = hmac.digest(key.value, b"signaturekey\0", "md5")
        return hmac.digest(signing, md5(usage.to_bytes(4, "little") + data, usedforsecurity=False).digest(), "md5")
    etype = _CHECKSUMS.get(kind)
    if etype is None or etype != key.etype or len(key.value) != SIZES[etype]:
        return None
    signing = _derived(etype, key.value, usage, _SIGNING)
    if etype in _SHA2:
        return hmac.digest(signing, data, _SHA2[etype])[: _SHA2_TAGS[etype]]
    return hmac.digest(signing, data, "sha1")[:_SHA1_TAG]
