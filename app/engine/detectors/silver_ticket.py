"""A service ticket that no exchange issued, and that is unlike those which the KDC makes for this service."""

from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct

from app.engine.commanded import with_commands
from app.engine.context import Context
from app.engine.describe import WEAK_ETYPES, etype
from app.engine.detector import DAY, HOUR, Detector, Needs, against, caption_of, ended, fact, found, outcome_of, sentence
from app.engine.forms import OLD
from app.engine.readings.kerberos import AES, differences, is_krbtgt, learn_opened, owner, written
from app.model.activity import Activity
from app.model.alert import RANK, Finding, Severity
from app.model.details import KerberosAp, KerberosAs, KerberosTgs
from app.model.tuning import Threshold

WINDOW = 12 * HOUR
KEPT = 30 * DAY
ISSUED = Threshold(
    name="issued", low=5, medium=1, high=1, words="Tickets for the same service that the KDC must have been seen issuing"
)
COVERED = Threshold(
    name="covered", low=DAY, medium=11 * HOUR, high=10 * HOUR, unit="us",
    words="Recording before the use of a ticket: longer than tickets live",
)  # fmt: skip
TRACED = Threshold(
    name="traced", low=200, medium=50, high=20, words="Service tickets whose issue was seen, against which one without counts"
)
UNTRACED = 0.02
"""Share of tickets without an issue, above which the recording misses a part of the domain."""
USE_SESSION_KEY = 0x40000000
"""AP option of user-to-user (RFC 4120 section 5.5.1): the ticket is encrypted with a session key, which has no version."""


class Form(Struct, frozen=True, kw_only=True):
    """What the tickets that the KDC issues for one service look like."""

    count: int = 0
    versions: tuple[int, ...] = ()
    etypes: tuple[int, ...] = ()


NONE = Form()


def detect(activity: Activity, ctx: Context) -> Iterable[Finding]:
    """Learns from issued service tickets, and compares what is shown to services."""
    detail: Any = activity.detail
    if activity.source is None:
        return ()
    if type(detail) is KerberosAp:
        if detail.ticket_hash and detail.service and not is_krbtgt(detail.service):
            return shown(activity, ctx, detail, activity.source.ip)
        return ()
    if detail.request_etypes and AES.isdisjoint(detail.request_etypes):
        ctx.memory.note(("old", activity.source.ip), True, activity.at)
    if type(detail) is KerberosTgs and activity.result == "success" and detail.ticket_hash and detail.service:
        if is_krbtgt(detail.service):
            return ()
        learn(ctx, detail, activity.at)
        if not detail.client:  # issued inside FAST, where nobody reads to whom (RFC 6113 section 5.4)
            ctx.memory.note(("nameless", detail.ticket_hash), True, activity.at)
    return ()


def learn(ctx: Context, detail: KerberosTgs, at: int) -> None:
    """One more ticket that the KDC issued for a service."""
    began, count = ctx.memory.recall(("issued",), tuple, at, KEPT) or (at, 0)
    ctx.memory.note(("issued",), (began, count + 1), at)
    key = ("form", owner(detail.service or ""))
    form = ctx.memory.recall(key, Form, at, KEPT) or NONE
    versions, etypes = form.versions, form.etypes
    if detail.ticket_kvno is not None and detail.ticket_kvno not in versions:
        versions = (*versions[-7:], detail.ticket_kvno)
    if detail.ticket_etype is not None and detail.ticket_etype not in etypes:
        etypes = (*etypes[-7:], detail.ticket_etype)
    ctx.memory.note(key, Form(count=form.count + 1, versions=versions, etypes=etypes), at)
    if detail.ticket is not None:
        learn_opened(ctx, ("service", (detail.realm or "").lower()), detail.ticket, detail.pac, at)


def shown(activity: Activity, ctx: Context, detail: KerberosAp, ip: str) -> Iterable[Finding]:
    """A ticket that is shown to a service."""
    known = ctx.knowledge.ticket(detail.ticket_hash) is not None
    known = known or ctx.memory.recall(("nameless", detail.ticket_hash), bool, activity.at, KEPT) is not None
    reasons = written(ctx, detail.realm, known, activity.at)
    return () if known else strange(activity, ctx, detail, ip, reasons)


