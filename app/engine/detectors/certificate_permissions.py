"""Permissions or managers of a certification authority were changed."""

from collections.abc import Iterator

from app.engine.change_story import tell
from app.engine.changes import Change, is_routine
from app.engine.changes.rights import NAMES, entries
from app.engine.context import Context
from app.engine.detector import HOUR, Detector, Needs, fact
from app.engine.knowledge.sids import sid_in
from app.model.activity import Activity
from app.model.alert import Finding
from app.model.events import EventCertificate

PERMISSIONS, MANAGERS = 4882, 4890
MANAGE_CA, MANAGE_CERTIFICATES = 0x1, 0x2
"""Rights in the descriptor of an authority (MS-CSRA): its administrators, its officers."""
EVERYBODY = frozenset({"S-1-1-0", "S-1-5-11", "S-1-5-32-545", "DU", "DC"})


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """Every change; that everybody may manage the authority is the worst."""
    event: EventCertificate = activity.detail  # type: ignore[assignment]
    if event.event_id not in (PERMISSIONS, MANAGERS):
        return
    target = ctx.target(activity)
    settings = event.text("SecuritySettings") or ""
    wide = [
        one for one in entries(settings) if one.allows and one.sid in EVERYBODY and one.mask & (MANAGE_CA | MANAGE_CERTIFICATES)
    ]
    wide = wide if sid_in(settings) or "(" in settings else []
    what = " changed the permissions of the certification authority " if event.event_id == PERMISSIONS else (
        " changed who manages certificates at the authority "
    )  # fmt: skip
    yield tell(
        ctx, activity, Change(deed="set"), (what, target), label="permissions changed", severity="high" if wide else "medium",
        routine=not wide and is_routine(activity, ctx),
        why=("Whoever may manage an authority can have certificates issued in the name of any administrator.",),
        facts=tuple(fact(NAMES.get(one.sid, one.sid), " may manage it now") for one in wide[:4]),
        quiet=("It would be quiet if nobody had changed them",), targets=(target,),
        title=DETECTOR.title,
    )  # fmt: skip


DETECTOR = Detector(
    id="certificate_permissions",
    external_id=2435,
    title="Suspicious modification of the permissions of a certification authority",
    severity="medium",
    phase="Domain dominance",
    techniques=("T1484", "T1649"),
    watches=(EventCertificate,),
    needs=Needs(ports=("the Security log of the authority",), kinds=("event-certificate",), parts=("event-certificate",)),
    window=HOUR,
    event_ids=(PERMISSIONS, MANAGERS),
    detect=detect,
)
