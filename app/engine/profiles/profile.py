"""The profile of one account or computer: what it used, when it works, what it did on each of the last days."""

from collections import deque
from collections.abc import Mapping

from msgspec import Struct

from app.engine.profiles.features import (
    ACTIVITIES,
    ALL_COMPUTERS,
    ALL_RESOURCES,
    COMPUTERS,
    MEASURES,
    NEW_COMPUTERS,
    NEW_RESOURCES,
    RESOURCES,
    Feature,
)

HOUR = 3_600_000_000
DAY = 24 * HOUR
KEPT_DAYS = 28
"""Days on which it was active whose measures are kept: four working weeks and more."""
VALUES = 256
"""Values kept of one feature; the one used longest ago is forgotten first."""
HALF_LIFE = 14.0
"""Days after which an hour or weekday weighs half."""
NOTHING: Mapping[str, "Seen"] = {}
EPOCH_WEEKDAY = 3
"""1 January 1970 was a Thursday; Monday is 0."""


class Seen(Struct, gc=False):
    """One value: first and last use, UTC microseconds, and number of days on which it was used."""

    first: int
    last: int
    days: int


class Day(Struct, frozen=True, gc=False):
    """One day on which it was active: number of the day since 1970 in UTC, its measures, its hours as bits."""

    number: int
    counts: tuple[int, ...]
    hours: int


class Novelty(Struct, frozen=True, gc=False):
    """A computer or resource that was used for the first time, when, and the activity that shows it."""

    at: int
    feature: str
    value: str
    proof: str


class Profile:
    """What one account or computer is used to. first, last: of its activities; days: number of days with any.

    novel: what it used today for the first time.
    """

    __slots__ = (
        "_weight_day",
        "counts",
        "days",
        "first",
        "habits",
        "hours",
        "last",
        "mask",
        "novel",
        "number",
        "past",
        "weekdays",
        "weight",
    )

    def __init__(self, at: int) -> None:
        self.first = self.last = at
        self.days = 1
        self.number = at // DAY
        self.habits: dict[str, dict[str, Seen]] = {}
        self.counts = [0] * len(MEASURES)
        self.mask = 0
        self.past: deque[Day] = deque(maxlen=KEPT_DAYS)
        self.hours = [0.0] * 24
        self.weekdays = [0.0] * 7
        self.weight = 0.0
        self._weight_day = self.number
        self.novel: list[Novelty] = []

    def touch(self, at: int) -> None:
        """Something happened; what was the day before becomes the past."""
        number = at // DAY
        if number != self.number:
            self._close(number)
        self.last = at
        self.mask |= 1 << (at // HOUR % 24)
        self.counts[ACTIVITIES] += 1

    def _close(self, number: int) -> None:
        self.past.append(Day(self.number, tuple(self.counts), self.mask))
        fade = 0.5 ** ((self.number - self._weight_day) / HALF_LIFE)
        self.hours = [old * fade + (self.mask >> hour & 1) for hour, old in enumerate(self.hours)]
        self.weekdays = [old * fade for old in self.weekdays]
        self.weekdays[(self.number + EPOCH_WEEKDAY) % 7] += 1
        self.weight = self.weight * fade + 1
        self._weight_day = self.number
        self.number, self.mask = number, 0
        self.counts = [0] * len(MEASURES)
        self.novel = []
        self.days += 1

    def use(self, feature: Feature, value: str, at: int) -> int:
        """A value was used; 0 when it was known, 1 when it is new, 2 when an old one was forgotten for it."""
        held = self.habits.get(feature)
        if held is None:
            held = self.habits[feature] = {}
        seen = held.get(value)
        if seen is not None:
            if at // DAY != seen.last // DAY:
                seen.days += 1
                self._again(feature)
                del held[value]  # the last used stand last
                held[value] = seen
            seen.last = at
            return 0
        held[value] = Seen(at, at, 1)
        self._again(feature)
        if feature == COMPUTERS:
            self.counts[NEW_COMPUTERS] += 1
        elif feature == RESOURCES:
            self.counts[NEW_RESOURCES] += 1
        if len(held) > VALUES:
            del held[next(iter(held))]
            return 2
        return 1

    def _again(self, feature: Feature) -> None:
        if feature == COMPUTERS:
            self.counts[ALL_COMPUTERS] += 1
        elif feature == RESOURCES:
            self.counts[ALL_RESOURCES] += 1

    # ---- questions

    def seen(self, feature: Feature, value: str) -> Seen | None:
        """When a value was used, None when it never was."""
        return self.habits.get(feature, NOTHING).get(value)

    def values(self, feature: Feature) -> Mapping[str, Seen]:
        """All values of a feature, the last used last."""
        return self.habits.get(feature, NOTHING)

    def before(self, feature: Feature, value: str, at: int) -> bool:
        """True when a value was used on a day before that of a time."""
        seen = self.seen(feature, value)
        return seen is not None and seen.first // DAY < at // DAY

    def today(self, at: int) -> tuple[int, ...]:
        """Measures of the day of a time, as far as it went."""
        return tuple(self.counts) if at // DAY == self.number else (0,) * len(MEASURES)

    def history(self, measure: int, at: int) -> list[int]:
        """One measure on each of the last days on which it was active, before the day of a time, oldest first."""
        found = [day.counts[measure] for day in self.past]
        return [*found, self.counts[measure]] if at // DAY != self.number else found

    def share_of_hour(self, at: int) -> float:
        """Share of its active days, late ones weighing more, on which it was active within an hour of this time of day."""
        if not self.weight:
            return 0.0
        hour = at // HOUR % 24
        return min(1.0, max(self.hours[hour - 1], self.hours[hour], self.hours[(hour + 1) % 24]) / self.weight)

    def share_of_weekday(self, at: int) -> float:
        """Share of its active days that fell on this day of the week; one in seven when it works every day."""
        return self.weekdays[(at // DAY + EPOCH_WEEKDAY) % 7] / self.weight if self.weight else 0.0

    def drift(self, measure: int, at: int, recent: int = 5) -> float:
        """Mean of a measure on the latest active days over its mean on those before; 1.0 while either is unknown or nothing."""
        found = self.history(measure, at)
        late, early = found[-recent:], found[:-recent]
        base = sum(early) / len(early) if early else 0.0
        return sum(late) / len(late) / base if base and late else 1.0
