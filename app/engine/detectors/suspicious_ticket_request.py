"""Ticket requests that no Windows client makes: in somebody's name user to user, to oneself, towards krbtgt."""

from collections.abc import Iterator

from app.engine.context import Context
from app.engine.detector import DAY, HOUR, Detector, Needs, against, caption_of, ended, fact, found, outcome_of, sentence, some
from app.engine.forms import CERTIFICATE, DELEGATES, DIRECT, IMPERSONATES
from app.engine.knowledge.born import ADMINISTRATORS
from app.engine.knowledge.names import account_parts, host, service_host
from app.engine.readings.kerberos import SERVICE_TICKET, USER_TO_USER, is_computer, is_krbtgt
from app.engine.readings.novelty import is_new
from app.model.activity import Activity
from app.model.alert import Finding, Severity, Step
from app.model.details import KerberosAs, KerberosTgs
from app.model.entity import EntityRef
from app.model.events import EventKerberos

WINDOW = 12 * HOUR
HABIT = 30 * DAY
"""What a service did for longer than a day is its work, such as that of a gateway for administration."""


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """S4U2self combined with user to user or krbtgt, and a user's ticket to himself."""
    detail, at = activity.detail, activity.at
    if isinstance(detail, KerberosAs):
        if detail.pkinit and detail.ticket_hash:
            ctx.memory.note(("certificate", detail.ticket_hash), True, at)
        return
    victim: EntityRef | None = None
    if isinstance(detail, EventKerberos):
        name = account_parts(activity.account.name, None)[0] if activity.account is not None else ""
        service = (detail.text("ServiceName") or "").lower()
        acting = (detail.text("TransmittedServices") or "").split()
        if acting and activity.account is not None:
            yield from delegated(activity, ctx, acting[0], service, name, activity.account.domain)
            return
        if activity.result != "success" or is_computer(name) or not name or name != service:
            return
        if not (detail.number("TicketOptions") or 0) & USER_TO_USER:
            return
        how, severity = "a ticket to itself, user to user", "medium"
    elif isinstance(detail, KerberosTgs):
        direct = bool((detail.options or 0) & USER_TO_USER)
        issue = ctx.knowledge.ticket(detail.presented_ticket_hash)
        name = account_parts(issue.client, None)[0] if issue is not None else ""
        if detail.s4u2proxy:
            who = issue.client if issue is not None else ""
            yield from delegated(activity, ctx, who, detail.service or "", detail.client or "", detail.realm)
            return
        if detail.s4u2self and (direct or is_krbtgt(detail.service)):
            victim = ctx.knowledge.account(detail.s4u2self, None)
            how = "a ticket in somebody's name, user to user" if direct else "a ticket to krbtgt in somebody's name"
            severity = "high" if ctx.is_sensitive(victim, at) and activity.result == "success" else "medium"
        elif direct and not detail.s4u2self:
            name = name or account_parts(detail.client or "", None)[0]
            service = account_parts(detail.service or "", None)[0]
            if not name or is_computer(name) or service not in (name, host(name)):
                return
            if ctx.memory.recall(("certificate", detail.presented_ticket_hash or ""), bool, at, HOUR) is not None:
                return  # told by the detection of certificates
            how, severity = "a ticket to itself, user to user", "medium" if activity.result == "success" else "low"
        else:
            return
    else:
        return
    yield told(activity, ctx, name, how, "high" if severity == "high" else "medium" if severity == "medium" else "low", victim)


def delegated(
    activity: Activity, ctx: Context, acting: str, service: str, user: str, realm: str | None
) -> Iterator[Finding]:  # fmt: skip
    """A service that acts for a sensitive account towards a controller, and did not do so before."""
    at, name, whose = activity.at, account_parts(acting, None)[0], account_parts(user, None)[0]
    if activity.result == "failure" or whose == name or is_krbtgt(service):
        return
    victim = ctx.knowledge.account(user, realm) if user else None
    where = service_host(service)[1] or service.split("@")[0].removesuffix("$")
    if victim is None or not where:
        return
    sensitive = ctx.is_sensitive(victim, at)
    if not sensitive or ctx.knowledge.computer_entity(where).kind != "controller":
        if (sensitive or whose in ADMINISTRATORS) and is_new("acts for an administrator", f"{name} {where}", at, ctx, within=0):
            yield told(activity, ctx, name, f"a ticket for {where}, by delegation", "low", victim)
        return
    if is_computer(name) and ctx.knowledge.account(acting, realm) in ctx.knowledge.controllers():
        return
    key = ("acts", name or ctx.place(activity.source, at), where)
    began = ctx.memory.recall(key, int, at, HABIT)
    if began is None:
        ctx.memory.note(key, at, at)
    if began is None or at - began < DAY:
        yield told(activity, ctx, name, f"a ticket for the controller {where}, by delegation", "low", victim)


def told(activity: Activity, ctx: Context, name: str, how: str, severity: Severity, victim: EntityRef | None) -> Finding:
    """The words."""
    place = ctx.place(activity.source, activity.at)
    who = ctx.knowledge.account(name, activity.account.domain if activity.account is not None else None) if name else None
    return found(
        ctx, activity, place or name,
        severity=severity, succeeded=outcome_of(activity), accounts=some(who),
        targets=some(ctx.target(activity), victim), confidence="medium",
        title=None if activity.result != "failure" else "Attempted suspicious Kerberos ticket request",
        story=(
            sentence(
                ctx.source(activity), " asked ", ctx.target(activity), f" for {how}",
                *((", of ", victim) if victim is not None else ()), ended(activity),
            ),
            sentence("Such a ticket is opened with a key at hand: its authorization data can be put into a forged ticket, or "
                     "hold the account's hash."),
        ),
        facts=(
            *((fact("The ticket that was shown is ", who, "'s: ", activity),) if who is not None else
              (fact("The request: ", activity),)),
            fact("No ordinary program needs such a ticket"),
            against("It would be quiet for a computer's ticket to itself, tickets to other users' sessions, and delegation of "
                    "ordinary accounts or to other servers"),
        ),
        steps=(
            Step(origin=ctx.doer(activity), target=ctx.target(activity), label=how, caption=caption_of(activity), accented=True),
        ),
    )  # fmt: skip


DETECTOR = Detector(
    id="suspicious_ticket_request",
    external_id=2418,
    title="Suspicious Kerberos ticket request",
    severity="medium",
    phase="Credential access",
    techniques=("T1558", "T1550"),
    watches=(KerberosAs, KerberosTgs, EventKerberos),
    event_ids=(SERVICE_TICKET,),
    needs=Needs(ports=("88",), kinds=("kerberos-tgs", "event-kerberos"), parts=("event-kerberos",)),
    window=WINDOW,
    forms={
        KerberosAs: lambda form, _: bool(form & CERTIFICATE),
        KerberosTgs: lambda form, _: bool(form & (DELEGATES | IMPERSONATES | DIRECT)),
        EventKerberos: lambda form, _: bool(form[1]),
    },
    detect=detect,
)
