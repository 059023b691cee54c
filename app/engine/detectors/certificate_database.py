"""Rows of a certification authority's database were deleted."""

from collections.abc import Iterator

from app.engine.change_story import tell
from app.engine.changes import Change, is_routine
from app.engine.context import Context
from app.engine.detector import HOUR, Detector, Needs, fact
from app.model.activity import Activity
from app.model.alert import Finding
from app.model.events import EventCertificate

DELETED = 4896
REVOCATION_LISTS = 0x5000
"""Table of the lists of what was revoked (CVRC_TABLE_CRL of ICertView2::SetTable), of which old ones are of no use any more.
Requests with their certificates, extensions and attributes are in tables of their own.
"""


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """Every deletion of rows but those of old revocation lists: the database is the only list of what was issued."""
    event: EventCertificate = activity.detail  # type: ignore[assignment]
    if event.event_id != DELETED:
        return
    if event.number("TableId") == REVOCATION_LISTS or event.number("RowsDeleted") == 0:
        return
    rows, chosen = event.text("RowsDeleted") or "some", event.text("Filter")
    what = f"{rows} {'row' if rows == '1' else 'rows'}"
    target = ctx.target(activity)
    yield tell(
        ctx,
        activity,
        Change(deed="delete"),
        (f" deleted {what} of the certificate database on ", target),
        label="rows deleted",
        severity="medium",
        routine=is_routine(activity, ctx),
        why=("What was issued with these rows is on no list any more, and cannot be revoked by it.",),
        facts=(fact(f"Rows chosen by: {chosen[:200]}"),) if chosen else (),
        quiet=("It would be quiet if the rows had stayed",),
        targets=(target,),
        title=DETECTOR.title,
    )


DETECTOR = Detector(
    id="certificate_database",
    external_id=2433,
    title="Suspicious deletion of certificate database entries",
    severity="medium",
    phase="Domain dominance",
    techniques=("T1070",),
    watches=(EventCertificate,),
    needs=Needs(ports=("the Security log of the authority",), kinds=("event-certificate",), parts=("event-certificate",)),
    window=HOUR,
    event_ids=(DELETED,),
    detect=detect,
)
