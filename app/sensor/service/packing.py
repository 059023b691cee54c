"""Activities of a source gathered into messages: not too seldom, not too many, never larger than a hub takes."""

import time

import msgspec
from msgspec import Struct

from app.link import envelope
from app.link.envelope import Batch, seal

GATHER = 1.0
"""Seconds that activities wait for others at most."""
MOST, BYTES = 4096, 1 << 20
"""Activities, and bytes of them before they are compressed, that make a message without waiting."""
LARGEST = 512 << 10
"""Bytes of a message at most: half of what a hub takes by default (NATS documentation, "max_payload")."""
UNPACKED = envelope.LARGEST // 2
"""Bytes of its activities at most: text that compresses well stays far below what a reader unpacks."""

_split = msgspec.msgpack.Decoder(list[msgspec.Raw]).decode
_join = msgspec.msgpack.Encoder().encode


class Packed(Struct, frozen=True):
    """Messages, how many activities they hold, and how many did not fit into any."""

    bodies: tuple[bytes, ...]
    activities: int
    lost: int


class Gathering:
    """What a source found and is not in the outbox yet. count: activities, size: bytes of them."""

    def __init__(self) -> None:
        self._items: list[msgspec.Raw] = []
        self._since: float | None = None
        self._packed: tuple[str, Packed] | None = None
        self.count = self.size = 0

    def add(self, batch: bytes) -> None:
        """One batch as app.link.codec.encode_batch writes it. Raises msgspec.MsgspecError for other bytes."""
        items = _split(batch)
        if not items:
            return
        self._items += items
        self._packed = None
        self.count += len(items)
        self.size += len(batch)
        self._since = time.monotonic() if self._since is None else self._since

    @property
    def due(self) -> bool:
        """Whether it is time to make messages of it."""
        if self._since is None:
            return False
        return self.count >= MOST or self.size >= BYTES or time.monotonic() - self._since >= GATHER

    def pack(self, key: str) -> Packed:
        """All of it as sealed messages of the input of this key; made once, however often an outbox without room asks."""
        if self._packed is None or self._packed[0] != key:
            bodies: list[bytes] = []
            lost = sum(_pack(key, self._items[at : at + MOST], bodies) for at in range(0, len(self._items), MOST))
            self._packed = key, Packed(tuple(bodies), self.count, lost)
        return self._packed[1]

    def clear(self) -> None:
        """It is kept elsewhere now."""
        self._items, self._since, self._packed = [], None, None
        self.count = self.size = 0


def _pack(key: str, items: list[msgspec.Raw], bodies: list[bytes]) -> int:
    """Add the messages of these; returns how many are too large even alone."""
    waiting = [items]
    lost = 0
    while waiting:
        part = waiting.pop()
        activities = _join(part)
        body = seal(Batch(key, len(part), activities)) if len(activities) <= UNPACKED else None
        if body is not None and len(body) <= LARGEST:
            bodies.append(body)
        elif len(part) == 1:
            lost += 1
        else:
            half = len(part) // 2
            waiting += [part[half:], part[:half]]  # the first half is taken next, so order stays
    return lost
