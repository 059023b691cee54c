"""Authorization data that the client brought itself, with a ticket that was asked for without any (MS14-068)."""

from collections.abc import Iterable, Iterator
from typing import Any

from app.engine.context import Context
from app.engine.detector import DAY, HOUR, Detector, Needs, against, caption_of, ended, fact, found, outcome_of, sentence
from app.engine.forms import BROUGHT, WITHOUT
from app.engine.knowledge.tickets import is_own_tgt
from app.model.activity import Activity
from app.model.alert import Finding
from app.model.details import KerberosAs, KerberosTgs

WINDOW = 12 * HOUR
LIFE = 8 * DAY
"""Tickets are renewed for a week in the default domain policy."""


def detect(activity: Activity, ctx: Context) -> Iterable[Finding]:
    """Tickets issued without a PAC, and requests that add authorization data to them."""
    detail: Any = activity.detail
    if type(detail) is KerberosAs:
        if detail.pac_request is False and detail.ticket_hash and activity.result == "success":
            ctx.memory.note(("without", detail.ticket_hash), activity.id, activity.at)
        return ()
    if activity.source is None or not detail.has_authorization_data:
        return ()
    issue = ctx.memory.recall(("without", detail.presented_ticket_hash or ""), str, activity.at, LIFE)
    if issue is None and detail.pac_request is not False:
        return ()  # most of them
    if not is_own_tgt(detail.presented_ticket_service, detail.presented_ticket_realm):
        return ()
    return brought(activity, ctx, detail, issue)


def brought(activity: Activity, ctx: Context, detail: KerberosTgs, issue: str | None) -> Iterator[Finding]:
    """Data of the client's own making. issue: where its ticket was asked for without any."""
    at, success = activity.at, activity.result == "success"
    yield found(
        ctx, activity, ctx.place(activity.source, at),
        evidence=(*((issue,) if issue is not None else ()), activity.id),
        succeeded=outcome_of(activity), severity="medium" if activity.result == "failure" else None,
        confidence="high" if issue is not None and success else "medium",
        title=None if activity.result != "failure" else "Attempted golden ticket usage (forged authorization data)",
        story=(
            sentence(
                *ctx.who(activity), " brought authorization data of its own making to ", ctx.target(activity),
                f" for {detail.service or 'a service'}", ended(activity),
            ),
            sentence("A KDC without the update MS14-068 takes such data for its own and writes it into the ticket."),
        ),
        facts=(
            fact("The request carries authorization data: ", activity),
            fact("The ticket that it shows was asked for without authorization data (PA-PAC-REQUEST)" if issue is not None else
                 "The request itself asks for no PAC (PA-PAC-REQUEST)"),
            against("It would be quiet for a ticket with the KDC's own authorization data, as every Windows client has it"),
        ),
        steps=ctx.path(activity, "authorization data of its own", caption_of(activity)),
    )  # fmt: skip


DETECTOR = Detector(
    id="forged_pac",
    external_id=2013,
    title="Suspected golden ticket usage (forged authorization data)",
    severity="high",
    phase="Domain dominance",
    techniques=("T1558.001", "T1068"),
    watches=(KerberosAs, KerberosTgs),
    needs=Needs(ports=("88",), kinds=("kerberos-tgs",), answers=True),
    window=WINDOW,
    forms={
        KerberosAs: lambda form, result: bool(form & WITHOUT) and result == "success",
        KerberosTgs: lambda form, _: bool(form & BROUGHT),
    },
    detect=detect,
)
