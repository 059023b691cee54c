"""Tickets taken without a password for accounts that need no pre-authentication."""

from collections.abc import Iterator

from app.engine.context import Context
from app.engine.describe import etype
from app.engine.detector import HOUR, Detector, Later, Needs, against, fact, found, later, listed, plural, sentence
from app.engine.memory import Trail, together
from app.model.activity import Activity
from app.model.alert import Finding, Step
from app.model.details import KerberosAs

WINDOW = HOUR
"""A tool walks its list of names in seconds; an hour holds slow ones."""
ACCOUNTS = {"low": 3, "medium": 2, "high": 1}
"""Different accounts without pre-authentication from one source; each such account normally has one device."""
PROBED = {"low": 20, "medium": 8, "high": 5}
"""Different accounts asked for without pre-authentication in RC4 only, never followed by a password."""
PROBED_ANY = {"low": 15, "medium": 5, "high": 3}
"""Other accounts asked for without proof and never proved, beside one that was answered, whatever the encryption."""
NO_SUCH_ETYPE, PREAUTHENTICATION_REQUIRED = 14, 25
PROOFS = frozenset({2, 14, 15, 16, 17, 138, 141, 142, 149, 150, 151})
"""Pre-authentication that proves a secret: encrypted timestamp, PKINIT, encrypted challenge, SPAKE, OTP (IANA registry)."""
AES = frozenset({17, 18, 19, 20})
RC4 = frozenset({23, 24})


def proves(detail: KerberosAs) -> bool:
    """True when the request itself proves knowledge of a secret, or is armoured so that this cannot be seen."""
    return detail.fast or detail.padata_etype is not None or not PROOFS.isdisjoint(detail.pa_types)


def detect(activity: Activity, ctx: Context) -> Iterator[Finding | Later]:
    """AS replies to requests that proved nothing, when RC4 was asked on purpose or several accounts were asked."""
    detail: KerberosAs = activity.detail  # type: ignore[assignment]
    name = (detail.client or "").lower()
    if not name or name.endswith("$") or "/" in name or activity.source is None or detail.client_name_type == 11:
        return
    if not detail.request_etypes:
        return  # the request was not captured: nothing tells what it proved
    ip = activity.source.ip
    if (detail.service or "krbtgt").partition("/")[0].lower() != "krbtgt":
        return
    if proves(detail):
        ctx.memory.note(("proved", ip, name), True, activity.at)
        for trail in (ctx.memory.trail((key, ip), activity.at, WINDOW) for key in ("probed", "asked")):
            if trail is not None:
                trail.drop(name)
        return
    rc4_only = not RC4.isdisjoint(detail.request_etypes) and AES.isdisjoint(detail.request_etypes)
    if activity.result == "failure" and activity.code in (PREAUTHENTICATION_REQUIRED, NO_SUCH_ETYPE):
        if ctx.memory.recall(("proved", ip, name), bool, activity.at, WINDOW) is not None:
            return
        if activity.code == NO_SUCH_ETYPE and rc4_only:
            ctx.memory.note(("refused", ip, name), True, activity.at)
        ctx.memory.seen(("asked", ip), name, activity.at, activity.id, WINDOW)
        if rc4_only or hot(ctx, ip, activity.at):
            trail = ctx.memory.seen(("probed", ip), name, activity.at, activity.id, WINDOW)
            if trail.distinct >= PROBED[ctx.sensitivity] or hot(ctx, ip, activity.at):
                yield told(activity, ctx, trail.take())
        return
    if activity.result != "success":
        return
    trail = ctx.memory.seen(("given", ip), name, activity.at, activity.id, WINDOW)
    weak = rc4_only and detail.reply_etype in RC4
    weak = weak or ctx.memory.recall(("refused", ip, name), bool, activity.at, WINDOW) is not None
    asked = ctx.memory.trail(("asked", ip), activity.at, WINDOW)
    weak = weak or (asked is not None and asked.distinct >= PROBED_ANY[ctx.sensitivity])
    if not weak and trail.distinct < ACCOUNTS[ctx.sensitivity]:
        return
    ctx.memory.note(("hot", ip), True, activity.at)
    probed = ctx.memory.trail(("probed", ip), activity.at, WINDOW)
    yield told(activity, ctx, together(probed, trail))


def hot(ctx: Context, ip: str, at: int) -> bool:
    """True when this source has just been reported."""
    return ctx.memory.recall(("hot", ip), bool, at, WINDOW) is not None


def told(activity: Activity, ctx: Context, evidence: tuple[str, ...]) -> Later:
    """The finding with all that is known of this source by now."""
    ip = activity.source.ip if activity.source else ""
    given, probed = (ctx.memory.trail((key, ip), activity.at, WINDOW) for key in ("given", "probed"))
    return later(
        ctx, activity, ip, lambda: tell(activity, ctx, given, probed), evidence=evidence or (activity.id,),
        succeeded=given is not None, severity=None if given is not None else "medium", sources=(ctx.source(activity),),
    )  # fmt: skip


def tell(activity: Activity, ctx: Context, given: Trail | None, probed: Trail | None) -> Finding:
    """Words with the counts of the whole episode."""
    detail: KerberosAs = activity.detail  # type: ignore[assignment]
    ip = activity.source.ip if activity.source else ""
    source, target = ctx.source(activity), ctx.target(activity)
    names = sorted(str(one) for one in given.values) if given is not None else []
    others = len(probed.values) if probed is not None else 0
    victims = tuple(ref for name in names if (ref := ctx.knowledge.account(name, detail.realm)) is not None)
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
        severity=None if names else "medium",
        title=None if names else "Attempted AS-REP roasting",
        story=(*pieces, sentence("Such a reply can be cracked offline to the account's password.")),
        facts=(
            *((fact(f"{plural(len(names), 'account')} answered without pre-authentication: {listed(names)}"),) if names else ()),
            *((fact(f"{plural(others, 'other account')} asked for in the same way were protected"),) if others else ()),
            fact(f"The request offers {', '.join(etype(one) for one in detail.request_etypes[:6])}"),
            against(
                "It would be quiet for a single account that is asked for with AES, as its own computer does, "
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
    watches=(KerberosAs,),
    needs=Needs(ports=("88",), kinds=("kerberos-as",), answers=True),
    window=WINDOW,
    detect=detect,
)
