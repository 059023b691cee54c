"""A ticket-granting ticket used longer than any ticket lives."""

from collections.abc import Iterable, Iterator
from typing import Any

from app.engine.context import Context
from app.engine.detector import (
    DAY,
    HOUR,
    MINUTE,
    Detector,
    Needs,
    against,
    caption_of,
    ended,
    fact,
    found,
    measured,
    outcome_of,
    plural,
    sentence,
)
from app.engine.knowledge.tickets import Ticket, is_own_tgt
from app.model.activity import Activity
from app.model.alert import Finding
from app.model.details import KerberosTgs
from app.model.tuning import Threshold

WINDOW = 12 * HOUR
LIFE = 10 * HOUR
"""Maximum lifetime for a user ticket in the default domain policy of Active Directory."""
SPARE = Threshold(
    name="spare",
    low=14 * HOUR,
    medium=20 * MINUTE,
    high=6 * MINUTE,
    words="Added to the domain's longest ticket lifetime",
    unit="us",
)
"""Added to it: five minutes of tolerated clock difference and the time a request may take; a day in all for low."""
REMEMBERED = 30 * DAY
"""How long the first use of a ticket is remembered."""
FAR = Threshold(
    name="far", low=400 * DAY, medium=60 * DAY, high=31 * DAY, words="An end this far ahead of the KDC's clock", unit="us"
)
"""An end this far ahead of the KDC's clock is beyond every usable policy; forging tools write ten years."""
FOREVER = 11 * 365 * DAY
"""Further ahead than this no forging tool goes by itself; it comes from constants for "no limit"."""
TEN_YEARS = (3600 * DAY, 3660 * DAY)
"""What forging tools write unless told otherwise, less the days since: believed even where nothing tells the KDC's clock."""
NO_LIMIT = frozenset({2136422885_000000, 2147483647_000000, 4294967295_000000, 253402300799_000000, 0})
"""1970, 2037-09-13 02:48:05 (Windows), 2038-01-19 03:14:07, 2106-02-07 06:28:15 and 9999: constants that mean "no limit"."""


def detect(activity: Activity, ctx: Context) -> Iterable[Finding]:
    """A ticket accepted longer after its issue or first use than tickets live; or one whose holder names an end years ahead.

    Times are read on the KDC's clock where its errors tell it, so that shifted or replayed captures change nothing.
    """
    detail: Any = activity.detail
    if activity.source is None or not detail.presented_ticket_hash or detail.presented_ticket_etype is None:
        return ()
    if not is_own_tgt(detail.presented_ticket_service, detail.presented_ticket_realm):
        return ()
    issue = ctx.knowledge.ticket(detail.presented_ticket_hash)
    if issue is not None:
        if activity.result != "success" or activity.at < issue.last:
            return ()
        if activity.at - issue.last <= LIFE and is_steady(ctx, activity):
            return ()  # most of them
    return aged(activity, ctx, detail, issue)


def aged(activity: Activity, ctx: Context, detail: KerberosTgs, issue: Ticket | None) -> Iterator[Finding]:
    """What the ticket's age and its end tell."""
    ahead = clock(ctx, activity, activity.at)
    now = activity.at + (ahead or 0)
    age, since, proof = None, "", None
    given = ctx.knowledge.ticket(detail.ticket_hash)
    if given is not None and given.at < activity.at:
        return  # no KDC gives the same ticket twice: this is a copy of an earlier part of the recording
    if issue is not None:
        age, since, proof = now - issue.last - (clock(ctx, activity, issue.last) or 0), "issue", issue.proof
    elif activity.result == "success":
        key = ("used", detail.presented_ticket_hash)
        first = ctx.memory.recall(key, tuple, activity.at, REMEMBERED)
        if first is None:
            ctx.memory.note(key, (now, activity.id), activity.at)
        else:
            age, since, proof = now - first[0], "first use", first[1]
    if age is not None and age > LIFE + ctx.limit(SPARE):
        yield old(activity, ctx, age, since, str(proof))
    elif issue is None:
        yield from far(activity, ctx, detail.till, now, ahead is not None)


def is_steady(ctx: Context, activity: Activity) -> bool:
    """True when the asked KDC's clock is always as far ahead of the recording's, or never told its time."""
    return ctx.knowledge.clocks.is_steady(activity.destination.ip if activity.destination else "")


def clock(ctx: Context, activity: Activity, at: int) -> int | None:
    """How far the asked KDC's clock was ahead of the recording's at a time."""
    return ctx.knowledge.clock(activity.destination.ip if activity.destination else "", at)


def old(activity: Activity, ctx: Context, age: int, since: str, proof: str) -> Finding:
    """The finding of a ticket that lives too long."""
    hours = f"{age / HOUR:,.1f} hours"
    return found(
        ctx,
        activity,
        activity.source.ip if activity.source else "",
        succeeded=True,
        evidence=(proof, activity.id),
        story=(
            sentence(
                *ctx.who(activity), f" used a ticket-granting ticket {hours} after its {since}, and ", ctx.target(activity),
                " accepted it.",
            ),
        ),
        facts=(
            fact(f"The ticket's {since} lies {hours} before: ", activity),
            against(f"It would be quiet within {(LIFE + ctx.limit(SPARE)) / HOUR:.1f} hours of the ticket's {since}"),
        ),
        steps=ctx.path(activity, "old ticket", "success"),
    )  # fmt: skip


def far(activity: Activity, ctx: Context, till: int | None, now: int, clocked: bool) -> Iterator[Finding]:
    """The finding of a ticket whose holder believes that it ends in years."""
    if till is None or till in NO_LIMIT or activity.source is None:
        return
    left = till - now
    if not (ctx.limit(FAR) < left <= FOREVER if clocked else TEN_YEARS[0] <= left <= TEN_YEARS[1]):
        return
    days, success = left // DAY, activity.result == "success"
    yield found(
        ctx,
        activity,
        activity.source.ip,
        succeeded=outcome_of(activity),
        severity=None if success and clocked else "medium",
        confidence="high" if clocked else "medium",
        title=None if success else "Attempted golden ticket usage (time anomaly)",
        story=(
            sentence(
                *ctx.who(activity), f" presented a ticket-granting ticket that ends {plural(days, 'day')} ahead to ",
                ctx.target(activity), ended(activity),
            ),
        ),
        facts=(
            measured(
                f"The request asks for an end {plural(days, 'day')} ahead, which clients copy from the ticket they hold: ",
                activity,
                seen=days, limits=(ctx.limit(FAR) // DAY,), unit="days",
            ),
            fact("Days are counted on the KDC's own clock" if clocked else
                 "No answer tells the KDC's clock; ten years is what forging tools write"),
            fact("No exchange in this input issued the ticket; by itself that is normal at the start of a capture"),
            against(f"It would be quiet for an end within {plural(ctx.limit(FAR) // DAY, 'day')}, or without limit"),
        ),
        steps=ctx.path(activity, "ticket for years", caption_of(activity)),
    )  # fmt: skip


DETECTOR = Detector(
    id="golden_ticket_lifetime",
    external_id=2022,
    title="Suspected golden ticket usage (time anomaly)",
    severity="high",
    phase="Domain dominance",
    techniques=("T1558.001",),
    watches=(KerberosTgs,),
    needs=Needs(ports=("88",), kinds=("kerberos-tgs",)),
    window=WINDOW,
    thresholds=(SPARE, FAR),
    attacked_accounts=True,
    detect=detect,
)
