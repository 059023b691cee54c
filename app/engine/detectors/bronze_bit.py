"""A service that rewrote the ticket which it was given for somebody, to make it fit for delegation."""

from collections.abc import Iterator

from msgspec import Struct

from app.engine.context import Context
from app.engine.detector import HOUR, MINUTE, Detector, Needs, against, caption_of, ended, fact, found, outcome_of, sentence
from app.engine.forms import DELEGATES, IMPERSONATES
from app.engine.knowledge.names import account_parts
from app.model.activity import Activity
from app.model.alert import Finding, Step
from app.model.details import KerberosTgs
from app.model.tuning import Threshold

WINDOW = HOUR
SOON = Threshold(
    name="soon", low=MINUTE, medium=10 * MINUTE, high=HOUR, unit="us",
    words="Time between the ticket that a service asked for in somebody's name and its use for delegation",
)  # fmt: skip


class Given(Struct, frozen=True, kw_only=True):
    """A ticket to itself that a service was given for a user (S4U2self)."""

    hash: str
    size: int
    user: str
    proof: str


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """Evidence of S4U2proxy that is as large as the ticket of S4U2self just before, for the same user, and yet another."""
    detail: KerberosTgs = activity.detail  # type: ignore[assignment]
    if activity.source is None:
        return
    ip, at = activity.source.ip, activity.at
    if detail.s4u2self and not detail.s4u2proxy:
        if activity.result == "success" and detail.ticket_hash and detail.ticket_size:
            user = account_parts(detail.s4u2self, None)[0]
            given = Given(hash=detail.ticket_hash, size=detail.ticket_size, user=user, proof=activity.id)
            ctx.memory.note(("given", ip), given, at)
        return
    if not detail.s4u2proxy or not detail.evidence_ticket_hash:
        return
    before = ctx.memory.recall(("given", ip), Given, at, ctx.limit(SOON))
    if before is None or detail.evidence_ticket_size != before.size or before.hash == detail.evidence_ticket_hash:
        return
    if ctx.knowledge.ticket(detail.evidence_ticket_hash) is not None:
        return
    success, user = activity.result == "success", account_parts(detail.client or "", None)[0]
    if success and user and user != before.user:
        return
    for_whom = ctx.knowledge.account(before.user, detail.realm)
    high = success and ctx.is_sensitive(for_whom, at)
    yield found(
        ctx, activity, f"{ip}\n{before.user}",
        evidence=(before.proof, activity.id), succeeded=outcome_of(activity), severity="high" if high else None,
        accounts=(for_whom,) if for_whom is not None else (),
        confidence="high" if success else "medium",
        title=None if activity.result != "failure" else "Attempted Kerberos delegation with a rewritten ticket (BronzeBit)",
        story=(
            sentence(ctx.source(activity), " asked for a ticket to itself in the name of ", for_whom, "."),
            sentence("It then showed another ticket of the same size for delegation to ",
                     detail.service or "a service", ended(activity)),
            sentence("Whoever has a service's key can rewrite its tickets, to delegate accounts that must not be delegated."),
        ),
        facts=(
            fact(f"The ticket shown has {before.size:,} bytes like the one given, and another content: ", activity),
            fact("No exchange in this input issued the ticket that was shown"),
            against("It would be quiet for the ticket as it was given, or for one that the user's own computer brought"),
        ),
        steps=(
            Step(origin=ctx.source(activity), target=ctx.target(activity), label="S4U2proxy with a rewritten ticket",
                 caption=caption_of(activity), accented=True),
        ),
    )  # fmt: skip


DETECTOR = Detector(
    id="bronze_bit",
    external_id=2048,
    title="Suspected Kerberos delegation with a rewritten ticket (BronzeBit, CVE-2020-17049)",
    severity="medium",
    phase="Credential access",
    techniques=("T1558",),
    watches=(KerberosTgs,),
    needs=Needs(ports=("88",), kinds=("kerberos-tgs",), answers=True),
    window=WINDOW,
    thresholds=(SOON,),
    attacked_accounts=True,
    forms={KerberosTgs: lambda form, _: bool(form & (DELEGATES | IMPERSONATES))},
    detect=detect,
)
