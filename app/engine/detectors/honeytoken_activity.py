"""Somebody signs in, or tries to, as an account that nobody has a reason to use, or at a computer of that kind."""

from collections.abc import Iterator

from msgspec import Struct

from app.engine.context import NOBODY, Context
from app.engine.detector import DAY, Detector, Later, Needs, against, fact, found, later, listed, outcome_of, plural, sentence
from app.engine.memory import Trail
from app.engine.readings.federation import whole
from app.engine.readings.sessions import is_elsewhere
from app.model.activity import Account, Activity
from app.model.alert import Finding
from app.model.details import (
    KerberosAp,
    KerberosAs,
    KerberosPassword,
    KerberosTgs,
    LdapBind,
    Ntlm,
    RadiusAccess,
    RadiusAccounting,
)
from app.model.entity import EntityRef
from app.model.events import EventAdfs, EventKerberos, EventLdap, EventLogon, EventNps, EventNtlm, WindowsEvent
from app.model.tags import HONEYTOKEN

WINDOW = DAY
"""What is done with one honeytoken within a day is one story."""
LOGON, REFUSED, EXPLICIT = 4624, 4625, 4648
TICKET = 4769
EVENTS = (
    LOGON, REFUSED, EXPLICIT, 4768, TICKET, 4770, 4771, 4772, 4773, 4776, 8001, 8002, 8003, 8004, 2889, 3039, 3074, 3075, 324,
    411, 501, 512, 515, 516, 1200, 1201, 1202, 1203, 1204, 1205, 1210, 6272, 6273, 6277, 6278, 6279,
)  # fmt: skip
"""Sign-ins as servers, controllers and federation services log them; how sessions go on and end tells nothing new."""
PROTOCOLS: dict[type, str] = {
    KerberosAs: "Kerberos", KerberosTgs: "Kerberos", KerberosAp: "Kerberos", KerberosPassword: "Kerberos", Ntlm: "NTLM",
    LdapBind: "LDAP", RadiusAccess: "RADIUS", RadiusAccounting: "RADIUS", EventKerberos: "Kerberos", EventNtlm: "NTLM",
    EventLdap: "LDAP", EventAdfs: "AD FS", EventNps: "RADIUS",
}  # fmt: skip


class Use(Struct, frozen=True, kw_only=True):
    """How a honeytoken was used. role: "account" signed in as it, "service" asked for a ticket to it, "impersonated" asked for a
    ticket in its name, "computer" signed in at it."""

    decoy: EntityRef
    role: str


ROLES = {
    "account": "sign in as",
    "service": "get a ticket to a service of",
    "impersonated": "get a ticket in the name of",
    "computer": "sign in at",
}


def used(activity: Activity, ctx: Context) -> Use | None:
    """The honeytoken that a sign-in concerns, in its strongest part."""
    detail, decoys = activity.detail, ctx.decoys
    decoy = decoys.of(ctx.account(activity))
    if decoy is None and isinstance(detail, EventLogon) and detail.event_id == EXPLICIT:
        whom = Account(
            name=detail.text("TargetUserName") or "",
            domain=detail.text("TargetDomainName"),
            sid=detail.text("TargetUserSid"),
        )
        decoy = decoys.of(ctx.knowledge.logged_account(whom, detail.computer, activity.at)) if whom.name else None
    if decoy is not None:
        source = ctx.source(activity)
        if decoy.key.startswith("computer:") and (source is NOBODY or source.key == decoy.key):
            return None  # a computer that stands as a decoy keeps itself in the domain
        return Use(decoy=decoy, role="account")
    if isinstance(detail, KerberosTgs) and detail.s4u2self:
        decoy = decoys.of(ctx.knowledge.account(detail.s4u2self, detail.realm))
        if decoy is not None:
            return Use(decoy=decoy, role="impersonated")
    wanted = detail.service if isinstance(detail, (KerberosAs, KerberosTgs, KerberosAp)) else None
    if isinstance(detail, EventKerberos) and detail.event_id == TICKET:
        wanted = detail.text("ServiceName")
    decoy = decoys.service(wanted) if wanted else None
    if decoy is not None and decoy.key.startswith("user:"):
        return Use(decoy=decoy, role="service")
    here = isinstance(detail, (Ntlm, KerberosAp)) or (isinstance(detail, EventLogon) and is_elsewhere(activity, ctx))
    decoy = decoys.of(ctx.target(activity)) if here else None
    return Use(decoy=decoy, role="computer") if decoy is not None else None


