"""A ticket-granting ticket that no exchange issued, and that is unlike those of its KDC."""

from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct

from app.engine.commanded import with_commands
from app.engine.context import Context
from app.engine.describe import WEAK_ETYPES, etype
from app.engine.detector import (
    DAY,
    HOUR,
    Detector,
    Needs,
    against,
    caption_of,
    ended,
    fact,
    found,
    outcome_of,
    plural,
    sentence,
)
from app.engine.knowledge.names import account_parts
from app.engine.knowledge.tickets import is_own_tgt
from app.engine.readings.kerberos import AES, RENEWED, SERVICE_TICKET, TGT_REVOKED, is_krbtgt, tool_of, written
from app.engine.readings.novelty import is_new
from app.model.activity import Activity
from app.model.alert import RANK, Finding, Severity
from app.model.details import KerberosAs, KerberosTgs
from app.model.events import EventKerberos
from app.model.tuning import Threshold

WINDOW = 12 * HOUR
KEPT = 30 * DAY
ISSUED = Threshold(
    name="issued", low=20, medium=3, high=1,
    words="Ticket-granting tickets that the KDC must have been seen issuing before another key version or type is strange",
)  # fmt: skip
SIZE = Threshold(
    name="size",
    low=40,
    medium=25,
    high=15,
    unit="%",
    words="Difference in size from every ticket that the same account was issued",
)
BYTES = 200
"""Less than this comes from groups, another controller's version, a certificate's or a device's data."""
GROUPS = 24
"""Bytes of a few groups more or less: tickets of one account are equally large until something of it is changed."""
COVERED = Threshold(
    name="covered", low=DAY, medium=11 * HOUR, high=10 * HOUR, unit="us",
    words="Recording before the use of a ticket: longer than tickets live",
)  # fmt: skip
TRACED = Threshold(
    name="traced", low=200, medium=50, high=20, words="Tickets whose issue was seen, against which one without counts"
)
UNTRACED = 0.02
"""Share of tickets without an issue, above which the recording misses a part of the domain."""
MODIFIED = frozenset({31, 41, 44})
"""KRB_AP_ERR_BAD_INTEGRITY, MODIFIED, BADKEYVER: the KDC's keys did not make it."""
THERE, MADE = frozenset({"signed in", "exists", "sensitive"}), frozenset({"created", "deleted"})
"""Words of an account that is there; of one whose number may be another one than before."""
STRANGE = {
    36: "The KDC found no authorization data (PAC) in the ticket",
    37: "The KDC found in the ticket no account that asked for it (PAC_REQUESTOR), as tools leave it out",
    43: "The KDC could not verify the full signature of the ticket's authorization data",
}
"""What a KDC writes to the System log of a ticket that is not as it makes them itself (KB 5008380, KB 5020805)."""
RODC = 1 << 16
"""Key versions from here on belong to read-only controllers (MS-KILE section 3.1.5.8)."""


class Form(Struct, frozen=True, kw_only=True):
    """What the tickets that a realm's KDC issues look like. versions: (kvno, when first seen), the newest last."""

    count: int = 0
    versions: tuple[tuple[int, int], ...] = ()
    etypes: tuple[int, ...] = ()


def detect(activity: Activity, ctx: Context) -> Iterable[Finding]:
    """Learns from issued tickets, and compares what is shown."""
    detail: Any = activity.detail
    if type(detail) is EventKerberos:
        return logged(activity, ctx, detail)
    if activity.source is None:
        return ()
    if type(detail) is KerberosAs and activity.result == "unanswered":
        ctx.memory.note(("asked", activity.source.ip), True, activity.at)
    if activity.result == "success" and detail.ticket_hash and is_krbtgt(detail.service):
        realm = (detail.realm or "").lower()
        if is_own_tgt(detail.service, realm):
            learn(ctx, detail, realm, activity.at)
    if type(detail) is not KerberosTgs or not detail.presented_ticket_hash or detail.presented_ticket_etype is None:
        return ()
    if not is_own_tgt(detail.presented_ticket_service, detail.presented_ticket_realm):
        return ()
    if detail.presented_ticket_etype in WEAK_ETYPES:
        strong, weak = ctx.knowledge.tickets.granting((detail.presented_ticket_realm or "").lower())
        if strong and not weak:
            return ()  # told by the detection of downgraded tickets
    known = ctx.knowledge.ticket(detail.presented_ticket_hash) is not None
    reasons = written(ctx, detail.presented_ticket_realm, known, activity.at)
    if known or (detail.presented_ticket_kvno or 0) >= RODC:
        return ()
    return unknown(activity, ctx, detail, reasons)


