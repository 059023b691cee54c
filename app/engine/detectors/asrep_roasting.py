"""Tickets taken without a password for accounts that need no pre-authentication."""

from collections.abc import Iterable, Iterator

from app.engine.commanded import with_commands
from app.engine.context import Context
from app.engine.describe import etype
from app.engine.detector import HOUR, Detector, Later, Needs, against, fact, found, later, listed, plural, sentence
from app.engine.forms import MACHINE
from app.engine.knowledge.names import account_parts
from app.engine.memory import Trail, together
from app.engine.readings.novelty import is_new
from app.engine.readings.sessions import offered
from app.model.activity import Activity
from app.model.alert import Finding, Step
from app.model.details import KerberosAs
from app.model.events import EventKerberos
from app.model.tuning import Threshold

WINDOW = HOUR
"""A tool walks its list of names in seconds; an hour holds slow ones."""
ACCOUNTS = Threshold(
    name="accounts", low=3, medium=2, high=1, words="Different accounts without pre-authentication from one source"
)
"""Different accounts without pre-authentication from one source; each such account normally has one device."""
PROBED = Threshold(
    name="probed",
    low=20,
    medium=8,
    high=5,
    words="Different accounts asked for without pre-authentication in RC4 only, never followed by a password",
)
"""Different accounts asked for without pre-authentication in RC4 only, never followed by a password."""
PROBED_ANY = Threshold(
    name="probed-any",
    low=15,
    medium=5,
    high=3,
    words="Other accounts asked for without proof and never proved, beside one that was answered, whatever the encryption",
)
"""Other accounts asked for without proof and never proved, beside one that was answered, whatever the encryption."""
NO_SUCH_ETYPE, PREAUTHENTICATION_REQUIRED = 14, 25
PROOFS = frozenset({2, 14, 15, 16, 17, 138, 141, 142, 149, 150, 151})
"""Pre-authentication that proves a secret: encrypted timestamp, PKINIT, encrypted challenge, SPAKE, OTP (IANA registry)."""
AES = frozenset({17, 18, 19, 20})
RC4 = frozenset({23, 24, -128, -133, -135})
"""RC4-HMAC, its export form, and RC4-MD4, RC4-HMAC-OLD and RC4-HMAC-OLD-EXP of before Windows 2000 (MS-KILE section 3.1.5.2)."""
BEFORE_HMAC = frozenset({-128, -133, -135})
"""Systems of old offered these beside RC4-HMAC, never alone: RC4-MD4 seals with a key that can be guessed (CVE-2022-33679)."""
TGT, PREAUTHENTICATION_FAILED = 4768, 4771


def proves(detail: KerberosAs) -> bool:
    """True when the request itself proves knowledge of a secret, or is armoured so that this cannot be seen."""
    return detail.fast or detail.padata_etype is not None or not PROOFS.isdisjoint(detail.pa_types)


def detect(activity: Activity, ctx: Context) -> Iterable[Finding | Later]:
    """AS replies to requests that proved nothing, when RC4 was asked on purpose or several accounts were asked."""
    if isinstance(activity.detail, EventKerberos):
        return logged(activity, activity.detail, ctx)
    detail: KerberosAs = activity.detail  # type: ignore[assignment]
    name = (detail.client or "").lower()
    if not name or name.endswith("$") or "/" in name or activity.source is None or detail.client_name_type == 11:
        return ()
    if not detail.request_etypes:
        return ()  # the request was not captured: nothing tells what it proved
    ip = ctx.place(activity.source, activity.at)
    if (detail.service or "krbtgt").partition("/")[0].lower() != "krbtgt":
        return ()
    if proves(detail):
        learn_proof(ctx, ip, name, activity.at)
        return ()
    return unproved(activity, ctx, detail, ip, name)


