"""Somebody was put into a group whose members can reach the whole domain."""

from collections.abc import Iterator

from app.engine.change_story import LDAP_PORTS, change_needs, subject_of, tell
from app.engine.changes import (
    Change,
    actor_of,
    by_controller,
    changes_of,
    common_name,
    gained,
    is_administrator,
    is_routine,
    object_of,
)
from app.engine.context import Context
from app.engine.detector import DAY, HOUR, MINUTE, Detector, fact, listed, plural
from app.engine.knowledge.born import computer_group, is_named_sensitive
from app.engine.knowledge.directory import SENSITIVE_NAMES
from app.engine.knowledge.sids import is_sensitive_group, relative_id, sid_in
from app.engine.readings.novelty import is_new
from app.engine.readings.sessions import by_system
from app.engine.repeated import first_time
from app.model.activity import Activity
from app.model.alert import Finding, Severity
from app.model.details import LdapAdd, LdapModify, RpcCall
from app.model.directory import DirectoryChange
from app.model.entity import EntityRef
from app.model.events import EventAccount, EventDirectoryChange, EventGroup, WindowsEvent
from app.model.identifiers import SAMR
from app.model.tuning import Threshold

MEMBER = "member"
BUILT_IN, ADMINISTRATORS = "S-1-5-32-", "S-1-5-32-544"
WAYS_IN = frozenset({f"S-1-5-32-{rid}" for rid in (547, 551, 555, 556, 562, 578, 580)})
"""Groups of a computer that let somebody in, or read everything: power users, backup operators, remote desktop, network
configuration, distributed COM, Hyper-V, remote management (MS-DTYP section 2.4.2.4)."""
MANY_WITHIN = 10 * MINUTE
MANY = Threshold(name="many", low=50, medium=10, high=5, words="Memberships of ordinary groups given by one within ten minutes")
"""Memberships of ordinary groups given by one within ten minutes."""
GUEST = 501
LOCAL_GROUPS = frozenset({4731, 4732, 4733, 4734, 4735})
"""Events of security-enabled local groups; where the group's number is not told, they tell that it is one."""
HABIT = 28 * DAY
EARLIER = 12 * HOUR
"""Who added members to such groups half a day before or earlier, within four weeks, does it as his work."""
WATCHES = (LdapModify, LdapAdd, RpcCall, EventGroup, EventAccount, EventDirectoryChange, DirectoryChange)


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """Members added; who does so as his work, learned from four weeks, is told quietly."""
    at = activity.at
    ctx.memory.note(("since",), ctx.memory.recall(("since",), int, at, 100 * HABIT) or at, at)
    for change in changes_of(activity, ctx, MEMBER, ""):
        if change.deed == "create":
            if change.object_class in ("user", "inetorgperson") and activity.result == "success":
                made = object_of(change, ctx, at)
                if made is not None:
                    ctx.memory.note(("made", made.key), activity.id, at)
        elif change.attribute == MEMBER and change.written and change.new:
            yield from _added(activity, change, ctx)


def _added(activity: Activity, change: Change, ctx: Context) -> Iterator[Finding]:
    group = object_of(change, ctx, activity.at)
    name = (change.sam or (group.label if group is not None else "") or common_name(change.dn)).lower()
    sid = sid_in(change.sid) or _sid(change, ctx) or computer_group(name)
    local = _is_local(activity, change, sid, ctx)
    sensitive = is_sensitive_group(sid) or (not sid and is_named_sensitive(name)) or name in SENSITIVE_NAMES
    if not (sensitive or (group is not None and ctx.is_sensitive(group, activity.at))):
        yield from _ordinary(activity, change, group, sid, local, ctx)
        return
    if local and sid in WAYS_IN:
        yield from _ordinary(activity, change, group, sid, local, ctx)
        return
    if local and (sid != ADMINISTRATORS or by_system(activity)):
        return
    if local and all(is_sensitive_group(sid_in(one)) for one in gained(change)):
        return  # a computer that joins the domain takes its administrators
    yield _finding(activity, change, group, sid, local, ctx)


def _finding(activity: Activity, change: Change, group: EntityRef | None, sid: str, local: bool, ctx: Context) -> Finding:
    at, actor = activity.at, actor_of(activity, ctx)
    members = [_member(one, ctx, at) for one in gained(change)]
    routine = is_routine(activity, ctx)
    usual = _does_so(actor, activity, ctx)
    fresh = [
        one for one in members if isinstance(one, EntityRef) and ctx.memory.recall(("made", one.key), str, at, DAY) is not None
    ]
    self_made = [one for one in members if isinstance(one, EntityRef) and actor is not None and one.key == actor.key]
    guest = [one for one in gained(change) if relative_id(sid_in(one)) == GUEST]
    odd = bool(fresh or self_made or guest)
    severity: Severity = "low" if local and not guest else "medium"
    facts = []
    if fresh:
        facts.append(fact(fresh[0], " was made less than a day before"))
        severity = "high" if not local and not routine else "medium"
    if self_made:
        facts.append(fact(self_made[0], " added itself"))
    if guest:
        facts.append(fact("It is the account for guests"))
    if usual and not odd:
        facts.append(fact(actor, " added members to such groups on earlier days"))
        severity = "low"
    elif ctx.learning and not ctx.mature(ctx.memory.recall(("since",), int, at, 100 * HABIT), at):
        facts.append(fact("Less than four weeks are known, so that it cannot be said who does this as his work"))
    if actor is not None and not is_administrator(actor, ctx, at):
        facts.append(fact(actor, " is not known as an administrator"))
    label = group or change.name
    first: str | EntityRef = members[0] if members else "somebody"
    more = f" and {len(members) - 1} more" if len(members) > 1 else ""
    return tell(
        ctx,
        activity,
        change,
        (" added ", first, more, " to ", label),
        label="added to group",
        severity=severity,
        routine=routine and not odd,
        subject=f"{subject_of(change, activity, ctx)} {'local' if local else 'domain'}",
        title="An account was added to the local administrators" if local else DETECTOR.title,
        why=(
            *((first,) if isinstance(first, EntityRef) else ("The new member",)),
            " can do what every member of ",
            label,
            " can: ",
            "administer that computer." if local else "reach the whole domain.",
        ),
        facts=(*facts, fact(f"The group is {sid}")) if sid else facts,
        quiet=("It would be quiet if the group were an ordinary one",),
        confidence="medium" if local or usual else "high",
        before=[ctx.memory.recall(("made", one.key), str, at, DAY) for one in fresh],
        targets=(group, *(one for one in members[:20] if isinstance(one, EntityRef))),
    )


