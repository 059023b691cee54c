"""Passwords guessed over Kerberos or NTLM: many for one account, or a few for many accounts."""

from collections.abc import Iterator

from app.engine.detector import MINUTE, Context, Detector, Needs, against, fact, found, listed, plural, sentence
from app.engine.knowledge.names import account_parts
from app.model.activity import Activity
from app.model.alert import Finding, Step
from app.model.details import KerberosAs, Ntlm

WINDOW = 30 * MINUTE
"""Spraying tools wait up to half an hour between rounds, so as not to lock accounts."""
ONE = {"low": 50, "medium": 20, "high": 10}
"""Failures for one account: a person gives up or is locked out earlier; a stale saved password repeats more slowly."""
MANY = {"low": 15, "medium": 6, "high": 4}
"""Accounts that failed and did not sign in afterwards from the same source."""
KERBEROS_WRONG = frozenset({24, 18})
"""KDC_ERR_PREAUTH_FAILED, KDC_ERR_CLIENT_REVOKED (locked out meanwhile): RFC 4120 section 7.5.9."""
NTLM_WRONG = frozenset({0xC000006A, 0xC000006D, 0xC0000234, 49})
"""Wrong password, logon failure, account locked (MS-ERREF 2.3.1); LDAP carries NTLM failures as result 49."""


def outcome(activity: Activity) -> tuple[str, str, bool] | None:
    """(account, protocol, success) of a sign-in whose password was judged, else None."""
    detail = activity.detail
    if isinstance(detail, KerberosAs):
        if not detail.client:
            return None
        name, domain = account_parts(detail.client, detail.realm)
        if activity.result == "success":
            return (f"{domain}\\{name}", "Kerberos", True) if detail.padata_etype is not None or detail.fast else None
        if activity.code == 24 or (activity.code == 18 and detail.padata_etype is not None):
            return f"{domain}\\{name}", "Kerberos", False
        return None
    if isinstance(detail, Ntlm) and detail.user and not detail.anonymous:
        name, domain = account_parts(detail.user, detail.domain)
        if activity.result == "success":
            return f"{domain}\\{name}", "NTLM", True
        if activity.result == "failure" and activity.code is not None and activity.code & 0xFFFFFFFF in NTLM_WRONG:
            return f"{domain}\\{name}", "NTLM", False
    return None


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """Failures per source; an account that signs in soon after a failure or two was a slip of the finger."""
    judged = outcome(activity)
    if judged is None or activity.source is None:
        return
    name, protocol, success = judged
    ip, at = activity.source.ip, activity.at
    trail = ctx.memory.trail(("fail", ip), at, WINDOW)
    if success:
        guessed = trail is not None and ctx.memory.recall(("hot", ip), bool, at, WINDOW) is not None
        before = ctx.memory.recall(("ok", ip, name), bool, at, 8 * WINDOW) is not None
        ctx.memory.note(("ok", ip, name), True, at)
        if not before:
            ctx.memory.seen(("signed in", ip), name, at, activity.id, WINDOW)
        if guessed and not before and trail is not None:
            hits = ctx.memory.seen(("hit", ip), name, at, activity.id, WINDOW)
            yield tell(activity, ctx, (activity.id,), [str(one) for one in hits.values], protocol)
        return
    trail = ctx.memory.seen(("fail", ip), name, at, activity.id, WINDOW)
    failing = [one for one in trail.counts if ctx.memory.recall(("ok", ip, str(one)), bool, at, WINDOW) is None]
    honest = ctx.memory.trail(("signed in", ip), at, WINDOW)
    others = honest.distinct if honest is not None else 0
    hot = ctx.memory.recall(("hot", ip), bool, at, WINDOW) is not None
    if trail.counts[name] >= ONE[ctx.sensitivity] or (len(failing) >= MANY[ctx.sensitivity] and len(failing) > 2 * others) or hot:
        ctx.memory.note(("hot", ip), True, at)
        hits_before = ctx.memory.trail(("hit", ip), at, WINDOW)
        yield tell(activity, ctx, trail.take(), [str(one) for one in hits_before.values] if hits_before else [], protocol)


def tell(activity: Activity, ctx: Context, evidence: tuple[str, ...], guessed: list[str], protocol: str) -> Finding:
    """The finding with the counts of the whole episode."""
    ip = activity.source.ip if activity.source else ""
    trail = ctx.memory.trail(("fail", ip), activity.at, WINDOW)
    tried = [str(one) for one in trail.values] if trail is not None else []
    failures = trail.total if trail is not None else 0
    source, target = ctx.source(activity), ctx.target(activity)
    refs = [(one, ctx.knowledge.account(one)) for one in (*guessed, *tried[:100])]
    labels = {one: ref.label if ref is not None else one for one, ref in refs}
    one_account = len(tried) == 1
    story = [
        sentence(
            source, f" tried {plural(failures, 'wrong password')} over {protocol} for ",
            *((refs[-1][1],) if one_account else (f"{len(tried):,} accounts",)), " on ", target, ".",
        )
    ]  # fmt: skip
    if guessed:
        story.append(
            sentence(f"Then it signed in as {listed(labels[one] for one in guessed)}: the password is known to the attacker.")
        )
    return found(
        ctx,
        activity,
        ip,
        first=trail.began if trail is not None else activity.at,
        evidence=evidence or (activity.id,),
        accounts=tuple(ref for _, ref in refs if ref is not None),
        title="Suspected brute force (Kerberos, NTLM)" if one_account else "Suspected password spray (Kerberos, NTLM)",
        severity="high" if guessed else None,
        succeeded=bool(guessed),
        story=tuple(story),
        facts=(
            fact(f"{plural(failures, 'failed sign-in')} for {plural(len(tried), 'account')} from one source"),
            *((fact(f"Signed in afterwards: {listed(labels[one] for one in guessed)}"),) if guessed else ()),
            against(
                f"It would be quiet below {ONE[ctx.sensitivity]} failures for one account and below {MANY[ctx.sensitivity]} "
                f"accounts within {WINDOW // MINUTE} minutes, or if most of these accounts had signed in from there as well"
            ),
        ),
        steps=(
            Step(origin=source, target=target, label=f"{protocol} sign-in", caption=plural(failures, "failure"), accented=True),
        ),
    )


DETECTOR = Detector(
    id="brute_force",
    external_id=2023,
    title="Suspected brute force (Kerberos, NTLM)",
    severity="medium",
    phase="Compromised credentials",
    techniques=("T1110.001", "T1110.003"),
    watches=(KerberosAs, Ntlm),
    needs=Needs(ports=("88", "445", "389", "135"), kinds=("kerberos-as", "ntlm")),
    window=WINDOW,
    detect=detect,
)
