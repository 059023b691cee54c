"""NTLM's session keys and sealing from an NT hash (MS-NLMP sections 3.3, 3.4)."""

import hmac
from hashlib import md5

from app.sensor.decoders.crypto.rc4 import rc4, stream

KEY_EXCHANGE, EXTENDED, STRONG, MIDDLE = 0x40000000, 0x00080000, 0x20000000, 0x80000000
"""NTLMSSP_NEGOTIATE_KEY_EXCH, EXTENDED_SESSIONSECURITY, 128, 56 (section 2.2.2.5)."""
_SIGNATURE = 16
_VERSION = b"\1\0\0\0"
_CLIENT = b"session key to client-to-server sealing key magic constant\0"
_SERVER = b"session key to server-to-client sealing key magic constant\0"
_PROOF = 16


def session_key(
    nt_hash: bytes, user: str, domain: str, challenge: bytes, response: bytes, sealed_key: bytes, flags: int
) -> bytes | None:
    """Exported session key of an NTLMv2 authentication; None when the response was not made with this hash."""
    if len(response) < _PROOF + 28:
        return None
    made = hmac.digest(nt_hash, (user.upper() + domain).encode("utf-16-le", "replace"), "md5")
    proof = hmac.digest(made, challenge + response[_PROOF:], "md5")
    if proof != response[:_PROOF]:
        return None
    base = hmac.digest(made, proof, "md5")
    return rc4(base, sealed_key) if flags & KEY_EXCHANGE and len(sealed_key) == 16 else base


class Sealing:
    """One direction of a sealed connection. Its key stream goes on from message to message, so none may be left out."""

    __slots__ = ("_exchanged", "_next", "_stream", "broken")

    def __init__(self, key: bytes, flags: int, from_client: bool) -> None:
        size = 16 if flags & STRONG else 7 if flags & MIDDLE else 5
        made = md5(key[:size] + (_CLIENT if from_client else _SERVER), usedforsecurity=False).digest()
        self._stream = stream(made)
        self._exchanged = bool(flags & KEY_EXCHANGE)
        self._next = 0
        self.broken = not flags & EXTENDED

    def open(self, signature: bytes, sealed: bytes) -> bytes | None:
        """Text of the next message (section 3.4.3); None from the first one that was missed on."""
        if self.broken or len(signature) < _SIGNATURE or signature[:4] != _VERSION:
            return None
        number = int.from_bytes(signature[12:16], "little")
        if number == 1 and self._next == 0:  # the first signature went into the negotiation (MS-SPNG section 3.1.5.1)
            self._skip(8)
            self._next = 1
        if number != self._next:
            self.broken = True
            return None
        self._next += 1
        plain = self._stream.update(sealed)
        if self._exchanged:
            self._skip(8)
        return plain

    def _skip(self, size: int) -> None:
        self._stream.update(bytes(size))
