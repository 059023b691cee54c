"""A ticket for the ticket-granting service by delegation: somebody was allowed to act for others towards krbtgt."""

from collections.abc import Iterator

from app.engine.context import Context
from app.engine.detector import HOUR, Detector, Needs, against, caption_of, ended, fact, found, outcome_of, sentence
from app.engine.forms import DELEGATES
from app.engine.knowledge.names import account_parts
from app.engine.readings.kerberos import SERVICE_TICKET, is_krbtgt
from app.model.activity import Activity
from app.model.alert import Finding, Step
from app.model.details import KerberosTgs
from app.model.events import EventKerberos

WINDOW = 12 * HOUR


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """S4U2proxy whose target is the ticket-granting service."""
    detail = activity.detail
    if isinstance(detail, EventKerberos):
        services = detail.text("TransmittedServices")
        if detail.event_id != SERVICE_TICKET or services is None or not is_krbtgt(detail.text("ServiceName")):
            return
        service, user = services.split()[0], activity.account.name if activity.account else ""
        if activity.account is None or account_parts(service, None)[0] == account_parts(user, None)[0]:
            user = ""
    elif isinstance(detail, KerberosTgs):
        if not detail.s4u2proxy or not is_krbtgt(detail.service):
            return
        holder = ctx.knowledge.ticket(detail.presented_ticket_hash)
        service, user = holder.client if holder is not None else "", detail.client or ""
    else:
        return
    place = ctx.place(activity.source, activity.at)
    victim = ctx.knowledge.account(user, detail.realm if isinstance(detail, KerberosTgs) else None) if user else None
    attempt = activity.result == "failure"
    yield found(
        ctx, activity, place or service,
        severity="medium" if attempt else None, succeeded=outcome_of(activity),
        accounts=(victim,) if victim is not None else (),
        title="Attempted golden ticket by resource-based constrained delegation" if attempt else None,
        story=(
            sentence(
                ctx.source(activity), " asked ", ctx.target(activity), " for a ticket-granting ticket",
                *((" of ", victim) if victim is not None else ()), " by delegation", ended(activity),
            ),
            sentence("Whoever may act for others towards krbtgt gets anybody's ticket-granting ticket, as with krbtgt's key."),
        ),
        facts=(
            fact("The request delegates (S4U2proxy), and its target is krbtgt: ", activity),
            *((fact(f"The delegating service is {service}"),) if service else ()),
            against("It would be quiet for delegation to any other service"),
        ),
        steps=(
            Step(origin=ctx.source(activity), target=ctx.target(activity), label="delegation to krbtgt",
                 caption=caption_of(activity), accented=True),
        ),
    )  # fmt: skip


DETECTOR = Detector(
    id="golden_ticket_rbcd",
    external_id=2040,
    title="Suspected golden ticket usage (ticket anomaly using RBCD)",
    severity="high",
    phase="Domain dominance",
    techniques=("T1558.001",),
    watches=(KerberosTgs, EventKerberos),
    event_ids=(SERVICE_TICKET,),
    needs=Needs(ports=("88",), kinds=("kerberos-tgs", "event-kerberos"), parts=("event-kerberos",)),
    window=WINDOW,
    attacked_accounts=True,
    forms={KerberosTgs: lambda form, _: bool(form & DELEGATES), EventKerberos: lambda form, _: bool(form[1] & DELEGATES)},
    detect=detect,
)
