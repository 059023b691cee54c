"""Passwords guessed with LDAP simple binds."""

from collections.abc import Iterator

from app.engine.context import Context
from app.engine.describe import bind_data
from app.engine.detector import MINUTE, Detector, Later, Needs, against, fact, found, later, listed, measured, plural, sentence
from app.engine.memory import Trail
from app.model.activity import Activity
from app.model.alert import Finding, Step
from app.model.details import LdapBind
from app.model.tuning import Threshold

WINDOW = 30 * MINUTE
"""Spraying tools wait up to half an hour between rounds, so as not to lock accounts."""
BURST = 10 * MINUTE
ONE = Threshold(name="one", low=50, medium=20, high=10, words="Failures for one account within a burst")
"""Failures for one account within a burst; an application with an old password that tries every minute makes ten."""
ONE_SLOW = Threshold(name="one-slow", low=150, medium=60, high=30, words="Failures for one account within the window")
"""Failures for one account within the window."""
MANY = Threshold(
    name="many", low=20, medium=10, high=5, words="Accounts that failed within the window and did not bind from the same source"
)
"""Accounts that failed within the window and did not bind from the same source."""
FAST = MINUTE
MANY_FAST = Threshold(name="many-fast", low=10, medium=5, high=4, words="Accounts that failed within a minute")
"""Accounts that failed within a minute; a sign-in page where so many mistype has many more who do not."""
SOON = 10 * MINUTE
"""A bind this long after the account's last failure is the password found."""
INVALID_CREDENTIALS = 49
NOT_A_GUESS = frozenset({"530", "531", "532", "533", "701", "773"})
"""Bind errors that come after the right password (logon hours, expired, disabled): MS-ADTS section 5.1.1.1.5 texts."""


def detect(activity: Activity, ctx: Context) -> Iterator[Finding | Later]:
    """Failed simple binds per source; an account that binds soon after a failure or two was a slip of the finger."""
    bind: LdapBind = activity.detail  # type: ignore[assignment]
    if bind.method != "simple" or not bind.name or activity.source is None or bind.password_length == 0:
        return
    ip, at, name, memory = activity.source.ip, activity.at, bind.name.lower(), ctx.memory
    wrong = activity.code == INVALID_CREDENTIALS
    right = activity.result == "success" or (wrong and bind_data(bind.error_text) in NOT_A_GUESS)
    hot = memory.recall(("hot", ip), bool, at, WINDOW) is not None
    if right:
        before = memory.recall(("ok", ip, name), bool, at, 8 * WINDOW) is not None
        memory.note(("ok", ip, name), True, at)
        failed = memory.recall(("failed", ip, name), bool, at, SOON) is not None
        among = memory.trail(("failing", ip), at, FAST) is not None
        for trail in (memory.trail(("failing", ip), at, WINDOW), memory.trail(("fast", ip), at, FAST)):
            if trail is not None:
                trail.drop(name)
        if not before and (failed or among):
            hits = memory.seen(("hit", ip), name, at, activity.id, SOON)
            if hot:
                yield told(activity, ctx, (activity.id,), hits)
        if not before and not hot:
            memory.seen(("signed in", ip), name, at, activity.id, WINDOW)
        return
    if not wrong:
        return
    memory.note(("failed", ip, name), True, at)
    trail = memory.seen(("fail", ip), name, at, activity.id, WINDOW)
    burst = memory.seen(("burst", ip), name, at, activity.id, BURST)
    failing, fast = memory.trail(("failing", ip), at, WINDOW), memory.trail(("fast", ip), at, FAST)
    if memory.recall(("ok", ip, name), bool, at, WINDOW) is None:
        failing = memory.seen(("failing", ip), name, at, activity.id, WINDOW)
        fast = memory.seen(("fast", ip), name, at, activity.id, FAST)
    honest = memory.trail(("signed in", ip), at, WINDOW)
    others = honest.distinct if honest is not None else 0
    tried = failing.distinct if failing is not None else 0
    many = (tried >= ctx.limit(MANY) or (fast is not None and fast.distinct >= ctx.limit(MANY_FAST))) and tried > 2 * others
    if burst.counts[name] >= ctx.limit(ONE) or trail.counts[name] >= ctx.limit(ONE_SLOW) or many or hot:
        memory.note(("hot", ip), True, at)
        yield told(activity, ctx, trail.take(), memory.trail(("hit", ip), at, SOON))


def told(activity: Activity, ctx: Context, evidence: tuple[str, ...], hits: Trail | None) -> Later:
    """The finding with all failures of this source so far."""
    ip = activity.source.ip if activity.source else ""
    trail = ctx.memory.trail(("fail", ip), activity.at, WINDOW)
    found_out = hits is not None and bool(hits.values)
    return later(
        ctx, activity, ip, lambda: tell(activity, ctx, trail, hits), severity="high" if found_out else None,
        evidence=tuple(dict.fromkeys((*evidence, *(hits.take() if hits is not None else ())))) or (activity.id,),
        succeeded=found_out,
    )  # fmt: skip


def tell(activity: Activity, ctx: Context, trail: Trail | None, hits: Trail | None) -> Finding:
    """Words with the counts of the whole episode."""
    tried = [str(one) for one in trail.values] if trail is not None else []
    guessed = [str(one) for one in hits.values] if hits is not None else []
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
        names = listed(labels[one] for one in guessed)
        story.append(sentence(f"It also bound as {names}: that password is probably known to the attacker."))
    return found(
        ctx,
        activity,
        activity.source.ip if activity.source else "",
        first=trail.began if trail is not None else activity.at,
        accounts=tuple(ref for _, ref in refs if ref is not None),
        severity="high" if guessed else None,
        succeeded=bool(guessed),
        story=tuple(story),
        facts=(
            measured(
                f"{plural(failures, 'failed bind')} for {plural(len(tried), 'account')} from one source",
                seen=failures if len(tried) == 1 else len(tried),
                limits=(ctx.limit(ONE),) if len(tried) == 1 else (ctx.limit(MANY), ctx.limit(MANY_FAST)),
                unit="failures" if len(tried) == 1 else "accounts",
            ),
            *((fact(f"Bound afterwards: {listed(labels[one] for one in guessed)}"),) if guessed else ()),
            against(
                f"It would be quiet below {plural(ctx.limit(ONE), 'failure')} for one account within {BURST // MINUTE} minutes, "
                f"below {plural(ctx.limit(MANY_FAST), 'account')} within a minute and {ctx.limit(MANY)} within "
                f"{WINDOW // MINUTE}, or if most of these accounts had bound from there as well"
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
    needs=Needs(ports=("389", "3268"), kinds=("ldap-bind",), hidden_by=("ldap inside tls",), answers=True),
    window=WINDOW,
    thresholds=(ONE, ONE_SLOW, MANY, MANY_FAST),
    forms={LdapBind: lambda password, _: bool(password)},
    attacked_accounts=True,
    detect=detect,
)
