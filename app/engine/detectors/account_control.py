"""An account was made weaker: no pre-authentication, reversible password, DES, delegation to anybody, Guest or krbtgt enabled."""

from collections.abc import Iterator

from app.engine.change_story import change_needs, tell
from app.engine.changes import (
    CONTROL,
    Change,
    actor_of,
    by_controller,
    changes_of,
    common_name,
    gained,
    is_routine,
    is_sensitive_object,
    number,
    object_of,
)
from app.engine.context import Context
from app.engine.detector import HOUR, Detector, fact, listed
from app.engine.knowledge.born import GUESTS
from app.engine.knowledge.names import service_host
from app.engine.knowledge.sids import relative_id, sid_in
from app.model.activity import Activity
from app.model.alert import Finding, Severity
from app.model.details import LdapModify, RpcCall
from app.model.directory import DirectoryChange
from app.model.entity import EntityRef
from app.model.events import EventAccount, EventDirectoryChange
from app.model.identifiers import SAMR

DELEGATES = "msds-allowedtodelegateto"
SERVER_TRUST = 0x2000
WEAKER: tuple[tuple[int, str, str, Severity], ...] = (
    (0x400000, "needs no pre-authentication any more", "Its password can be guessed from an answer that all may have.", "medium"),
    (0x80000, "may act as everybody who signs in to it (unconstrained delegation)",
     "It is sent the tickets of all who use it, administrators and controllers too.", "medium"),
    (0x1000000, "may ask for tickets in the name of anybody (protocol transition)",
     "It may use the services named beside it as any user, without that user's doing.", "medium"),
    (0x80, "keeps its password so that it can be read", "Whoever replicates the directory reads the next password.", "low"),
    (0x200000, "uses DES only", "DES keys can be searched through within a day.", "low"),
    (SERVER_TRUST, "counts as a domain controller's account", "Controllers may replicate every secret of the domain.", "low"),
    (0x20, "needs no password", "An empty password is allowed for it.", "low"),
)  # fmt: skip
"""Bits of userAccountControl (MS-ADTS section 2.2.16), what it means when they are set, and how much."""
DISABLED = 0x2
ASLEEP: dict[int, tuple[str, Severity]] = {
    501: ("Whoever has no account signs in as Guest, with an empty password as long as nobody sets one.", "medium"),
    502: ("Nobody signs in as krbtgt: its key only signs tickets.", "high"),
    503: ("Windows alone uses it; an attacker who enables it has an account that nobody looks at.", "medium"),
}
"""Last numbers of the SIDs of accounts that a domain has disabled from its birth (MS-ADTS section 6.1.1.6)."""
NAMED_ASLEEP = {**dict.fromkeys(GUESTS, ASLEEP[501]), "krbtgt": ASLEEP[502], "defaultaccount": ASLEEP[503]}
BORN = ",cn=users,dc="
"""Where they lie; who changes one over LDAP does not tell its number."""
RAISED: dict[Severity, Severity] = {"low": "medium", "medium": "high", "high": "high"}
WATCHES = (LdapModify, RpcCall, EventAccount, EventDirectoryChange, DirectoryChange)


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """Bits that were not set before, and delegation to services of a controller."""
    for change in changes_of(activity, ctx, CONTROL, DELEGATES):
        if change.fresh or not change.written or by_controller(activity, ctx):
            continue
        ref = object_of(change, ctx, activity.at)
        if change.attribute == DELEGATES:
            yield from _delegated(activity, change, ref, ctx)
            continue
        yield from _woken(activity, change, ref, ctx)
        bits = _set(change, ref, ctx)
        controller = bits & SERVER_TRUST or _now(change) & SERVER_TRUST or (ref is not None and ref.kind == "controller")
        for bit, words, why, severity in WEAKER:
            if not bits & bit or (controller and bit == 0x80000):
                continue
            if bit == SERVER_TRUST and _now(change) & 0x80000:
                continue  # a promotion sets both at once
            sensitive = is_sensitive_object(change, ref, ctx, activity.at)
            yield tell(
                ctx,
                activity,
                change,
                (" set that ", ref or change.name, " ", words),
                label="account weakened",
                severity=RAISED[severity] if sensitive else severity,
                routine=is_routine(activity, ctx),
                why=(why,),
                facts=(fact(ref, " is sensitive"),) if sensitive and ref is not None else (),
                quiet=("It would be quiet if it had been so before",),
                confidence="high" if change.old else "medium",
                title=DETECTOR.title,
            )


