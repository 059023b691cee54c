"""A compressed SMB 3 message whose sizes cannot be, which overruns an unpatched server (CVE-2020-0796)."""

from collections.abc import Iterator

from app.engine.context import Context
from app.engine.detector import HOUR, Detector, Needs, against, caption_of, fact, found, plural, sentence
from app.model.activity import Activity
from app.model.alert import Finding
from app.model.details import SmbViolation

WINDOW = HOUR
OVERFLOW, BLANK = "compression overflow", "blank offer"
PROBE = "CVE-2020-0796 (SMBGhost) was probed for"


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """The exploit by its sizes; the scanner by a negotiation that nobody begins who means to go on."""
    detail = activity.detail
    if not isinstance(detail, SmbViolation) or detail.what not in (OVERFLOW, BLANK) or activity.source is None:
        return
    probe = detail.what == BLANK
    ip, source, target = ctx.place(activity.source, activity.at), ctx.source(activity), ctx.target(activity)
    targets = ctx.memory.seen((detail.what, ip), target, activity.at, activity.id, WINDOW)
    size, offset = detail.value or 0, detail.other or 0
    if probe:
        words = (source, " offered compression with neither an identifier nor a salt of its own: ", activity)
    else:
        words = (source, f" claims {size:,} bytes before compression at offset {offset:,}: ", activity)
    over = size + offset > 0xFFFFFFFF
    yield found(
        ctx,
        activity,
        f"{ip} {detail.what}",
        title=PROBE if probe else None,
        severity="low" if probe else None,
        confidence="medium" if probe else "high",
        succeeded=False if probe else None,
        story=(
            sentence(source, " asked ", target, " whether it compresses, as scanners for this flaw do, and nothing more.")
            if probe
            else sentence(
                source, " sent ", target, " a compressed message whose sizes cannot be; whether it did harm is not known."
            ),
        ),
        facts=(
            fact(*words),
            *((fact("Their sum does not fit into 32 bits, which makes the server's buffer too small"),) if over else ()),
            *((fact(f"{plural(targets.distinct, 'server')} so far"),) if targets.distinct > 1 else ()),
            against("It would be quiet if the sizes fitted into the message and below 16.8 MB")
            if not probe
            else against("It would be quiet for a client that draws its identifier and its salt at random"),
        ),
        steps=ctx.path(activity, "SMB 3 negotiation" if probe else "compressed message", caption_of(activity)),
    )


DETECTOR = Detector(
    id="smb_packet_manipulation",
    external_id=2406,
    title="Suspicious SMB packet manipulation (CVE-2020-0796)",
    severity="high",
    phase="Lateral movement",
    techniques=("T1210",),
    watches=(SmbViolation,),
    needs=Needs(ports=("445", "139"), kinds=("smb-session", "smb-file", "smb-violation"), hidden_by=("smb3 encrypted",)),
    window=WINDOW,
    detect=detect,
)
