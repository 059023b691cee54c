"""The password of a controller's restore mode was set, which opens it to whoever knows it."""

from collections.abc import Iterator

from app.engine import describe
from app.engine.context import Context
from app.engine.detector import HOUR, Detector, Needs, against, caption_of, ended, fact, found, outcome_of, sentence
from app.engine.readings.sessions import by_system
from app.model.activity import Activity
from app.model.alert import Finding
from app.model.details import RpcCall
from app.model.events import EventAccount
from app.model.identifiers import SAMR

WINDOW = HOUR
SET_DSRM_PASSWORD = 66
"""SamrSetDSRMPassword (MS-SAMR section 3.1.5.13.6)."""
LOGGED = 4794


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """Every attempt, by the call or by the controller's log; the system's own is told quietly."""
    detail = activity.detail
    if isinstance(detail, RpcCall):
        if detail.opnum != SET_DSRM_PASSWORD or activity.source is None:
            return
    elif not isinstance(detail, EventAccount) or detail.event_id != LOGGED:
        return
    system, target = by_system(activity), ctx.target(activity)
    place = ctx.place(activity.destination, activity.at)
    yield found(
        ctx,
        activity,
        place or ctx.place(activity.source, activity.at),
        severity="low" if system else None,
        title="Attempted change of a restore mode password (DSRM)" if activity.result == "failure" else None,
        succeeded=outcome_of(activity),
        story=(
            sentence(*ctx.who(activity), " set the restore mode password of ", target, ended(activity)),
            sentence("It belongs to a local administrator that no policy of the domain covers and that outlives every reset."),
        ),
        facts=(
            fact(f"{describe.what(activity).rstrip(': ')}: ", activity),
            *((fact("The controller's own system did it, as a planned synchronisation does"),) if system else ()),
            against("It would be quiet for passwords of the domain's accounts"),
        ),
        steps=ctx.path(activity, "restore mode password", caption_of(activity)),
    )


DETECTOR = Detector(
    id="dsrm_password",
    external_id=2438,
    title="Restore mode password of a controller changed (DSRM)",
    severity="medium",
    phase="Domain dominance",
    techniques=("T1098",),
    watches=(RpcCall, EventAccount),
    interfaces=(SAMR,),
    event_ids=(LOGGED,),
    needs=Needs(
        ports=("445", "139"),
        kinds=("rpc-call", "event-account"),
        parts=("event-account",),
        hidden_by=("smb3 encrypted",),
        interfaces=(SAMR,),
    ),
    window=WINDOW,
    detect=detect,
)
