"""A service name was put on a user's account, so that its password can be guessed, or another computer's onto a computer."""

from collections.abc import Iterator

from app.engine.change_story import LDAP_PORTS, change_needs, tell
from app.engine.changes import (
    WRITTEN_OBJECTS,
    Change,
    actor_of,
    by_controller,
    changes_of,
    gained,
    is_administrator,
    is_routine,
    is_sensitive_object,
    itself,
    object_of,
)
from app.engine.context import Context
from app.engine.detector import HOUR, Detector, fact, listed
from app.engine.knowledge.names import service_host, short
from app.engine.readings.novelty import is_new
from app.model.activity import Activity
from app.model.alert import Finding, Severity
from app.model.details import LdapModify, RpcCall
from app.model.directory import DirectoryChange
from app.model.entity import EntityRef
from app.model.events import EventAccount, EventDirectoryChange, EventObjectAccess
from app.model.identifiers import DRSUAPI

ATTRIBUTE = "serviceprincipalname"
SERVICE_CLASSES = ("computer", "managedserviceaccount")
"""Parts of the classes of objects that have service names by nature."""
HOSTS = frozenset({"host", "cifs", "ldap", "restrictedkrbhost", "wsman"})
"""Service classes that mean a host as a whole, or what relays ask for; web servers have names of many hosts."""
WATCHES = (LdapModify, RpcCall, EventAccount, EventDirectoryChange, EventObjectAccess, DirectoryChange)


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """Service names written to users by others: always where the user is sensitive, else when no administrator did it."""
    for change in changes_of(activity, ctx, ATTRIBUTE):
        ref = object_of(change, ctx, activity.at)
        if ref is not None and ("computer" in change.object_class or ref.key.startswith("computer:")):
            yield from _of_another(activity, change, ref, ctx)
        if ref is None or ref.kind != "user" or any(one in change.object_class for one in SERVICE_CLASSES):
            continue
        if change.fresh or by_controller(activity, ctx) or itself(activity, ref, ctx):
            continue
        if change.deed == "remove":
            yield from _removed(activity, change, ref, ctx)
        elif change.written and (gained(change) or change.deed == "touch"):
            yield from _added(activity, change, ref, ctx)


def _added(activity: Activity, change: Change, ref: EntityRef, ctx: Context) -> Iterator[Finding]:
    actor = actor_of(activity, ctx)
    routine, known = is_routine(activity, ctx), is_administrator(actor, ctx, activity.at)
    sensitive = is_sensitive_object(change, ref, ctx, activity.at)
    if not sensitive and (known or actor is None or change.deed == "touch"):
        return
    severity: Severity = "low"
    if sensitive:
        severity = "medium" if known or actor is None else "high"
    names = gained(change)
    ctx.memory.note(("added", ref.key), activity.id, activity.at)
    yield tell(
        ctx,
        activity,
        change,
        (" put the service name ", listed(names, 2) if names else "of some service", " on ", ref),
        label="service name added",
        severity=severity,
        routine=routine,
        why=("From then on everybody in the domain can ask for a ticket from which the password of ", ref, " can be guessed."),
        facts=(fact(ref, " is sensitive"),) if sensitive else (fact(actor, " is not known as an administrator"),),
        quiet=("It would be quiet if ", ref, " had registered the name itself"),
        confidence="medium" if severity == "low" else "high",
        title=DETECTOR.title,
    )


def _of_another(activity: Activity, change: Change, ref: EntityRef, ctx: Context) -> Iterator[Finding]:
    """The name of a host that is not the computer's own, put on it by a person: tickets for that host are made with its key."""
    actor, own = actor_of(activity, ctx), _own(activity, change)
    if actor is None or actor.kind != "user" or change.fresh or not change.written or by_controller(activity, ctx):
        return
    others = [
        name for name in gained(change)
        if name.partition("/")[0].lower() in HOSTS and own and short(service_host(name)[1]) not in ("", *own)
    ]  # fmt: skip
    if not others or is_administrator(actor, ctx, activity.at):
        return
    ends = [ctx.knowledge.computer_entity(service_host(one)[1]) for one in others[:64]]
    lost = [end for end in ends if end.kind == "controller" and ref.kind == "computer"]  # a controller may have names of another
    new = is_new("host", actor.key, activity.at, ctx)
    if not lost and not new:
        return
    whole = isinstance(activity.detail, EventAccount) and not change.old
    yield tell(
        ctx,
        activity,
        change,
        (" put the name of ", "a controller" if lost else "another host", ", ", listed(others, 2), ", on ", ref),
        label="name of another host",
        severity="medium" if lost else "low",
        routine=False,
        why=("Tickets for that host can then be opened by whoever has the key of ", ref, "."),
        facts=(
            fact(actor, " is not known as an administrator", ", and did so for the first time" if new else ""),
            *((fact(lost[0], " is a domain controller"),) if lost else ()),
            *((fact("The log tells all names that it has now; some may have been there before"),) if whole else ()),
        ),
        quiet=("It would be quiet for names of the computer itself, for an administrator, and where five others do so",),
        confidence="low",
        title="Service name of another host put on a computer",
    )


def _own(activity: Activity, change: Change) -> frozenset[str]:
    """First parts of the names that a computer has, or gets at the same time."""
    named = [change.dn.partition(",")[0].partition("=")[2], change.sam]
    if isinstance(activity.detail, EventAccount):
        named += [activity.detail.text(one) or "" for one in ("SamAccountName", "DnsHostName")]
    return frozenset(short(one.lower().rstrip("$")) for one in named) - {"", "-"}


def _removed(activity: Activity, change: Change, ref: EntityRef, ctx: Context) -> Iterator[Finding]:
    before = ctx.memory.recall(("added", ref.key), str, activity.at, HOUR)
    if before is None or activity.result == "failure":
        return
    sensitive = is_sensitive_object(change, ref, ctx, activity.at)
    yield tell(
        ctx,
        activity,
        change,
        (" took the service name off ", ref, " again, less than an hour after it had been put there"),
        label="service name removed",
        severity="high" if sensitive else "medium",
        why=("That is how tools do it that want one ticket of ", ref, " to guess its password from."),
        facts=(fact("A service needs its name as long as it runs"),),
        quiet=("It would be quiet if the name had stayed",),
        title=DETECTOR.title,
        before=[before],
    )


DETECTOR = Detector(
    id="spn_added",
    external_id=3009,
    title="Suspicious service name added to a user",
    severity="high",
    phase="Credential access",
    techniques=("T1558.003", "T1098"),
    watches=WATCHES,
    needs=change_needs(WATCHES, (*LDAP_PORTS, "dynamic RPC")),
    window=2 * HOUR,
    interfaces=(DRSUAPI,),
    opnums=(13,),
    event_ids=(4662, 4738, 4741, 4742, 5136),
    forms=WRITTEN_OBJECTS,
    detect=detect,
)
