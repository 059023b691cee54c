"""A computer's account was made by somebody who is no administrator."""

from collections.abc import Iterator

from app.engine.change_story import LDAP_PORTS, change_needs, tell
from app.engine.changes import SAM_NAME, Change, actor_of, by_controller, changes_of, is_administrator, object_of
from app.engine.context import Context
from app.engine.detector import DAY, HOUR, Detector, fact, plural
from app.engine.readings.novelty import is_new
from app.engine.readings.sessions import by_system
from app.model.activity import Activity
from app.model.alert import Finding, Severity
from app.model.details import LdapAdd, RpcCall
from app.model.events import EventAccount, EventPolicy
from app.model.identifiers import SAMR
from app.model.tuning import Threshold

HABIT = 90 * DAY
JOINS = Threshold(
    name="joins", low=2, medium=3, high=5,
    words="Computers that an account made on earlier days, from which on joining computers is its work",
)  # fmt: skip
EARLIER = 12 * HOUR
TRUST = 0x40
"""USER_INTERDOMAIN_TRUST_ACCOUNT (MS-SAMR section 2.2.1.12)."""
SHAPE = ("dnshostname", "serviceprincipalname")
"""What a Windows computer of today writes when it makes its account (host name and service names)."""
WATCHES = (LdapAdd, RpcCall, EventAccount, EventPolicy)
PRIVILEGED, PRIVILEGE = 4673, "semachineaccountprivilege"


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """Computers made by ordinary accounts; without host and service names, as tools make them, it is worth more."""
    if isinstance(activity.detail, EventPolicy):
        yield from _by_quota(activity, activity.detail, ctx)
        return
    every = changes_of(activity, ctx)
    for change in every:
        if _poses(change) and not _is_trust(activity):
            yield from _disguised(activity, change, ctx)
            continue
        if change.deed != "create" or change.object_class != "computer" or by_controller(activity, ctx):
            continue
        actor = actor_of(activity, ctx)
        if actor is None or is_administrator(actor, ctx, activity.at):
            continue
        before = _before(actor.key, change, activity, ctx)
        if before >= ctx.limit(JOINS):
            continue
        bare = {one.attribute for one in every if one.new}.isdisjoint(SHAPE)
        machine = actor.key.startswith("computer:")
        severity: Severity = "medium" if bare else "low"
        name = object_of(change, ctx, activity.at)
        yield tell(
            ctx,
            activity,
            change,
            (" made the computer's account ", name or change.name),
            label="computer made",
            severity=severity,
            why=("Every user may make ten by default; attackers use such accounts for delegation and certificates.",),
            facts=(
                fact(actor, " is not known as an administrator"),
                *((fact(actor, " is itself a computer's account"),) if machine else ()),
                *(
                    (fact("It has neither a host name nor service names, as when a tool makes it"),)
                    if bare
                    else (fact("It has the names that a computer gets when it joins the domain"),)
                ),
                *((fact(f"Before it had made {plural(before, 'computer')}"),) if before else ()),
            ),
            quiet=("It would be quiet if an administrator had made it, or somebody whose work it is",),
            confidence="medium" if bare else "low",
            title=DETECTOR.title,
        )


def _by_quota(activity: Activity, event: EventPolicy, ctx: Context) -> Iterator[Finding]:
    """The privilege that stands for the quota was used: whoever is given the right over the container does not need it."""
    actor = actor_of(activity, ctx)
    if actor is None or actor.kind != "user" or PRIVILEGE not in (event.text("PrivilegeList") or "").lower():
        return
    if is_administrator(actor, ctx, activity.at) or by_system(activity):
        return
    held: tuple[tuple[int, str], ...] = ctx.memory.recall(("joins", actor.key), tuple, activity.at, HABIT) or ()
    if held or not is_new("quota", actor.key, activity.at, ctx):
        return  # the account itself is told, or was
    yield tell(
        ctx, activity, Change(deed="touch"), (" used the right of everybody to make a computer's account",),
        label="computer made", severity="low",
        why=("Every user may make ten by default; attackers use such accounts for delegation and certificates.",),
        facts=(fact(actor, " is not known as an administrator, and did so for the first time"),),
        quiet=("It would be quiet for an administrator, for computers, and where five others do so",),
        confidence="low", targets=(ctx.target(activity),), title=DETECTOR.title,
    )  # fmt: skip


def _poses(change: Change) -> bool:
    """True for a user who is made with, or given, a name that ends like a computer's."""
    if change.deed == "create":
        return change.object_class == "user" and change.sam.endswith("$")
    if change.attribute != SAM_NAME or not change.new or not change.old:
        return False
    return change.new[0].endswith("$") and not change.old[0].endswith("$")


def _is_trust(activity: Activity) -> bool:
    """True for the account of a trust, which is a user's by its class and has a dollar sign too."""
    event = activity.detail
    return isinstance(event, EventAccount) and bool((event.number("NewUacValue") or 0) & TRUST)


def _disguised(activity: Activity, change: Change, ctx: Context) -> Iterator[Finding]:
    actor = actor_of(activity, ctx)
    known = is_administrator(actor, ctx, activity.at) or by_system(activity)
    yield tell(
        ctx, activity, change, (" gave a user's account a computer's name: ", change.new[0] if change.attribute else change.sam),
        label="user made" if change.deed == "create" else "user renamed", severity="low" if known else "medium",
        why=("Lists of users leave out what ends in a dollar sign: such an account is made to be overlooked.",),
        facts=(fact("The log tells a user's account, which is no computer's"),),
        quiet=("It would be quiet for a computer's account, and for a name without the dollar sign at its end",),
        confidence="medium", title="A user's account was named like a computer's",
    )  # fmt: skip


def _before(actor: str, change: Change, activity: Activity, ctx: Context) -> int:
    """Computers that it made half a day ago or earlier; this one is remembered."""
    held: tuple[tuple[int, str], ...] = ctx.memory.recall(("joins", actor), tuple, activity.at, HABIT) or ()
    if activity.result == "success":
        ctx.memory.note(("joins", actor), (*held[-15:], (activity.at, change.sam.lower())), activity.at)
    return len({name for at, name in held if activity.at - at >= EARLIER})


DETECTOR = Detector(
    id="computer_account_added",
    external_id=3007,
    title="Computer account made by an ordinary user",
    severity="medium",
    phase="Lateral movement",
    techniques=("T1136.002",),
    watches=WATCHES,
    needs=change_needs(WATCHES, (*LDAP_PORTS, "445")),
    window=HOUR,
    interfaces=(SAMR,),
    opnums=(12, 50),
    event_ids=(PRIVILEGED, 4720, 4741, 4781),
    thresholds=(JOINS,),
    detect=detect,
)
