"""Somebody was given rights over the domain or one of its sensitive objects: to replicate its secrets, or to take it over."""

from collections.abc import Iterator

from app.engine.change_story import change_needs, taken, tell
from app.engine.changes import (
    DESCRIPTOR,
    WRITTEN_OBJECTS,
    Change,
    actor_of,
    by_controller,
    changes_of,
    is_administrator,
    is_routine,
    is_sensitive_object,
    object_of,
)
from app.engine.changes.rights import (
    CONTROLLING,
    NAMES,
    REPLICATION,
    TAKING,
    Entry,
    added,
    entries,
    is_privileged,
    is_unchanged,
    owner,
)
from app.engine.context import Context
from app.engine.detector import HOUR, Detector, fact, listed, plural
from app.engine.knowledge.directory import SENSITIVE_NAMES
from app.engine.knowledge.sids import relative_id
from app.engine.readings.novelty import is_new
from app.engine.repeated import first_time
from app.model.activity import Activity
from app.model.alert import Finding, Severity
from app.model.details import LdapModify
from app.model.directory import DirectoryChange
from app.model.entity import EntityRef
from app.model.events import EventDirectoryChange, EventObjectAccess

READERS = "msds-groupmsamembership"
"""Who may read the password of a group managed service account (MS-ADTS section 3.1.1.4.5.39): computers, or a group of them."""
MANY = frozenset({513, 514, 515})
"""Relative identifiers of domain users, guests and computers."""
SYNCHRONISERS = ("msol_", "aad_")
FACTS = {one.lower(): one for one in TAKING | REPLICATION}
"""Names of facts under which a synchronisation tells rights."""
SECRETS = frozenset({"GetChangesAll", "GetChangesInFilteredSet"})
REPLICATING = frozenset({"GenericAll", "AllExtendedRights"})
"""Rights over the domain that include those of replication (MS-ADTS section 5.1.3.2)."""
COMPARED = "The same connection had read the permissions before; only entries that were added count"
WATCHES = (LdapModify, EventDirectoryChange, EventObjectAccess, DirectoryChange)


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """Permissions written: on the domain, on sensitive objects, and those that a computer's account writes."""
    for change in changes_of(activity, ctx, DESCRIPTOR, READERS, *FACTS):
        if change.dn.lower().startswith("cn=adminsdholder,") or by_controller(activity, ctx):
            continue
        ref = object_of(change, ctx, activity.at)
        domain = change.object_class == "domaindns" or (ref is not None and ref.kind == "domain")
        if change.attribute == READERS:
            yield from _readers(activity, change, ref, ctx)
        elif change.attribute != DESCRIPTOR:
            yield from _synchronised(activity, change, ref, domain, ctx)
        elif change.deed == "touch":
            yield from _touched(activity, change, domain, ctx)
        elif change.written:
            yield from _written(activity, change, ref, domain, ctx)


def _written(activity: Activity, change: Change, ref: EntityRef | None, domain: bool, ctx: Context) -> Iterator[Finding]:
    if change.old and is_unchanged(change.old[0], change.new[0]):
        return  # written back as it was read
    actor = actor_of(activity, ctx)
    machine = actor is not None and actor.key.startswith("computer:") and not is_administrator(actor, ctx, activity.at)
    sensitive = domain or is_sensitive_object(change, ref, ctx, activity.at)
    given = [one for one in added(change.old[0] if change.old else "", change.new[0]) if _matters(one, domain, ctx, activity.at)]
    if not given:
        yield from _owned(activity, change, ref, sensitive, ctx)
    if machine and change.deed == "set" and not given and not domain:
        yield _by_machine(activity, change, ref, actor, ctx)
        return
    if not given:
        return
    if not (sensitive or machine):
        yield from _ordinary(activity, change, ref, given, ctx)
        return
    words = list(dict.fromkeys(word for one in given for word in one.words))
    replicates = domain and not SECRETS.isdisjoint(words)
    strong = replicates or (domain and not CONTROLLING.isdisjoint(words)) or machine
    who = _trustee(given[0], ctx, activity.at)
    severity: Severity = "high" if strong else "medium"
    if not change.old:  # a request that replaces all entries does not tell which are new
        severity = "medium"
    named = who.label.lower() if isinstance(who, EntityRef) else ""
    facts = [fact("Rights: ", listed(words, 8))]
    if len(given) > 1:
        facts.append(fact(f"{len(given)} entries were added"))
    if replicates:
        facts.append(fact("With DS-Replication-Get-Changes-All every password's key can be fetched (DCSync)"))
    elif domain and not REPLICATING.isdisjoint(words):
        facts.append(
            fact("That includes DS-Replication-Get-Changes-All, with which every password's key can be fetched (DCSync)")
        )
    if isinstance(activity.detail, LdapModify) and change.old:
        facts.append(fact(COMPARED))
    facts += taken(change, ctx, activity.at)
    if not change.old:
        facts.append(fact("The request wrote all permissions anew, and does not tell which of them were there before"))
    if named.startswith(SYNCHRONISERS):
        severity = "medium"
        facts.append(fact(who, " is named like the account of a directory synchronisation, which needs these rights"))
    yield tell(
        ctx,
        activity,
        change,
        (" gave " if change.old else " wrote permissions that give ", who, " rights over ", ref or change.name),
        label="rights given",
        severity=severity,
        routine=is_routine(activity, ctx),
        why=("With them the secrets of all accounts can be replicated.",)
        if replicates
        else ("With them the object can be taken over, and what it can reach.",),
        facts=facts,
        quiet=("It would be quiet if only administrators and controllers had got rights",),
        confidence="high" if change.old else "low",
        title=DETECTOR.title if domain else "Rights over a sensitive object were given",
        targets=(ref, *((who,) if isinstance(who, EntityRef) else ())),
    )


