"""A privilege that is as good as being an administrator was given to an account."""

from collections.abc import Iterator

from app.engine.change_story import tell
from app.engine.changes import Change, is_routine
from app.engine.context import Context
from app.engine.detector import HOUR, Detector, Needs, fact
from app.engine.readings.sessions import by_system
from app.model.activity import Activity
from app.model.alert import Finding, Severity
from app.model.details import RpcCall
from app.model.events import EventPolicy
from app.model.identifiers import LSARPC

ASSIGNED, ADD_RIGHTS = 4704, 37
POWERS = {
    "seenabledelegationprivilege": "say which accounts may act for others (delegation)",
    "setcbprivilege": "act as the operating system",
    "secreatetokenprivilege": "make a token of anybody",
    "seassignprimarytokenprivilege": "start programs as somebody else",
    "sedebugprivilege": "read the memory of every process, with the credentials in it",
    "sebackupprivilege": "read every file, the database of the directory too",
    "serestoreprivilege": "write every file",
    "setakeownershipprivilege": "take every object",
    "seloaddriverprivilege": "load a driver",
    "sesyncagentprivilege": "read every attribute of the directory",
    "setrustedcredmanaccessprivilege": "read stored credentials of others",
}
"""Rights (names of MS-LSAD section 3.1.1.2.1, in lower case) with which an account helps itself to the rest."""
OF_SYSTEM = ("S-1-5-18", "S-1-5-19", "S-1-5-20", "S-1-5-6", "S-1-5-32-", "S-1-5-80-", "S-1-5-82-", "S-1-5-83-")
"""The system, local groups and accounts of services and virtual machines: Windows and its setups give them such rights."""


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """Rights given on a controller, or to an account of the domain from another computer."""
    detail = activity.detail
    if isinstance(detail, RpcCall):
        if detail.interface != LSARPC or detail.opnum != ADD_RIGHTS or ctx.from_controller(activity):
            return
        names, sid = detail.stub.get("names"), str(detail.stub.get("sid") or "")
        rights = [one for one in names if isinstance(one, str)] if isinstance(names, list) else []
    elif isinstance(detail, EventPolicy) and detail.event_id == ASSIGNED:
        rights, sid = (detail.text("PrivilegeList") or "").split(), detail.text("TargetSid") or ""
        if ctx.target(activity).kind != "controller":
            return
    else:
        return
    powers = [POWERS[one.lower()] for one in rights[:64] if one.lower() in POWERS]
    if not powers or sid.strip("%{}").startswith(OF_SYSTEM):
        return
    system, target = by_system(activity), ctx.target(activity)
    severity: Severity = "low" if system or target.kind != "controller" else "medium"
    given = [one for one in rights if one.lower() in POWERS]
    change = Change(deed="set", sid=sid.strip("%{}"))
    yield tell(
        ctx,
        activity,
        change,
        (f" gave {sid or 'an account'} the right {', '.join(given[:4])} on ", target),
        label="right given",
        severity=severity,
        routine=is_routine(activity, ctx),
        why=(f"With it the account can {'; '.join(dict.fromkeys(powers))}.",),
        facts=(fact("The system itself did it, as it applies a group policy"),) if system else (),
        quiet=("It would be quiet for a group that Windows itself gives this right, or for a harmless right",),
        targets=(target,),
        title=DETECTOR.title,
    )


DETECTOR = Detector(
    id="rights_given",
    external_id=3043,
    title="A powerful privilege was given to an account",
    severity="medium",
    phase="Domain dominance",
    techniques=("T1098", "T1134"),
    watches=(EventPolicy, RpcCall),
    needs=Needs(
        ports=("445", "dynamic RPC"), kinds=("event-policy", "rpc-call"), parts=("event-policy",), interfaces=(LSARPC,),
        hidden_by=("smb3 encrypted",), content=True,
    ),
    window=HOUR,
    interfaces=(LSARPC,),
    opnums=(ADD_RIGHTS,),
    event_ids=(ASSIGNED,),
    detect=detect,
)  # fmt: skip