def strange(
    activity: Activity, ctx: Context, detail: KerberosAp, ip: str, reasons: list[tuple[Severity, str]]
) -> Iterator[Finding]:
    """A ticket whose issue is not here."""
    at = activity.at
    trail = ctx.memory.seen(("untraced",), detail.ticket_hash, at, activity.id, KEPT)
    if (detail.options or 0) & USE_SESSION_KEY or activity.result == "failure":
        return
    form = ctx.memory.recall(("form", owner(detail.service or "")), Form, at, KEPT)
    if form is not None and form.count >= ctx.limit(ISSUED):
        kvno = detail.ticket_kvno
        if form.versions and (kvno is None or min(abs(kvno - one) for one in form.versions) > 1):
            says = "names no key version" if kvno is None else f"names version {kvno} of the service's key"
            reasons.append(("medium", f"The ticket {says}; those that the KDC issued have {', '.join(map(str, form.versions))}"))
        weak = detail.ticket_etype in WEAK_ETYPES and AES.issuperset(form.etypes) and form.etypes
        if weak and ctx.memory.recall(("old", ip), bool, at, KEPT) is None:
            kinds = ", ".join(map(etype, form.etypes))
            reasons.append(("medium", f"The ticket is encrypted with {etype(detail.ticket_etype)}; the KDC issues {kinds}"))
    if detail.ticket is not None and detail.ticket.decrypted == "yes":
        reasons += differences(ctx, ("service", (detail.realm or "").lower()), detail.ticket, detail.pac, at)
    began, seen = ctx.memory.recall(("issued",), tuple, at, KEPT) or (at, 0)
    covered = at - began >= ctx.limit(COVERED) and seen >= ctx.limit(TRACED)
    if covered and len(trail.values) <= UNTRACED * seen:
        weight: Severity = "medium" if ctx.is_sensitive(ctx.account(activity), at) else "low"
        reasons.append((weight, f"The issue of {seen:,} other service tickets is here, in an input longer than tickets live"))
    if reasons:
        yield told(activity, ctx, detail, sorted(reasons, key=lambda one: -RANK[one[0]]))


def told(activity: Activity, ctx: Context, detail: KerberosAp, reasons: list[tuple[Severity, str]]) -> Finding:
    """The words."""
    severity: Severity = reasons[0][0]
    if severity == "medium" and len(reasons) > 1:
        severity = "high"
    return found(
        ctx, activity, f"{ctx.place(activity.source, activity.at)}\n{owner(detail.service or '')}",
        severity=severity, succeeded=outcome_of(activity),
        confidence="high" if severity == "high" else "medium" if severity == "medium" else "low",
        story=(
            sentence(
                *ctx.who(activity), f" showed a strange ticket for {detail.service} to ", ctx.target(activity), ended(activity)
            ),
            sentence("Whoever has a service's key makes tickets for it himself, without asking the KDC."),
        ),
        facts=(
            *(fact(f"{text}: ", activity) if not place else fact(text) for place, (_, text) in enumerate(reasons)),
            fact("No exchange in this input issued the ticket"),
            against("It would be quiet if the KDC had been seen issuing this ticket, or for one like those that it issues"),
        ),
        steps=ctx.path(activity, f"forged ticket for {detail.service}", caption_of(activity)),
    )  # fmt: skip


DETECTOR = Detector(
    id="silver_ticket",
    external_id=3001,
    title="Suspected silver ticket usage",
    severity="medium",
    phase="Lateral movement",
    techniques=("T1558.002",),
    watches=(KerberosAs, KerberosTgs, KerberosAp),
    needs=Needs(ports=("88", "445", "389"), kinds=("kerberos-ap",)),
    window=WINDOW,
    thresholds=(ISSUED, COVERED, TRACED),
    attacked_accounts=True,
    forms={KerberosAs: lambda form, _: bool(form & OLD)},
    detect=detect,
)
DETECTOR = with_commands(DETECTOR, "makes a silver ticket")
