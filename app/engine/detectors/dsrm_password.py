"""The password of a controller's restore mode was set, which opens it to whoever knows it."""

from collections.abc import Iterator

from app.engine import describe
from app.engine.context import Context
from app.engine.detector import HOUR, Detector, Needs, against, caption_of, ended, fact, found, outcome_of, sentence
from app.engine.readings.hosts import VALUE_AUDITED, VALUE_SET, value_set
from app.engine.readings.sessions import by_system
from app.model.activity import Activity
from app.model.alert import Finding
from app.model.details import RpcCall
from app.model.events import EventAccount, EventHost
from app.model.identifiers import SAMR

WINDOW = HOUR
SET_DSRM_PASSWORD = 66
"""SamrSetDSRMPassword (MS-SAMR section 3.1.5.13.6)."""
LOGGED = 4794
BEHAVIOR, LSA = "dsrmadminlogonbehavior", "\\control\\lsa"
SIGNS_IN = frozenset({1, 2})
"""When the restore mode's administrator signs in: 1 while the directory is stopped, 2 always (Microsoft, DsrmAdminLogonBehavior).
"""


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """Every attempt, by the call or by the controller's log; the system's own is told quietly."""
    detail = activity.detail
    if isinstance(detail, EventHost):
        yield from opened(activity, ctx)
        return
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


def opened(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """The value of the registry by which the restore mode's administrator may sign in while the directory runs (1, 2)."""
    value = value_set(activity)
    if value is None or value.name != BEHAVIOR or not value.key.endswith(LSA) or value.number not in SIGNS_IN:
        return
    account, target, system = ctx.account(activity), ctx.target(activity), by_system(activity)
    yield found(
        ctx,
        activity,
        ctx.place(activity.destination, activity.at),
        severity="low" if system and value.by == "svchost.exe" else None,
        confidence="medium",
        title="Restore mode administrator of a controller may sign in at any time (DSRM)",
        succeeded=True,
        sources=(),
        story=(
            sentence(account, " let the administrator of ", target, "'s restore mode sign in while the directory runs."),
            sentence("That account is local to the controller, no policy of the domain covers it, and it outlives every reset."),
        ),
        facts=(
            fact(f"DsrmAdminLogonBehavior was set to {value.number} by {value.by or 'a program not told'}: ", activity),
            *((fact("A policy of the domain set it"),) if system and value.by == "svchost.exe" else ()),
            against("It would be quiet for the value 0, with which that account signs in only in restore mode"),
        ),
        steps=ctx.path(activity, "restore mode sign-in", "success"),
    )


DETECTOR = Detector(
    id="dsrm_password",
    external_id=2438,
    title="Restore mode password of a controller changed (DSRM)",
    severity="medium",
    phase="Domain dominance",
    techniques=("T1098",),
    watches=(RpcCall, EventAccount, EventHost),
    interfaces=(SAMR,),
    event_ids=(LOGGED, VALUE_SET, VALUE_AUDITED),
    needs=Needs(
        ports=("445", "139"),
        kinds=("rpc-call", "event-account", "event-host"),
        parts=("event-account", "event-host"),
        hidden_by=("smb3 encrypted",),
        interfaces=(SAMR,),
    ),
    window=WINDOW,
    detect=detect,
)
