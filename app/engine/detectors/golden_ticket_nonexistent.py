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

TGT, SERVICE_TICKET = 4768, 4769
ISSUED = 8 * 24 * HOUR
"""Tickets are renewed for a week in the default domain policy."""
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
        if "unknown" not in words or not is_strange(activity, ctx, detail.client, detail.realm):
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
    if event.event_id == TGT and who is not None and activity.result == "success":
        ctx.memory.note(("issued", ctx.knowledge.accounts.key(who.name, who.domain)), True, activity.at)
    if event.event_id != SERVICE_TICKET or who is None or not who.domain or who.name.endswith("$") or "/" in who.name:
        return
    success, complete = activity.result == "success", knows_all(ctx, who.name, who.domain)
    if not is_strange(activity, ctx, who.name, who.domain):
        return
    words, reason = ctx.knowledge.account_words(who.name, who.domain), ""
    if success and "unknown" in words:
        reason = "The KDC itself says elsewhere in this input that this account does not exist, and never signed it in"
    elif success and complete:
        reason = "The directory as it was read has no such account"
    elif activity.code in (NO_SUCH_CLIENT, REVOKED) and not event.text("TransmittedServices"):
        # a service that asks on behalf of somebody unknown gets the same answer: only an account that nobody knows counts
        reason = f"The KDC answered: {describe.reason(activity)}" if complete or THERE.isdisjoint(words) else ""
    if not reason:
        return
    holder = ctx.account(activity)
    proven = "unknown" in words if success else complete and activity.code != REVOKED
    yield found(
        ctx,
        activity,
        ctx.place(activity.source, activity.at) or (holder.key if holder is not None else who.name),
        succeeded=success,
        severity=None if proven else "medium",
        confidence="medium" if success or complete else "low",
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


def is_strange(activity: Activity, ctx: Context, name: str, domain: str | None) -> bool:
    """True when nothing but its own tickets shows that an account is there, or was.

    A forged ticket opens sessions, so that servers log a sign-in (4624): only the KDC's own word for it counts.
    """
    key = ctx.knowledge.accounts.key(name, domain)
    if ctx.memory.recall(("issued", key), bool, activity.at, ISSUED) is not None or "@" in name:
        return False
    words = ctx.knowledge.accounts.words(key)
    signed_in = words.get("signed in")
    if not (THERE - {"signed in", "exists"}).isdisjoint(words) or (signed_in and not signed_in[3].endswith("event-logon")):
        return False
    return ctx.knowledge.directory.account(*key) is None


def knows_all(ctx: Context, name: str, domain: str) -> bool:
    """True when the whole directory of an account's domain was read."""
    realm, directory = ctx.knowledge.accounts.key(name, domain)[1], ctx.knowledge.directory
    if not realm or directory.domain(realm) is None:
        return False
    return all(directory.account(one, realm) is not None for one in BUILT_IN)


DETECTOR = Detector(
    id="golden_ticket_nonexistent",
    external_id=2027,
    title="Suspected golden ticket usage (nonexistent account)",
    severity="high",
    phase="Domain dominance",
    techniques=("T1558.001", "T1068"),
    watches=(KerberosTgs, EventKerberos),
    event_ids=(TGT, SERVICE_TICKET),
    needs=Needs(ports=("88",), kinds=("kerberos-tgs", "event-kerberos"), parts=("event-kerberos",), answers=True),
    window=WINDOW,
    attacked_accounts=True,
    detect=detect,
)
