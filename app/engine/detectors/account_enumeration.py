"""Many user names tried that do not exist."""

from collections.abc import Iterable
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
from app.engine.forms import MACHINE
from app.engine.knowledge.names import account_parts
from app.engine.memory import Trail
from app.engine.readings import standing_in
from app.engine.readings.sessions import FROM_ELSEWHERE, LOGON_REFUSED
from app.model.activity import Activity
from app.model.alert import Finding, Step
from app.model.details import KerberosAs, LdapPing, Ntlm
from app.model.events import EventKerberos, EventLogon, EventNtlm, WindowsEvent
from app.model.tuning import Threshold

WINDOW = 30 * MINUTE
"""Lists of names are tried fast; half an hour holds throttled ones."""
SLOWLY = 2
"""Times that many names within a day are a list too, in a low voice."""
NAMES = Threshold(name="names", low=40, medium=10, high=6, words="Different unknown names from one source")
"""Different unknown names from one source; typing mistakes of one workstation stay far below."""
PROVED = Threshold(
    name="proved",
    low=60,
    medium=20,
    high=10,
    words="Different existing names asked about without a password, none of which then signed in",
)
"""Different existing names asked about without a password, none of which then signed in: a list of names that are all real."""
PREAUTHENTICATION_REQUIRED = 25
KERBEROS_UNKNOWN = 6
"""KDC_ERR_C_PRINCIPAL_UNKNOWN (RFC 4120 section 7.5.9)."""
KERBEROS_KNOWN = frozenset({18, 23, 24, 25})
NTLM_UNKNOWN = 0xC0000064
"""STATUS_NO_SUCH_USER (MS-ERREF section 2.3.1)."""
NTLM_WRONG = 0xC000006A
"""STATUS_WRONG_PASSWORD: the account exists."""
TGT, PREAUTHENTICATION_FAILED, VALIDATED = 4768, 4771, 4776
BY_PING = 2437
"""Number of the alert when the names were asked about in Netlogon pings, which needs no account at all."""
PING_UNKNOWN = frozenset({21, 25})
PING_KNOWN = frozenset({19, 23})
"""Netlogon ping answers (MS-ADTS section 6.3.1.3): LOGON_SAM_USER_UNKNOWN and LOGON_SAM_LOGON_RESPONSE, old and extended."""


def asked(activity: Activity) -> tuple[str, bool, str] | None:
    """(name, exists, protocol) when the answer tells whether an account exists."""
    detail: Any = activity.detail
    kind = type(detail)
    if kind is KerberosAs and detail.client:
        name = account_parts(detail.client, detail.realm)[0]
        if name.endswith("$") or "/" in name:
            return None
        if activity.code == KERBEROS_UNKNOWN and activity.result == "failure":
            return name, False, "Kerberos"
        if activity.result == "success" or activity.code in KERBEROS_KNOWN:
            return name, True, "Kerberos"
    elif kind is Ntlm and detail.user and activity.result == "failure" and activity.code is not None:
        if detail.user.endswith("$"):
            return None
        if activity.code & 0xFFFFFFFF == NTLM_UNKNOWN:
            return account_parts(detail.user, detail.domain)[0], False, "NTLM"
        if activity.code & 0xFFFFFFFF == NTLM_WRONG:
            return account_parts(detail.user, detail.domain)[0], True, "NTLM"
    elif kind is LdapPing and detail.user and not detail.user.endswith("$"):
        if detail.opcode in PING_UNKNOWN:
            return detail.user.lower(), False, "LDAP ping"
        if detail.opcode in PING_KNOWN:
            return detail.user.lower(), True, "LDAP ping"
    elif kind is EventKerberos or kind is EventNtlm or kind is EventLogon:
        return logged(activity)
    return None


