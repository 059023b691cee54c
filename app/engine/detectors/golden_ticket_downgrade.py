"""A ticket-granting ticket in RC4 where the domain's own are in AES."""

from collections.abc import Iterator

from app.engine.context import Context
from app.engine.describe import WEAK_ETYPES, etype
from app.engine.detector import HOUR, Detector, Needs, against, caption_of, ended, fact, found, outcome_of, sentence
from app.engine.forms import WEAK
from app.engine.knowledge.tickets import is_own_tgt
from app.model.activity import Activity
from app.model.alert import Finding
from app.model.details import KerberosTgs
from app.model.tuning import Threshold

WINDOW = 12 * HOUR
"""A forged ticket is used for as long as its maker likes; half a day apart is one alert."""
AES_TICKETS = Threshold(
    name="aes-tickets", low=5, medium=1, high=1, words="AES tickets of the same krbtgt that must have been seen"
)
"""AES tickets of the same krbtgt that must have been seen: without them RC4 may be all that the domain has."""


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """Weak presented TGTs of a realm whose KDC is seen issuing or accepting AES ones."""
    detail: KerberosTgs = activity.detail  # type: ignore[assignment]
    if detail.presented_ticket_etype not in WEAK_ETYPES or activity.source is None:
        return
    if not is_own_tgt(detail.presented_ticket_service, detail.presented_ticket_realm):
        return
    realm = (detail.presented_ticket_realm or "").lower()
    issue = ctx.knowledge.ticket(detail.presented_ticket_hash)
    if issue is not None:
        return
    strong, weak = ctx.knowledge.tickets.granting(realm)
    if weak or strong < ctx.limit(AES_TICKETS):
        return
    success = activity.result == "success"
    presented = etype(detail.presented_ticket_etype)
    yield found(
        ctx,
        activity,
        activity.source.ip,
        succeeded=outcome_of(activity),
        severity="high" if success else None,
        title=None if success else "Attempted golden ticket usage (encryption downgrade)",
        story=(
            sentence(
                *ctx.who(activity), f" presented a ticket-granting ticket encrypted with {presented} to ", ctx.target(activity),
                f" for {detail.service or 'a service'}", ended(activity),
            ),
            sentence(f"The KDC of {realm} encrypts its own with AES; with the krbtgt hash alone one forges with {presented}."),
        ),
        facts=(
            fact(f"The presented ticket is encrypted with {presented}: ", activity),
            fact(f"{strong:,} ticket-granting tickets of {realm} in this input are AES, none that the KDC issued is weaker"),
            fact("No exchange in this input issued the presented ticket"),
            against("It would be quiet if the KDC had been seen issuing this ticket, or any RC4 ticket of its own"),
        ),
        steps=ctx.path(activity, "RC4 ticket-granting ticket", caption_of(activity)),
    )  # fmt: skip


DETECTOR = Detector(
    id="golden_ticket_downgrade",
    external_id=2009,
    title="Suspected golden ticket usage (encryption downgrade)",
    severity="medium",
    phase="Domain dominance",
    techniques=("T1558.001",),
    watches=(KerberosTgs,),
    needs=Needs(ports=("88",), kinds=("kerberos-tgs",), answers=True),
    window=WINDOW,
    thresholds=(AES_TICKETS,),
    attacked_accounts=True,
    forms={KerberosTgs: lambda form, _: bool(form & WEAK)},
    detect=detect,
)
