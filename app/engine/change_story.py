"""How a finding about a change of the directory is told: who changed what, from where, and what came of it."""

from collections.abc import Iterable

from app.engine.changes import Change, actor_of, object_of
from app.engine.changes.rights import NAMES, removed
from app.engine.context import NOBODY, Context
from app.engine.detector import Needs, against, caption_of, ended, fact, found, listed, outcome_of, plural, sentence, some
from app.engine.knowledge.names import base_domain
from app.engine.readings.sessions import sessioned
from app.model.activity import Activity
from app.model.alert import Fact, Finding, Severity, Step
from app.model.details import KINDS
from app.model.directory import DirectoryChange
from app.model.entity import EntityRef
from app.model.events import EventLogon

Pieces = tuple[str | EntityRef | Activity | None, ...]
LOWER: dict[Severity, Severity] = {"high": "medium", "medium": "low", "low": "low"}
SEALED = ("ldap sealed", "ldap inside tls")
"""Words of problems which mean that LDAP requests were there and could not be read."""

LDAP_PORTS = ("389", "3268")
TAKEN = 4
"""Entries that went, told one by one."""


def change_needs(watches: Iterable[type], ports: tuple[str, ...] = LDAP_PORTS, interfaces: tuple[str, ...] = ()) -> Needs:
    """What a detector of changes needs: any telling of them; logs and synchronisations alone tell a part."""
    kinds = tuple(KINDS[kind] for kind in watches if kind is not EventLogon)
    parts = tuple(kind for kind in kinds if kind.startswith(("event-", "directory-")))
    return Needs(ports=ports, kinds=kinds, parts=parts, hidden_by=SEALED, interfaces=interfaces)


def who_did(activity: Activity, ctx: Context) -> Pieces:
    """Pieces of a sentence for who acted: "account on source", what of it is known, or somebody."""
    account, source = actor_of(activity, ctx), ctx.source(activity)
    if source is NOBODY:
        return ("Somebody",) if account is None else (account,)
    return (source,) if account is None or account.key == source.key else (account, " on ", source)


def subject_of(change: Change, activity: Activity, ctx: Context) -> str:
    """What one actor changes is one case; where nobody tells who it was, what happens to one object is."""
    account = actor_of(activity, ctx)
    if account is not None:
        return account.key
    ref = object_of(change, ctx, activity.at)
    return ctx.place(activity.source, activity.at) or (ref.key if ref is not None else change.name.lower())


def weighed(activity: Activity, severity: Severity, routine: bool = False) -> Severity:
    """Severity of what was tried, and of what a known administrator does from where he always works."""
    if routine:
        return LOWER[severity]
    return "medium" if activity.result == "failure" and severity == "high" else severity


def _domain(change: Change) -> tuple[EntityRef, ...]:
    name = change.domain.lower() or base_domain(change.dn)
    return (EntityRef("domain", f"domain:{name}", name),) if name else ()


def taken(change: Change, ctx: Context, at: int) -> tuple[Fact, ...]:
    """What a written descriptor no longer holds, where it is told what was there before."""
    gone = removed(change.old[0], change.new[0]) if change.old and change.new else ()
    out = []
    for one in gone[:TAKEN]:
        who = (ctx.knowledge.account_of_sid(one.sid, at) if one.sid.startswith("S-1-5-21-") else None) or NAMES.get(
            one.sid, one.sid
        )
        if one.allows:
            out.append(fact("Taken away from ", who, ": ", listed(one.words)))
        else:
            out.append(fact("No longer denied to ", who, ": ", listed(one.words)))
    if len(gone) > TAKEN:
        out.append(fact(f"{plural(len(gone) - TAKEN, 'entry')} more went"))
    return tuple(out)


def tell(
    ctx: Context, activity: Activity, change: Change, did: Pieces, *, label: str, severity: Severity, quiet: Pieces,
    why: Pieces = (), facts: Iterable[Fact] = (), title: str, subject: str = "", external_id: int | None = None,
    confidence: Severity = "high", routine: bool = False, targets: tuple[EntityRef | None, ...] = (),
    before: Iterable[str | None] = (),
) -> Finding:  # fmt: skip
    """A finding about one change. did: what stands behind who did it; why: what it means; quiet: what would be no alarm.

    before: ids of earlier activities that it rests on. title: of the alert; that of a refused change says so.
    """
    activity, evidence = sessioned(activity, ctx)
    who, ref = who_did(activity, ctx), object_of(change, ctx, activity.at)
    account, controller = actor_of(activity, ctx), ctx.target(activity)
    goals = some(*targets) or some(ref) or some(controller) or _domain(change)
    origin = ctx.doer(activity)
    told = [fact(*who, *did, ": ", activity)]
    if isinstance(activity.detail, DirectoryChange):
        told.append(fact("The directory told it at its next synchronisation, which does not tell who changed it"))
    if change.dn:
        told.append(fact(f"The object is {change.dn}"))
    if routine:
        told.append(fact(account, " is a known administrator and works from where administrators changed things on earlier days"))
    steps: tuple[Step, ...] = ()
    if origin is not NOBODY:
        deed = Step(
            origin=origin, target=goals[0] if goals else controller, label=label, caption=caption_of(activity), accented=True
        )
        on = account is not None and account.key != origin.key
        steps = (Step(origin=account, target=origin, label="on"), deed) if on and account is not None else (deed,)
    sources = some(ctx.source(activity))
    return found(
        ctx,
        activity,
        subject or subject_of(change, activity, ctx),
        evidence=tuple(dict.fromkeys((*(one for one in before if one), *evidence))),
        sources=sources,
        accounts=some(account),
        targets=goals,
        domain_controllers=some(controller) if controller.kind == "controller" else (),
        title=f"Attempted: {title}" if activity.result == "failure" else title,
        external_id=external_id,
        severity=weighed(activity, severity, routine),
        confidence=confidence,
        succeeded=outcome_of(activity),
        story=(sentence(*who, *did, ended(activity)), *((sentence(*why),) if why else ())),
        facts=(*told, *facts, against(*quiet)),
        steps=steps,
    )
