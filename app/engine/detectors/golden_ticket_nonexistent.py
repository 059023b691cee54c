"""A ticket-granting ticket in the name of an account that does not exist."""

from collections.abc import Iterable, Iterator
from typing import Any

from app.engine import describe
from app.engine.context import Context
from app.engine.detector import HOUR, Detector, Needs, against, fact, found, sentence
from app.engine.forms import DELEGATES, IMPERSONATES
from app.engine.knowledge.born import ADMINISTRATORS, GUESTS
from app.engine.knowledge.tickets import is_own_tgt
from app.engine.memory import MONTH
from app.engine.readings.kerberos import TGT_REVOKED
from app.engine.readings.novelty import is_new
from app.engine.readings.sessions import NETWORK
from app.model.activity import Account, Activity
from app.model.alert import Finding
from app.model.details import KerberosTgs
from app.model.events import EventKerberos, EventLogon, EventShare

WINDOW = 12 * HOUR
NO_SUCH_CLIENT = 6
"""KDC_ERR_C_PRINCIPAL_UNKNOWN (RFC 4120 section 7.5.9): the KDC looked up the ticket's client and found none."""
TGT, SERVICE_TICKET = 4768, 4769
SIGNED_IN, SHARE_OPENED = 4624, 5140
ADMINISTRATOR = "-500"
NAMES = 8
"""Names kept for one SID."""
ISSUED = 8 * 24 * HOUR
"""Tickets are renewed for a week in the default domain policy."""
THERE = frozenset({"signed in", "exists", "created", "deleted", "disabled", "enabled", "locked", "unlocked"})
"""Words of an account that is or was there."""
BUILT_IN = (502, 501)
"""krbtgt and the account for guests, which every domain has: a directory that holds them was not read in a part only."""


def detect(activity: Activity, ctx: Context) -> Iterable[Finding]:
    """The KDC says that the holder of a ticket which only it can make does not exist."""
    detail: Any = activity.detail
    kind = type(detail)
    if kind is EventKerberos:
        return logged(activity, detail, ctx)
    if kind is not KerberosTgs:
        return misnamed(activity, detail, ctx)
    if activity.source is None or not is_own_tgt(detail.presented_ticket_service, detail.presented_ticket_realm):
        return ()
    if detail.s4u2self or detail.s4u2proxy:
        return ()
    issue = ctx.knowledge.ticket(detail.presented_ticket_hash)
    return shown(activity, detail, ctx) if issue is None else ()  # most were issued here


def shown(activity: Activity, detail: KerberosTgs, ctx: Context) -> Iterator[Finding]:
    """A ticket whose issue is not here."""
    holder = None
    if activity.result == "failure" and activity.code in (NO_SUCH_CLIENT, TGT_REVOKED):
        reason = f"The KDC answered: {describe.reason(activity)}"
    elif activity.result == "success" and detail.client:
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
        severity="medium" if activity.code == TGT_REVOKED else None,
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


def logged(activity: Activity, event: EventKerberos, ctx: Context) -> Iterable[Finding]:
    """The same in a KDC's log (4769), where nothing in the input shows that the account is or was there."""
    who = activity.account
    if event.event_id == TGT and who is not None and activity.result == "success":
        ctx.memory.note(("issued", ctx.knowledge.accounts.key(who.name, who.domain)), True, activity.at)
    if event.event_id != SERVICE_TICKET or who is None or not who.domain or who.name.endswith("$") or "/" in who.name:
        return ()
    return strange(activity, event, who, ctx) if is_strange(activity, ctx, who.name, who.domain) else ()


def strange(activity: Activity, event: EventKerberos, who: Account, ctx: Context) -> Iterator[Finding]:
    """A ticket of an account of which nothing else shows that it is or was there."""
    success, complete = activity.result == "success", knows_all(ctx, who.name, who.domain or "")
    words, reason = ctx.knowledge.account_words(who.name, who.domain), ""
    if success and "unknown" in words:
        reason = "The KDC itself says elsewhere in this input that this account does not exist, and never signed it in"
    elif success and complete:
        reason = "The directory as it was read has no such account"
    elif activity.code in (NO_SUCH_CLIENT, TGT_REVOKED) and not event.text("TransmittedServices"):
        # a service that asks on behalf of somebody unknown gets the same answer: only an account that nobody knows counts
        reason = f"The KDC answered: {describe.reason(activity)}" if complete or THERE.isdisjoint(words) else ""
    if not reason:
        return
    holder = ctx.account(activity)
    proven = "unknown" in words if success else complete and activity.code != TGT_REVOKED
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


