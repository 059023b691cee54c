"""The one reading of changes for all detectors: what was changed, by whom, and whether that is what an administrator does."""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from app.engine.changes.change import SERVICES, Change, common_name
from app.engine.changes.logs import LOGGED, is_removal
from app.engine.changes.wire import ADD_SID_HISTORY, CREATE, DELETE, SET_USER, WIRE, WRITE_SPN
from app.engine.context import Context
from app.engine.forms import CHANGING, OBJECT_CHECKED
from app.engine.knowledge.born import is_named_sensitive
from app.engine.knowledge.directory import SENSITIVE_NAMES
from app.engine.knowledge.names import base_domain, host, short
from app.engine.knowledge.sids import SENSITIVE_RIDS, SENSITIVE_SIDS, relative_id, sid_in
from app.model.activity import Activity, Result
from app.model.details import LdapModify, RpcCall
from app.model.directory import DirectoryChange
from app.model.entity import EntityRef
from app.model.events import EventAccount, EventDirectoryChange, EventObjectAccess
from app.model.identifiers import DRSUAPI, SAMR
from app.model.tags import SENSITIVE

READERS = WIRE | LOGGED
WRITTEN_OBJECTS: dict[type, Callable[[Any, Result], bool]] = {EventObjectAccess: lambda form, _: bool(form[1] & CHANGING)}
"""Forms of 4662 (app.engine.forms) that change something, for whoever asks for changes alone."""
PAIRED = 10_000_000
"""Microseconds within which the two records of one replaced value lie, old value and new value."""
HABIT = 30 * 86_400_000_000
SETTLED = 12 * 3_600_000_000
"""An account is at home at a place where it changed something half a day before or earlier, within thirty days."""
YOUNG = 86_400_000_000
"""Rights that an account got within the last day make no administrator of it."""
DNS_ONLY = ("cn=microsoftdns,", "dc=domaindnszones,", "dc=forestdnszones,")
"""What stands in the distinguished name of what DNS keeps in the directory (MS-DNSP section 2.3)."""
OF_COMPUTERS = frozenset({"dnshostname", "msds-allowedtoactonbehalfofotheridentity"})
"""Attributes of computers; who writes one over LDAP does not say what its object is."""


PLACES = frozenset({"cn=users", "cn=builtin"})
"""Containers where the groups of a new domain lie (MS-ADTS sections 6.1.1.4.6 and 6.1.1.4.12)."""


def changes_of(activity: Activity, ctx: Context, *attributes: str) -> tuple[Change, ...]:
    """What an activity changed, "" among the attributes for whole objects; all of it without attributes.

    Read once for all detectors, which share the memory of sessions.
    """
    if not worth(activity):
        return ()
    read, gave = ctx.logons.latest
    if read is not activity:
        gave = _read(activity, ctx)
        ctx.logons.latest = (activity, gave)
    found: tuple[Change, ...] = gave  # type: ignore[assignment]
    if not attributes or not found:
        return found
    if len(found) == 1:
        return found if found[0].attribute in attributes else ()
    return tuple(one for one in found if one.attribute in attributes)


def worth(activity: Activity) -> bool:
    """False for calls that never change anything and for rights that change nothing, which are most of them."""
    d = activity.detail
    if isinstance(d, EventObjectAccess):
        return d.event_id == OBJECT_CHECKED and bool((d.number("AccessMask") or 0) & CHANGING)
    if not isinstance(d, RpcCall):
        return True
    if d.interface == SAMR:
        return d.opnum in CREATE or d.opnum in DELETE or d.opnum in SET_USER or 21 < d.opnum < 33
    return d.interface == DRSUAPI and d.opnum in (WRITE_SPN, ADD_SID_HISTORY)


def _read(activity: Activity, ctx: Context) -> tuple[Change, ...]:
    reader = READERS.get(type(activity.detail))
    if reader is None:
        return ()
    found = tuple(_named(one, ctx) for one in reader(activity.detail))
    d, who = activity.detail, activity.account
    if isinstance(d, LdapModify) and who is not None and who.name.endswith("$"):
        own = common_name(d.dn).lower() == who.name[:-1].lower()  # a computer writes to its own object
        return tuple(replace(one, sam=who.name) for one in found) if own else found
    if isinstance(d, EventAccount):
        if _is_local(d, ctx):
            return tuple(one for one in found if not one.attribute)
        return tuple(_listed(one, activity, ctx) if one.attribute == SERVICES else one for one in found)
    if isinstance(d, EventDirectoryChange) and d.event_id == 5136 and found:
        return (_paired(d, found[0], activity, ctx),)
    return found


