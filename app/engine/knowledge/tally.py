"""A bounded count of who said what when, the same whatever the order of what it was told."""

from collections.abc import Hashable, Iterator
from heapq import nsmallest
from typing import Any
from zlib import crc32

from app.model.activity import Activity

Key = tuple[Hashable, ...]
Seen = list[Any]
"""[first, last, count, proof]: UTC microseconds, times said, id of the earliest activity that said it."""


LARGEST = 1 << 32


def checksum(key: Key) -> int:
    """Rank of a key, the same in every process."""
    return crc32(repr(key).encode("utf-8", "surrogatepass"))


def plain_text(value: Any) -> Any:
    """The same content with a mark for every half of a character, which no file can hold; input can be made of them."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, (list, tuple)):
        return tuple(plain_text(one) for one in value)
    return {plain_text(name): plain_text(one) for name, one in value.items()} if isinstance(value, dict) else value


class Tally:
    """Key to [first, last, count, proof].

    When more than `limit` keys come, those with the smallest checksum stay: which ones these are depends on the set of
    keys alone, never on their order, and a key that stays has never been dropped in between, so its counts are whole.
    Once that many are known, keys above the largest of them are not even looked at: a flood of invented names costs little.
    """

    __slots__ = ("_bar", "changes", "limit", "seen")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.seen: dict[Key, Seen] = {}
        self.changes = 0
        self._bar = LARGEST

    def add(self, key: Key, activity: Activity) -> None:
        """Count one more activity that said this."""
        entry = self.seen.get(key)
        at = activity.at
        if entry is None and self._bar < LARGEST and checksum(key) > self._bar:
            return
        self.changes += 1
        if entry is None:
            self.seen[key] = [at, at, 1, activity.id]
            if len(self.seen) > 2 * self.limit:
                self.trim()
            return
        entry[2] += 1
        if at > entry[1]:
            entry[1] = at
        elif at < entry[0]:
            entry[0], entry[3] = at, activity.id
        elif at == entry[0]:
            entry[3] = min(entry[3], activity.id)

    def merge(self, other: "Tally") -> None:
        """Join what another tally saw (of other activities)."""
        self.changes += 1
        for key, theirs in other.seen.items():
            mine = self.seen.get(key)
            if mine is None:
                self.seen[key] = list(theirs)
                continue
            proof = min((mine[0], mine[3]), (theirs[0], theirs[3]))
            mine[:] = [proof[0], max(mine[1], theirs[1]), mine[2] + theirs[2], proof[1]]
        self.trim()

    def trim(self) -> None:
        """Keep the `limit` keys of smallest checksum."""
        if len(self.seen) <= self.limit:
            return
        keep = nsmallest(self.limit, self.seen, key=lambda key: (checksum(key), repr(key)))
        self._bar = checksum(keep[-1])
        self.seen = {key: self.seen[key] for key in keep}
        self.changes += 1

    def rows(self) -> Iterator[tuple[Key, Seen]]:
        """Keys with what was seen, trimmed, in no order: readers choose by rank, never by place."""
        self.trim()
        return iter(self.seen.items())

    def dump(self) -> list[tuple[Key, Seen]]:
        """Plain content for storing, the same for the same content."""
        return sorted(self.rows(), key=lambda item: repr(item[0]))

    def load(self, rows: list[tuple[list[Any], Seen]]) -> None:
        """Content from dump() after any codec that turns tuples into lists."""
        self.seen = {tuple(key): list(seen) for key, seen in rows}
        self.changes += 1
