"""Addresses under a key so that those of one network stay together (Crypto-PAn: Xu, Fan, Ammar, Moon, 2002), and back.

Two addresses with a common prefix of n bits get pseudonyms with a common prefix of n bits, and no longer.
"""

import ipaddress
from functools import lru_cache

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

KEPT = tuple(
    ipaddress.ip_network(one)
    for one in ("0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/4", "240.0.0.0/4", "::/127", "ff00::/8")
)  # fmt: skip
"""Addresses that name no machine of anybody: this host, loopback, multicast, broadcast (RFC 6890)."""


class Addresses:
    """One key of 32 bytes: 16 for the cipher, 16 for its padding."""

    def __init__(self, key: bytes) -> None:
        self._cipher = Cipher(algorithms.AES(key[:16]), modes.ECB())  # a block at a time, as the scheme asks
        self._pad = self._block(key[16:32])
        self.hide = lru_cache(65_536)(self._hide)
        self.reveal = lru_cache(65_536)(self._reveal)

    def _block(self, data: bytes) -> bytes:
        return self._cipher.encryptor().update(data)

    def _hide(self, text: str) -> str:
        return self._turn(text, False)

    def _reveal(self, text: str) -> str:
        return self._turn(text, True)

    def _turn(self, text: str, back: bool) -> str:
        """The address hidden or back; text that is no address, or one that is kept, stays."""
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            return text
        if any(address.version == one.version and address in one for one in KEPT):
            return text
        # A pseudonym that fell among the kept ones could not be told from them: it is turned again, which has a way back.
        for _ in range(64):
            address = type(address)(self._once(int(address), address.max_prefixlen, back))
            if not any(address.version == one.version and address in one for one in KEPT):
                return str(address)
        return text

    def _once(self, value: int, bits: int, back: bool) -> int:
        pad = int.from_bytes(self._pad, "big")
        plain = hidden = 0
        encrypt = self._cipher.encryptor().update
        for place in range(bits):
            rest = 128 - place
            prefix = (plain << rest) | (pad & ((1 << rest) - 1)) if place else pad
            flip = encrypt((prefix & ((1 << 128) - 1)).to_bytes(16, "big"))[0] >> 7
            bit = value >> (bits - 1 - place) & 1
            plain = plain << 1 | (bit ^ flip if back else bit)
            hidden = hidden << 1 | (bit if back else bit ^ flip)
        return plain if back else hidden
