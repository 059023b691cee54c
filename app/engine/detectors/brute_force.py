"""Passwords guessed over Kerberos or NTLM: many for one account, a few for many accounts, from one source or many.

Long because failures of every protocol and log are counted along the same five trails.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from app.engine.context import Context
from app.engine.detector import (
    DAY,
    MINUTE,
    Detector,
    Later,
    Needs,
    against,
    fact,
    found,
    later,
    listed,
    measured,
    plural,
    sentence,
)
from app.engine.forms import JUDGED
from app.engine.memory import Trail
from app.engine.radius_guessing import BURST, FAST, HABIT, SOON, WINDOW, Limits, at_gateway
from app.engine.readings import gateways, standing_in
from app.engine.readings.admissions import LET_IN, REFUSED, admission
from app.engine.readings.federation import CALLER, by_password, whole
from app.engine.readings.sessions import FROM_ELSEWHERE, LOGON, LOGON_REFUSED
from app.model.activity import Account, Activity
from app.model.alert import Finding, Step
from app.model.details import KerberosAs, LdapBind, Ntlm, RadiusAccess
from app.model.events import EventAccount, EventAdfs, EventDesktop, EventKerberos, EventLogon, EventNps, EventNtlm
from app.model.tuning import Threshold

ONE = Threshold(name="one", low=50, medium=20, high=10, words="Failures for one account within a burst")
"""Failures for one account within a burst: a person gives up or is locked out earlier, a job that starts every minute with
an old password makes ten."""
ONE_SLOW = Threshold(name="one-slow", low=150, medium=60, high=30, words="Failures for one account within the window")
"""Failures for one account within the window: more than one in half a minute, without end."""
MANY = Threshold(
    name="many",
    low=20,
    medium=10,
    high=5,
    words="Accounts that began to fail within the window and did not sign in from the same source",
)
"""Accounts that began to fail within the window and did not sign in from the same source: one person has one to three accounts.
Telephones that repeat an old password all day at a mail server or a gateway begin one by one, a round of guesses together."""
MANY_FAST = Threshold(name="many-fast", low=10, medium=5, high=4, words="Accounts that failed within a minute")
"""Accounts that failed within a minute: nobody types five names with passwords in that time at one computer."""
SOURCES = Threshold(name="sources", low=20, medium=10, high=5, words="Sources that failed for one account")
SPREAD = Threshold(name="spread", low=200, medium=60, high=30, words="Failures of one account from all sources")
"""Sources that failed for one account, and failures in all: the old password of a service stays on a few servers, which
repeat it a few times an hour each."""
LOCKED = 4740
LOCKED_OUT = Threshold(name="locked-out", low=8, medium=4, high=3, words="Accounts that sign-ins from one computer locked out")
"""Accounts that sign-ins from one computer locked out: one person locks one or two, a terminal server that many use a few a
day."""
DESKTOP_REFUSED, DESKTOP_ASKED = 140, 131
DESKTOPS = Threshold(name="desktops", low=120, medium=60, high=30, words="Connections of remote desktop within a minute")
"""Connections of remote desktop from one source to one computer within a minute: a person makes two, what asks whether the
service is alive one in some seconds."""
AMONG = MINUTE
"""A sign-in of an account without a failure belongs to the guessing when failures of others lie this near before it."""
KERBEROS_WRONG, REVOKED, EXPIRED = 24, 18, 23
"""KDC_ERR_PREAUTH_FAILED; KDC_ERR_CLIENT_REVOKED, locked meanwhile; KDC_ERR_KEY_EXPIRED, said after the right password
(RFC 4120 section 7.5.9)."""
NTLM_WRONG = frozenset({0xC000006A, 0xC000006D, 0xC0000234, 49, 401})
"""Wrong password, logon failure, account locked (MS-ERREF 2.3.1); LDAP carries NTLM failures as 49, HTTP as 401."""
NTLM_WRONG_LOGGED = frozenset({0xC000006A, 0xC000006D, 0xC0000234})
NTLM_RIGHT = frozenset({0xC000006E, 0xC000006F, 0xC0000070, 0xC0000071, 0xC0000193, 0xC0000224, 0xC000015B})
"""The password was right, but: restriction, hours, workstation, password expired, account expired, must change, type."""

TGT, PREAUTHENTICATION_FAILED, VALIDATED = 4768, 4771, 4776
FEDERATED, FEDERATION_REFUSED, TOKEN_REFUSED = 1202, 1203, 411
LOCKED_OUTSIDE = frozenset({516, 1210})
"""The federation service itself locked an account out for who comes from outside (extranet lockout)."""
ATTEMPTS = ("fail", "burst", "failing", "fast")
"""Trails of what fails at one place, by account."""
BY_PASSWORD = frozenset({None, 2, 138})
"""Pre-authentication of 4768 and 4771 that rests on a password: encrypted timestamp, encrypted challenge; not told (IANA)."""
ANONYMOUS = "S-1-5-7"


def judged(activity: Activity) -> tuple[str, str | None, str, bool] | None:
    """(name, domain, protocol, right) of a sign-in whose password was judged, else None."""
    detail: Any = activity.detail
    kind = type(detail)
    if kind is KerberosAs:
        if not detail.client or (detail.padata_etype is None and not detail.fast and activity.code != KERBEROS_WRONG):
            return None
        if activity.result == "success" or activity.code == EXPIRED:
            return detail.client, detail.realm, "Kerberos", True
        if activity.code in (KERBEROS_WRONG, REVOKED):
            return detail.client, detail.realm, "Kerberos", False
    elif kind is Ntlm:
        if not detail.user or detail.anonymous or activity.result == "unanswered":
            return None
        code = (activity.code or 0) & 0xFFFFFFFF
        if activity.result == "success" or code in NTLM_RIGHT:
            return detail.user, detail.domain, "NTLM", True
        if code in NTLM_WRONG:
            return detail.user, detail.domain, "NTLM", False
    elif activity.account is not None and activity.account.sid != ANONYMOUS:
        protocol, right = logged(activity)
        if right is not None and activity.account.name:
            return activity.account.name, activity.account.domain, protocol, right
    return None


def logged(activity: Activity) -> tuple[str, bool | None]:
    """(protocol, right) of a sign-in that an event tells; None where no password was judged, or a person sat at the computer."""
    event: Any = activity.detail
    kind, code = type(event), (activity.code or 0) & 0xFFFFFFFF
    protocol = "NTLM"
    if kind is EventLogon:
        if event.event_id not in (LOGON, LOGON_REFUSED) or event.number("LogonType") not in FROM_ELSEWHERE:
            return "", None
        if "kerberos" in event.fields.get("AuthenticationPackageName", "").lower():
            protocol = "Kerberos"
            if activity.result == "success":
                return protocol, None  # a ticket was shown, no password
    elif kind is EventKerberos:
        if event.event_id not in (TGT, PREAUTHENTICATION_FAILED) or event.number("PreAuthType") not in BY_PASSWORD:
            return "Kerberos", None
        if activity.result == "failure":
            wrong = code == KERBEROS_WRONG or (code == REVOKED and event.event_id == PREAUTHENTICATION_FAILED)
            expired = code == EXPIRED and event.event_id == PREAUTHENTICATION_FAILED
            return "Kerberos", False if wrong else True if expired else None
        return "Kerberos", True if event.event_id == TGT and event.number("PreAuthType") is not None else None
    elif kind is EventAdfs:
        return "AD FS", event.event_id in (FEDERATED, CALLER)
    elif kind is EventNtlm and event.event_id != VALIDATED:
        return "NTLM", None
    if activity.result == "success" or code in NTLM_RIGHT:
        return protocol, True
    return protocol, False if code in NTLM_WRONG_LOGGED else None


def detect(activity: Activity, ctx: Context) -> Iterable[Finding | Later]:
    """Failures per source, and per account over all sources; who signs in soon after a failure or two only mistyped."""
    audit = activity.detail
    if isinstance(audit, EventAccount):
        return locked(activity, ctx)
    if isinstance(audit, EventDesktop):
        return at_desktop(activity, audit, ctx)
    if isinstance(audit, (RadiusAccess, EventNps)):
        answer, said = admission(activity), activity.account
        if answer is None or said is None:
            return ()
        if answer.admitted:
            spared(activity, said, ctx)
        return at_gateway(
            activity, said, answer, ctx, Limits(one=ctx.limit(ONE), many=ctx.limit(MANY), fast=ctx.limit(MANY_FAST))
        )
    if isinstance(audit, EventAdfs):
        if audit.event_id == CALLER and not by_password(audit, activity.at, ctx):
            return ()
        activity = whole(activity, ctx)
        if audit.event_id in LOCKED_OUTSIDE:
            return locked(activity, ctx)
    sign_in = judged(activity)
    if sign_in is None:
        return ()
    who, at = account_key(activity, sign_in[0], sign_in[1], ctx), activity.at
    ip = ctx.place(activity.source, at) or f"account {who[1]}\\{who[0]}"  # nobody says where from: each account by itself
    if sign_in[3]:
        return right(activity, ctx, ip, who)
    if standing_in.told_already(activity, who[0], who, ip, ATTEMPTS, ctx):
        failing_since(ip, who, at, ctx)
        return ()
    return wrong(activity, ctx, ip, who, sign_in)


def account_key(activity: Activity, name: str, domain: str | None, ctx: Context) -> tuple[str, str]:
    """(name, DNS domain) of who tried. 4776 tells no domain, but is logged by the computer whose account it is: a controller
    writes it of its own domain's.
    """
    if not domain and isinstance(activity.detail, EventNtlm) and "@" not in name and "\\" not in name:
        domain = ctx.knowledge.domain_served(activity.detail.computer) or None
    return ctx.knowledge.accounts.key(name, domain)


def right(activity: Activity, ctx: Context, ip: str, who: tuple[str, str]) -> Iterable[Later]:
    """A password that was right: found by guessing, or by somebody who belongs there."""
    at, memory = activity.at, ctx.memory
    since = memory.recall(("ok", ip, who), int, at, DAY)
    before = since is not None and at - since <= 8 * WINDOW
    memory.note(("ok", ip, who), at, at)
    if activity.source is not None and not who[0].endswith("$"):
        gateways.signs_in(ip, who, at, activity.id, ctx, WINDOW, since)
    failing, fast = memory.trail(("failing", ip), at, WINDOW), memory.trail(("fast", ip), at, FAST)
    if failing is not None:
        failing.drop(who)
    if fast is not None:
        fast.drop(who)
    if before:
        return ()
    failed = memory.recall(("failed", ip, who), int, at, SOON) is not None
    hot = memory.recall(("hot", ip), bool, at, WINDOW) is not None
    found_out = None
    if (failed or memory.trail(("failing", ip), at, AMONG) is not None) and not who[0].endswith("$"):
        hits = memory.seen(("hit", ip), who, at, activity.id, SOON)
        if hot:
            trail, over = memory.trail(("fail", ip), at, WINDOW), memory.trail(("over", ip), at, WINDOW)
            found_out = told(activity, ctx, ip, (activity.id,), trail, over, hits)
    if not hot:
        memory.seen(("signed in", ip), who, at, activity.id, WINDOW)
    return () if found_out is None else (found_out,)


def spared(activity: Activity, said: Account, ctx: Context) -> None:
    """Somebody whom a RADIUS server let in, which had a controller judge the password: one more who belongs there.

    It spares and never accuses: with EAP nobody tells whether a password or a certificate let him in.
    """
    at, memory = activity.at, ctx.memory
    who, ip = ctx.knowledge.accounts.key(said.name, said.domain), ctx.place(activity.destination, at)
    for name, window in (("failing", WINDOW), ("fast", FAST)):
        trail = memory.trail((name, ip), at, window)
        if trail is not None:
            trail.drop(who)
    since = memory.recall(("ok", ip, who), int, at, DAY) or memory.recall(("admitted", ip, who), int, at, DAY)
    memory.note(("admitted", ip, who), at, at)
    gateways.signs_in(ip, who, at, activity.id, ctx, WINDOW, since)
    if (since is None or at - since > 8 * WINDOW) and memory.recall(("hot", ip), bool, at, WINDOW) is None:
        memory.seen(("signed in", ip), who, at, activity.id, WINDOW)


def failing_since(ip: str, who: tuple[str, str], at: int, ctx: Context) -> int | None:
    """Since when an account had failed from there before; a pause as long as the window begins anew.

    Also asked of what another log told just before from elsewhere (a mail server's own address): it fails from here as well.
    """
    began = ctx.memory.recall(("failed", ip, who), int, at, WINDOW)
    ctx.memory.note(("failed", ip, who), at if began is None else began, at)
    return began


def wrong(
    activity: Activity, ctx: Context, ip: str, who: tuple[str, str], sign_in: tuple[str, str | None, str, bool]
) -> Iterable[Later]:
    """A password that was wrong, beside all others from there."""
    at, memory, name = activity.at, ctx.memory, who[0]
    began = failing_since(ip, who, at, ctx)
    trail = memory.seen(("fail", ip), who, at, activity.id, WINDOW)
    over = memory.seen(("over", ip), sign_in[2], at, activity.id, WINDOW)
    machine = name.endswith("$")
    burst = memory.seen(("burst", ip), who, at, activity.id, BURST)
    if memory.recall(("ok", ip, who), int, at, WINDOW) is None:
        failing: Trail | None = memory.seen(("failing", ip), who, at, activity.id, WINDOW)
        fast: Trail | None = memory.seen(("fast", ip), who, at, activity.id, FAST)
        if began is not None and at - began > WINDOW:  # repeated without a pause, by what stored it: a round tries each once
            failing.drop(who)  # type: ignore[union-attr]
            fast.drop(who)  # type: ignore[union-attr]
    else:
        failing, fast = memory.trail(("failing", ip), at, WINDOW), memory.trail(("fast", ip), at, FAST)
    honest = memory.trail(("signed in", ip), at, WINDOW)
    others = honest.distinct if honest is not None else 0
    tried = failing.distinct if failing is not None else 0
    one = not machine and (burst.counts[who] >= ctx.limit(ONE) or trail.counts[who] >= ctx.limit(ONE_SLOW))
    many = tried >= ctx.limit(MANY) or (fast is not None and fast.distinct >= ctx.limit(MANY_FAST))
    if many:
        usual = gateways.usual(ip, at, ctx)
        unknown = usual is None or not ctx.learning
        many = (unknown and tried > 2 * others) or gateways.is_above(usual, tried, ip, at, ctx, WINDOW, ctx.limit(MANY))
    gateways.fails(ip, tried, many, at, ctx)
    if one and not many and tried <= 1 and memory.days(("stale", ip, who), at) >= HABIT and ctx.learning:
        return ()  # a password that was stored somewhere and changed since; it was told on the days before
    if one or many or memory.recall(("hot", ip), bool, at, WINDOW) is not None:
        memory.note(("hot", ip), True, at)
        return (told(activity, ctx, ip, trail.take(), trail, over, memory.trail(("hit", ip), at, SOON)),)
    if machine or activity.source is None:
        return ()
    spread = memory.seen(("spread", who), ip, at, activity.id, WINDOW)
    if spread.distinct < ctx.limit(SOURCES) or spread.count < ctx.limit(SPREAD):
        return ()
    label = ctx.knowledge.account(sign_in[0], sign_in[1])
    return (
        later(
            ctx, activity, f"account {who[1]}\\{name}", lambda: tell_spread(activity, ctx, spread),
            evidence=spread.take() or (activity.id,), confidence="medium", sources=(ctx.source(activity),),
            accounts=(label,) if label is not None else (), succeeded=False,
        ),
    )  # fmt: skip


def locked(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """Accounts that one computer locked out, one after the other, where no log tells the failures themselves."""
    victim, at = ctx.account(activity), activity.at
    if activity.detail.event_id not in (LOCKED, *LOCKED_OUTSIDE) or victim is None or activity.source is None:  # type: ignore[union-attr]
        return
    ip = ctx.place(activity.source, at)
    trail = ctx.memory.seen(("locked", ip), victim.key, at, activity.id, WINDOW)
    if trail.distinct < ctx.limit(LOCKED_OUT):
        return
    source, target = ctx.source(activity), ctx.target(activity)
    yield found(
        ctx, activity, ip, first=trail.began, evidence=trail.take() or (activity.id,), confidence="medium", succeeded=False,
        title="Suspected password spray (accounts locked out)", accounts=(victim,),
        story=(sentence(source, f" had {plural(trail.distinct, 'account')} locked out within half an hour, ", victim, " last."),),
        facts=(
            measured(f"{plural(trail.distinct, 'account')} locked out by sign-ins from one computer", seen=trail.distinct,
                     limits=(ctx.limit(LOCKED_OUT),), unit="accounts"),
            fact("The last of them: ", activity),
            against(f"It would be quiet below {plural(ctx.limit(LOCKED_OUT), 'account')} from one computer within half an hour"),
        ),
        steps=(Step(origin=source, target=target, label="wrong passwords", caption="locked out", accented=True),),
    )  # fmt: skip


def at_desktop(activity: Activity, event: EventDesktop, ctx: Context) -> Iterator[Finding]:
    """Remote desktop tells an address, and of the accounts nothing: passwords refused there, and connections without an end."""
    at, memory, refused = activity.at, ctx.memory, event.event_id == DESKTOP_REFUSED
    if event.event_id not in (DESKTOP_REFUSED, DESKTOP_ASKED) or activity.source is None:
        return
    ip, where = ctx.place(activity.source, at), ctx.place(activity.destination, at)
    if ip == where or memory.trail(("fail", ip), at, WINDOW) is not None:
        return  # other logs tell it, with the accounts
    trail = memory.seen(("desktop", refused, ip), where, at, activity.id, BURST if refused else FAST)
    limit = ONE if refused else DESKTOPS
    if trail.counts[where] < ctx.limit(limit):
        return
    if memory.days(("stale desktop", refused, ip, where), at) >= HABIT and ctx.learning:
        return  # a password that was stored and changed since, or what asks whether the service is alive
    source, target = ctx.source(activity), ctx.target(activity)
    span, number = BURST // MINUTE if refused else 1, trail.counts[where]
    what = plural(number, "password") + " refused" if refused else plural(number, "connection")
    yield found(
        ctx, activity, f"{ip} desktop", first=trail.began, evidence=trail.take() or (activity.id,),
        succeeded=False if refused else None, severity=None if refused else "low", confidence="medium" if refused else "low",
        accounts=(), targets=(target,), title="Suspected brute force (remote desktop)",
        story=(sentence(source, f" had {what} by the remote desktop of ", target, f" within {plural(span, 'minute')}."),),
        facts=(
            measured(f"{what} by remote desktop, whose log tells no account", seen=number, limits=(ctx.limit(limit),),
                     unit="failures" if refused else "connections"),
            fact("The last of them: ", activity),
            against(f"It would be quiet below {ctx.limit(limit)} within {plural(span, 'minute')}, and on the fourth day"),
        ),
        steps=(Step(origin=source, target=target, label="remote desktop", caption=what, accented=True),),
    )  # fmt: skip


def told(
    activity: Activity,
    ctx: Context,
    ip: str,
    evidence: tuple[str, ...],
    trail: Trail | None,
    over: Trail | None,
    hits: Trail | None,
) -> Later:
    """The finding of one source with all its failures so far."""
    found_out = hits is not None and bool(hits.values)
    behind = gateways.behind(ip, activity.at, ctx)
    station = ctx.memory.recall(("behind", ip), str, activity.at, WINDOW) or ""  # RADIUS tells it already
    if hits is not None:
        evidence = tuple(dict.fromkeys((*evidence, *hits.take())))
    return later(
        ctx, activity, station or ip, lambda: tell(activity, ctx, ip, trail, over, hits, behind),
        severity="high" if found_out else None, evidence=evidence, succeeded=found_out,
    )  # fmt: skip


def tell(
    activity: Activity, ctx: Context, ip: str, trail: Trail | None, over: Trail | None, hits: Trail | None, behind: str
) -> Finding:  # fmt: skip
    """Words with the counts of the whole episode."""
    tried = list(trail.values) if trail is not None else []
    failures = trail.total if trail is not None else 0
    source, target = ctx.source(activity), ctx.target(activity)
    guessed = list(hits.values) if hits is not None else []
    refs = [ctx.knowledge.account(*who) for who in (*guessed, *tried[:100])]  # type: ignore[misc]
    labels = [ref.label for ref in refs if ref is not None]
    one_account = len(tried) == 1
    way = " and ".join(str(one) for one in over.values) if over is not None else "Kerberos"
    protocols = "AD FS" if way == "AD FS" else "Kerberos, NTLM"
    story = [
        sentence(
            source, f" tried {plural(failures, 'wrong password')} over {way} for ",
            *((refs[-1],) if one_account else (plural(len(tried), 'account'),)), " on ", target, ".",
        )
    ]  # fmt: skip
    if guessed:
        story.append(
            sentence(f"It also signed in as {listed(labels[: len(guessed)])}: that password is probably known to the attacker.")
        )
    return found(
        ctx,
        activity,
        ip,
        first=trail.began if trail is not None else activity.at,
        accounts=tuple(ref for ref in refs if ref is not None),
        title=f"Suspected {'brute force' if one_account else 'password spray'} ({protocols})",
        severity="high" if guessed else None,
        succeeded=bool(guessed),
        story=tuple(story),
        facts=(
            measured(
                f"{plural(failures, 'failed sign-in')} for {plural(len(tried), 'account')} from "
                f"{'one source' if activity.source is not None else 'where nobody tells'}",
                seen=failures if one_account else len(tried),
                limits=(ctx.limit(ONE),) if one_account else (ctx.limit(MANY), ctx.limit(MANY_FAST)),
                unit="failures" if one_account else "accounts",
            ),
            *((fact(f"Signed in among the failures or within {SOON // MINUTE} minutes after its own: "
                    f"{listed(labels[: len(guessed)])}"),) if guessed else ()),
            *((fact(ctx.source(activity), behind),) if behind and not one_account else ()),
            against(
                f"It would be quiet below {plural(ctx.limit(ONE), 'failure')} for one account within {BURST // MINUTE} minutes, "
                f"below {plural(ctx.limit(MANY_FAST), 'account')} within a minute and {ctx.limit(MANY)} within "
                f"{WINDOW // MINUTE}, or if most of these accounts had signed in from there as well; where many sign in "
                "every day, as long as not far more fail than on its bad days"
            ),
        ),
        steps=(
            Step(
                origin=ctx.doer(activity), target=target, label=f"{way} sign-in", accented=True,
                caption=plural(failures, "failure"),
            ),
        ),
    )  # fmt: skip


def tell_spread(activity: Activity, ctx: Context, spread: Trail) -> Finding:
    """Words of guessing that is spread over many sources."""
    source, target, account = ctx.source(activity), ctx.target(activity), ctx.account(activity)
    places = list(spread.values)
    number = plural(len(places), "source")
    return found(
        ctx,
        activity,
        "",
        first=spread.began,
        sources=tuple({ref.key: ref for ref in (ctx.knowledge.address_entity(str(one), activity.at) for one in places)}.values()),
        title="Suspected distributed brute force (Kerberos, NTLM)",
        confidence="medium",
        succeeded=False,
        story=(sentence(f"{number} together tried {plural(spread.total, 'wrong password')} for ", account, "."),),
        facts=(
            measured(
                f"{plural(spread.total, 'failed sign-in')} for one account from {number} within half an hour",
                seen=len(places),
                limits=(ctx.limit(SOURCES),),
                unit="sources",
            ),
            against(
                f"It would be quiet below {plural(ctx.limit(SOURCES), 'source')} or {plural(ctx.limit(SPREAD), 'failure')}; "
                "a service account whose password was changed can look like this"
            ),
        ),
        steps=(Step(origin=source, target=target, label="sign-in", caption=f"{number} in all", accented=True),),
    )


DETECTOR = Detector(
    id="brute_force",
    external_id=2023,
    title="Suspected brute force (Kerberos, NTLM)",
    severity="medium",
    phase="Compromised credentials",
    techniques=("T1110.001", "T1110.003"),
    watches=(
        KerberosAs,
        Ntlm,
        RadiusAccess,
        EventNps,
        EventKerberos,
        EventNtlm,
        EventLogon,
        EventAccount,
        EventAdfs,
        EventDesktop,
    ),
    event_ids=(
        TGT,
        PREAUTHENTICATION_FAILED,
        VALIDATED,
        LOGON,
        LOGON_REFUSED,
        LOCKED,
        FEDERATED,
        FEDERATION_REFUSED,
        TOKEN_REFUSED,
        CALLER,
        *LOCKED_OUTSIDE,
        DESKTOP_REFUSED,
        DESKTOP_ASKED,
        *sorted(LET_IN),
        REFUSED,
    ),
    needs=Needs(
        ports=("88", "445", "389", "135", "80", "1812"),
        kinds=(
            "kerberos-as",
            "ntlm",
            "radius-access",
            "event-nps",
            "event-kerberos",
            "event-ntlm",
            "event-logon",
            "event-account",
            "event-adfs",
            "event-desktop",
        ),
        parts=(
            "event-kerberos",
            "event-ntlm",
            "event-logon",
            "event-account",
            "event-adfs",
            "event-desktop",
            "event-nps",
            "radius-access",
        ),
        hidden_by=("ldap inside tls", "credssp sealed"),
        answers=True,
    ),
    window=WINDOW,
    sign_ins=lambda one: one.type in (*FROM_ELSEWHERE, -1) and not (one.kerberos and one.result == "success"),
    learning=7 * DAY,
    thresholds=(ONE, ONE_SLOW, MANY, MANY_FAST, SOURCES, SPREAD, LOCKED_OUT, DESKTOPS),
    attacked_accounts=True,
    forms={KerberosAs: lambda form, _: bool(form & JUDGED)},
    left_to=(LdapBind,),
    detect=detect,
)
