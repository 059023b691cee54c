"""How much of each kind of activity could be read: answered or not, sealed or not."""

from heapq import nsmallest
from zlib import crc32

from app.model.activity import Activity
from app.model.details import KINDS, RpcCall

LIMIT = 4_000
"""Kinds and interfaces counted; a Windows network has about a hundred."""
Key = tuple[str, str, str]


class Sight:
    """Counts by (kind, RPC interface or "", "answered" | "unanswered" | "sealed"); the order of activities does not matter."""

    __slots__ = ("seen",)

    def __init__(self) -> None:
        self.seen: dict[Key, int] = {}

    def add(self, activity: Activity) -> None:
        """Count one more activity."""
        detail = activity.detail
        if type(detail) is RpcCall:
            state = "unanswered" if activity.result == "unanswered" else "sealed" if detail.sealed else "answered"
            key = ("rpc-call", detail.interface, state)
        else:
            key = (KINDS[type(detail)], "", "unanswered" if activity.result == "unanswered" else "answered")
        self.seen[key] = self.seen.get(key, 0) + 1
        if len(self.seen) > 2 * LIMIT:
            self.trim()

    def merge(self, other: "Sight") -> None:
        """Join what was counted of other activities."""
        for key, count in other.seen.items():
            self.seen[key] = self.seen.get(key, 0) + count
        self.trim()

    def trim(self) -> None:
        """Keep the keys of smallest checksum, the same whatever their order."""
        if len(self.seen) > LIMIT:
            keep = nsmallest(LIMIT, self.seen, key=lambda key: (crc32(repr(key).encode("utf-8", "surrogatepass")), key))
            self.seen = {key: self.seen[key] for key in keep}

    def of(self, kinds: tuple[str, ...], interfaces: tuple[str, ...] = ()) -> dict[str, int]:
        """Number by state of activities of these kinds; of remote calls only those of these interfaces, if any are given."""
        found: dict[str, int] = {}
        for (kind, interface, state), count in self.seen.items():
            if kind in kinds and (kind != "rpc-call" or not interfaces or interface in interfaces):
                found[state] = found.get(state, 0) + count
        return found

    def dump(self) -> list[tuple[Key, int]]:
        """Plain content for storing, the same for the same content."""
        self.trim()
        return sorted(self.seen.items())

    def load(self, rows: list[tuple[list[str], int]]) -> None:
        """Content from dump() after any codec that turns tuples into lists."""
        self.seen = {(key[0], key[1], key[2]): count for key, count in rows}
