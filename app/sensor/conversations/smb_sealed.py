"""Encryption of one SMB 3 connection: what its keys are made from, and its messages opened with them (MS-SMB2)."""

from hashlib import sha512

from app.sensor.conversations.security import Security
from app.sensor.decoders import smb2
from app.sensor.decoders.crypto.smb3 import CCM128, GCM128, SMB311, opened, session_keys

_MOST = 1024
"""Sessions, and session setups under way, of one connection."""
_NOTHING = bytes(64)


class Unsealer:
    """Follows negotiation and session setups, message by message (sections 3.1.4.2, 3.2.5.3.1)."""

    __slots__ = ("_agreed", "_asked", "_cipher", "_dialect", "_hashes", "_keys")

    def __init__(self) -> None:
        self._dialect = 0
        self._cipher = CCM128
        self._agreed = _NOTHING
        self._hashes: dict[int, bytes] = {}  # of setups under way, by session
        self._asked: dict[int, bytes] = {}  # behind a request, by its message id
        self._keys: dict[int, list[tuple[bytes, bytes]]] = {}  # client's and server's, one pair for each key that may be it

    def saw(self, message: bytes, command: int, flags: int, number: int, session: int, status: int) -> None:
        """One message of negotiation or session setup, from its header on; number: its message id."""
        reply = flags & smb2.RESPONSE
        if command == smb2.NEGOTIATE:
            if not reply:
                self._agreed = _NOTHING
            self._agreed = _chained(self._agreed, message)
            if reply and status == 0:
                self._negotiated(message)
        elif not reply:
            _keep(self._asked, number, _chained(self._hashes.get(session, self._agreed), message))
        else:
            behind = self._asked.pop(number, self._agreed)
            if status == smb2.STATUS_MORE_PROCESSING_REQUIRED:
                _keep(self._hashes, session, _chained(behind, message))
            else:
                _keep(self._hashes, session, behind)  # the last reply is not part of it (section 3.2.5.3.1)

    def established(self, session: int, security: Security | None) -> None:
        """A session was set up; security: what its authentication agreed on, None when no key opened that."""
        agreed = self._hashes.pop(session, self._agreed)
        if security is None or not self._dialect or self._dialect < 0x0300:
            return
        made = [session_keys(one.value, self._dialect, self._cipher, agreed) for one in security.keys]
        if len(self._keys) >= _MOST:
            del self._keys[next(iter(self._keys))]
        self._keys[session] = made

    def open(self, data: bytes) -> bytes | None:
        """The message in data, which begins with its transform header (section 2.2.41); None when it stays sealed."""
        session = int.from_bytes(data[44:52], "little")
        pairs = self._keys.get(session, [])
        for pair in pairs:
            for place in (0, 1):
                plain = opened(pair[place], self._cipher, data)
                if plain is not None:
                    if len(pairs) > 1:
                        self._keys[session] = [pair]
                    return plain
        return None

    def _negotiated(self, message: bytes) -> None:
        """Dialect and cipher (sections 2.2.4, 2.2.4.1.2)."""
        found = smb2.cipher(message)
        if found is not None:
            self._dialect, cipher = found
            self._cipher = cipher or (GCM128 if self._dialect == SMB311 else CCM128)


def _chained(before: bytes, message: bytes) -> bytes:
    return sha512(before + message).digest()


def _keep(table: dict[int, bytes], key: int, value: bytes) -> None:
    if len(table) >= _MOST:
        del table[next(iter(table))]
    table[key] = value
