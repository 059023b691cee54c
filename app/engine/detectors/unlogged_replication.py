"""Replication on the wire that the controller's log does not tell, although it tells of others."""

from collections.abc import Iterator

from app.engine.context import Context
from app.engine.detector import DAY, Detector, Needs, against, fact, found, plural, sentence
from app.engine.knowledge.watched import LOG
from app.engine.readings.tellings import SAME, SINGLE, single
from app.model.activity import Activity
from app.model.alert import Finding
from app.model.details import RpcCall
from app.model.identifiers import DRSUAPI
from app.model.tuning import Threshold

WINDOW = DAY
GET_NC_CHANGES = 3
"""IDL_DRSGetNCChanges (MS-DRSR section 4.1.10)."""
CHECKED = 4662
ENOUGH = Threshold(
    name="enough",
    low=20,
    medium=8,
    high=4,
    words="Replications of that controller within a day, told by both packets and its log",
)


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """Answered calls, against the rights that the controller checked."""
    call = activity.detail
    if not isinstance(call, RpcCall) or call.opnum != GET_NC_CHANGES or call.guessed or activity.result != "success":
        return
    controller = ctx.target(activity).key
    if activity.source is None or not ctx.knowledge.station(controller).log:
        return
    for one in single(ctx, activity, ("replication", controller), "anybody", DAY, ENOUGH):
        if ctx.logged(controller, (CHECKED,), one.at, one.at):
            yield told(one, ctx)


def told(activity: Activity, ctx: Context) -> Finding:
    """The words."""
    target = ctx.target(activity)
    return found(
        ctx, activity, f"{ctx.place(activity.source, activity.at)}\n{target.key}", confidence="low", succeeded=True,
        story=(
            sentence(*ctx.who(activity), " fetched the directory's objects from ", target, ", and its log has no record of it."),
            sentence("The log tells of other replications, so this one was left out, or what is audited was changed."),
        ),
        facts=(
            fact("Replication told by packets only: ", activity),
            fact(f"The controller's log has at least {plural(ctx.limit(ENOUGH), 'other replication')} (4662)"),
            fact("The log is whole around it: no gap, not cleared"),
            against("It would be quiet if 4662 with a right to replicate were in the log within seconds"),
        ),
        steps=ctx.path(activity, "replication request", "not in the log"),
    )  # fmt: skip


DETECTOR = Detector(
    id="unlogged_replication",
    external_id=3033,
    title="Replication without its record in the controller's log",
    severity="low",
    phase="Domain dominance",
    techniques=("T1562.002", "T1003.006"),
    watches=(RpcCall,),
    interfaces=(DRSUAPI,),
    needs=Needs(ports=("135", "dynamic RPC"), kinds=("rpc-call",), interfaces=(DRSUAPI,), answers=True),
    window=WINDOW,
    thresholds=(ENOUGH, SINGLE, SAME),
    tellings=True,
    silent=lambda ctx, kind: kind is RpcCall and not ctx.knowledge.sight.watched.has(LOG),
    detect=detect,
)