def unproved(activity: Activity, ctx: Context, detail: KerberosAs, ip: str, name: str) -> Iterable[Finding | Later]:
    """A request that proves nothing."""
    rc4_only = AES.isdisjoint(detail.request_etypes) and not RC4.isdisjoint(detail.request_etypes)
    if activity.result == "failure" and activity.code in (PREAUTHENTICATION_REQUIRED, NO_SUCH_ETYPE):
        if ctx.memory.recall(("proved", ip, name), bool, activity.at, WINDOW) is not None:
            return ()
        if activity.code == NO_SUCH_ETYPE and rc4_only:
            ctx.memory.note(("refused", ip, name), True, activity.at)
        ctx.memory.seen(("asked", ip), name, activity.at, activity.id, WINDOW)
        if rc4_only or hot(ctx, ip, activity.at):
            trail = ctx.memory.seen(("probed", ip), name, activity.at, activity.id, WINDOW)
            broken = BEFORE_HMAC.issuperset(detail.request_etypes)
            if broken or trail.distinct >= ctx.limit(PROBED) or hot(ctx, ip, activity.at):
                return (told(activity, ctx, trail.take()),)
        elif (answered := walked_on(ctx, ip, activity.at)) is not None:
            return (answered_before(activity, ctx, ip, answered),)
        return ()
    if activity.result != "success":
        return ()
    # What the capture cut is one of those that were offered (RFC 4120 section 3.1.3).
    return given(activity, ctx, ip, name, rc4_only and (detail.reply_etype is None or detail.reply_etype in RC4))


def walked_on(ctx: Context, ip: str, at: int) -> Trail | None:
    """Answers without proof that stood early in a list of names, once enough others were asked for after them in vain."""
    given = ctx.memory.trail(("given", ip), at, WINDOW)
    asked = ctx.memory.trail(("asked", ip), at, WINDOW) if given is not None else None
    return given if asked is not None and asked.distinct >= ctx.limit(PROBED_ANY) else None


def answered_before(activity: Activity, ctx: Context, ip: str, given: Trail) -> Later:
    """The finding that an answer became by the names that were asked for after it."""
    ctx.memory.note(("hot", ip), True, activity.at)
    return told(activity, ctx, together(ctx.memory.trail(("asked", ip), activity.at, WINDOW), given))


def learn_proof(ctx: Context, ip: str, name: str, at: int) -> None:
    """An account proved its password from a source: what was asked for it before was the first round of that."""
    ctx.memory.note(("proved", ip, name), True, at)
    probed, asked = ctx.memory.trail(("probed", ip), at, WINDOW), ctx.memory.trail(("asked", ip), at, WINDOW)
    if probed is not None:
        probed.drop(name)
    if asked is not None:
        asked.drop(name)


def logged(activity: Activity, event: EventKerberos, ctx: Context) -> Iterable[Later]:
    """The same in a KDC's log, which tells what was given without proof; where the request offered RC4 only, so is the ticket."""
    if activity.account is None or activity.source is None or event.event_id not in (TGT, PREAUTHENTICATION_FAILED):
        return ()
    name = account_parts(activity.account.name, None)[0]
    if not name or name.endswith("$") or "/" in name or name == "anonymous":
        return ()
    ip, proof = ctx.place(activity.source, activity.at), event.number("PreAuthType")
    if event.event_id == PREAUTHENTICATION_FAILED or proof is None or proof != 0:
        if proof is not None:
            learn_proof(ctx, ip, name, activity.at)
        return ()
    if activity.result != "success" or (event.text("ServiceName") or "krbtgt").partition("/")[0].lower() != "krbtgt":
        return ()
    asked = offered(event) or (event.number("TicketEncryptionType") or 0,)
    return given(activity, ctx, ip, name, not RC4.isdisjoint(asked) and AES.isdisjoint(asked))


def given(activity: Activity, ctx: Context, ip: str, name: str, weak: bool) -> Iterator[Later]:
    """One more account that was answered without proof; weak: RC4 was asked for on purpose."""
    trail = ctx.memory.seen(("given", ip), name, activity.at, activity.id, WINDOW)
    weak = weak or ctx.memory.recall(("refused", ip, name), bool, activity.at, WINDOW) is not None
    asked = ctx.memory.trail(("asked", ip), activity.at, WINDOW)
    weak = weak or (asked is not None and asked.distinct >= ctx.limit(PROBED_ANY))
    if not weak and trail.distinct < ctx.limit(ACCOUNTS):
        if is_new("given", f"{name} {ip}", activity.at, ctx, within=0):
            yield told(activity, ctx, together(trail), alone=True)
        return
    ctx.memory.note(("hot", ip), True, activity.at)
    probed = ctx.memory.trail(("probed", ip), activity.at, WINDOW)
    yield told(activity, ctx, together(probed, trail))


