"""Many user names tried that do not exist."""

from collections.abc import Iterator

from app.engine.detector import MINUTE, Context, Detector, Needs, against, fact, found, listed, plural, sentence
from app.engine.knowledge.names import account_parts
from app.model.activity import Activity
from app.model.alert import Finding, Step
from app.model.details import KerberosAs, LdapPing, Ntlm

WINDOW = 30 * MINUTE
"""Lists of names are tried fast; half an hour holds throttled ones."""
NAMES = {"low": 40, "medium": 10, "high": 6}
"""Different unknown names from one source; typing mistakes of one workstation stay far below."""
KERBEROS_UNKNOWN = 6
"""KDC_ERR_C_PRINCIPAL_UNKNOWN (RFC 4120 section 7.5.9)."""
KERBEROS_KNOWN = frozenset({18, 23, 24, 25})
NTLM_UNKNOWN = 0xC0000064
"""STATUS_NO_SUCH_USER (MS-ERREF section 2.3.1)."""
PING_UNKNOWN = frozenset({21, 25})
PING_KNOWN = frozenset({19, 23})
"""Netlogon ping answers (MS-ADTS section 6.3.1.3): LOGON_SAM_USER_UNKNOWN and LOGON_SAM_LOGON_RESPONSE, old and extended."""


def asked(activity: Activity) -> tuple[str, bool, str] | None:
    """(name, exists, protocol) when the answer tells whether an account exists."""
    detail = activity.detail
    if isinstance(detail, KerberosAs) and detail.client and not detail.client.endswith("$"):
        name = account_parts(detail.client, detail.realm)[0]
        if activity.code == KERBEROS_UNKNOWN and activity.result == "failure":
            return name, False, "Kerberos"
        if activity.result == "success" or activity.code in KERBEROS_KNOWN:
            return name, True, "Kerberos"
    elif isinstance(detail, Ntlm) and detail.user and activity.result == "failure" and activity.code is not None:
        if activity.code & 0xFFFFFFFF == NTLM_UNKNOWN:
            return account_parts(detail.user, detail.domain)[0], False, "NTLM"
        if activity.code & 0xFFFFFFFF == 0xC000006A:
            return account_parts(detail.user, detail.domain)[0], True, "NTLM"
    elif isinstance(detail, LdapPing) and detail.user and not detail.user.endswith("$"):
        if detail.opcode in PING_UNKNOWN:
            return detail.user.lower(), False, "LDAP ping"
        if detail.opcode in PING_KNOWN:
            return detail.user.lower(), True, "LDAP ping"
    return None


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """Distinct unknown names per source; the existing ones found beside them are the attacker's gain."""
    answer = asked(activity)
    if answer is None or activity.source is None:
        return
    name, exists, protocol = answer
    ip, at = activity.source.ip, activity.at
    hot = ctx.memory.recall(("hot", ip), bool, at, WINDOW) is not None
    if exists:
        known = ctx.memory.seen(("known", ip), name, at, activity.id, WINDOW)
        if hot and activity.result == "failure" and known.counts[name] == 1:
            yield tell(activity, ctx, (activity.id,), protocol)
        return
    trail = ctx.memory.seen(("unknown", ip), name, at, activity.id, WINDOW)
    if trail.distinct >= NAMES[ctx.sensitivity]:
        ctx.memory.note(("hot", ip), True, at)
        yield tell(activity, ctx, trail.take(), protocol)


def tell(activity: Activity, ctx: Context, evidence: tuple[str, ...], protocol: str) -> Finding:
    """The finding with the counts of the whole episode."""
    ip = activity.source.ip if activity.source else ""
    trail = ctx.memory.trail(("unknown", ip), activity.at, WINDOW)
    known = ctx.memory.trail(("known", ip), activity.at, WINDOW)
    missing = [str(one) for one in trail.values] if trail is not None else []
    existing = [str(one) for one in known.values] if known is not None else []
    source, target = ctx.source(activity), ctx.target(activity)
    realm = getattr(activity.detail, "realm", None) or getattr(activity.detail, "domain", None)
    victims = tuple(ref for one in existing[:100] if (ref := ctx.knowledge.account(one, realm)) is not None)
    return found(
        ctx,
        activity,
        ip,
        first=trail.began if trail is not None else activity.at,
        evidence=evidence or (activity.id,),
        accounts=victims,
        succeeded=bool(existing),
        story=(
            sentence(
                source, " asked ", target, f" over {protocol} about {plural(len(missing), 'user name')} that do not exist",
                f", and learned that {plural(len(existing), 'other')} do." if existing else ".",
            ),
        ),
        facts=(
            fact(f"Unknown names: {listed(missing)}"),
            *((fact(f"Existing accounts among those asked about: {listed(existing)}"),) if existing else ()),
            against(f"It would be quiet below {NAMES[ctx.sensitivity]} unknown names within {WINDOW // MINUTE} minutes"),
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
    title="Account enumeration reconnaissance",
    severity="medium",
    phase="Reconnaissance",
    techniques=("T1087.002",),
    watches=(KerberosAs, Ntlm, LdapPing),
    needs=Needs(ports=("88", "389/udp", "445"), kinds=("kerberos-as", "ntlm", "ldap-ping")),
    window=WINDOW,
    detect=detect,
)
