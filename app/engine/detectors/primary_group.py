"""An account's primary group is a privileged one, or membership was hidden from readers."""

from collections.abc import Iterator

from app.engine.change_story import change_needs, tell
from app.engine.changes import DESCRIPTOR, Change, by_controller, changes_of, gained, is_routine, number, object_of
from app.engine.changes.rights import NAMES, Entry, added
from app.engine.context import Context
from app.engine.detector import HOUR, Detector, fact
from app.engine.knowledge.sids import SENSITIVE_RIDS
from app.model.activity import Activity
from app.model.alert import Finding
from app.model.details import LdapAdd, LdapModify
from app.model.directory import DirectoryChange
from app.model.events import EventAccount, EventDirectoryChange
from app.model.identifiers import MEMBER

ATTRIBUTE = "primarygroupid"
CONTROLLERS = frozenset({516, 521})
"""Domain Controllers and Read-only Domain Controllers: the primary group of computers that were promoted."""
READ = 0x10
"""ADS_RIGHT_DS_READ_PROP (MS-ADTS section 5.1.3.2)."""
HIDING = {
    "bf967a00-0de6-11d0-a285-00aa003049e2": "primaryGroupID",
    MEMBER: "member",
    "bf967991-0de6-11d0-a285-00aa003049e2": "memberOf",
}
"""schemaIDGUID of the attributes that show who belongs to a group."""
WATCHES = (LdapModify, LdapAdd, EventAccount, EventDirectoryChange, DirectoryChange)


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """primaryGroupID set to a privileged group; entries that deny reading of memberships."""
    for change in changes_of(activity, ctx, ATTRIBUTE, DESCRIPTOR):
        if not change.written or by_controller(activity, ctx):
            continue
        if change.attribute == DESCRIPTOR:
            yield from _hidden(activity, change, ctx)
            continue
        for value in gained(change):
            group = number(value)
            ref = object_of(change, ctx, activity.at)
            machine = change.object_class == "computer" or (ref is not None and ref.key.startswith("computer:"))
            if group not in SENSITIVE_RIDS or group is None or (machine and group in CONTROLLERS):
                continue
            name = SENSITIVE_RIDS[group]
            yield tell(
                ctx, activity, change, (" made ", name, " the primary group of ", ref or change.name),
                label="primary group", severity="high", routine=is_routine(activity, ctx),
                why=("The account has the rights of that group, and most lists of its members do not show it.",),
                facts=(fact(f"primaryGroupID is {group}, {name}; that of users is 513, of computers 515"),),
                quiet=("It would be quiet if the group were an ordinary one",),
        title=DETECTOR.title,
    )  # fmt: skip


def _hidden(activity: Activity, change: Change, ctx: Context) -> Iterator[Finding]:
    denied: list[Entry] = []
    for value in change.new[:1]:
        made = added(change.old[0] if change.old else "", value)
        denied += [one for one in made if not one.allows and one.about in HIDING and one.mask & READ]
    if not denied:
        return
    one = denied[0]
    who = NAMES.get(one.sid) or ctx.knowledge.account_of_sid(one.sid, activity.at) or one.sid
    ref = object_of(change, ctx, activity.at)
    yield tell(
        ctx, activity, change, (" forbade ", who, f" to read {HIDING[one.about]} of ", ref or change.name),
        label="membership hidden", severity="medium", routine=is_routine(activity, ctx), title="Group membership was hidden",
        why=("An account can so be in a privileged group without any list showing it.",),
        facts=(fact("An entry that denies reading of an attribute was added to the permissions"),),
        quiet=("It would be quiet if the entry denied another attribute",), confidence="high" if change.old else "medium",
    )  # fmt: skip


DETECTOR = Detector(
    id="primary_group",
    external_id=3008,
    title="A privileged group became the primary group of an account",
    severity="high",
    phase="Domain dominance",
    techniques=("T1098", "T1564"),
    watches=WATCHES,
    needs=change_needs(WATCHES),
    window=HOUR,
    event_ids=(4720, 4738, 4741, 4742, 5136),
    detect=detect,
)
