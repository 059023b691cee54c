"""How much of each kind of activity could be read, in all and for each computer and hour: answered or not, sealed or not."""

from heapq import nsmallest
from zlib import crc32

from app.engine.knowledge.watched import HOUR, Watched
from app.model.activity import NAMED, Activity
from app.model.details import EVENTS, KINDS, RpcCall

LIMIT = 4_000
"""Kinds and interfaces counted; a Windows network has about a hundred."""
WAITING = 50_000
"""Counts that wait to be put in their places: activities come in bursts of the same kind to the same computer."""
MINUTE = 60_000_000
ANSWERED, UNANSWERED, SEALED = "answered", "unanswered", "sealed"
Key = tuple[str, str, str]
_RECORDS = frozenset(EVENTS)


class Sight:
    """Counts by (kind, RPC interface or "", "answered" | "unanswered" | "sealed"); the order of activities does not matter.

    watched: the same by computer and hour. What comes waits, and is put in its places when somebody asks.
    """

    __slots__ = ("_records", "_seen", "_waiting", "_watched")

    def __init__(self) -> None:
        self._seen: dict[Key, int] = {}
        self._watched = Watched()
        self._waiting: dict[tuple[type, str | int, str, str, int], int] = {}
        self._records: dict[tuple[str, str, int], list[int]] = {}

    def add(self, activity: Activity) -> None:
        """Count one more activity."""
        detail = activity.detail
        kind = type(detail)
        if kind is RpcCall:
            state = UNANSWERED if activity.result == "unanswered" else SEALED if detail.sealed else ANSWERED  # type: ignore[union-attr]
            extra: str | int = detail.interface  # type: ignore[union-attr]
        else:
            state = UNANSWERED if activity.result == "unanswered" else ANSWERED
            extra = ""
        if kind in _RECORDS:
            place, extra = NAMED + detail.computer, detail.event_id  # type: ignore[union-attr]
            if detail.record:  # type: ignore[union-attr]
                self._numbered(detail.computer, detail.channel, activity.at // HOUR, detail.record)  # type: ignore[union-attr]
        else:
            end = activity.destination
            place = end.ip if end is not None else ""
        key = (kind, extra, state, place, activity.at // MINUTE)
        waiting = self._waiting
        waiting[key] = waiting.get(key, 0) + 1
        if len(waiting) > WAITING:
            self._settle()

    def _numbered(self, computer: str, channel: str, hour: int, record: int) -> None:
        key = (computer, channel, hour)
        held = self._records.get(key)
        if held is None:
            self._records[key] = [record, record]
        elif record > held[1]:
            held[1] = record
        elif record < held[0]:
            held[0] = record

    def _settle(self) -> None:
        """Put what waits in its places."""
        for (kind, extra, state, place, minute), count in self._waiting.items():
            word = KINDS[kind]
            key = (word, "" if kind in _RECORDS else str(extra), state)
            self._seen[key] = self._seen.get(key, 0) + count
            self._watched.add(place, word, str(extra), state, minute, count)
        self._waiting.clear()
        for (computer, channel, hour), (low, high) in self._records.items():
            self._watched.numbered(NAMED + computer, channel, hour, low, high)
        self._records.clear()
        if len(self._seen) > 2 * LIMIT:
            self.trim()

    @property
    def seen(self) -> dict[Key, int]:
        """Counts of the whole input."""
        self._settle()
        return self._seen

    @property
    def watched(self) -> Watched:
        """Counts by computer and hour."""
        self._settle()
        return self._watched

    def merge(self, other: "Sight") -> None:
        """Join what was counted of other activities."""
        mine = self.seen
        for key, count in other.seen.items():
            mine[key] = mine.get(key, 0) + count
        self._watched.merge(other.watched)
        self.trim()

    def trim(self) -> None:
        """Keep the keys of smallest checksum, the same whatever their order."""
        if len(self._seen) > LIMIT:
            keep = nsmallest(LIMIT, self._seen, key=lambda key: (crc32(repr(key).encode("utf-8", "surrogatepass")), key))
            self._seen = {key: self._seen[key] for key in keep}

    def of(self, kinds: tuple[str, ...], interfaces: tuple[str, ...] = ()) -> dict[str, int]:
        """Number by state of activities of these kinds; of remote calls only those of these interfaces, if any are given."""
        found: dict[str, int] = {}
        for (kind, interface, state), count in self.seen.items():
            if kind in kinds and (kind != "rpc-call" or not interfaces or interface in interfaces):
                found[state] = found.get(state, 0) + count
        return found

    def dump(self) -> list[tuple[Key, int]]:
        """Plain content of the counts of the whole input for storing, the same for the same content."""
        self._settle()
        self.trim()
        return sorted(self._seen.items())

    def load(self, rows: list[tuple[list[str], int]]) -> None:
        """Content from dump() after any codec that turns tuples into lists."""
        self._seen = {(key[0], key[1], key[2]): count for key, count in rows}