def unknown(activity: Activity, ctx: Context, detail: KerberosTgs, reasons: list[tuple[Severity, str]]) -> Iterator[Finding]:
    """A ticket whose issue is not here."""
    at, realm = activity.at, (detail.realm or "").lower()
    trail = ctx.memory.seen(("untraced",), detail.presented_ticket_hash, at, activity.id, KEPT)
    reasons += strange(ctx, detail, realm, at)
    if activity.code in MODIFIED:
        reasons.append(("low", "The KDC answered that its key did not make this ticket"))
    tool = tool_of(detail)
    asked = activity.source is not None and ctx.memory.recall(("asked", activity.source.ip), bool, at, WINDOW)
    if tool and not asked:  # a recording without answers does not hold the issue
        reasons.append(("medium", f"The request is written as {tool} writes it: the ticket was stolen or made elsewhere"))
    began, seen = ctx.memory.recall(("issued",), tuple, at, KEPT) or (at, 0)
    if at - began >= ctx.limit(COVERED) and seen >= ctx.limit(TRACED) and len(trail.values) <= UNTRACED * seen:
        other = bool(detail.s4u2self) or detail.s4u2proxy
        weight: Severity = "medium" if not other and ctx.is_sensitive(ctx.account(activity), at) else "low"
        reasons.append(
            (weight, f"The issue of {plural(seen, 'other ticket')} is in the input, which is longer than tickets live")
        )
    if reasons:
        yield told(activity, ctx, detail.service, reasons)


def logged(activity: Activity, ctx: Context, event: EventKerberos) -> Iterable[Finding]:
    """The realm of the ticket's holder as the KDC's log tells it, where it is the KDC's own."""
    realm, own = (event.text("TargetUserName") or "").rpartition("@")[2], event.computer.partition(".")[2]
    if event.event_id in STRANGE:
        return unproved(activity, ctx, event)
    if activity.code == TGT_REVOKED and event.event_id == SERVICE_TICKET:
        return revoked(activity, ctx, event)
    if activity.result != "success" or not realm or realm.lower() != own.lower():
        return ()
    reasons = written(ctx, realm, realm == realm.upper(), activity.at)
    return (told(activity, ctx, event.text("ServiceName"), reasons),) if reasons else ()


def revoked(activity: Activity, ctx: Context, event: EventKerberos) -> Iterable[Finding]:
    """A controller that opened the ticket of an account that is there, and did not find in it what it writes itself.

    That nobody knows the account is told by the detection of tickets for accounts that do not exist; a computer that joined anew
    has another number than its old ticket says, as has an account that was made again.
    """
    who, at = activity.account, activity.at
    if who is None or event.text("TransmittedServices") is not None:  # the answer may be about whom a service acts for
        return ()
    words = ctx.knowledge.account_words(who.name, who.domain)
    sensitive = ctx.is_sensitive(ctx.account(activity), at)
    if not words & THERE or words & MADE or (who.name.endswith("$") and not sensitive):
        return ()
    weight: Severity = "medium" if sensitive else "low"
    reason = "The KDC revoked the ticket: it does not say, or says wrongly, which account asked for it (PAC_REQUESTOR)"
    return (told(activity, ctx, event.text("ServiceName"), [(weight, reason)], log=True),)


def unproved(activity: Activity, ctx: Context, event: EventKerberos) -> Iterable[Finding]:
    """A ticket lacks what every KDC of today writes into it; one that nobody updated makes such tickets for all."""
    who = ctx.account(activity)
    if who is None or not is_new("unproved", who.key, activity.at, ctx):
        return ()
    weight: Severity = "medium" if ctx.is_sensitive(who, activity.at) else "low"
    return (told(activity, ctx, event.text("ServiceName"), [(weight, STRANGE[event.event_id])], log=True),)


def learn(ctx: Context, detail: KerberosAs | KerberosTgs, realm: str, at: int) -> None:
    """One more ticket-granting ticket that the KDC issued."""
    began, count = ctx.memory.recall(("issued",), tuple, at, KEPT) or (at, 0)
    ctx.memory.note(("issued",), (began, count + 1), at)
    form = ctx.memory.recall(("form", realm), Form, at, KEPT) or Form()
    versions, etypes = form.versions, form.etypes
    kvno = detail.ticket_kvno
    if kvno is not None and kvno < RODC and kvno not in [one for one, _ in versions]:
        versions = (*versions[-7:], (kvno, at))
    if detail.ticket_etype is not None and detail.ticket_etype not in etypes:
        etypes = (*etypes[-7:], detail.ticket_etype)
    ctx.memory.note(("form", realm), Form(count=form.count + 1, versions=versions, etypes=etypes), at)
    if detail.client and detail.ticket_size:
        key = ("size", realm, account_parts(detail.client, None)[0])
        least, most = ctx.memory.recall(key, tuple, at, KEPT) or (detail.ticket_size, detail.ticket_size)
        ctx.memory.note(key, (min(least, detail.ticket_size), max(most, detail.ticket_size)), at)