def _woken(activity: Activity, change: Change, ref: EntityRef | None, ctx: Context) -> Iterator[Finding]:
    """An account of every domain that is disabled from its birth, and was enabled."""
    held = ctx.knowledge.directory.state(ctx.knowledge.object_of(ref.key)) if ref is not None else None
    sid, sam = sid_in(change.sid), (change.sam or common_name(change.dn)).lower()
    if not sid and held is not None:
        sid = sid_in(held.object.sid)
    if sid:
        asleep = ASLEEP.get(relative_id(sid) or 0)
    else:
        asleep = NAMED_ASLEEP.get(sam) if not change.dn or BORN in change.dn.lower() else None
    if asleep is None or _now(change) & DISABLED:
        return
    if change.old:
        before: int | None = number(change.old[0]) or 0
    else:
        before = held.object.uac if held is not None and held.at <= activity.at else None
    if before is not None and not before & DISABLED:
        return
    words, severity = asleep
    yield tell(
        ctx, activity, change, (" enabled the account ", ref or change.name),
        label="account enabled", severity=severity, routine=is_routine(activity, ctx), why=(words,),
        facts=(fact("Every domain has this account, and it is disabled from its birth"),),
        quiet=("It would be quiet for any other account, and if it had been enabled before",),
        confidence="high" if before is not None else "medium", title="An account that every domain keeps disabled was enabled",
    )  # fmt: skip


def _now(change: Change) -> int:
    return (number(change.new[0]) or 0) if change.new else 0


def _set(change: Change, ref: EntityRef | None, ctx: Context) -> int:
    """Bits that were not set before; where the old ones are not told, those that the directory knew."""
    if change.old:
        return _now(change) & ~(number(change.old[0]) or 0)
    held = ctx.knowledge.directory.state(ctx.knowledge.object_of(ref.key)) if ref is not None else None
    before = (held.object.uac or 0) if held is not None else 0
    return _now(change) & ~before or (_now(change) if held is None else 0)


def _delegated(activity: Activity, change: Change, ref: EntityRef | None, ctx: Context) -> Iterator[Finding]:
    names = gained(change)
    goals: dict[str, EntityRef] = {}
    for name in names[:64]:
        where = service_host(name)[1]
        end = ctx.knowledge.computer_entity(where) if where else None
        if end is not None and end.kind == "controller":
            goals[end.key] = end
    if not names or (not goals and actor_of(activity, ctx) is None):
        return
    first = next(iter(goals.values()), None)
    yield tell(
        ctx,
        activity,
        change,
        (" allowed ", ref or change.name, " to act as its users towards ", listed(names, 2)),
        label="delegation",
        severity="high" if goals else "low",
        routine=is_routine(activity, ctx),
        why=("With services of a domain controller it can do everything in the domain.",)
        if goals
        else ("It may pass on its users' identities to these services.",),
        facts=(fact(first, " is a domain controller"),) if first is not None else (),
        quiet=("It would be quiet if these services had been named before",),
        title="Delegation to a domain controller was allowed" if goals else "Constrained delegation was allowed",
    )


DETECTOR = Detector(
    id="account_control",
    external_id=3023,
    title="The protection of an account was weakened",
    severity="medium",
    phase="Credential access",
    techniques=("T1098", "T1556.005", "T1558.004"),
    watches=WATCHES,
    needs=change_needs(WATCHES),
    window=HOUR,
    interfaces=(SAMR,),
    opnums=(37, 58),
    event_ids=(4722, 4738, 4742, 5136),
    detect=detect,
)