def _ordinary(
    activity: Activity, change: Change, group: EntityRef | None, sid: str, local: bool, ctx: Context
) -> Iterator[Finding]:
    """A group that nothing calls sensitive: told while it is new that this one adds members, or adds many at once.

    Of the groups of one computer only those count that let somebody in.
    """
    at, actor = activity.at, actor_of(activity, ctx)
    if actor is None or actor.kind != "user" or by_system(activity) or by_controller(activity, ctx):
        return
    if local and sid not in WAYS_IN:
        return
    members = [_member(one, ctx, at) for one in gained(change)]
    deeds = [f"{change.name} {one}" for one in gained(change)] or [change.name]
    trail = [ctx.memory.seen(("adds", actor.key), deed.lower(), at, activity.id, MANY_WITHIN) for deed in deeds][-1]
    many = trail.distinct >= ctx.limit(MANY)
    new = is_new("adds here" if local else "adds", actor.key, at, ctx)
    if not (new or (many and is_new("adds many", actor.key, at, ctx))):
        return
    first: str | EntityRef = members[0] if members else "somebody"
    more = f" and {len(members) - 1} more" if len(members) > 1 else ""
    yield tell(
        ctx, activity, change, (" added ", first, more, " to ", group or change.name), label="added to group", severity="low",
        subject=f"{subject_of(change, activity, ctx)} ordinary", title="Members added to a group by somebody new to that",
        why=("What the members of ", group or change.name, " may do is not known, or no more than to come in."),
        facts=(
            *((fact(f"{plural(trail.distinct, 'membership')} within ten minutes"),) if many else ()),
            *((first_time(actor, "added members"),) if new else ()),
        ),
        quiet=(
            f"It would be quiet for whoever did so earlier and adds fewer than {ctx.limit(MANY)} within ten minutes, and where "
            "five others do so",
        ),
        confidence="low", targets=(group, *(one for one in members[:20] if isinstance(one, EntityRef))),
    )  # fmt: skip


def _does_so(actor: EntityRef | None, activity: Activity, ctx: Context) -> bool:
    if actor is None:
        return False
    since = ctx.memory.recall(("does", actor.key), int, activity.at, HABIT)
    ctx.memory.note(("does", actor.key), activity.at if since is None else since, activity.at)
    return since is not None and activity.at - since >= EARLIER


def _sid(change: Change, ctx: Context) -> str:
    found = ctx.knowledge.directory.state(ctx.knowledge.directory.find(change.guid or change.dn)) if change.dn else None
    return (found.object.sid or "").upper() if found is not None else ""


def _is_local(activity: Activity, change: Change, sid: str, ctx: Context) -> bool:
    """True for a group of one computer's own, which a controller has not."""
    detail = activity.detail
    of_domain = not sid.startswith(BUILT_IN)
    if of_domain and (sid or not isinstance(detail, EventGroup) or detail.event_id not in LOCAL_GROUPS):
        return False
    if isinstance(detail, WindowsEvent):
        return not ctx.to_controller(activity)
    return isinstance(detail, RpcCall) and not ctx.to_controller(activity)


def _member(text: str, ctx: Context, at: int) -> EntityRef | str:
    sid = sid_in(text)
    if sid and "=" not in text:
        ref = ctx.knowledge.account_of_sid(sid, at)
        return ref if ref is not None and sid.startswith("S-1-5-21-") else sid
    return object_of(Change(deed="touch", dn=text, sid=sid), ctx, at) or listed([text])


DETECTOR = Detector(
    id="sensitive_groups",
    external_id=2024,
    title="Suspicious additions to sensitive groups",
    severity="medium",
    phase="Domain dominance",
    techniques=("T1098.007", "T1484"),
    watches=WATCHES,
    needs=change_needs(WATCHES, (*LDAP_PORTS, "445")),
    window=HOUR,
    learning=HABIT,
    thresholds=(MANY,),
    interfaces=(SAMR,),
    opnums=(12, 22, 31, 50),
    event_ids=(4720, 4728, 4732, 4756, 5136),
    detect=detect,
)
