"""Passwords guessed with LDAP simple binds."""

from collections.abc import Iterator

from app.engine.describe import bind_data
from app.engine.detector import MINUTE, Context, Detector, Needs, against, fact, found, listed, plural, sentence
from app.model.activity import Activity
from app.model.alert import Finding, Step
from app.model.details import LdapBind

WINDOW = 30 * MINUTE
"""Spraying tools wait up to half an hour between rounds, so as not to lock accounts."""
ONE = {"low": 50, "medium": 20, "high": 10}
"""Failures for one account; an application with an old password tries a few times and gives up."""
MANY = {"low": 15, "medium": 6, "high": 4}
"""Accounts that failed and did not bind afterwards from the same source."""
INVALID_CREDENTIALS = 49
NOT_A_GUESS = frozenset({"530", "531", "532", "533", "701", "773"})
"""Bind errors that come after the right password (logon hours, expired, disabled): MS-ADTS section 5.1.1.1.5 texts."""


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """Failed simple binds per source; an account that binds soon after a failure or two was a slip of the finger."""
    bind: LdapBind = activity.detail  # type: ignore[assignment]
    if bind.method != "simple" or not bind.name or activity.source is None or bind.password_length == 0:
        return
    ip, at, name = activity.source.ip, activity.at, bind.name.lower()
    if activity.result == "success":
        before = ctx.memory.recall(("ok", ip, name), bool, at, 8 * WINDOW) is not None
        ctx.memory.note(("ok", ip, name), True, at)
        if not before:
            ctx.memory.seen(("signed in", ip), name, at, activity.id, WINDOW)
        if not before and ctx.memory.recall(("hot", ip), bool, at, WINDOW) is not None:
            hits = ctx.memory.seen(("hit", ip), name, at, activity.id, WINDOW)
            yield tell(activity, ctx, (activity.id,), [str(one) for one in hits.values])
        return
    if activity.code != INVALID_CREDENTIALS or bind_data(bind.error_text) in NOT_A_GUESS:
        return
    trail = ctx.memory.seen(("fail", ip), name, at, activity.id, WINDOW)
    failing = [one for one in trail.counts if ctx.memory.recall(("ok", ip, str(one)), bool, at, WINDOW) is None]
    honest = ctx.memory.trail(("signed in", ip), at, WINDOW)
    others = honest.distinct if honest is not None else 0
    hot = ctx.memory.recall(("hot", ip), bool, at, WINDOW) is not None
    if trail.counts[name] >= ONE[ctx.sensitivity] or (len(failing) >= MANY[ctx.sensitivity] and len(failing) > 2 * others) or hot:
        ctx.memory.note(("hot", ip), True, at)
        earlier = ctx.memory.trail(("hit", ip), at, WINDOW)
        yield tell(activity, ctx, trail.take(), [str(one) for one in earlier.values] if earlier else [])


def tell(activity: Activity, ctx: Context, evidence: tuple[str, ...], guessed: list[str]) -> Finding:
    """The finding with the counts of the whole episode."""
    ip = activity.source.ip if activity.source else ""
    trail = ctx.memory.trail(("fail", ip), activity.at, WINDOW)
    tried = [str(one) for one in trail.values] if trail is not None else []
    failures = trail.total if trail is not None else 0
    source, target = ctx.source(activity), ctx.target(activity)
    refs = [(one, ctx.knowledge.account(one)) for one in (*guessed, *tried[:100])]
    labels = {one: ref.label if ref is not None else one for one, ref in refs}
    story = [
        sentence(
            source, f" tried {plural(failures, 'wrong password')} with LDAP simple binds for ",
            *((refs[-1][1],) if len(tried) == 1 else (f"{len(tried):,} accounts",)), " on ", target, ".",
        )
    ]  # fmt: skip
    if guessed:
        story.append(
            sentence(f"Then it bound as {listed(labels[one] for one in guessed)}: the password is known to the attacker.")
        )
    return found(
        ctx,
        activity,
        ip,
        first=trail.began if trail is not None else activity.at,
        evidence=evidence or (activity.id,),
        accounts=tuple(ref for _, ref in refs if ref is not None),
        severity="high" if guessed else None,
        succeeded=bool(guessed),
        story=tuple(story),
        facts=(
            fact(f"{plural(failures, 'failed bind')} for {plural(len(tried), 'account')} from one source"),
            *((fact(f"Bound afterwards: {listed(labels[one] for one in guessed)}"),) if guessed else ()),
            against(
                f"It would be quiet below {ONE[ctx.sensitivity]} failures for one account and below {MANY[ctx.sensitivity]} "
                f"accounts within {WINDOW // MINUTE} minutes, or if most of these accounts had bound from there as well"
            ),
        ),
        steps=(Step(origin=source, target=target, label="LDAP simple bind", caption=plural(failures, "failure"), accented=True),),
    )


DETECTOR = Detector(
    id="ldap_brute_force",
    external_id=2004,
    title="Suspected brute force (LDAP)",
    severity="medium",
    phase="Compromised credentials",
    techniques=("T1110.001", "T1110.003"),
    watches=(LdapBind,),
    needs=Needs(ports=("389", "3268"), kinds=("ldap-bind",), hidden_by=("ldap inside tls",)),
    window=WINDOW,
    detect=detect,
)
