"""A server asked who has sessions with it, which tells where administrators sit."""

from collections.abc import Iterator

from app.engine.context import Context
from app.engine.detector import (
    HOUR,
    Detector,
    Needs,
    against,
    caption_of,
    ended,
    fact,
    found,
    outcome_of,
    plural,
    sentence,
)
from app.model.activity import Activity
from app.model.alert import Finding
from app.model.details import RpcCall
from app.model.tuning import Threshold

SRVSVC = "4b324fc8-1670-01d3-1278-5a47bf6ee188"
NETR_SESSION_ENUM = 12
"""NetrSessionEnum (MS-SRVS section 3.1.4.5)."""
WKSSVC = "6bffd098-a112-3610-9833-46c3f87e345a"
NETR_WKSTA_USER_ENUM = 2
"""NetrWkstaUserEnum (MS-WKST section 3.2.4.3): who is signed in at a computer, for its administrators; collectors ask both."""
WINDOW = HOUR
SERVERS = Threshold(name="servers", low=5, medium=3, high=2, words="Other servers asked within an hour")
"""Other servers asked within an hour; one is the daily look of its administrator."""
ASKS = frozenset({(SRVSVC, NETR_SESSION_ENUM), (WKSSVC, NETR_WKSTA_USER_ENUM)})


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """Session lists of controllers, or lists of several computers, asked for by whoever is no controller."""
    call: RpcCall = activity.detail  # type: ignore[assignment]
    if (call.interface, call.opnum) not in ASKS or activity.source is None or ctx.from_controller(activity):
        return
    users = call.interface == WKSSVC
    ip, where = ctx.place(activity.source, activity.at), ctx.place(activity.destination, activity.at)
    if ip == where or not where:
        return
    trail = ctx.memory.seen(("servers", ip), where, activity.at, activity.id, WINDOW)
    on_controller = ctx.to_controller(activity) and not users
    if on_controller:
        ctx.memory.note(("hot", ip), True, activity.at)
    hot = on_controller or ctx.memory.recall(("hot", ip), bool, activity.at, WINDOW) is not None
    many = trail.distinct >= ctx.limit(SERVERS)
    if users and not (hot or many):
        return
    success = activity.result != "failure"
    target = ctx.target(activity)
    servers = tuple(
        {ref.key: ref for one in trail.values if (ref := ctx.knowledge.address_entity(str(one), activity.at))}.values()
    )
    yield found(
        ctx,
        activity,
        ip,
        first=trail.began,
        evidence=trail.take() or (activity.id,),
        targets=servers,
        severity=None if hot or many else "low",
        succeeded=outcome_of(activity),
        title=None if success else "Attempted user and IP address reconnaissance (SMB)",
        story=(
            sentence(
                *ctx.who(activity), " asked ", target, " who is signed in there" if users else " who is connected to it",
                ended(activity, ", and was told."),
            ),
        ),
        facts=(
            fact("NetrWkstaUserEnum lists the users signed in: " if users
                 else "NetrSessionEnum lists users with the addresses they come from: ", activity),
            fact(f"{plural(trail.distinct, 'server')} asked within an hour"),
            *((fact(target, " is a domain controller, where most accounts have sessions"),) if on_controller else ()),
            against("It would be quiet from a domain controller, and of low severity for a single server that is none"),
        ),
        steps=ctx.path(activity, "session list", caption_of(activity)),
    )  # fmt: skip


DETECTOR = Detector(
    id="smb_session_enumeration",
    external_id=2012,
    title="User and IP address reconnaissance (SMB)",
    severity="medium",
    phase="Reconnaissance",
    techniques=("T1087.002", "T1049"),
    watches=(RpcCall,),
    interfaces=(SRVSVC, WKSSVC),
    opnums=(NETR_SESSION_ENUM, NETR_WKSTA_USER_ENUM),
    needs=Needs(
        ports=("445", "139"), kinds=("rpc-call",), hidden_by=("smb3 encrypted",), interfaces=(SRVSVC, WKSSVC), controllers=True
    ),
    window=WINDOW,
    thresholds=(SERVERS,),
    detect=detect,
)
