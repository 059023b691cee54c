"""One account deleted many users, computers or groups in a short time."""

from collections.abc import Iterator

from msgspec.structs import replace

from app.engine.change_story import LDAP_PORTS, change_needs, subject_of, tell
from app.engine.changes import Change, changes_of, is_routine
from app.engine.context import Context
from app.engine.detector import DAY, HOUR, Detector, fact, measured, plural
from app.model.activity import Activity
from app.model.alert import Finding
from app.model.details import LdapDelete, RpcCall
from app.model.directory import DirectoryChange
from app.model.events import EventAccount, EventDirectoryChange, EventGroup
from app.model.identifiers import SAMR
from app.model.tuning import Threshold

WINDOW = HOUR
DELETIONS = Threshold(
    name="deletions", low=100, medium=50, high=20, words="Accounts and groups that one account deletes within an hour"
)
SHARE = Threshold(
    name="share",
    low=10,
    medium=5,
    high=2.5,
    words="Share of all known accounts that one account deletes within an hour",
    unit="%",
)
SMALL = 50
"""A directory of fewer accounts is only a part of one, or a test; shares of it mean nothing."""
FEW = 10
"""A share means nothing for fewer deletions than this."""
HABIT = 90 * DAY
KINDS = ("user", "computer", "group", "inetorgperson", "organizationalunit", "managedserviceaccount")
"""Parts of the classes that count; records of DNS, printers and the like are cleaned away daily."""
WATCHES = (LdapDelete, RpcCall, EventAccount, EventGroup, EventDirectoryChange, DirectoryChange)


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """Different objects deleted by one account within an hour, each kind of telling counted by itself."""
    if activity.result == "failure":
        return
    for change in changes_of(activity, ctx, ""):
        if change.deed != "delete" or not _counts(change):
            continue
        who = subject_of(change, activity, ctx)
        if isinstance(activity.detail, DirectoryChange):
            who = change.domain or "directory"
        telling = type(activity.detail).__name__
        trail = ctx.memory.seen(
            ("gone", who, telling), (change.dn or change.sid or change.sam).lower(), activity.at, activity.id, WINDOW
        )
        share = 100 * trail.distinct / _known(ctx, activity.at) if _known(ctx, activity.at) else 0.0
        many = trail.distinct >= ctx.limit(DELETIONS)
        if not many and (trail.distinct < FEW or share < ctx.ratio(SHARE)):
            continue
        since = ctx.memory.recall(("does", who), int, activity.at, HABIT)
        ctx.memory.note(("does", who), activity.at if since is None else since, activity.at)
        usual = since is not None and activity.at - since > DAY
        made = tell(
            ctx,
            activity,
            change,
            (f" deleted {plural(trail.distinct, 'object')} within an hour",),
            label="deleted many",
            subject=who,
            severity="low" if usual else "medium",
            routine=is_routine(activity, ctx),
            why=("Accounts that are gone cannot sign in; restoring them takes hours.",),
            facts=(
                measured(
                    f"{plural(trail.distinct, 'object')} were deleted within an hour",
                    seen=trail.distinct,
                    limits=(ctx.limit(DELETIONS),),
                    unit="objects",
                ),
                *((fact(f"That is {share:.0f} % of the accounts known"),) if share >= 1 else ()),
                *((fact("It deleted as many on an earlier day"),) if usual else ()),
            ),
            quiet=(f"It would be quiet below {plural(ctx.limit(DELETIONS), 'object')} within an hour",),
            confidence="medium" if usual else "high",
            title=DETECTOR.title,
        )
        yield replace(made, first=trail.first, evidence=trail.take() or made.evidence)


def _counts(change: Change) -> bool:
    if change.object_class:
        return any(one in change.object_class for one in KINDS)
    name = change.dn.lower()
    return name.startswith(("cn=", "ou=")) and ",cn=microsoftdns," not in name and ",cn=system," not in name


def _known(ctx: Context, at: int) -> int:
    """Users and computers that the directory has, counted once a day."""
    held = ctx.memory.recall(("known",), int, at, DAY)
    if held is None:
        held = sum(1 for _, one, _, _ in ctx.knowledge.directory.principals() if one.object_class.lower() in ("user", "computer"))
        ctx.memory.note(("known",), held, at)
    return held if held >= SMALL else 0


DETECTOR = Detector(
    id="massive_deletion",
    external_id=2016,
    title="Massive deletion of objects",
    severity="medium",
    phase="Domain dominance",
    techniques=("T1531", "T1485"),
    watches=WATCHES,
    needs=change_needs(WATCHES, (*LDAP_PORTS, "445")),
    window=WINDOW,
    interfaces=(SAMR,),
    opnums=(23, 30, 35),
    event_ids=(4726, 4730, 4734, 4743, 4758, 5141),
    thresholds=(DELETIONS, SHARE),
    detect=detect,
)