def _named(change: Change, ctx: Context) -> Change:
    """The change with the name of an object that is told by its number only, where the directory knows it."""
    if change.dn[:1] == "<":  # <GUID=...>, <SID=...> (MS-ADTS section 3.1.1.3.1.2.4)
        kind, _, value = change.dn.strip("<>").partition("=")
        if kind.upper() == "GUID":
            change = replace(change, dn="", guid=value.lower())
        elif kind.upper() == "SID" and sid_in(value):
            change = replace(change, dn="", sid=sid_in(value))
    number = change.guid or change.sid
    if change.dn or not number or not ctx.knowledge.directory.states.seen:
        return change
    held = ctx.knowledge.directory.state(ctx.knowledge.directory.find(number))
    if held is None:
        return change
    one = held.object
    return replace(
        change, dn=one.dn, sid=change.sid or one.sid or "", sam=change.sam or one.sam or "",
        object_class=change.object_class or one.object_class.lower(), domain=change.domain or one.domain,
    )  # fmt: skip


def _is_local(d: EventAccount, ctx: Context) -> bool:
    """True when the account is one of a single computer; of those only that they are made and deleted is told."""
    where = host(d.computer)
    named = (d.text("TargetDomainName") or "").lower()
    return bool(where) and named == short(where) and not ctx.knowledge.is_controller(f"name:{where}")


def _paired(d: EventDirectoryChange, change: Change, activity: Activity, ctx: Context) -> Change:
    """The change with the old value that the record before told."""
    key = ("replaced", d.computer.lower(), d.text("OpCorrelationID") or "", change.dn.lower(), change.attribute)
    if is_removal(d):
        held = ctx.logons.recall(key, tuple, activity.at, PAIRED) or ()
        ctx.logons.note(key, (*held[-64:], *change.old), activity.at)
        return change
    old = ctx.logons.recall(key, tuple, activity.at, PAIRED)
    return change if old is None else replace(change, deed="set", old=old)


def _listed(change: Change, activity: Activity, ctx: Context) -> Change:
    """The change of service names with those that were there before: 4741 and 4742 tell the whole list, as it is then."""
    key, at = ("names", change.sid or change.sam.lower()), activity.at
    old = ctx.logons.recall(key, tuple, at, HABIT)
    ctx.logons.note(key, change.new[:64], at)
    if old is None:
        directory = ctx.knowledge.directory
        held = directory.state(directory.find(change.sid) if change.sid else None, at)
        old = held.object.spns if held is not None and held.at <= at else ()
    return replace(change, old=old)


def actor_of(activity: Activity, ctx: Context) -> EntityRef | None:
    """Who changed it; nobody knows where the directory itself tells it afterwards."""
    return None if isinstance(activity.detail, DirectoryChange) else ctx.account(activity)


def object_of(change: Change, ctx: Context, at: int | None = None) -> EntityRef | None:
    """The account, computer, group or domain that was changed; None for other objects."""
    known = ctx.knowledge
    for name in (change.guid, change.dn, change.sid):
        key = known.directory.find(name) if name else None
        found = known.directory.state(key) if key is not None else None
        if found is not None and (found.object.sam or found.object.object_class.lower() == "domaindns"):
            return known.entity_named(found.object)
    kind, domain = change.object_class, change.domain or base_domain(change.dn)
    if kind == "domaindns" or (change.dn and change.dn[:3].lower() == "dc=" and base_domain(change.dn)):
        name = base_domain(change.dn) or domain
        return EntityRef("domain", f"domain:{name}", name) if name and not _of_dns(change.dn) else None
    sam = change.sam
    if kind == "group" or (kind == "" and (change.attribute == "member" or _is_born_group(change.dn))):
        name = sam or common_name(change.dn) or _well_known(change.sid)
        if name and not domain and len(known.accounts.dns_domains) == 1:
            domain = next(iter(known.accounts.dns_domains))
        if not name:
            return known.account_of_sid(sid_in(change.sid), at) if sid_in(change.sid) else None
        return EntityRef("group", f"group:{domain.lower()}\\{name.lower()}", name)
    if not sam and not change.dn and sid_in(change.sid):
        return known.account_of_sid(sid_in(change.sid), at)
    if not sam and change.dn:
        name = common_name(change.dn)
        if not name or (kind not in ("", "user", "inetorgperson", "computer") and "managedserviceaccount" not in kind):
            return None
        machine = kind != "user" and (
            kind == "computer" or change.attribute in OF_COMPUTERS or known.account_words(f"{name}$", domain or None)
        )
        if not kind and not machine and not known.account_words(name, domain or None) and ",cn=system," in change.dn.lower():
            return None
        sam = f"{name}$" if machine else name
    return known.account(sam, domain or None) if sam else None


