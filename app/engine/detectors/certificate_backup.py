"""A certification authority was backed up: with its key anybody's certificate can be made (golden certificate)."""

from collections.abc import Iterator

from app.engine.change_story import tell
from app.engine.changes import Change, is_routine
from app.engine.context import Context
from app.engine.detector import HOUR, Detector, Needs, fact
from app.engine.readings.sessions import by_system
from app.engine.repeated import again, told_before
from app.model.activity import Activity
from app.model.alert import Finding
from app.model.events import EventCertificate

BACKUP = 4876


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """Every backup; the same account's next one on a later day is quiet work."""
    event: EventCertificate = activity.detail  # type: ignore[assignment]
    if event.event_id != BACKUP:
        return
    target, account = ctx.target(activity), ctx.account(activity)
    before = told_before(ctx, activity.at, target.key, account.key if account is not None else "")
    system = by_system(activity)
    yield tell(
        ctx,
        activity,
        Change(deed="set"),
        (" backed up the certification authority ", target),
        label="authority backed up",
        severity="low" if before or system else "medium",
        routine=is_routine(activity, ctx),
        why=("A backup with the authority's key lets anybody make certificates of every user, and nobody sees them issued.",),
        facts=(
            *((again(account),) if before else ()),
            *((fact("The system of the authority did it, as backup programs do"),) if system else ()),
        ),
        quiet=("It would be quiet only if nobody had backed it up",),
        targets=(target,),
        confidence="low" if before or system else "medium",
        title=DETECTOR.title,
    )


DETECTOR = Detector(
    id="certificate_backup",
    external_id=3045,
    title="A certification authority was backed up",
    severity="medium",
    phase="Credential access",
    techniques=("T1649", "T1552.004"),
    watches=(EventCertificate,),
    needs=Needs(ports=("the Security log of the authority",), kinds=("event-certificate",), parts=("event-certificate",)),
    window=HOUR,
    event_ids=(BACKUP,),
    detect=detect,
)