def logged(activity: Activity) -> tuple[str, bool, str] | None:
    """The same where an event tells it."""
    event: Any = activity.detail
    kind, who, code = type(event), activity.account, (activity.code or 0) & 0xFFFFFFFF
    if kind is not EventKerberos and (activity.result != "failure" or code not in (NTLM_UNKNOWN, NTLM_WRONG)):
        return None
    if who is None or not who.name:
        return None
    name = account_parts(who.name, who.domain)[0]
    if name.endswith("$") or "/" in name:
        return None
    if kind is EventKerberos:
        if event.event_id == TGT and activity.result == "failure" and code == KERBEROS_UNKNOWN:
            return name, False, "Kerberos"
        if event.event_id == TGT and activity.result == "success":
            return name, True, "Kerberos"
        return (name, True, "Kerberos") if event.event_id == PREAUTHENTICATION_FAILED and code in KERBEROS_KNOWN else None
    if kind is EventNtlm and event.event_id != VALIDATED:
        return None
    if kind is EventLogon and (event.event_id != LOGON_REFUSED or event.number("LogonType") not in FROM_ELSEWHERE):
        return None
    return name, code == NTLM_WRONG, "Kerberos" if "kerberos" in package(event) else "NTLM"


def package(event: object) -> str:
    """Authentication package of a refused logon, in lower case."""
    return (event.text("AuthenticationPackageName") or "").lower() if isinstance(event, EventLogon) else ""


def detect(activity: Activity, ctx: Context) -> Iterable[Finding | Later]:
    """Distinct unknown names per source; the existing ones found beside them are the attacker's gain."""
    if activity.source is None:
        return ()
    answer = asked(activity)
    if answer is None:
        return ()
    name, exists, protocol = answer
    ip, at, memory = ctx.place(activity.source, activity.at), activity.at, ctx.memory
    if not exists:
        in_log = isinstance(activity.detail, WindowsEvent)
        if in_log and standing_in.told_already(activity, name, name, ip, ("unknown", "slow"), ctx):
            return ()
        trail = memory.seen(("unknown", ip), name, at, activity.id, WINDOW)
        if trail.distinct < ctx.limit(NAMES):
            return slow(activity, ctx, name, protocol)
        memory.note(("hot", ip), True, at)
        return (told(activity, ctx, trail.take(), protocol),)
    known = memory.seen(("known", ip), name, at, activity.id, WINDOW)
    if activity.code != PREAUTHENTICATION_REQUIRED and protocol == "Kerberos":
        memory.note(("proved", ip, name), True, at)
        silent = memory.trail(("silent", ip), at, WINDOW)
        if silent is not None:
            silent.drop(name)
    elif protocol != "NTLM" and memory.recall(("proved", ip, name), bool, at, WINDOW) is None:
        silent = memory.seen(("silent", ip), name, at, activity.id, WINDOW)
        if silent.distinct >= ctx.limit(PROVED):
            memory.note(("hot", ip), True, at)
            return (told(activity, ctx, silent.take(), protocol),)
    hot = activity.result == "failure" and memory.recall(("hot", ip), bool, at, WINDOW) is not None
    if hot and known.counts[name] == 1:
        return (told(activity, ctx, (activity.id,), protocol),)
    return ()


def slow(activity: Activity, ctx: Context, name: str, protocol: str) -> Iterable[Finding]:
    """Twice as many unknown names within a day, told once: whoever spreads a list over hours is not hasty.

    Not for NTLM, over which servers pass on what strangers type.
    """
    ip, at, memory = ctx.place(activity.source, activity.at), activity.at, ctx.memory
    if protocol == "NTLM" or ctx.sensitivity == "low":
        return ()
    trail = memory.seen(("slow", ip), name, at, activity.id, DAY)
    told_before = memory.recall(("hot", ip), bool, at, DAY) or memory.recall(("slow told", ip), bool, at, DAY)
    if trail.distinct < SLOWLY * ctx.limit(NAMES) or told_before:
        return ()
    memory.note(("slow told", ip), True, at)
    source, target = ctx.source(activity), ctx.target(activity)
    names = [str(one) for one in trail.values]
    what = plural(len(names), "user name")
    return (
        found(
            ctx, activity, f"slow {ip}", first=trail.began, severity="low", confidence="low", evidence=trail.take(),
            external_id=BY_PING if protocol == "LDAP ping" else None, succeeded=False,
            story=(sentence(source, " asked ", target, f" over {protocol} about {what} that do not exist, within a day."),),
            facts=(
                measured(f"Unknown names: {listed(names)}", seen=len(names), limits=(SLOWLY * ctx.limit(NAMES),), unit="names"),
                against(f"It would be quiet below {SLOWLY * ctx.limit(NAMES)} unknown names within a day"),
            ),
            steps=(Step(origin=source, target=target, label=f"{protocol} user names", caption=what, accented=True),),
        ),
    )  # fmt: skip


