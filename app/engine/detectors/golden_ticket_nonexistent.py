"""A ticket-granting ticket in the name of an account that does not exist."""

from collections.abc import Iterator

from app.engine import describe
from app.engine.context import Context
from app.engine.detector import HOUR, Detector, Needs, against, fact, found, sentence
from app.engine.knowledge.tickets import is_own_tgt
from app.model.activity import Activity
from app.model.alert import Finding
from app.model.details import KerberosTgs

WINDOW = 12 * HOUR
NO_SUCH_CLIENT = 6
"""KDC_ERR_C_PRINCIPAL_UNKNOWN (RFC 4120 section 7.5.9): the KDC looked up the ticket's client and found none."""
REVOKED = 20
"""KDC_ERR_TGT_REVOKED: what patched controllers answer when the ticket's PAC belongs to no account (MS-KILE section 3.3.5.7)."""


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """The KDC says that the holder of a ticket which only it can make does not exist."""
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
        activity.source.ip,
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


DETECTOR = Detector(
    id="golden_ticket_nonexistent",
    external_id=2027,
    title="Suspected golden ticket usage (nonexistent account)",
    severity="high",
    phase="Domain dominance",
    techniques=("T1558.001", "T1068"),
    watches=(KerberosTgs,),
    needs=Needs(ports=("88",), kinds=("kerberos-tgs",), answers=True),
    window=WINDOW,
    detect=detect,
)
