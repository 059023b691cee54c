"""A computer's account was made by somebody who is no administrator."""

from collections.abc import Iterator

from app.engine.change_story import LDAP_PORTS, change_needs, tell
from app.engine.changes import Change, actor_of, by_controller, changes_of, is_administrator, object_of
from app.engine.context import Context
from app.engine.detector import DAY, HOUR, Detector, fact, plural
from app.model.activity import Activity
from app.model.alert import Finding, Severity
from app.model.details import LdapAdd, RpcCall
from app.model.events import EventAccount
from app.model.identifiers import SAMR
from app.model.tuning import Threshold

HABIT = 90 * DAY
JOINS = Threshold(
    name="joins", low=2, medium=3, high=5,
    words="Computers that an account made on earlier days, from which on joining computers is its work",
)  # fmt: skip
EARLIER = 12 * HOUR
SHAPE = ("dnshostname", "serviceprincipalname")
"""What a Windows computer of today writes when it makes its account (host name and service names)."""
WATCHES = (LdapAdd, RpcCall, EventAccount)


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """Computers made by ordinary accounts; without host and service names, as tools make them, it is worth more."""
    every = changes_of(activity, ctx)
    for change in every:
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
    event_ids=(4741,),
    thresholds=(JOINS,),
    detect=detect,
)