def told(activity: Activity, ctx: Context, evidence: tuple[str, ...], protocol: str) -> Later:
    """The finding with all names of this source so far."""
    ip = ctx.place(activity.source, activity.at)
    trail, known = (ctx.memory.trail((key, ip), activity.at, WINDOW) for key in ("unknown", "known"))
    return later(
        ctx, activity, ip, lambda: tell(activity, ctx, trail, known, protocol), evidence=evidence or (activity.id,),
        succeeded=known is not None, sources=(ctx.source(activity),),
    )  # fmt: skip


def tell(activity: Activity, ctx: Context, trail: Trail | None, known: Trail | None, protocol: str) -> Finding:
    """Words with the counts of the whole episode."""
    ip = ctx.place(activity.source, activity.at)
    missing = [str(one) for one in trail.values] if trail is not None else []
    existing = [str(one) for one in known.values] if known is not None else []
    source, target = ctx.source(activity), ctx.target(activity)
    realm = getattr(activity.detail, "realm", None) or getattr(activity.detail, "domain", None)
    realm = realm or (activity.account.domain if activity.account is not None else None)
    victims = tuple(ref for one in existing[:100] if (ref := ctx.knowledge.account(one, realm)) is not None)
    return found(
        ctx,
        activity,
        ip,
        first=trail.began if trail is not None else activity.at,
        accounts=victims,
        external_id=BY_PING if protocol == "LDAP ping" else None,
        title="Account enumeration reconnaissance (LDAP ping)" if protocol == "LDAP ping" else None,
        succeeded=bool(existing),
        story=(
            sentence(
                source, " asked ", target, f" over {protocol} about ",
                f"{plural(len(missing), 'user name')} that do not exist" if missing else "user names without a password",
                f", and learned that {plural(len(existing), 'account')} do." if existing and missing
                else f", and learned that {plural(len(existing), 'account')} exist." if existing else ".",
            ),
        ),
        facts=(
            *((measured(f"Unknown names: {listed(missing)}", seen=len(missing), limits=(ctx.limit(NAMES),), unit="names"),)
              if missing else ()),
            *((fact(f"Existing accounts among those asked about: {listed(existing)}"),) if existing else ()),
            against(
                f"It would be quiet below {plural(ctx.limit(NAMES), 'unknown name')} within {WINDOW // MINUTE} minutes, "
                f"and below {ctx.limit(PROVED)} existing ones that never signed in"
            ),
        ),
        steps=(
            Step(
                origin=source, target=target, label=f"{protocol} user names",
                caption=plural(len(missing), "unknown name"), accented=True,
            ),
        ),
    )  # fmt: skip


DETECTOR = Detector(
    id="account_enumeration",
    external_id=2003,
    other_ids=(BY_PING,),
    title="Account enumeration reconnaissance",
    severity="medium",
    phase="Reconnaissance",
    techniques=("T1087.002",),
    watches=(KerberosAs, Ntlm, LdapPing, EventKerberos),
    watches_refused=(EventNtlm, EventLogon),
    event_ids=(TGT, PREAUTHENTICATION_FAILED, VALIDATED, LOGON_REFUSED),
    needs=Needs(
        ports=("88", "389/udp", "445"),
        kinds=("kerberos-as", "ntlm", "ldap-ping", "event-kerberos", "event-ntlm", "event-logon"),
        parts=(
            "event-kerberos",
            "event-ntlm",
            "event-logon",
        ),
        answers=True,
    ),
    window=WINDOW,
    thresholds=(NAMES, PROVED),
    attacked_accounts=True,
    forms={KerberosAs: lambda form, _: not form & MACHINE, Ntlm: lambda _, result: result == "failure"},
    sign_ins=lambda one: one.event == LOGON_REFUSED and one.type in (*FROM_ELSEWHERE, -1),
    detect=detect,
)
