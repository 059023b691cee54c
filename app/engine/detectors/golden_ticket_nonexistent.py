"""A ticket-granting ticket in the name of an account that does not exist."""

from collections.abc import Iterator

from app.engine import describe
from app.engine.context import Context
from app.engine.detector import HOUR, Detector, Needs, against, fact, found, sentence
from app.engine.knowledge.tickets import is_own_tgt
from app.model.activity import Activity
from app.model.alert import Finding
from app.model.details import KerberosTgs
from app.model.events import EventKerberos

WINDOW = 12 * HOUR
NO_SUCH_CLIENT = 6
"""KDC_ERR_C_PRINCIPAL_UNKNOWN (RFC 4120 section 7.5.9): the KDC looked up the ticket's client and found none."""
REVOKED = 20
"""KDC_ERR_TGT_REVOKED: what patched controllers answer when the ticket's PAC belongs to no account (MS-KILE section 3.3.5.7)."""

SERVICE_TICKET = 4769
THERE = frozenset({"signed in", "exists", "created", "deleted", "disabled", "enabled", "locked", "unlocked"})
"""Words of an account that is or was there."""
BUILT_IN = ("krbtgt", "guest")
"""Accounts that every domain has (RID 502 and 501): a directory that holds them was not read in one of its parts only."""


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """The KDC says that the holder of a ticket which only it can make does not exist."""
    if isinstance(activity.detail, EventKerberos):
        yield from logged(activity, activity.detail, ctx)
        return
    detail: KerberosTgs = activity.detail  # type: ignore[assignment]
    if activity.source is None or not is_own_tgt(detail.presented_ticket_service, detail.presented_ticket_realm):
        return
    if detail.s4u2self or detail.s4u2proxy:
        return
    issue = ctx.knowledge.ticket(detail.presented_ticket_hash)
    holder = None
    if activity.result == "failure" and activity.code in (NO_SUCH_CLIENT, REVOKED):
        if issue is not None:
            return
        reason = f"The KDC answered: {describe.reason(activity)}"
    elif activity.result == "success" and detail.client and issue is None:
        words = ctx.knowledge.account_words(detail.client, detail.realm)
        if "unknown" not in words or "signed in" in words:
            return
        holder = ctx.knowledge.account(detail.client, detail.realm)
        reason = "The KDC itself says elsewhere in this input that this account does not exist, and never signed it in"
    else:
        return
    success = activity.result == "success"
    yield found(
        ctx,
        activity,
        ctx.place(activity.source, activity.at),
        succeeded=success,
        severity="medium" if activity.code == REVOKED else None,
        title=None if success else "Attempted golden ticket usage (nonexistent account)",
        story=(
            sentence(
                ctx.source(activity), " presented a ticket-granting ticket of ",
                holder if holder is not None else "an account that does not exist", " to ", ctx.target(activity),
                f" for {detail.service or 'a service'}",
                "." if success else f"; it was refused ({describe.reason(activity)}).",
            ),
            sentence("The KDC gives such tickets to existing accounts only; this one was made with the krbtgt key."),
        ),
        facts=(
            fact(reason, ": ", activity),
            fact("No exchange in this input issued the presented ticket"),
            against("It would be quiet if the KDC had been seen issuing this ticket: then the account was deleted since"),
        ),
        steps=ctx.path(activity, "ticket of nobody", "success" if success else describe.reason(activity)),
    )  # fmt: skip


def logged(activity: Activity, event: EventKerberos, ctx: Context) -> Iterator[Finding]:
    """The same in a KDC's log (4769), where nothing in the input shows that the account is or was there."""
    who = activity.account
    if event.event_id != SERVICE_TICKET or who is None or not who.domain or who.name.endswith("$") or "/" in who.name:
        return
    words = ctx.knowledge.account_words(who.name, who.domain)
    success = activity.result == "success"
    if success:
        # the log of this very ticket says that the account exists; only what another source says counts
        reason = denied(activity, ctx, who.name, who.domain, words - {"exists"})
    elif activity.code in (NO_SUCH_CLIENT, REVOKED) and THERE.isdisjoint(words) and not event.text("TransmittedServices"):
        reason = f"The KDC answered: {describe.reason(activity)}"
    else:
        reason = ""
    if not reason:
        return
    holder = ctx.account(activity)
    yield found(
        ctx,
        activity,
        ctx.place(activity.source, activity.at) or (holder.key if holder is not None else who.name),
        succeeded=success,
        severity="medium" if activity.code == REVOKED or (success and "unknown" not in words) else None,
        confidence="medium",
        title=None if success else "Attempted golden ticket usage (nonexistent account)",
        story=(
            sentence(
                ctx.source(activity), " presented a ticket-granting ticket of ", holder, " to ", ctx.target(activity),
                f" for {event.text('ServiceName') or 'a service'}",
                "." if success else f"; it was refused ({describe.reason(activity)}).",
            ),
            sentence("The KDC gives such tickets to existing accounts only; this one was made with the krbtgt key."),
        ),
        facts=(
            fact(reason, ": ", activity),
            fact("Nothing in this input shows that the account was there, or that it was made or deleted"),
            against("It would be quiet if the account had signed in, or if the directory knew it"),
        ),
        steps=ctx.path(activity, "ticket of nobody", "success" if success else describe.reason(activity)),
    )  # fmt: skip


def denied(activity: Activity, ctx: Context, name: str, domain: str, words: frozenset[str]) -> str:
    """Why an account whose ticket was accepted does not exist, empty when nothing proves it."""
    plain, realm = ctx.knowledge.accounts.key(name, domain)
    directory = ctx.knowledge.directory
    if not THERE.isdisjoint(words) or directory.account(plain, realm) is not None:
        return ""
    if "unknown" in words:
        return "The KDC itself says elsewhere in this input that this account does not exist, and never signed it in"
    if not realm or directory.domain(realm) is None:
        return ""
    if any(directory.account(one, realm) is None for one in BUILT_IN) or "@" in name:
        return ""
    return "The directory as it was read has no such account"


DETECTOR = Detector(
    id="golden_ticket_nonexistent",
    external_id=2027,
    title="Suspected golden ticket usage (nonexistent account)",
    severity="high",
    phase="Domain dominance",
    techniques=("T1558.001", "T1068"),
    watches=(KerberosTgs, EventKerberos),
    needs=Needs(ports=("88",), kinds=("kerberos-tgs", "event-kerberos"), answers=True),
    window=WINDOW,
    detect=detect,
)
