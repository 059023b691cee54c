"""A ticket-granting ticket whose opened content its KDC did not write: golden, diamond, sapphire."""

from collections.abc import Iterator

from app.engine.context import Context
from app.engine.detector import DAY, HOUR, Detector, Needs, against, caption_of, ended, fact, found, outcome_of, sentence
from app.engine.forms import OPENED
from app.engine.knowledge.tickets import is_own_tgt
from app.engine.readings.kerberos import GRANTING, differences, is_krbtgt, learn_opened, plain
from app.model.activity import Activity
from app.model.alert import RANK, Fact, Finding, Link, Severity
from app.model.details import KerberosAs, KerberosTgs

WINDOW = 12 * HOUR
KEPT = 30 * DAY


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """Learns from issued tickets that the user's keys open, and compares those that are shown."""
    detail, at = activity.detail, activity.at
    if not isinstance(detail, (KerberosAs, KerberosTgs)) or activity.source is None:
        return
    realm = (detail.realm or "").lower()
    given = detail.ticket
    if given is not None and given.decrypted == "yes" and activity.result == "success" and is_krbtgt(detail.service):
        learn_opened(ctx, (GRANTING, realm), given, detail.pac, at)
        if isinstance(detail, KerberosAs) and given.client and given.authenticated and detail.ticket_hash:
            ctx.memory.note(("issued", plain(given.client), given.authenticated), activity.id, at)
    if not isinstance(detail, KerberosTgs):
        return
    shown, own = detail.presented_ticket, (detail.presented_ticket_service, detail.presented_ticket_realm)
    if shown is None or shown.decrypted != "yes" or not is_own_tgt(*own):
        return
    if ctx.knowledge.ticket(detail.presented_ticket_hash) is not None:
        return
    reasons = list(differences(ctx, (GRANTING, (detail.presented_ticket_realm or "").lower()), shown, detail.presented_pac, at))
    copied = ctx.memory.recall(("issued", plain(shown.client or ""), shown.authenticated or 0), str, at, KEPT)
    if reasons:
        yield told(activity, ctx, detail, sorted(reasons, key=lambda one: -RANK[one[0]]), copied)


def told(
    activity: Activity, ctx: Context, detail: KerberosTgs, reasons: list[tuple[Severity, str]], copied: str | None
) -> Finding:
    """The words."""
    holder = detail.presented_ticket.client if detail.presented_ticket is not None else None
    victim = ctx.knowledge.account(holder, detail.presented_ticket_realm) if holder else None
    return found(
        ctx, activity, ctx.place(activity.source, activity.at),
        severity=reasons[0][0], succeeded=outcome_of(activity), accounts=(victim,) if victim is not None else (),
        confidence="high" if len(reasons) > 1 else "medium",
        title=None if activity.result != "failure" else "Attempted use of a forged ticket",
        story=(
            sentence(
                ctx.source(activity), " presented a ticket-granting ticket of ", victim, " to ", ctx.target(activity),
                f" for {detail.service or 'a service'}", ended(activity),
            ),
            sentence("The given keys open it, and its content is not the KDC's: it was forged or changed with krbtgt's key."),
        ),
        facts=(
            *(fact(f"{text}: ", activity) if not place else fact(text) for place, (_, text) in enumerate(reasons)),
            fact("No exchange in this input issued the presented ticket"),
            *((Fact(text=(*sentence("The KDC gave this account another in that second: "), Link("its issue", None, copied))),)
              if copied else ()),
            against("It would be quiet for a ticket that the KDC was seen issuing, or with the content of such"),
        ),
        steps=ctx.path(activity, "forged ticket-granting ticket", caption_of(activity)),
    )  # fmt: skip


DETECTOR = Detector(
    id="forged_ticket",
    external_id=3002,
    title="Suspected use of a forged ticket (opened with the domain's keys)",
    severity="high",
    phase="Domain dominance",
    techniques=("T1558.001",),
    watches=(KerberosAs, KerberosTgs),
    needs=Needs(ports=("88",), kinds=("kerberos-tgs",), answers=True),
    window=WINDOW,
    attacked_accounts=True,
    forms={KerberosAs: lambda form, _: bool(form & OPENED), KerberosTgs: lambda form, _: bool(form & OPENED)},
    detect=detect,
)
