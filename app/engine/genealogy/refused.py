"""Requests for first tickets that gave none, one line for each address and burst."""

from collections.abc import Iterable

from app.engine import describe
from app.engine.knowledge import Knowledge
from app.model.activity import Activity
from app.model.details import KerberosAs
from app.model.tickets import Refusals

QUIET = 600_000_000
"""Microseconds without a request that end a burst."""
LEAST = 3
"""Requests of a burst from which on it is told; one or two are somebody's typing."""
NO_REFUSALS = frozenset({25, 52})
"""KDC_ERR_PREAUTH_REQUIRED and KRB_ERR_RESPONSE_TOO_BIG (RFC 4120 section 7.5.9): the client asks again, no refusal."""
MOST = 2_000


class Burst:
    """What came from one address without a long silence."""

    __slots__ = ("answered", "count", "first", "last", "names", "proof", "reasons")

    def __init__(self, activity: Activity) -> None:
        self.first = self.last = activity.at
        self.proof = activity.id
        self.count = self.answered = 0
        self.names: set[str] = set()
        self.reasons: dict[str, int] = {}


def refused(activities: Iterable[tuple[str, Activity]], answered: Iterable[tuple[str, int]], known: Knowledge) -> list[Refusals]:
    """Bursts of refused AS requests. activities: (address, activity) in order of time; answered: (address, time) of good ones."""
    open_: dict[str, Burst] = {}
    ended: list[tuple[str, Burst]] = []
    for address, activity in activities:
        burst = open_.get(address)
        if burst is None or activity.at - burst.last > QUIET:
            if burst is not None:
                ended.append((address, burst))
            burst = open_[address] = Burst(activity)
        burst.last = activity.at
        burst.count += 1
        if isinstance(activity.detail, KerberosAs) and len(burst.names) < 10_000:
            burst.names.add((activity.detail.client or "").lower())
        reason = describe.reason(activity)
        if reason in burst.reasons or len(burst.reasons) < 12:
            burst.reasons[reason] = burst.reasons.get(reason, 0) + 1
    ended += open_.items()
    good: dict[str, list[int]] = {}
    for address, at in answered:
        good.setdefault(address, []).append(at)
    found = [
        Refusals(
            origin=known.address_entity(address, one.first), address=address, first=one.first, last=one.last, count=one.count,
            accounts=len(one.names), answered=sum(one.first <= at <= one.last for at in good.get(address, ())),
            proof=one.proof, reasons=tuple(sorted(one.reasons.items(), key=lambda pair: -pair[1])),
        )
        for address, one in ended
        if one.count >= LEAST
    ]  # fmt: skip
    return sorted(found, key=lambda one: (-one.count, one.first))[:MOST]


def is_refused(activity: Activity) -> bool:
    """True for an AS exchange that gave no ticket, apart from the first half of an ordinary sign-in."""
    return isinstance(activity.detail, KerberosAs) and activity.result == "failure" and activity.code not in NO_REFUSALS
