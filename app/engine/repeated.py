"""Whether the same was told on a day before: what somebody does again from there is told loudly once, then quietly."""

from collections.abc import Hashable
from typing import TypeVar

from msgspec.structs import replace

from app.engine.context import Context
from app.engine.detector import DAY, HOUR, Later, fact
from app.engine.profiles import RESOURCES
from app.model.alert import Fact, Finding
from app.model.entity import EntityRef

Told = TypeVar("Told", Finding, Later)
EARLIER = 12 * HOUR
"""What was told half a day ago is another piece of work; until then it may be one attack that goes on."""
KEPT = 30 * DAY
"""After a month without it the same is new again."""
MANY = 15
"""Computers that one account uses on one day, from which on it is worth a question whether it is a scanner or an inventory."""
STEADY = 6
"""Different hours of a day in which the same was asked, after which a program asks, and no person."""


def told_before(ctx: Context, at: int, *key: Hashable, worked: bool = True) -> bool:
    """True when the same was told half a day ago or earlier and within a month; each call remembers it.

    key: all that makes it the same: who, from where, what. The first of it stays as loud as it is, so a new attacker is heard,
    and one who comes back was heard before. worked: it was not refused; what was only tried before is loud when it works.
    Never at high sensitivity.
    """
    whole = ("told before", worked, *key)
    since = ctx.memory.recall(whole, int, at, KEPT)
    ctx.memory.note(whole, at if since is None else since, at)
    if not worked and since is None:
        since = ctx.memory.recall(("told before", True, *key), int, at, KEPT)
    return since is not None and at - since >= EARLIER and ctx.sensitivity != "high"


def folded(finding: Told, *key: Hashable) -> Told:
    """A finding about what is known, as a part of the one quiet alert of a month that tells all of it.

    key: all that makes it the same, as of told_before(). What is new stays an alert of its own, whoever does it.
    """
    return replace(finding, subject=f"again {' '.join(str(one) for one in key)}", lasting=KEPT)


def hour_of(ctx: Context, at: int, *key: Hashable) -> None:
    """Remember in which hours something was asked, for steady()."""
    trail = ctx.memory.trail(("hours", *key), at, DAY)
    if trail is None or at // HOUR not in trail.counts:
        ctx.memory.seen(("hours", *key), at // HOUR, at, "", DAY)


def steady(ctx: Context, at: int, *key: Hashable) -> bool:
    """True when it was asked in so many hours of one day that a program does it, all day; never at high sensitivity.

    Asked when a case is over, it knows what came after the case's first activity too.
    """
    trail = ctx.memory.trail(("hours", *key), at, DAY)
    return trail is not None and trail.distinct >= STEADY and ctx.sensitivity != "high"


def again(*who: EntityRef | None) -> Fact:
    """The fact that says so, and what to do about it."""
    known = [one for one in who if one is not None and one.key]
    pieces: list[str | EntityRef] = []
    for one in known:
        pieces += [" on " if pieces else "", one]
    return fact(
        "The same was told on a day before, so it is told quietly now: if it is the work of ", *(pieces or ["a program"]),
        ", an exclusion of this detector keeps it silent",
    )  # fmt: skip


def visits(ctx: Context, account: EntityRef | None, at: int) -> Fact | None:
    """The fact that an account used many computers within a day before or after; for detectors that are profiled.

    It lowers nothing: an attacker who looks around does the same. It says what to do when it is a scanner.
    """
    profile = ctx.profiles.of(account)
    if profile is None or account is None:
        return None
    used = sum(1 for one in profile.values(RESOURCES).values() if abs(one.last - at) <= DAY)
    if used < MANY:
        return None
    return fact(
        account, f" used {used:,} computers within a day, as vulnerability scanners and inventories do, and attackers who look "
        "around: if it is a scanner's, exclude its computer from this detector",
    )  # fmt: skip


def all_day(who: EntityRef) -> Fact:
    """The fact that a program does it."""
    return fact(
        f"It was asked in {STEADY} or more different hours of one day, as programs do: if ", who,
        " is a server that may, an exclusion of this detector keeps it silent",
    )  # fmt: skip


def first_time(who: EntityRef, did: str = "did so") -> Fact:
    """What is_new (app.engine.readings.novelty) found, in words."""
    return fact(who, f" {did} for the first time within a month, and hardly anybody else does")
