"""An account was given the sign-in name of another one, so that a certificate made with it is that one's (ESC9, ESC10)."""

from collections.abc import Iterator

from app.engine.change_story import change_needs, tell
from app.engine.changes import by_controller, changes_of, gained, is_routine, object_of
from app.engine.context import Context
from app.engine.detector import HOUR, Detector, fact
from app.engine.knowledge.born import BUILT_IN
from app.model.activity import Activity
from app.model.alert import Finding, Severity
from app.model.details import LdapAdd, LdapModify
from app.model.directory import DirectoryChange
from app.model.events import EventAccount, EventDirectoryChange

ATTRIBUTE = "userprincipalname"
WATCHES = (LdapModify, LdapAdd, EventAccount, EventDirectoryChange, DirectoryChange)


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """Names of powerful accounts, names of computers, and names without a domain, which Windows itself never writes."""
    for change in changes_of(activity, ctx, ATTRIBUTE):
        if not change.written or by_controller(activity, ctx):
            continue
        ref = object_of(change, ctx, activity.at)
        own = {change.sam.lower().removesuffix("$"), (ref.label if ref is not None else "").lower().partition("@")[0]}
        for value in gained(change):
            local, at, domain = value.strip().lower().partition("@")
            if not local or local.removesuffix("$") in own:
                continue
            other = ctx.knowledge.account(local, domain or change.domain or None)
            powerful = local in BUILT_IN or (other is not None and other != ref and ctx.is_sensitive(other, activity.at))
            if not powerful and at and not local.endswith("$"):
                continue
            severity: Severity = "high" if powerful else "low" if change.fresh else "medium"
            yield tell(
                ctx,
                activity,
                change,
                (" gave ", ref or change.name, f" the sign-in name {value[:200]}"),
                label="sign-in name",
                severity=severity,
                routine=is_routine(activity, ctx),
                why=("A certificate asked for with that name, or mapped by it, signs in as whoever else is called so.",),
                facts=(
                    fact("It is the name of a powerful account")
                    if powerful
                    else fact("It is the name of a computer")
                    if local.endswith("$")
                    else fact("It has no domain, as sign-in names that people are given always have"),
                ),
                quiet=("It would be quiet for a name of its own, with its domain",),
                confidence="medium",
                title=DETECTOR.title,
            )


DETECTOR = Detector(
    id="principal_name",
    external_id=3048,
    title="An account was given the sign-in name of another one",
    severity="high",
    phase="Credential access",
    techniques=("T1649", "T1098"),
    watches=WATCHES,
    needs=change_needs(WATCHES),
    window=HOUR,
    event_ids=(4720, 4738, 5136),
    detect=detect,
)
