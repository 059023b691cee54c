"""What was seen of each computer in each hour: a bounded fold that forgets the order of activities."""

from collections.abc import Callable, Iterable
from operator import add, or_
from typing import Any

from app.engine.knowledge.names import LONGEST, host
from app.engine.knowledge.tally import LARGEST, checksum, plain_text
from app.model.activity import NAMED

HOUR = 3_600_000_000
CELLS = 400_000
"""Counts kept of what controllers answer and what logs hold: ten controllers for two months."""
BYWAYS = 100_000
"""The same of kinds that any computer answers, the Internet's name servers among them, so that they push out nothing else."""
COMMON = frozenset({"dns-query", "dns-update", "name-observation", "smb-file", "smb-tree", "rdp-connection", "radius-access",
                    "radius-accounting"})  # fmt: skip
What = tuple[str, str, str]
"""Kind, RPC interface or event id or "", state."""
PACKETS, LOG = "packets", "log"
Row = tuple[str, tuple[str, ...], list[tuple[int, Any]]]


class Hours:
    """Place to what to hour to a number. Of too many, the places of smallest checksum stay, each with all that it has.

    Which places these are depends on what was added alone, never on its order: what the places before one hold only grows,
    so a place that stays has never been dropped in between.
    """

    __slots__ = ("_bar", "_join", "_limit", "places", "size")

    def __init__(self, limit: int, join: Callable[[int, int], int]) -> None:
        self._limit, self._join = limit, join
        self.places: dict[str, dict[tuple[str, ...], dict[int, int]]] = {}
        self.size = 0
        self._bar = LARGEST

    def add(self, place: str, what: tuple[str, ...], hour: int, number: int) -> None:
        """Join one more number."""
        held = self.places.get(place)
        if held is None:
            if self._bar < LARGEST and checksum((place,)) >= self._bar:
                return
            held = self.places[place] = {}
        hours = held.get(what)
        if hours is None:
            hours = held[what] = {}
        before = hours.get(hour)
        if before is None:
            hours[hour] = number
            self.size += 1
            if self.size > 2 * self._limit:
                self.trim()
        else:
            hours[hour] = self._join(before, number)

    def trim(self) -> None:
        """Drop the places of largest checksum until no more is held than the limit."""
        ranked = sorted(self.places, key=lambda one: (checksum((one,)), one)) if self.size > self._limit else []
        while self.size > self._limit and ranked:
            gone = ranked.pop()
            self.size -= sum(map(len, self.places.pop(gone).values()))
            self._bar = min(self._bar, checksum((gone,)))

    def merge(self, other: "Hours") -> None:
        """Join what another one holds of other activities."""
        self._bar = min(self._bar, other._bar)
        for place, held in other.places.items():
            for what, hours in held.items():
                for hour, number in hours.items():
                    self.add(place, what, hour, number)
        for place in [one for one in self.places if self._bar < LARGEST and checksum((one,)) >= self._bar]:
            self.size -= sum(map(len, self.places.pop(place).values()))
        self.trim()

    def of(self, places: Iterable[str]) -> dict[tuple[str, ...], dict[int, int]]:
        """What to hour to number of several places that are one computer."""
        found: dict[tuple[str, ...], dict[int, int]] = {}
        for place in places:
            for what, hours in self.places.get(place, {}).items():
                mine = found.setdefault(what, {})
                for hour, number in hours.items():
                    mine[hour] = self._join(mine[hour], number) if hour in mine else number
        return found

    def dump(self) -> list[Any]:
        """Plain content, the same for the same content."""
        self.trim()
        rows = [
            (place, what, sorted(hours.items()))
            for place, held in sorted(self.places.items())
            for what, hours in sorted(held.items())
        ]
        return [self._bar, rows]

    def load(self, content: list[Any]) -> None:
        """Content from dump()."""
        self._bar = content[0]
        self.places, self.size = {}, 0
        for place, what, hours in content[1]:
            self.places.setdefault(place, {})[tuple(what)] = dict(hours)
            self.size += len(hours)


class Watched:
    """Counts by place, kind and hour; minutes of an hour with packets or records as bits; first and last record numbers."""

    __slots__ = ("byways", "highest", "lowest", "minutes", "served")

    def __init__(self) -> None:
        self.served = Hours(CELLS, add)
        self.byways = Hours(BYWAYS, add)
        self.minutes = Hours(CELLS, or_)
        self.lowest = Hours(BYWAYS, min)
        self.highest = Hours(BYWAYS, max)

    def _parts(self) -> dict[str, Hours]:
        return {name: getattr(self, name) for name in self.__slots__}

    def add(self, place: str, kind: str, extra: str, state: str, minute: int, count: int) -> None:
        """So many activities of a kind to a place within a minute of the epoch."""
        place = named_place(place)
        if not place or kind.startswith("directory-"):
            return
        hour = minute // 60
        if kind in COMMON:
            self.byways.add(place, (kind, extra, state), hour, count)
            return
        self.served.add(place, (kind, _writable(extra), state), hour, count)
        side = LOG if kind.startswith("event-") else PACKETS
        self.minutes.add(place, (side,), hour, 1 << (minute % 60))

    def has(self, side: str) -> bool:
        """True when packets, or the log, of any computer were seen."""
        return any((side,) in held for held in self.minutes.places.values())

    def numbered(self, place: str, channel: str, hour: int, low: int, high: int) -> None:
        """A log holds records from one number to another in this hour."""
        place = named_place(place)
        if place and max(low, high) < 1 << 63:
            self.lowest.add(place, (_writable(channel.lower()),), hour, low)
            self.highest.add(place, (_writable(channel.lower()),), hour, high)

    def merge(self, other: "Watched") -> None:
        """Join what was counted of other activities."""
        theirs = other._parts()
        for name, mine in self._parts().items():
            mine.merge(theirs[name])

    def dump(self) -> dict[str, list[Any]]:
        """Plain content for storing, the same for the same content."""
        return {name: part.dump() for name, part in self._parts().items()}

    def load(self, content: dict[str, list[Any]]) -> None:
        """Content from dump() after any codec."""
        for name, part in self._parts().items():
            if name in content:
                part.load(content[name])


def named_place(place: str) -> str:
    """A place as it is counted: an address, or NAMED and the name in lower case; "" for none."""
    if not place.startswith(NAMED):
        return _writable(place)
    plain = host(place[len(NAMED) :])
    return NAMED + _writable(plain) if plain else ""


def _writable(text: str) -> str:
    """A short text without halves of characters, which no file holds and whose replacement would come in another order."""
    return text[:LONGEST] if text.isascii() else str(plain_text(text[:LONGEST]))
