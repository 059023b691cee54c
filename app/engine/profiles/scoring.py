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
"""What counts how much; what is new says most. Hours weigh 1 below."""
HOURS_WEIGHT = 0.5


class Deviation(Struct, frozen=True, kw_only=True):
    """One measure of the day: its value, the median of the own past and of the peers, and how many deviations above both."""

    measure: int
    value: float
    own: float
    peers: float | None
    by: float
    limit: float

    @property
    def part(self) -> float:
        """What it adds to the score."""
        return WEIGHTS.get(self.measure, HOURS_WEIGHT) * self.by


HOURS = -1
"""Stands for the number of unusual hours in place of a measure."""


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


def deviations(profile: Profile, peers: Sequence[Profile], at: int, today: Sequence[int] | None = None) -> list[Deviation]:
    """Every measure of the day of a time against own past and peers, what adds most first.

    today: measures of the day, where they are not the profile's own. A measure counts as far as it is above both: what others
    of the group do every day is no sign, nor is what an account always did.
    """
    counts = profile.today(at) if today is None else today
    found = []
    for measure in WEIGHTS:
        own = profile.history(measure, at)
        theirs = [one for peer in peers[:PEERS] for one in peer.history(measure, at)[-PEER_DAYS:]]
        value = counts[measure]
        by = above(value, own)
        limits = [spread(own)]
        if theirs:
            by = min(by, above(value, theirs))
            limits.append(spread(theirs))
        limit = max(middle + one for middle, one in limits)
        found.append(
            Deviation(measure=measure, value=value, own=limits[0][0], peers=limits[1][0] if theirs else None, by=by, limit=limit)
        )
    hours = unusual_hours(profile, at)
    found.append(Deviation(measure=HOURS, value=hours, own=0, peers=None, by=min(MOST, 2.0 * hours), limit=0))
    return sorted((one for one in found if one.by > 0), key=lambda one: (-one.part, one.measure))


def score(found: Sequence[Deviation]) -> float:
    """The parts together."""
    return sum(one.part for one in found)
