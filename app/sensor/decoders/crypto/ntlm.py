"""NTLM's session keys and sealing from an NT hash (MS-NLMP sections 3.3, 3.4)."""

import hmac
from collections.abc import Sequence
from hashlib import md5

from app.sensor.decoders.crypto.rc4 import rc4, stream

KEY_EXCHANGE, EXTENDED, STRONG, MIDDLE = 0x40000000, 0x00080000, 0x20000000, 0x80000000
"""NTLMSSP_NEGOTIATE_KEY_EXCH, EXTENDED_SESSIONSECURITY, 128, 56 (section 2.2.2.5)."""
_SIGNATURE = 16
_VERSION = b"\1\0\0\0"
_CLIENT = b"session key to client-to-server sealing key magic constant\0"
_SERVER = b"session key to server-to-client sealing key magic constant\0"
_CLIENT_SIGNS = b"session key to client-to-server signing key magic constant\0"
_SERVER_SIGNS = b"session key to server-to-client signing key magic constant\0"
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

    __slots__ = ("_exchanged", "_key", "_next", "_signing", "_stream", "broken")

    def __init__(self, key: bytes, flags: int, from_client: bool) -> None:
        size = 16 if flags & STRONG else 7 if flags & MIDDLE else 5
        self._key = md5(key[:size] + (_CLIENT if from_client else _SERVER), usedforsecurity=False).digest()
        self._signing = md5(key + (_CLIENT_SIGNS if from_client else _SERVER_SIGNS), usedforsecurity=False).digest()
        self._stream = stream(self._key)
        self._exchanged = bool(flags & KEY_EXCHANGE)
        self._next: int | None = None
        self.broken = not flags & EXTENDED

    def open(self, signature: bytes, sealed: bytes, covers: Sequence[tuple[bytes, bytes]] = ((b"", b""),)) -> bytes | None:
        """Text of the next message (section 3.4.3); None from the first one on that was missed or does not fit its signature.

        covers: what the signature may cover beside the text, (before it, behind it).
        """
        if self.broken or len(signature) < _SIGNATURE or signature[:4] != _VERSION:
            return None
        number = int.from_bytes(signature[12:16], "little")
        if self._next is None:
            return self._first(number, signature, sealed, covers)
        plain = self._opened(signature, sealed, covers) if number == self._next else None
        self._next = number + 1
        self.broken = plain is None
        return plain

    def _first(self, number: int, signature: bytes, sealed: bytes, covers: Sequence[tuple[bytes, bytes]]) -> bytes | None:
        """Signatures of the negotiation count; some begin the key stream anew behind them, others do not (MS-SPNG 3.1.5.1)."""
        for skipped in range(min(number, 2) + 1):
            self._stream = stream(self._key)
            self._stream.update(bytes(8 * skipped))
            plain = self._opened(signature, sealed, covers)
            if plain is not None:
                self._next = number + 1
                return plain
        self.broken = True
        return None

    def _opened(self, signature: bytes, sealed: bytes, covers: Sequence[tuple[bytes, bytes]]) -> bytes | None:
        plain = self._stream.update(sealed)
        mark = self._stream.update(signature[4:12]) if self._exchanged else signature[4:12]
        for before, behind in covers:
            if hmac.digest(self._signing, signature[12:16] + before + plain + behind, "md5")[:8] == mark:
                return plain
        return None