def strange(ctx: Context, detail: KerberosTgs, realm: str, at: int) -> Iterator[tuple[Severity, str]]:
    """In what the ticket that is shown differs from those that were issued, and how much that weighs."""
    form = ctx.memory.recall(("form", (detail.presented_ticket_realm or realm).lower()), Form, at, KEPT)
    if form is not None and form.count >= ctx.limit(ISSUED):
        numbers, kvno = [one for one, _ in form.versions], detail.presented_ticket_kvno
        if numbers and kvno not in numbers:
            near = kvno is not None and min(abs(kvno - one) for one in numbers) == 1
            says = "names no key version" if kvno is None else f"names key version {kvno} of krbtgt"
            issued = ", ".join(map(str, sorted(numbers)))
            yield "low" if near else "high", f"The ticket {says}; the {form.count:,} that the KDC issued have {issued}"
        if form.etypes and AES.issuperset(form.etypes) and detail.presented_ticket_etype not in form.etypes:
            kinds = ", ".join(map(etype, form.etypes))
            yield "high", f"The ticket is encrypted with {etype(detail.presented_ticket_etype)}; the KDC issues {kinds}"
    size, name = detail.presented_ticket_size, account_parts(detail.client or "", None)[0]
    if detail.s4u2self or detail.s4u2proxy:
        return  # the answer names whom the ticket's holder acts for
    sizes = ctx.memory.recall(("size", realm, name), tuple, at, KEPT) if name and size else None
    if sizes is not None and size is not None:
        least, most = sizes
        away = max(least - size, size - most)
        far = away >= BYTES and away * 100 >= ctx.limit(SIZE) * (least if size < least else most)
        if far or (away >= GROUPS and ctx.is_sensitive(ctx.knowledge.account(name, realm), at)):
            spread = f"{least:,}" if least == most else f"{least:,} to {most:,}"
            yield "medium", f"The ticket has {size:,} bytes; those that this account was issued have {spread}"


def told(
    activity: Activity, ctx: Context, service: str | None, reasons: list[tuple[Severity, str]], *, log: bool = False
) -> Finding:
    """The words. log: the KDC's own log tells it, in which the issue of a ticket cannot be looked for."""
    reasons = sorted(reasons, key=lambda one: -RANK[one[0]])
    severity: Severity = reasons[0][0]
    if severity == "medium" and sum(one[0] != "low" for one in reasons) > 1:
        severity = "high"
    if severity == "high" and activity.result == "failure":
        severity = "medium"
    who = ctx.account(activity)
    return found(
        ctx, activity, ctx.place(activity.source, activity.at) or (who.key if who is not None else ""),
        severity=severity, succeeded=outcome_of(activity),
        confidence="high" if len(reasons) > 1 and severity == "high" else "low" if severity == "low" else "medium",
        title=None if activity.result != "failure" else "Attempted golden ticket usage (ticket anomaly)",
        story=(
            sentence(
                *ctx.who(activity), " presented a strange ticket-granting ticket to ", ctx.target(activity),
                f" for {service or 'a service'}", ended(activity),
            ),
            sentence("Whoever has the krbtgt key makes such tickets himself."),
        ),
        facts=(
            *(fact(f"{text}: ", activity) if not place else fact(text) for place, (_, text) in enumerate(reasons)),
            *(() if log else (fact("No exchange in this input issued the presented ticket"),)),
            against(
                "It would be quiet for an account that was made again since, or that nobody counts as sensitive"
                if log
                else "It would be quiet if the KDC had been seen issuing this ticket"
            ),
        ),
        steps=ctx.path(activity, "strange ticket-granting ticket", caption_of(activity)),
    )  # fmt: skip


DETECTOR = Detector(
    id="golden_ticket_anomaly",
    external_id=2032,
    title="Suspected golden ticket usage (ticket anomaly)",
    severity="high",
    phase="Domain dominance",
    techniques=("T1558.001",),
    watches=(KerberosAs, KerberosTgs, EventKerberos),
    event_ids=(*STRANGE, SERVICE_TICKET, RENEWED),
    needs=Needs(ports=("88",), kinds=("kerberos-tgs", "event-kerberos"), parts=("event-kerberos",), answers=True),
    window=WINDOW,
    thresholds=(ISSUED, SIZE, COVERED, TRACED),
    attacked_accounts=True,
    forms={
        KerberosAs: lambda _, result: result in ("success", "unanswered"),
        EventKerberos: lambda _, result: result in ("success", "failure"),
    },
    detect=detect,
)
DETECTOR = with_commands(DETECTOR, "makes a golden ticket")
