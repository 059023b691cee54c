"""How much of each kind of activity could be read, in all and for each computer and hour: answered or not, sealed or not."""

from heapq import nsmallest
from zlib import crc32

from app.engine.knowledge.watched import Watched
from app.model.activity import NAMED, Activity
from app.model.details import EVENTS, KINDS, RpcCall

LIMIT = 4_000
"""Kinds and interfaces counted; a Windows network has about a hundred."""
WAITING = 50_000
"""Counts that wait to be put in their places: activities come in bursts of the same kind to the same computer."""
MINUTE = 60_000_000
ANSWERED, UNANSWERED, SEALED = "answered", "unanswered", "sealed"
Key = tuple[str, str, str]
Waiting = tuple[type, str, str, int] | tuple[type, str, str, int, str | int, str | bool]
"""Kind, result, address or computer, minute; of calls interface and whether sealed, of records event id and channel."""
_RECORDS = frozenset(EVENTS)


class Sight:
    """Counts by (kind, RPC interface or "", "answered" | "unanswered" | "sealed"); the order of activities does not matter.

    watched: the same by computer and hour. What comes waits, and is put in its places when somebody asks.
    """

    __slots__ = ("_seen", "_waiting", "_watched")

    def __init__(self) -> None:
        self._seen: dict[Key, int] = {}
        self._watched = Watched()
        self._waiting: dict[Waiting, list[int]] = {}

    def add(self, activity: Activity) -> None:
        """Count one more activity. Every activity comes here, so it does one look-up and leaves the rest for later."""
        detail = activity.detail
        kind = type(detail)
        key: Waiting
        if kind in _RECORDS:
            record: int = detail.record  # type: ignore[union-attr]
            place = detail.computer  # type: ignore[union-attr]
            key = (kind, activity.result, place, activity.at // MINUTE, detail.event_id, detail.channel)  # type: ignore[union-attr]
        else:
            record = 0
            end = activity.destination
            place = end.ip if end is not None else ""
            if kind is RpcCall:
                key = (kind, activity.result, place, activity.at // MINUTE, detail.interface, detail.sealed)  # type: ignore[union-attr]
            else:
                key = (kind, activity.result, place, activity.at // MINUTE)
        held = self._waiting.get(key)
        if held is None:
            self._waiting[key] = [1, record, record]
            if len(self._waiting) > WAITING:
                self._settle()
            return
        held[0] += 1
        if record:
            if record > held[2]:
                held[2] = record
            elif record < held[1] or not held[1]:
                held[1] = record

    def _settle(self) -> None:
        """Put what waits in its places."""
        for (kind, result, place, minute, *more), (count, low, high) in self._waiting.items():
            word = KINDS[kind]
            extra, last = more or ("", False)
            state = UNANSWERED if result == "unanswered" else SEALED if last is True else ANSWERED
            key = (word, "" if kind in _RECORDS else str(extra), state)
            self._seen[key] = self._seen.get(key, 0) + count
            where = NAMED + place if kind in _RECORDS else place
            self._watched.add(where, word, str(extra), state, minute, count)
            if high:
                self._watched.numbered(where, str(last), minute // 60, low or high, high)
        self._waiting.clear()
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