def _readers(activity: Activity, change: Change, ref: EntityRef | None, ctx: Context) -> Iterator[Finding]:
    """Who may read a managed password from now on: a person, himself, everybody; computers and groups are what it is for."""
    at, actor = activity.at, actor_of(activity, ctx)
    if change.fresh or not change.written or not change.new:
        return
    before = {one.sid for one in entries(change.old[0]) if one.allows} if change.old else set()
    given = [one for one in entries(change.new[0]) if one.allows and one.sid not in before and not is_privileged(one.sid)]
    for one in sorted(given, key=lambda one: one.sid not in NAMES and relative_id(one.sid) not in MANY):
        who = _trustee(one, ctx, at)
        himself = isinstance(who, EntityRef) and actor is not None and who.key == actor.key
        wide = one.sid in NAMES or relative_id(one.sid) in MANY
        person = isinstance(who, EntityRef) and who.label != one.sid and _is_person(one.sid, who, ctx)
        if not (himself or wide or (person and actor is not None and is_new("gives passwords", actor.key, at, ctx))):
            continue
        facts = (
            [fact(who, " wrote it himself")] if himself else [fact("That is everybody")] if wide else [fact(who, " is a person")]
        )
        yield tell(
            ctx, activity, change, (" let ", who, " read the password of ", ref or change.name), label="reader of the password",
            severity="medium" if himself or wide else "low", routine=is_routine(activity, ctx),
            why=("With the password whoever reads it can sign in as the account, wherever that runs services.",),
            facts=(*facts, *((fact(COMPARED),) if isinstance(activity.detail, LdapModify) and change.old else ())),
            quiet=("It would be quiet for computers and groups of them, which run the services of such accounts",),
            confidence="medium" if change.old else "low", title="Who may read a managed password was changed",
            targets=(ref, *((who,) if isinstance(who, EntityRef) else ())),
        )  # fmt: skip
        return


def _is_person(sid: str, who: EntityRef, ctx: Context) -> bool:
    held = ctx.knowledge.directory.state(ctx.knowledge.directory.find(sid))
    kind = held.object.object_class.lower() if held is not None else "user"
    return who.kind == "user" and not who.label.endswith("$") and kind in ("user", "inetorgperson")


def _ordinary(activity: Activity, change: Change, ref: EntityRef | None, given: list[Entry], ctx: Context) -> Iterator[Finding]:
    """Rights over an ordinary object: told while it is new that this one gives any."""
    actor = actor_of(activity, ctx)
    if actor is None or not change.old or not is_new("gives rights", actor.key, activity.at, ctx):
        return
    who = _trustee(given[0], ctx, activity.at)
    yield tell(
        ctx, activity, change, (" gave ", who, " rights over ", ref or change.name), label="rights given", severity="low",
        why=("With them the object can be taken over, and what it can reach.",),
        facts=(
            fact("Rights: ", listed(dict.fromkeys(word for one in given for word in one.words), 8)),
            first_time(actor, "gave such rights"),
        ),
        quiet=("It would be quiet for whoever did so earlier, and where five others do so",),
        confidence="low", title="Rights over an object were given",
        targets=(ref, *((who,) if isinstance(who, EntityRef) else ())),
    )  # fmt: skip


