"""A ticket-granting ticket used longer than any ticket lives."""

from collections.abc import Iterator

from app.engine import describe
from app.engine.detector import DAY, HOUR, MINUTE, Context, Detector, Needs, against, fact, found, sentence
from app.engine.knowledge.tickets import is_own_tgt
from app.model.activity import Activity
from app.model.alert import Finding
from app.model.details import KerberosTgs

WINDOW = 12 * HOUR
LIFE = 10 * HOUR
"""Maximum lifetime for a user ticket in the default domain policy of Active Directory."""
SPARE = {"low": 14 * HOUR, "medium": 20 * MINUTE, "high": 6 * MINUTE}
"""Added to it: five minutes of tolerated clock difference and the time a request may take; a day in all for low."""
FAR = {"low": 400 * DAY, "medium": 60 * DAY, "high": 31 * DAY}
"""A ticket's end this far ahead is beyond every usable policy; forging tools write ten years."""
FOREVER = 11 * 365 * DAY
"""Further ahead than this no forging tool goes by itself; it comes from constants for "no limit" or from a wrong clock."""
NO_LIMIT = frozenset({2136422885_000000, 2147483647_000000, 253402300799_000000, 0})
"""1970, 2037-09-13 02:48:05 (Windows), 2038-01-19 03:14:07 and 9999: constants that mean "no limit"."""


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """The presented ticket's issue lies too far back; or it was never seen issued and its holder believes it ends in years."""
    detail: KerberosTgs = activity.detail  # type: ignore[assignment]
    if activity.source is None or not detail.presented_ticket_hash or detail.presented_ticket_etype is None:
        return
    if not is_own_tgt(detail.presented_ticket_service, detail.presented_ticket_realm):
        return
    issue = ctx.knowledge.ticket(detail.presented_ticket_hash)
    reason, words = "", ""
    if issue is not None:
        age = activity.at - issue.at
        if age <= LIFE + SPARE[ctx.sensitivity]:
            return
        reason = f"The ticket was issued {age / HOUR:,.1f} hours before"
        words = f"a ticket-granting ticket {age / HOUR:,.1f} hours after its issue"
    else:
        till = detail.till
        if till is None or till in NO_LIMIT or till - activity.at > FOREVER or till - activity.at <= FAR[ctx.sensitivity]:
            return
        days = (till - activity.at) // DAY
        reason = (
            f"The request asks for a ticket until {days:,} days ahead, which clients copy from the end of the ticket they hold"
        )
        words = f"a ticket-granting ticket that ends {days:,} days ahead"
    success = activity.result == "success"
    yield found(
        ctx,
        activity,
        activity.source.ip,
        succeeded=success,
        severity=None if success or issue is not None else "medium",
        title=None if success else "Attempted golden ticket usage (time anomaly)",
        evidence=(*((issue.proof,) if issue is not None else ()), activity.id),
        story=(
            sentence(
                *ctx.who(activity), " presented ", words, " to ", ctx.target(activity),
                "." if success else f"; it was refused ({describe.reason(activity)}).",
            ),
        ),
        facts=(
            fact(reason, ": ", activity),
            *((fact("No exchange in this input issued the ticket; by itself that is normal at the start of a capture"),)
              if issue is None else ()),
            against(f"It would be quiet within {(LIFE + SPARE[ctx.sensitivity]) / HOUR:.1f} hours of the ticket's issue")
            if issue is not None
            else against(f"It would be quiet for an end within {FAR[ctx.sensitivity] // DAY} days, or without limit"),
        ),
        steps=ctx.path(activity, "old ticket" if issue is not None else "ticket for years",
                       "success" if success else describe.reason(activity)),
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
    detect=detect,
)
