"""The permissions that every administrator's account gets from AdminSDHolder were changed."""

from collections.abc import Iterator

from app.engine.change_story import change_needs, taken, tell
from app.engine.changes import DESCRIPTOR, WRITTEN_OBJECTS, changes_of, is_routine
from app.engine.changes.rights import NAMES, TAKING, Entry, added, is_privileged, is_unchanged
from app.engine.context import Context
from app.engine.detector import HOUR, Detector, fact, listed
from app.model.activity import Activity
from app.model.alert import Finding, Severity
from app.model.details import LdapModify
from app.model.directory import DirectoryChange
from app.model.events import EventDirectoryChange, EventObjectAccess

RIGHTS = frozenset(one.lower() for one in TAKING | {"owner"})
"""Names under which a synchronisation tells rights."""
HOLDER = "cn=adminsdholder,cn=system,"
WATCHES = (LdapModify, EventDirectoryChange, EventObjectAccess, DirectoryChange)


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """Any writing to the object; where old and new permissions are told, it counts what was given to whom."""
    for change in changes_of(activity, ctx):
        if not change.dn.lower().startswith(HOLDER) or change.deed in ("remove", "create"):
            continue
        given: list[Entry] = []
        severity: Severity = "high"
        facts = []
        if change.attribute == DESCRIPTOR and change.new:
            old, new = (change.old[0] if change.old else ""), change.new[0]
            if old and isinstance(activity.detail, LdapModify) and is_unchanged(old, new):
                continue  # written back as it was read; a log tells only what was changed
            given = [one for one in added(old, new) if one.allows and one.words and not is_privileged(one.sid)]
            if change.old and not given:
                severity = "low"
                facts.append(fact("Nobody got a right by it that matters"))
        elif change.attribute in RIGHTS:
            before = {one for value in change.old for one in value.split("; ")}
            if not {one for value in change.new for one in value.split("; ")} - before:
                severity = "low"
                facts.append(fact("Nobody got a right by it"))
        for one in given[:8]:
            who = ctx.knowledge.account_of_sid(one.sid, activity.at) if one.sid.startswith("S-1-5-21-") else None
            verb = " was given " if change.old else " has now "
            facts.append(fact(who or NAMES.get(one.sid, one.sid), verb, listed(one.words)))
        facts += taken(change, ctx, activity.at) if change.attribute == DESCRIPTOR else ()
        yield tell(
            ctx,
            activity,
            change,
            (
                " changed ",
                "the permissions" if change.attribute in (DESCRIPTOR, *RIGHTS) else change.attribute or "the object",
                " of AdminSDHolder",
            ),
            label="AdminSDHolder changed",
            severity=severity,
            routine=is_routine(activity, ctx),
            why=("Within an hour every administrator's account and group gets these permissions, again and again.",),
            facts=facts,
            quiet=("It would be quiet if another object had been changed",),
            title=DETECTOR.title,
        )


DETECTOR = Detector(
    id="admin_sd_holder",
    external_id=2430,
    title="AdminSDHolder was modified",
    severity="high",
    phase="Domain dominance",
    techniques=("T1098", "T1222.001"),
    watches=WATCHES,
    needs=change_needs(WATCHES),
    window=HOUR,
    event_ids=(4662, 5136, 5139, 5141),
    forms=WRITTEN_OBJECTS,
    detect=detect,
)
