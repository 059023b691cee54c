"""A controller that offers accounts weaker encryption than they have."""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from app.engine.commanded import with_commands
from app.engine.context import Context
from app.engine.describe import etype
from app.engine.detector import DAY, Detector, Later, Needs, against, fact, found, later, listed, plural, sentence
from app.engine.knowledge.names import account_parts
from app.engine.memory import Trail
from app.engine.readings.kerberos import AES, RC4, TGT, is_computer, is_krbtgt
from app.engine.readings.sessions import offered
from app.model.activity import Activity
from app.model.alert import Finding, Step
from app.model.details import KerberosAs
from app.model.events import EventKerberos
from app.model.tuning import Threshold

WINDOW = DAY
REMEMBERED = 30 * DAY
"""How long it is remembered that an account has AES: computers change their passwords every thirty days."""
ACCOUNTS = Threshold(
    name="accounts", low=4, medium=2, high=1,
    words="Accounts with AES to which one controller offers RC4 only; one alone is reported at low severity",
)  # fmt: skip
LOGGED = Threshold(
    name="logged", low=6, medium=3, high=2, words="The same where only the log tells it, which does not say what was asked for"
)
NO_SUCH_ETYPE, PREAUTHENTICATION_REQUIRED = 14, 25
AES_FLAGS = 0x18
"""Bits of msDS-SupportedEncryptionTypes (MS-KILE section 2.2.7)."""


class Strong(Struct, frozen=True, kw_only=True):
    """An account was given AES. etype: 0 where the directory says so. proof: id of the activity."""

    etype: int
    proof: str


def detect(activity: Activity, ctx: Context) -> Iterable[Finding | Later]:
    """What each controller offers, against what the same account was offered before or elsewhere."""
    detail, at = activity.detail, activity.at
    if isinstance(detail, EventKerberos):
        who, kind = activity.account, detail.number("TicketEncryptionType")
        if who is None or activity.result != "success" or detail.event_id != TGT or not is_krbtgt(detail.text("ServiceName")):
            return ()
        name, realm, asked = account_parts(who.name, who.domain)[0], who.domain, offered(detail)
        best: tuple[int, ...] = (kind or 0,)
        if AES.isdisjoint(asked) if asked else not is_computer(name) and kind not in AES:
            return ()
        sure = bool(asked)
    elif isinstance(detail, KerberosAs):
        if not detail.client or AES.isdisjoint(detail.request_etypes) or detail.pkinit or not is_krbtgt(detail.service):
            return ()
        name, realm, sure = account_parts(detail.client, detail.realm)[0], detail.realm, True
        best = (detail.reply_etype,) if detail.reply_etype in AES else ()
        if activity.code == PREAUTHENTICATION_REQUIRED:
            best = detail.offered_etypes
        elif activity.code == NO_SUCH_ETYPE and detail.padata_etype in AES:
            best = (23,)
        # an answer in RC4 may be what the client chose, by the order of its types or by the only key that it has
    else:
        return ()
    if not AES.isdisjoint(best):
        if ctx.memory.recall(("strong", name), Strong, at, REMEMBERED // 2) is None:
            ctx.memory.note(("strong", name), Strong(etype=max(AES.intersection(best)), proof=activity.id), at)
    elif not RC4.isdisjoint(best):
        before = ctx.memory.recall(("strong", name), Strong, at, REMEMBERED)
        if before is None and in_directory(ctx, name, realm):
            before = Strong(etype=0, proof=activity.id)
        if before is not None:
            return weaker(activity, ctx, ctx.place(activity.destination, at), name, before, sure)
    return ()


def in_directory(ctx: Context, name: str, realm: str | None) -> bool:
    """True when the directory says that an account has AES, which computers write there when they join."""
    held = ctx.knowledge.directory.state(ctx.knowledge.directory.account(*ctx.knowledge.accounts.key(name, realm)))
    return held is not None and bool((held.object.encryption_types or 0) & AES_FLAGS)


def weaker(activity: Activity, ctx: Context, kdc: str, name: str, before: Strong, sure: bool) -> Iterator[Later]:
    """One more account that lost AES at a controller."""
    trail = ctx.memory.seen(("weak", kdc), name, activity.at, activity.id, WINDOW)
    enough = trail.distinct >= ctx.limit(ACCOUNTS if sure else LOGGED)
    if not sure and not enough and trail.distinct < ctx.limit(ACCOUNTS):
        return
    if ctx.sensitivity == "low" and not enough:
        return
    proofs = (before.proof, *trail.take()) if before.proof != activity.id else trail.take()
    yield later(
        ctx, activity, kdc, lambda: tell(activity, ctx, name, before, trail, enough),
        evidence=tuple(dict.fromkeys(proofs)) or (activity.id,),
        severity=None if enough else "low",
    )  # fmt: skip


def tell(activity: Activity, ctx: Context, name: str, before: Strong, trail: Trail, enough: bool) -> Finding:
    """Words with the counts of the whole episode."""
    target, detail = ctx.target(activity), activity.detail
    realm = detail.realm if isinstance(detail, KerberosAs) else activity.account.domain if activity.account else None
    names = sorted(str(one) for one in trail.values)
    refs = tuple(ref for one in names[:50] if (ref := ctx.knowledge.account(one, realm)) is not None)
    computers = sum(is_computer(one) for one in names)
    known = f"was offered {etype(before.etype)} before" if before.etype else "has AES in the directory"
    return found(
        ctx, activity, ctx.place(activity.destination, activity.at),
        first=trail.began, sources=(), accounts=refs, severity=None if enough else "low",
        confidence="high" if enough and (computers or len(names) > 2) else "medium" if enough else "low",
        story=(
            sentence(target, f" offered RC4 as its best to {plural(len(names), 'account')} with AES: {listed(names)}."),
            sentence("A skeleton key in a controller's memory opens every account with one password, for which RC4 is needed."),
        ),
        facts=(
            fact(f"{name} {known}, and now RC4 only: ", activity),
            *((fact(f"{plural(computers, 'of them is a computer', 'of them are computers')}, whose AES keys are made anew with "
                    "every password"),) if computers else ()),
            against("It would be quiet for accounts that never had AES, and for clients that did not ask for it"),
        ),
        steps=(Step(origin=target, target=ctx.source(activity), label="weak encryption offered", caption="RC4", accented=True),),
    )  # fmt: skip


DETECTOR = Detector(
    id="skeleton_key",
    external_id=2010,
    title="Suspected skeleton key attack (encryption downgrade)",
    severity="medium",
    phase="Domain dominance",
    techniques=("T1556.001",),
    watches=(KerberosAs, EventKerberos),
    event_ids=(TGT,),
    needs=Needs(ports=("88",), kinds=("kerberos-as", "event-kerberos"), parts=("event-kerberos",), answers=True),
    window=WINDOW,
    thresholds=(ACCOUNTS, LOGGED),
    attacked_accounts=True,
    detect=detect,
)
DETECTOR = with_commands(DETECTOR, "puts a second password into a controller")
