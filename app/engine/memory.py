"""Short, bounded recollection for detectors, keyed by text and by event time."""

from collections import deque
from collections.abc import Hashable
from typing import TypeVar

EVENTS = 5_000
"""Events kept for one key; older ones are forgotten first. Thresholds lie far below."""
KEYS = 50_000
"""Keys kept; the one written longest ago, in event time, is forgotten first."""
TOTAL = 500_000
"""Events kept in all trails of one detector together; the trails written longest ago are forgotten first."""
DAY = 86_400_000_000
MONTH = 30 * DAY

Key = tuple[Hashable, ...]
Noted = TypeVar("Noted")


class Counts(dict[Hashable, int]):
    """How often each value was seen; 0 for one that was not. Made faster than a Counter, and most trails hold one value."""

    __slots__ = ()

    def __missing__(self, value: Hashable) -> int:
        return 0


class Trail:
    """What happened under one key within the window: times, values and activity ids, oldest first.

    total, firsts and values_total go on counting while no gap is as long as the window: they describe the whole episode.
    """

    __slots__ = ("_events", "_fresh", "began", "counts", "last", "total", "values")

    def __init__(self, at: int) -> None:
        self._events: deque[tuple[int, Hashable, str]] = deque()
        self._fresh = 0
        self.counts = self.values = Counts()  # the same until the first event is forgotten
        self.total = 0
        self.began = at
        self.last = at

    def _forget(self, since: int) -> int:
        """Forget the events before a time, and the oldest where there is no room for another one; how many went."""
        events = self._events
        if self.counts is self.values:
            self.counts = Counts(self.values)
        counts, before = self.counts, len(events)
        while events and (events[0][0] < since or len(events) >= EVENTS):
            old = events.popleft()[1]
            left = counts.get(old)
            if left is not None:
                if left > 1:
                    counts[old] = left - 1
                else:
                    del counts[old]
        if self._fresh > len(events):
            self._fresh = len(events)
        return before - len(events)

    def drop(self, value: Hashable) -> None:
        """Forget one value, as if its events had not been; their number and evidence stay."""
        self.counts.pop(value, None)
        self.values.pop(value, None)

    @property
    def count(self) -> int:
        """Events within the window."""
        return len(self._events)

    @property
    def distinct(self) -> int:
        """Different values within the window."""
        return len(self.counts)

    @property
    def first(self) -> int:
        """Time of the oldest event within the window."""
        return self._events[0][0] if self._events else self.last

    def take(self) -> tuple[str, ...]:
        """Ids of the events within the window that were not taken before."""
        if self._fresh == 1:  # nearly always
            self._fresh = 0
            return (self._events[-1][2],)
        return tuple(dict.fromkeys([evidence for _, evidence in self.fresh()]))

    def fresh(self) -> list[tuple[int, str]]:
        """(time, id) of the events within the window that were not taken before; now they are."""
        events, many = self._events, self._fresh
        self._fresh = 0
        newest = [events[place] for place in range(-many, 0)] if many < len(events) else events
        return [(at, evidence) for at, _, evidence in newest]

    def evidence(self) -> tuple[str, ...]:
        """Ids of all events within the window."""
        return tuple(dict.fromkeys(event[2] for event in self._events))


def together(*trails: Trail | None) -> tuple[str, ...]:
    """Ids of the events of several trails that were not taken before, each once, in event time."""
    fresh: list[tuple[int, str]] = []
    for trail in trails:
        if trail is not None and trail._fresh:
            fresh += trail.fresh()
    if len(fresh) > 1:
        fresh.sort(key=_first)
    return tuple(dict.fromkeys([evidence for _, evidence in fresh]))


def _first(event: tuple[int, str]) -> int:
    return event[0]


def _when(one: tuple[int, Key]) -> int:
    return one[0]


class Memory:
    """Trails and notes of one detector. latest: what was read last, and what the reading gave, for who asks next."""

    __slots__ = ("_notes", "_old_notes", "_old_trails", "_size", "_trails", "latest")

    def __init__(self) -> None:
        self.latest: tuple[object, object] = (None, None)
        self._trails: dict[Key, Trail] = {}
        self._notes: dict[Key, tuple[int, object]] = {}
        self._old_trails: list[tuple[int, Key]] = []
        self._old_notes: list[tuple[int, Key]] = []
        self._size = 0

    def seen(self, key: Key, value: Hashable, at: int, evidence: str, window: int) -> Trail:
        """Add an event to the trail of a key and give the trail; a silence longer than the window starts a new one."""
        trails = self._trails
        trail = trails.get(key)
        if trail is None or at - trail.last > window:
            if trail is not None:
                self._size -= len(trail._events)
            trail = trails[key] = Trail(at)
        events, values = trail._events, trail.values
        if events and (events[0][0] < at - window or len(events) >= EVENTS):
            self._size -= trail._forget(at - window)
        counts = trail.counts
        trail.last = at
        trail.total += 1
        trail._fresh += 1  # so many of the newest were not taken
        events.append((at, value, evidence))
        counts[value] += 1
        if counts is not values and (value in values or len(values) < EVENTS):
            values[value] += 1
        self._size += 1
        if len(trails) > KEYS or self._size > TOTAL:
            self._forget_trails()
        return trail

    def _forget_trails(self) -> None:
        """Forget the trails that were added to longest ago. Which these are is worked out once for many."""
        trails, old = self._trails, self._old_trails
        while len(trails) > KEYS or (self._size > TOTAL and len(trails) > 1):
            if not old:
                old.extend(sorted(((one.last, key) for key, one in trails.items()), key=_when, reverse=True))
            last, key = old.pop()
            trail = trails.get(key)
            if trail is not None and trail.last == last:  # nothing was added since
                self._size -= len(trails.pop(key)._events)

    def trail(self, key: Key, at: int, window: int) -> Trail | None:
        """The trail of a key, if anything happened there within the window."""
        trail = self._trails.get(key)
        return trail if trail is not None and at - trail.last <= window else None

    def note(self, key: Key, value: object, at: int) -> None:
        """Remember one value under a key."""
        notes = self._notes
        notes[key] = (at, value)
        if len(notes) > KEYS:
            self._forget_notes()

    def _forget_notes(self) -> None:
        """The same of notes."""
        notes, old = self._notes, self._old_notes
        while len(notes) > KEYS:
            if not old:
                old.extend(sorted(((at, key) for key, (at, _) in notes.items()), key=_when, reverse=True))
            at, key = old.pop()
            if key in notes and notes[key][0] == at:
                del notes[key]

    def days(self, key: Key, at: int) -> int:
        """On how many days before this one the same was asked for this key; a month without it begins anew."""
        today, earlier, last = at // DAY, 0, at // DAY
        held = self.recall(("days", *key), tuple, at, MONTH)
        if held is not None:
            earlier, last = held
        if last != today:
            earlier += 1
        self.note(("days", *key), (earlier, today), at)
        return earlier

    def fresh(self, key: Key, at: int, within: int) -> bool:
        """True from the first time that this key is asked for until so long after; a month without it begins anew."""
        first = self.recall(("fresh", *key), int, at, MONTH)
        self.note(("fresh", *key), at if first is None else first, at)
        return first is None or at - first <= within

    def recall(self, key: Key, kind: type[Noted], at: int, window: int) -> Noted | None:
        """The value noted under a key within the window, if it is of this kind."""
        found = self._notes.get(key)
        if found is None or at - found[0] > window or not isinstance(found[1], kind):
            return None
        return found[1]
