"""RC4, of the cryptography package where its OpenSSL has it, else our own."""

from typing import Protocol

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.decrepit.ciphers.algorithms import ARC4
from cryptography.hazmat.primitives.ciphers import Cipher


class Stream(Protocol):
    """A key stream that goes on from call to call."""

    def update(self, data: bytes) -> bytes:
        """The next bytes, opened or sealed."""
        ...


class OwnRc4:
    """RC4 in plain Python, for an OpenSSL without its legacy provider."""

    __slots__ = ("_i", "_j", "_state")

    def __init__(self, key: bytes) -> None:
        state = list(range(256))
        j = 0
        for i in range(256):
            j = (j + state[i] + key[i % len(key)]) & 255
            state[i], state[j] = state[j], state[i]
        self._state, self._i, self._j = state, 0, 0

    def update(self, data: bytes) -> bytes:
        """The next bytes, opened or sealed."""
        state, i, j = self._state, self._i, self._j
        out = bytearray(len(data))
        for place, byte in enumerate(data):
            i = (i + 1) & 255
            one = state[i]
            j = (j + one) & 255
            other = state[j]
            state[i], state[j] = other, one
            out[place] = byte ^ state[(one + other) & 255]
        self._i, self._j = i, j
        return bytes(out)


def _openssl_knows_rc4() -> bool:
    try:
        Cipher(ARC4(bytes(16)), None).encryptor()
    except UnsupportedAlgorithm:
        return False
    return True


_KNOWN = _openssl_knows_rc4()
_SIZES = frozenset({5, 7, 8, 10, 16, 20, 24, 32})
"""Bytes of a key that the package takes."""


def stream(key: bytes) -> Stream:
    """The stream of a key of 1 to 256 bytes."""
    return Cipher(ARC4(key), None).encryptor() if _KNOWN and len(key) in _SIZES else OwnRc4(key)


def rc4(key: bytes, data: bytes) -> bytes:
    """All of data under a fresh stream."""
    return stream(key).update(data)
