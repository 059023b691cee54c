"""How far a day lies from an account's own past and from its peers: robust statistics that a person can check."""

from collections.abc import Sequence
from statistics import median

from msgspec import Struct

from app.engine.profiles.features import (
    ALL_COMPUTERS,
    ALL_RESOURCES,
    ASKED,
    BY_NTLM,
    FAILURES,
    NEW_COMPUTERS,
    NEW_RESOURCES,
)
from app.engine.profiles.profile import DAY, HOUR, Profile

SCALE = 1.4826
"""Makes the median absolute deviation of normally spread numbers their standard deviation."""
MOST = 10.0
"""Deviations counted of one measure, so that no single number decides alone."""
PEERS = 60
"""Peers compared with; more would tell the same."""
PEER_DAYS = 10
"""Latest days of each peer compared with."""
RARE_HOUR = 0.08
"""Share of active days below which an hour of the day is none of its hours: once in twelve days."""
WEIGHTS: dict[int, float] = {
    NEW_RESOURCES: 1.0,
    NEW_COMPUTERS: 1.0,
    ALL_RESOURCES: 0.5,
    ALL_COMPUTERS: 0.5,
    BY_NTLM: 0.25,
    FAILURES: 0.25,
    ASKED: 0.25,
}
"""What counts how much; what is new says most."""
OTHER_WEIGHTS: dict[int, float] = {-1: 0.5, -2: 0.75}
"""The same of unusual hours and of what is new in the last days."""


class Deviation(Struct, frozen=True, kw_only=True):
    """One measure of the day: its value, the median of the own past and of the peers, and how many deviations above both.

    limit: up to which it would have been usual. against: (middle, one deviation) of everything that it was compared with.
    """

    measure: int
    value: float
    own: float
    peers: float | None
    by: float
    limit: float
    against: tuple[tuple[float, float], ...] = ()

    @property
    def part(self) -> float:
        """What it adds to the score."""
        return (WEIGHTS.get(self.measure) or OTHER_WEIGHTS[self.measure]) * self.by

    def less(self, by: int) -> float:
        """What it would add with a value that is smaller by so much."""
        held = min(((self.value - by - middle) / one for middle, one in self.against), default=self.by)
        return (WEIGHTS.get(self.measure) or OTHER_WEIGHTS[self.measure]) * max(0.0, min(MOST, held))


HOURS, SLOW = -1, -2
"""Stand in place of a measure for the number of unusual hours, and for new resources of the last SLOW_DAYS active days."""
SERVERS = frozenset({NEW_RESOURCES, ALL_RESOURCES, SLOW})
"""Measures that one new server less makes smaller by one."""
SLOW_DAYS = 5
COMPANY = 2
"""So many peers that do as much on the same day make it a thing of the group."""


def spread(values: Sequence[float]) -> tuple[float, float]:
    """Median, and the deviation that counts as one: never below that of counts which come by chance (their square root)."""
    if not values:
        return 0.0, 1.0
    middle = median(values)
    return middle, max(1.0, SCALE * median(abs(one - middle) for one in values), middle**0.5)


def above(value: float, values: Sequence[float]) -> float:
    """Deviations above the median, at most MOST."""
    middle, one = spread(values)
    return max(0.0, min(MOST, (value - middle) / one))


def unusual_hours(profile: Profile, at: int) -> int:
    """Hours of the day of a time in which it was active as far as it went, and which are none of its hours."""
    if at // DAY != profile.number:
        return 0
    day = profile.number * DAY
    return sum(1 for hour in range(24) if profile.mask >> hour & 1 and profile.share_of_hour(day + hour * HOUR) < RARE_HOUR)


def lately(values: Sequence[int]) -> list[int]:
    """Sums over each stretch of SLOW_DAYS active days, oldest first: what is spread over a week shows in none of its days."""
    return [sum(values[end - SLOW_DAYS : end]) for end in range(SLOW_DAYS, len(values) + 1)]


def deviations(profile: Profile, peers: Sequence[Profile], at: int) -> list[Deviation]:
    """Every measure of the day of a time against own past and peers, what adds most first.

    A measure counts as far as it is above all three: what an account always did is no sign, nor is what others of its group do
    on other days, nor what several of them do on the same day, such as patching or moving house.
    """
    peers = peers[:PEERS]
    found = []
    for measure in (*WEIGHTS, SLOW):
        own = _history(profile, measure, at)
        today = _today(profile, measure, at)
        theirs = [one for peer in peers for one in _history(peer, measure, at)[-PEER_DAYS:]]
        others = sorted((_today(peer, measure, at) for peer in peers), reverse=True)
        by = above(today, own)
        middle, one = spread(own)
        against, beside = [(middle, one)], None
        if theirs:
            by = min(by, above(today, theirs))
            beside, one = spread(theirs)
            against.append((beside, one))
        if len(others) > COMPANY:
            by = max(0.0, min(by, (today - others[COMPANY - 1]) / one))
            against.append((others[COMPANY - 1], one))
        found.append(
            Deviation(
                measure=measure, value=today, own=middle, peers=beside, by=by, limit=max(sum(pair) for pair in against),
                against=tuple(against),
            )
        )  # fmt: skip
    hours = unusual_hours(profile, at)
    found.append(Deviation(measure=HOURS, value=hours, own=0, peers=None, by=min(MOST, 2.0 * hours), limit=0))
    return sorted((one for one in found if one.by > 0), key=lambda one: (-one.part, one.measure))


def _history(profile: Profile, measure: int, at: int) -> list[int]:
    return lately(profile.history(NEW_RESOURCES, at)) if measure == SLOW else profile.history(measure, at)


def _today(profile: Profile, measure: int, at: int) -> int:
    if measure != SLOW:
        return profile.today(at)[measure]
    if not profile.today(at)[NEW_RESOURCES]:
        return 0  # a quiet day after the deed is not the deed
    return sum(profile.history(NEW_RESOURCES, at)[1 - SLOW_DAYS :]) + profile.today(at)[NEW_RESOURCES]


def quiet_with(found: Sequence[Deviation], limit: float) -> int | None:
    """How many new servers would have kept the score below a limit, all else being equal; None when none would have."""
    new = next((int(one.value) for one in found if one.measure == NEW_RESOURCES), 0)
    for fewer in range(1, new + 1):
        if sum(one.less(fewer) if one.measure in SERVERS else one.part for one in found) < limit:
            return new - fewer
    return None


def score(found: Sequence[Deviation]) -> float:
    """The parts together."""
    return sum(one.part for one in found)
