"""Computers through which many people sign in (mail, VPN, RADIUS, proxies, terminal servers): what is usual there.

Their failures are those of all who stand behind them. Of each is learned, day by day, how many accounts sign in there and how
many fail at one time; a day that was told as guessing teaches nothing, so that an attack does not become what is usual.
"""

from msgspec import Struct

from app.engine.context import Context
from app.engine.memory import DAY, MONTH
from app.model.counting import counted

PEOPLE = 20
"""Accounts that sign in from one address on one day, from which on it stands for many: a person has one to three of them, a
shared computer a few."""
DAYS = 3
"""Days after which it is known what is usual there: the level that the third worst day of a month had was there on three."""
SHARE = 4
"""Signing in, for each one that fails: of those who mistype most sign in soon after, and a few in a hundred do not. One in five
who does not is far above what forgotten passwords make, even after holidays."""
FAR = 5
"""Times the level of bad days, or the number of accounts that is told elsewhere, that is no bad day however many sign in."""


class Passing(Struct, frozen=True):
    """One day of an address. people: accounts that signed in; worst: accounts that failed at one time; told: as guessing.

    earlier: the worst of days before on which many signed in.
    """

    day: int
    people: int = 0
    worst: int = 0
    told: bool = False
    earlier: tuple[int, ...] = ()


def _today(ip: str, at: int, ctx: Context) -> Passing:
    day = at // DAY
    held = ctx.memory.recall(("gateway", ip), Passing, at, MONTH)
    if held is None or held.day == day:
        return held or Passing(day)
    earlier = held.earlier
    if held.people >= PEOPLE and not held.told:
        earlier = (*earlier, held.worst)[-MONTH // DAY :]
    return Passing(day, earlier=earlier)


def signs_in(ip: str, who: tuple[str, str], at: int, evidence: str, ctx: Context, window: int, since: int | None) -> None:
    """An account signed in through this address; since: when it did so before, where that is known."""
    one = _today(ip, at, ctx)
    if since is None or since // DAY != one.day:
        one = Passing(one.day, one.people + 1, one.worst, one.told, one.earlier)
        ctx.memory.note(("gateway", ip), one, at)
    if one.people >= PEOPLE or len(one.earlier) >= DAYS:
        ctx.memory.seen(("passing", ip), who, at, evidence, window)


def usual(ip: str, at: int, ctx: Context) -> int | None:
    """Accounts that fail at one time on bad days at a computer through which many sign in; None where that is not known."""
    earlier = _today(ip, at, ctx).earlier
    return sorted(earlier)[-DAYS] if len(earlier) >= DAYS else None


def is_above(level: int | None, tried: int, ip: str, at: int, ctx: Context, window: int, many: int) -> bool:
    """True when more than twice as many fail as on bad days (level, see usual()), and they are no small part, or far more.

    many: accounts that would be told of any other computer.
    """
    if level is None or tried <= 2 * level:
        return False
    trail = ctx.memory.trail(("passing", ip), at, window)
    return tried >= FAR * max(level, many) or SHARE * tried > (trail.distinct if trail is not None else 0)


def behind(ip: str, at: int, ctx: Context) -> str:
    """Words for an alert that names such a computer, empty where it is none: who guesses may stand behind it."""
    one, level = _today(ip, at, ctx), usual(ip, at, ctx)
    if level is None and one.people < PEOPLE:
        return ""
    known = "" if level is None else f"; on a bad day {level:,} {'fails' if level == 1 else 'fail'} at one time"
    return f" stands for many: {counted(one.people, 'account')} signed in from there that day{known}. Look who is behind it"


def fails(ip: str, tried: int, told: bool, at: int, ctx: Context) -> None:
    """So many accounts fail there now, and that was told as guessing, or was not."""
    one = _today(ip, at, ctx)
    if tried > one.worst or (told and not one.told):
        one = Passing(one.day, one.people, max(tried, one.worst), told or one.told, one.earlier)
        ctx.memory.note(("gateway", ip), one, at)