def hot(ctx: Context, ip: str, at: int) -> bool:
    """True when this source has just been reported."""
    return ctx.memory.recall(("hot", ip), bool, at, WINDOW) is not None


def event_etype(detail: object) -> int | None:
    """Encryption of the ticket that an event tells."""
    return detail.number("TicketEncryptionType") if isinstance(detail, EventKerberos) else None


def told(activity: Activity, ctx: Context, evidence: tuple[str, ...], alone: bool = False) -> Later:
    """The finding with all that is known of this source by now."""
    ip = ctx.place(activity.source, activity.at)
    given, probed = (ctx.memory.trail((key, ip), activity.at, WINDOW) for key in ("given", "probed"))
    return later(
        ctx, activity, ip, lambda: tell(activity, ctx, given, probed, alone), evidence=evidence or (activity.id,),
        succeeded=given is not None, severity="low" if alone else None if given is not None else "medium",
        confidence="low" if alone else "high", sources=(ctx.source(activity),),
    )  # fmt: skip


def tell(activity: Activity, ctx: Context, given: Trail | None, probed: Trail | None, alone: bool) -> Finding:
    """Words with the counts of the whole episode."""
    detail, who = activity.detail, activity.account
    realm = detail.realm if isinstance(detail, KerberosAs) else who.domain if who is not None else None
    if isinstance(detail, KerberosAs):
        how = f"The request offers {', '.join(etype(one) for one in detail.request_etypes[:6])}"
    else:
        how = f"The ticket is encrypted with {etype(event_etype(detail))}; the log tells that nothing was proved (PreAuthType 0)"
    ip = ctx.place(activity.source, activity.at)
    source, target = ctx.source(activity), ctx.target(activity)
    names = sorted(str(one) for one in given.values) if given is not None else []
    others = len(probed.values) if probed is not None else 0
    victims = tuple(ref for name in names if (ref := ctx.knowledge.account(name, realm)) is not None)
    pieces = (
        sentence(
            source,
            " received from ",
            target,
            f" material encrypted with the password of {listed(names)}, without proving a password.",
        )
        if names
        else sentence(
            source, " asked ", target, f" for tickets of {plural(others, 'account')} without proving a password; none was given."
        ),
    )
    return found(
        ctx,
        activity,
        ip,
        first=min(given.began if given is not None else activity.at, probed.began if probed is not None else activity.at),
        accounts=victims,
        succeeded=bool(names),
        severity="low" if alone else None if names else "medium",
        confidence="low" if alone else "high",
        title=None if names else "Attempted AS-REP roasting",
        story=(*pieces, sentence("Such a reply can be cracked offline to the account's password.")),
        facts=(
            *((fact(f"{plural(len(names), 'account')} answered without pre-authentication: {listed(names)}"),) if names else ()),
            *(
                (fact("It offers only RC4 of before RC4-HMAC, which seals with a key that can be guessed (CVE-2022-33679)"),)
                if isinstance(detail, KerberosAs) and detail.request_etypes and BEFORE_HMAC.issuperset(detail.request_etypes)
                else ()
            ),
            *((fact(f"{plural(others, 'other account')} asked for in the same way were protected"),) if others else ()),
            fact(how),
            against(
                "It would be quiet for a single account that is asked for with AES from where that was so within a month, "
                "or if the request had carried an encrypted timestamp, a certificate or FAST armour"
            ),
        ),
        steps=(Step(origin=source, target=target, label="AS-REQ without pre-authentication", accented=True,
                    caption=plural(len(names) + others, "account")),),
    )  # fmt: skip


DETECTOR = Detector(
    id="asrep_roasting",
    external_id=2412,
    title="Suspected AS-REP roasting",
    severity="high",
    phase="Credential access",
    techniques=("T1558.004",),
    watches=(KerberosAs, EventKerberos),
    event_ids=(TGT, PREAUTHENTICATION_FAILED),
    needs=Needs(ports=("88",), kinds=("kerberos-as", "event-kerberos"), parts=("event-kerberos",), answers=True),
    window=WINDOW,
    thresholds=(ACCOUNTS, PROBED, PROBED_ANY),
    forms={KerberosAs: lambda form, _: not form & MACHINE},
    attacked_accounts=True,
    detect=detect,
)
DETECTOR = with_commands(DETECTOR, "asks for sign-in replies to guess passwords from")