def _owned(activity: Activity, change: Change, ref: EntityRef | None, sensitive: bool, ctx: Context) -> Iterator[Finding]:
    """An owner may write all permissions of his object, whatever they say.

    A request does not tell who was the owner before, so that it counts alone where it writes nothing but an owner.
    """
    now, before = owner(change.new[0]), owner(change.old[0]) if change.old else ""
    alone = not change.old and not entries(change.new[0])
    if not now or now == before or is_privileged(now) or not (before or alone):
        return
    who = ctx.knowledge.account_of_sid(now, activity.at) if now.startswith("S-1-5-21-") else None
    if who is not None and ctx.knowledge.why_sensitive(who.key, activity.at):
        return
    yield tell(
        ctx, activity, change, (" made ", who or NAMES.get(now, now), " the owner of ", ref or change.name),
        label="owner changed", severity="medium" if sensitive else "low", routine=is_routine(activity, ctx),
        why=("An owner may give himself every right over his object.",),
        facts=(fact(f"The owner was {before} before" if before else "The request writes the owner and nothing else"),),
        quiet=("It would be quiet if an administrator had become the owner",), title="The owner of an object was changed",
    )  # fmt: skip


def _matters(one: Entry, domain: bool, ctx: Context, at: int) -> bool:
    if not one.allows or is_privileged(one.sid) or one.for_children_only:
        return False
    wanted = CONTROLLING | SECRETS if domain else TAKING
    if wanted.isdisjoint(one.words):
        return False
    ref = ctx.knowledge.account_of_sid(one.sid, at) if one.sid.startswith("S-1-5-21-") else None
    if ref is None:
        return True
    return not (ref.label.lower() in SENSITIVE_NAMES or ctx.knowledge.why_sensitive(ref.key, at))


def _trustee(one: Entry, ctx: Context, at: int) -> EntityRef | str:
    ref = ctx.knowledge.account_of_sid(one.sid, at) if one.sid.startswith("S-1-5-21-") else None
    return ref or NAMES.get(one.sid, one.sid)


def _by_machine(activity: Activity, change: Change, ref: EntityRef | None, actor: EntityRef | None, ctx: Context) -> Finding:
    return tell(
        ctx,
        activity,
        change,
        (" changed the permissions of ", ref or change.name),
        label="permissions changed",
        severity="medium",
        why=("Computers have no reason to; a sign-in of theirs that was passed on to LDAP (relay) looks like this.",),
        facts=(fact(actor, " is a computer's account, and not known to be privileged"),),
        quiet=("It would be quiet if an administrator had done it",),
        confidence="medium",
        title="A computer's account changed permissions",
    )


def _touched(activity: Activity, change: Change, domain: bool, ctx: Context) -> Iterator[Finding]:
    actor = actor_of(activity, ctx)
    if not domain or is_administrator(actor, ctx, activity.at):
        return
    yield tell(
        ctx,
        activity,
        change,
        (" changed the permissions of the domain",),
        label="permissions changed",
        severity="medium",
        why=("Rights over the domain's own object reach everything in it.",),
        facts=(fact("This telling does not say who got which right"), fact(actor, " is not known as an administrator")),
        quiet=("It would be quiet if a known administrator had done it",),
        confidence="medium",
        title=DETECTOR.title,
    )


def _synchronised(activity: Activity, change: Change, ref: EntityRef | None, domain: bool, ctx: Context) -> Iterator[Finding]:
    if not domain and not is_sensitive_object(change, ref, ctx, activity.at):
        return
    word = FACTS[change.attribute]
    if domain and word not in CONTROLLING | SECRETS:
        return
    before = {one for value in change.old for one in value.replace(";", ",").replace(" ", ",").split(",")}
    now = [one for value in change.new for one in value.replace(";", ",").replace(" ", ",").split(",")]
    fresh = [
        Entry(True, "", 0, "", one) for one in now if one.startswith("S-1-") and one not in before and not is_privileged(one)
    ]
    given = [one for one in fresh if not ctx.knowledge.why_sensitive((_key(one.sid, ctx, activity.at)), activity.at)]
    if not given:
        return
    who = _trustee(given[0], ctx, activity.at)
    yield tell(
        ctx,
        activity,
        change,
        (" gave ", who, f" the right {word} over ", ref or change.name),
        label="rights given",
        severity="high" if domain else "medium",
        why=("With it the object can be taken over, and what it can reach.",),
        facts=(fact(f"{plural(len(given), 'account')} got it"),),
        quiet=("It would be quiet if only administrators and controllers had got rights",),
        title=DETECTOR.title if domain else "Rights over a sensitive object were given",
    )


def _key(sid: str, ctx: Context, at: int) -> str:
    ref = ctx.knowledge.account_of_sid(sid, at)
    return ref.key if ref is not None else ""


DETECTOR = Detector(
    id="replication_rights",
    external_id=3010,
    title="Rights over the domain were given",
    severity="high",
    phase="Domain dominance",
    techniques=("T1222.001", "T1098", "T1003.006"),
    watches=WATCHES,
    needs=change_needs(WATCHES),
    window=HOUR,
    event_ids=(4662, 5136),
    forms=WRITTEN_OBJECTS,
    detect=detect,
)