def _is_born_group(dn: str) -> bool:
    """True for the name and place of a sensitive group of every domain; who writes to it over LDAP does not tell its class."""
    first, _, rest = dn[:1024].lower().partition(",")
    container, _, domain = rest.partition(",")
    return container in PLACES and domain[:3] == "dc=" and _is_called_sensitive(first.removeprefix("cn="))


def _is_called_sensitive(name: str) -> bool:
    return name in SENSITIVE_NAMES or is_named_sensitive(name)


def _of_dns(dn: str) -> bool:
    """True for a zone or a record, whose names begin with DC= like a domain's, and for the partitions that hold them."""
    return any(one in dn.lower() for one in DNS_ONLY)


def _well_known(sid: str) -> str:
    return SENSITIVE_SIDS.get(sid) or SENSITIVE_RIDS.get(relative_id(sid) or 0, "")


def is_sensitive_object(change: Change, ref: EntityRef | None, ctx: Context, at: int) -> bool:
    """True for an account, group or computer that can reach the whole domain."""
    if ref is not None and (ref.kind in ("controller", "domain") or ctx.is_sensitive(ref, at)):
        return True
    if ref is not None and ref.kind == "group" and _is_called_sensitive(ref.label.lower().rpartition("\\")[2]):
        return True
    return relative_id(sid_in(change.sid)) in (500, 502, 512, 516, 518, 519)


def is_administrator(ref: EntityRef | None, ctx: Context, at: int) -> bool:
    """True for a sensitive account that was so a day before: whoever got his rights just now is no known administrator."""
    if ref is None:
        return False
    said = ctx.tags.get(ref.key, {}).get(SENSITIVE)
    if said is not None:
        return said
    return bool(ctx.knowledge.why_sensitive(ref.key, at - YOUNG))


def knows_administrators(ctx: Context) -> bool:
    """False when no directory tells who is in which group: then that somebody is no known administrator says little."""
    return bool(ctx.knowledge.directory.states.seen)


def by_controller(activity: Activity, ctx: Context) -> bool:
    """True when a domain controller did it itself: inheritance, protection of administrators, replication, clean-up."""
    who = actor_of(activity, ctx)
    if who is None:
        return not isinstance(activity.detail, DirectoryChange) and ctx.from_controller(activity)
    source = ctx.source(activity)
    return who.kind == "controller" and (not source.key.partition(":")[2] or source.key == who.key or source.kind == "controller")


def is_routine(activity: Activity, ctx: Context) -> bool:
    """True when a known administrator works from where he, or another known administrator, changed something half a day ago or
    earlier: administrators share hosts to work from, and not all of them change something every day.

    Each call remembers the place: it must be made for every change that a detector weighs.
    """
    who, at = actor_of(activity, ctx), activity.at
    if who is None:
        return False
    place = ctx.place(activity.source, at)
    key = ("place", who.key, place)
    since = ctx.logons.recall(key, int, at, HABIT)
    ctx.logons.note(key, at if since is None else since, at)
    if not is_administrator(who, ctx, at):
        return False
    shared = ctx.logons.recall(("workplace", place), int, at, HABIT) if place else None
    if place:
        ctx.logons.note(("workplace", place), at if shared is None else shared, at)
    return any(began is not None and at - began >= SETTLED for began in (since, shared))


def itself(activity: Activity, ref: EntityRef | None, ctx: Context) -> bool:
    """True when an account changed itself, and a computer did so from where it is, as far as that is told."""
    who = actor_of(activity, ctx)
    if who is None or ref is None or who.key != ref.key:
        return False
    source = ctx.source(activity)
    return (
        not who.key.startswith("computer:") or source.key.partition(":")[0] != "computer" or short(source.key) == short(who.key)
    )