def protocol(detail: object) -> str:
    """Over what."""
    if isinstance(detail, EventLogon):
        package = (detail.text("AuthenticationPackageName") or "").lower()
        return "Kerberos" if "kerberos" in package else "NTLM" if "ntlm" in package else "Windows logon"
    return PROTOCOLS.get(type(detail), "a network protocol")


def detect(activity: Activity, ctx: Context) -> Iterator[Later]:
    """Every sign-in that concerns a honeytoken; all of one honeytoken are one story."""
    if not ctx.decoys or (isinstance(activity.detail, WindowsEvent) and activity.detail.event_id not in EVENTS):
        return
    activity = whole(activity, ctx)
    use = used(activity, ctx)
    if use is None:
        return
    key, at, memory = use.decoy.key, activity.at, ctx.memory
    outcome = outcome_of(activity)
    over = memory.seen(("over", key), protocol(activity.detail), at, activity.id, WINDOW)
    ended = memory.seen(("ended", key), outcome, at, activity.id, WINDOW)
    roles = memory.seen(("role", key), use.role, at, activity.id, WINDOW)
    places = memory.seen(("from", key), ctx.source(activity), at, activity.id, WINDOW)
    yield later(
        ctx,
        activity,
        key,
        lambda: tell(activity, ctx, use, over, ended, roles, places),
        severity="high" if outcome else None,
        succeeded=outcome,
        sources=tuple(one for one in (ctx.source(activity),) if one is not NOBODY),
        accounts=tuple(one for one in (use.decoy, ctx.account(activity)) if one is not None),
    )


def tell(activity: Activity, ctx: Context, use: Use, over: Trail, ended: Trail, roles: Trail, places: Trail) -> Finding:
    """Words with the counts of the whole story."""
    source, target, decoy = ctx.source(activity), ctx.target(activity), use.decoy
    won, lost = ended.values.get(True, 0), ended.values.get(False, 0)
    others = [str(place.label) for place in places.values if place is not NOBODY and place != source]  # type: ignore[attr-defined]
    done = [ROLES[str(role)] for role in roles.values]
    deed = ROLES[use.role]
    outcome = outcome_of(activity)
    end = ", and succeeded." if outcome else "; it was refused." if outcome is False else "; the answer is not in the capture."
    return found(
        ctx,
        activity,
        decoy.key,
        first=over.began,
        severity="high" if won else None,
        succeeded=outcome,
        title=None if won else "Honeytoken activity, attempted",
        accounts=tuple(one for one in (decoy, ctx.account(activity)) if one is not None),
        story=(
            sentence(
                source, f" used {protocol(activity.detail)} to {deed} ", decoy,
                *((" on ", target) if use.role == "account" and target is not NOBODY else ()),
                end,
            ),
            sentence(decoy, " is a honeytoken: nobody has a reason to use it."),
        ),
        facts=(
            fact("An analyst tagged ", decoy, " as honeytoken"),
            fact(f"{plural(over.total, 'attempt')} over {listed(str(way) for way in over.values)}, "
                 f"of which {won:,} succeeded and {lost:,} were refused: ",
                 activity),
            *((fact(f"What was tried: to {listed(done)}"),) if len(done) > 1 else ()),
            *((fact(f"It came from {listed(others)} as well"),) if others else ()),
            against("It would be quiet if ", decoy, " were not tagged as honeytoken"),
        ),
        steps=ctx.path(activity, f"{protocol(activity.detail)} sign-in",
                       "success" if outcome else "refused" if outcome is False else "no answer captured"),
    )  # fmt: skip


DETECTOR = Detector(
    id="honeytoken_activity",
    external_id=2014,
    title="Honeytoken activity",
    severity="medium",
    phase="Compromised credentials",
    techniques=("T1078.002",),
    watches=(*PROTOCOLS, EventLogon),
    needs=Needs(
        tag=HONEYTOKEN,
        ports=("88", "445", "389", "135", "80"),
        kinds=("kerberos-as", "kerberos-tgs", "ntlm", "ldap-bind", "event-logon", "event-kerberos", "event-ntlm"),
        parts=("event-logon", "event-kerberos", "event-ntlm"),
        hidden_by=("ldap inside tls", "credssp sealed"),
    ),
    window=WINDOW,
    event_ids=EVENTS,
    attacked_accounts=True,
    silent=lambda ctx, _: not ctx.decoys,
    detect=detect,
)
