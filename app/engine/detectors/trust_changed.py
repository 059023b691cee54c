"""A trust with another domain was made, changed or removed."""

from collections.abc import Iterator

from app.engine.change_story import tell
from app.engine.changes import Change, is_routine
from app.engine.context import Context
from app.engine.detector import HOUR, Detector, Needs, fact
from app.engine.readings.sessions import by_system
from app.model.activity import Activity
from app.model.alert import Fact, Finding, Severity
from app.model.details import RpcCall
from app.model.events import EventPolicy
from app.model.identifiers import LSARPC

CREATED, REMOVED, CHANGED = 4706, 4707, 4716
CALLS = {
    12: "made", 51: "made", 59: "made", 129: "made", 41: "removed", 27: "changed", 40: "changed", 49: "changed", 74: "changed",
    132: "changed",
}  # fmt: skip
"""LsarCreateTrustedDomain and its like, LsarDeleteTrustedDomain, LsarSet... (MS-LSAD section 3.1.4.7, 3.1.4.8)."""
DEEDS = {CREATED: "made", REMOVED: "removed", CHANGED: "changed"}
FILTERS, FOREST, LENIENT, WITHIN, DELEGATES = 0x4, 0x8, 0x40, 0x20, 0x800
"""trustAttributes (MS-ADTS section 6.1.6.7.9): SIDs filtered, a forest, treated as external (fewer filtered), within the forest,
tickets may be delegated across."""
INBOUND = 1
"""trustDirection without the outgoing bit: the other domain's accounts get no access here."""


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """Trusts as logs and packets tell them; what controllers do among themselves, such as new passwords, is quiet."""
    detail = activity.detail
    if isinstance(detail, RpcCall):
        deed = CALLS.get(detail.opnum)
        if deed is None or detail.interface != LSARPC or ctx.from_controller(activity):
            return
        name, attributes = str(detail.stub.get("domain_name") or ""), detail.stub.get("attributes")
        direction = detail.stub.get("direction")
    elif isinstance(detail, EventPolicy) and detail.event_id in DEEDS:
        deed, name = DEEDS[detail.event_id], detail.text("DomainName") or ""
        attributes, direction = detail.number("TdoAttributes"), detail.number("TdoDirection")
        if by_system(activity) and deed == "changed":
            return
    else:
        return
    weak = _weak(attributes if isinstance(attributes, int) else None)
    mild = deed == "removed" or (deed == "changed" and not weak and isinstance(attributes, int)) or direction == INBOUND
    severity: Severity = "high" if weak and deed == "changed" else "low" if mild else "medium"
    yield tell(
        ctx,
        activity,
        Change(deed="set"),
        (f" {deed} the trust with {name or 'another domain'} on ", ctx.target(activity)),
        label=f"trust {deed}",
        severity=severity,
        routine=is_routine(activity, ctx),
        subject=f"{ctx.place(activity.destination, activity.at)} trust {name.lower()}",
        why=()
        if deed == "removed"
        else ("Accounts of a domain that is trusted can be given access here, and its administrators can make accounts.",),
        facts=weak,
        quiet=("It would be quiet if a controller had done it, as when the trust gets a new password",),
        targets=(ctx.target(activity),),
        title=f"A trust with another domain was {deed}",
    )


def _weak(attributes: int | None) -> tuple[Fact, ...]:
    """What makes a trust easier to cross than Windows makes it; a trust within the forest is never filtered."""
    if attributes is None or attributes & WITHIN:
        return ()
    said = []
    if attributes & FOREST and attributes & LENIENT:
        said.append(fact("It is treated as an external trust, so that SIDs of other domains are let through (SID history)"))
    if attributes & DELEGATES:
        said.append(fact("Tickets that may be delegated are given across it"))
    return tuple(said)


DETECTOR = Detector(
    id="trust_changed",
    external_id=3042,
    title="A trust with another domain was made or changed",
    severity="medium",
    phase="Domain dominance",
    techniques=("T1484.002",),
    watches=(EventPolicy, RpcCall),
    needs=Needs(
        ports=("445", "dynamic RPC"), kinds=("event-policy", "rpc-call"), parts=("event-policy",), interfaces=(LSARPC,),
        hidden_by=("smb3 encrypted",), controllers=True,
    ),
    window=HOUR,
    interfaces=(LSARPC,),
    opnums=tuple(sorted(CALLS)),
    event_ids=(CREATED, REMOVED, CHANGED),
    detect=detect,
)  # fmt: skip
