"""What a directory said of each object at which times: a bounded fold that keeps the first and the latest states."""

from collections.abc import Iterator
from heapq import nsmallest
from typing import Any

import msgspec
from msgspec.structs import astuple

from app.engine.knowledge.sids import sid_in
from app.engine.knowledge.tally import LARGEST, checksum, plain_text
from app.model.activity import Activity
from app.model.directory import DirectoryObject

OBJECTS = 200_000
"""Objects kept; a directory of 60,000 users, computers and groups has about 65,000."""
LATEST = 3
"""States of an object that are kept beside its first one."""
LARGE = 16_384
"""Bytes of a packed object from which on its texts and lists are cut to these numbers."""
MOST_LETTERS, MOST_VALUES, MOST_FACTS = 2_048, 5_000, 64
FIELDS = DirectoryObject.__struct_fields__
DEFAULTS = astuple(DirectoryObject())
Key = tuple[str, str, int]
"""("" or domain, SID or GUID or distinguished name, part). A domain's own SIDs and all GUIDs are unique without the domain."""
State = tuple[int, str, bytes]
"""(UTC microseconds, id of the activity that says so, packed object)."""
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[Any]).decode


def pack(one: DirectoryObject) -> bytes:
    """An object without what it does not say: pairs of field number and value."""
    pairs: list[Any] = []
    for number, (value, default) in enumerate(zip(astuple(one), DEFAULTS, strict=True)):
        if value != default:
            pairs += (number, value)
    try:
        body = _encode(pairs)
    except UnicodeEncodeError:
        body = _encode(plain_text(pairs))
    if len(body) <= LARGE:
        return body
    return _encode(_cut(plain_text(pairs)))


def _cut(value: Any) -> Any:
    """The same with long texts and lists cut; only what nobody keeps in a directory has such."""
    if isinstance(value, str):
        return value[:MOST_LETTERS]
    if isinstance(value, (list, tuple)):
        return [_cut(one) for one in value[:MOST_VALUES]]
    if isinstance(value, dict):
        return {_cut(name): _cut(one) for name, one in list(value.items())[:MOST_FACTS]}
    return value


def unpack(body: bytes) -> DirectoryObject:
    """The inverse of pack. Raises msgspec.ValidationError when the bytes are none of its own."""
    pairs = _decode(body)
    return msgspec.convert(dict(zip((FIELDS[number] for number in pairs[::2]), pairs[1::2], strict=True)), DirectoryObject)


def glance(body: bytes) -> DirectoryObject:
    """The same for a look at every object: lists stay lists and nothing is validated, which takes half as long."""
    pairs = _decode(body)
    return DirectoryObject(**dict(zip((FIELDS[number] for number in pairs[::2]), pairs[1::2], strict=True)))


def key_of(one: DirectoryObject) -> Key | None:
    """What is the same for one object in every source that tells of it; None when it has no identity."""
    sid = sid_in(one.sid)
    if sid.startswith("S-1-5-21-"):
        return "", sid, one.part
    if one.guid and not sid:
        return "", one.guid.strip("{}").lower(), one.part
    name = sid or one.dn.lower()
    return (one.domain.lower(), name, one.part) if name else None


class States:
    """Fold of directory objects. Which states stay depends on the set of all that was told, never on its order."""

    __slots__ = ("_bar", "changes", "limit", "seen")

    def __init__(self, limit: int = OBJECTS) -> None:
        self.limit = limit
        self.seen: dict[Key, tuple[State, ...]] = {}
        self.changes = 0
        self._bar = LARGEST

    def add(self, one: DirectoryObject, activity: Activity) -> None:
        """A directory had this object at the time of the activity."""
        key = key_of(one)
        if key is None or (self._bar < LARGEST and key not in self.seen and checksum(key) > self._bar):
            return
        self._join(key, ((activity.at, activity.id, pack(one)),))
        if len(self.seen) > 2 * self.limit:
            self.trim()

    def _join(self, key: Key, more: tuple[State, ...]) -> None:
        self.changes += 1
        known = self.seen.get(key)
        if known is None:
            self.seen[key] = more
            return
        bodies = {state[2]: state[2] for state in known}
        every = sorted({*known, *((at, proof, bodies.get(body, body)) for at, proof, body in more)})
        self.seen[key] = tuple(every if len(every) <= LATEST + 1 else [every[0], *every[-LATEST:]])

    def merge(self, other: "States") -> None:
        """Join what another fold was told."""
        for key, states in other.seen.items():
            self._join(key, states)
        self.trim()

    def trim(self) -> None:
        """Keep the `limit` keys of smallest checksum."""
        if len(self.seen) > self.limit:
            keep = nsmallest(self.limit, self.seen, key=lambda key: (checksum(key), repr(key)))
            self._bar = checksum(keep[-1])
            self.seen = {key: self.seen[key] for key in keep}
            self.changes += 1

    def rows(self) -> Iterator[tuple[Key, tuple[State, ...]]]:
        """Every object with its states, oldest first, by key."""
        self.trim()
        return iter(sorted(self.seen.items()))

    def dump(self) -> list[Any]:
        """Plain content for storing, the same for the same content."""
        return [(key, states) for key, states in self.rows()]

    def load(self, rows: list[Any]) -> None:
        """Content from dump() after any codec that turns tuples into lists."""
        self.seen = {}
        for key, states in rows:
            bodies: dict[bytes, bytes] = {}
            self.seen[(key[0], key[1], key[2])] = tuple((at, proof, bodies.setdefault(body, body)) for at, proof, body in states)
        self.changes += 1