def misnamed(activity: Activity, event: EventLogon | EventShare, ctx: Context) -> Iterable[Finding]:
    """A server's log tells a session whose SID belongs to another name: a forged ticket has the name and the number it was given.

    Tools give RID 500 where they are told none, so that any name may come with the number of the built-in administrator.
    """
    who = activity.account
    if who is None or activity.source is None or activity.result != "success" or not is_person(who.sid):
        return ()
    if type(event) is EventLogon and (
        (event.text("AuthenticationPackageName") or "").lower() != "kerberos" or event.number("LogonType") != NETWORK
    ):
        return ()
    name, sid, at = who.name, who.sid or "", activity.at
    if "@" in name or "\\" in name:
        name = name.partition("@")[0].rpartition("\\")[2]
    if not name or name[-1:] == "$" or "/" in name:
        return ()
    name = name.lower()
    key = ("names", sid)
    names: tuple[str, ...] = ctx.memory.recall(key, tuple, at, MONTH) or ()
    usual = bool(names) and names[0] == name
    ctx.memory.note(key, names if usual else (name, *(one for one in names if one != name))[:NAMES], at)
    built_in = sid.endswith(ADMINISTRATOR) and name not in ADMINISTRATORS
    if not built_in and (usual or not names):
        return ()
    return renamed(activity, ctx, name, sid, names, built_in)


def renamed(activity: Activity, ctx: Context, name: str, sid: str, names: tuple[str, ...], built_in: bool) -> Iterator[Finding]:
    """A name that is not the one that its SID had just before, or with the number of the built-in administrator."""
    at = activity.at
    back = len(names) > 1 and names[0] != name and name in names
    if not (built_in or back or (names and name not in names)):
        return
    if not built_in and any(ctx.knowledge.accounts.is_renamed(sid, name, one) for one in names):
        return  # tickets from before hold the old name until they end
    if not is_new("name", f"{sid} {name} {back}", at, ctx, crowd=NAMES):
        return
    holder, other = ctx.account(activity), next((one for one in names if one != name), "")
    yield found(
        ctx,
        activity,
        f"{ctx.place(activity.source, at)} {sid}",
        severity="medium" if back else "low",
        confidence="medium" if back else "low",
        title="A session whose name is not that of its SID (possible golden ticket)",
        succeeded=True,
        story=(
            sentence(*ctx.who(activity), " opened a session at ", ctx.target(activity), f" under the SID {sid}."),
            sentence("A forged ticket holds whatever name and number its maker gave it; servers do not compare them."),
        ),
        facts=(
            fact("The log of the server tells both: ", activity),
            *((fact("The SID is that of the built-in administrator, whose name is another one unless he was renamed"),)
              if built_in else ()),
            *((fact(f"The same SID was used as {other}" + (", before and after" if back else "")),) if other else ()),
            fact(holder, " did not have this SID within a month before"),
            against("It would be quiet where this name came with this SID earlier, or where 4781 tells that it was renamed"),
        ),
        steps=ctx.path(activity, "session", "opened"),
    )  # fmt: skip


def is_person(sid: str | None) -> bool:
    """True for the SID of an account of a domain."""
    return sid is not None and sid.startswith("S-1-5-21-")


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
    own = directory.state(directory.domain(realm)) if realm else None
    if own is None:
        return False
    if own.object.sid:
        return all(directory.find(f"{own.object.sid}-{rid}", realm) is not None for rid in BUILT_IN)
    return all(any(directory.account(one, realm) is not None for one in names) for names in (("krbtgt",), GUESTS))


DETECTOR = Detector(
    id="golden_ticket_nonexistent",
    external_id=2027,
    title="Suspected golden ticket usage (nonexistent account)",
    severity="high",
    phase="Domain dominance",
    techniques=("T1558.001", "T1068"),
    watches=(KerberosTgs, EventKerberos, EventLogon, EventShare),
    event_ids=(TGT, SERVICE_TICKET, SIGNED_IN, SHARE_OPENED),
    needs=Needs(
        ports=("88",),
        kinds=("kerberos-tgs", "event-kerberos", "event-logon", "event-share"),
        parts=("event-kerberos", "event-logon", "event-share"),
        answers=True,
    ),
    window=WINDOW,
    attacked_accounts=True,
    sign_ins=lambda one: one.type in (NETWORK, -1) and not one.machine and one.result == "success",
    forms={KerberosTgs: lambda form, result: result != "unanswered" and not form & (DELEGATES | IMPERSONATES)},
    detect=detect,
)
