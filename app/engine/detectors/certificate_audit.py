"""A certification authority was told to log less."""

from collections.abc import Iterator

from app.engine.change_story import tell
from app.engine.changes import Change, is_routine
from app.engine.context import Context
from app.engine.detector import HOUR, Detector, Needs, fact
from app.model.activity import Activity
from app.model.alert import Finding
from app.model.events import EventCertificate

CHANGED = 4885
EVERYTHING = 0x7F
"""All seven kinds of events of AuditFilter (certutil -setreg CA\\AuditFilter)."""
KINDS = {
    0x01: "start and stop", 0x02: "backup and restore", 0x04: "requests and what was issued", 0x08: "revocation",
    0x10: "permissions", 0x20: "keys", 0x40: "settings",
}  # fmt: skip


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """A filter that leaves something out; one that logs everything is what it should be."""
    event: EventCertificate = activity.detail  # type: ignore[assignment]
    if event.event_id != CHANGED:
        return
    kept = event.number("AuditFilter")
    if kept is not None and kept & EVERYTHING == EVERYTHING:
        return
    target = ctx.target(activity)
    left = [words for bit, words in KINDS.items() if kept is not None and not kept & bit]
    yield tell(
        ctx,
        activity,
        Change(deed="set"),
        (" changed what the certification authority ", target, " logs"),
        label="audit filter changed",
        severity="medium",
        routine=is_routine(activity, ctx),
        why=("What it does not log cannot be found later: certificates that were issued to an attacker among it.",),
        facts=(fact(f"It does not log: {', '.join(left)}") if left else fact("The event does not tell the new filter"),),
        quiet=("It would be quiet if it logged everything (127)",),
        targets=(target,),
        confidence="high" if kept is not None else "medium",
        title=DETECTOR.title,
    )


DETECTOR = Detector(
    id="certificate_audit",
    external_id=2434,
    title="Suspicious disabling of audit filters of a certification authority",
    severity="medium",
    phase="Domain dominance",
    techniques=("T1562.002",),
    watches=(EventCertificate,),
    needs=Needs(ports=("the Security log of the authority",), kinds=("event-certificate",), parts=("event-certificate",)),
    window=HOUR,
    event_ids=(CHANGED,),
    detect=detect,
)
