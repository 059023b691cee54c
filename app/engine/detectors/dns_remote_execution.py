"""A name server sent an answer that overflows it (SIGRed, CVE-2020-1350)."""

import re
from collections.abc import Iterator

from app.engine.context import Context
from app.engine.detector import HOUR, Detector, Needs, against, fact, found, measured, sentence
from app.model.activity import Activity
from app.model.alert import Finding
from app.model.details import DnsQuery
from app.model.tuning import Threshold

WINDOW = HOUR
TYPE = "SIG"
"""Record type 24, of which RFC 3755 left only the use in SIG(0) of RFC 2931; nobody asks for it by name any more."""
SIZE = Threshold(name="size", low=60_000, medium=16_384, high=4_096, words="Bytes of one signature record", unit="bytes")
"""A signature has a few hundred bytes; the overflow needs one whose name, unfolded, makes it exceed 65,535."""
_BYTES = re.compile(r"^SIG (\d{1,9}) bytes$")


def largest(query: DnsQuery) -> int:
    """Bytes of the largest signature record of an answer."""
    return max((int(one.group(1)) for one in map(_BYTES.match, query.answers) if one is not None), default=0)


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """Answers with such a record; questions for one whose answer did not fit into a datagram."""
    query: DnsQuery = activity.detail  # type: ignore[assignment]
    if query.type != TYPE or query.protocol != "dns":
        return
    size = largest(query)
    large = size >= ctx.limit(SIZE)
    if not large and not query.truncated:
        return
    victim, answering = ctx.source(activity), ctx.target(activity)
    yield found(
        ctx,
        activity,
        f"{query.name.lower()[:255]} {ctx.place(activity.source, activity.at)}",
        severity=None if large else "low",
        confidence="high" if large else "low",
        succeeded=None,
        story=(
            sentence(
                answering,
                " answered ",
                victim,
                f"'s question for the signature of {query.name[:255]}",
                f" with a record of {size:,} bytes."
                if large
                else " with more than fits into a datagram, so that it asks again over TCP.",
            ),
            sentence("A name server of Windows without the update of July 2020 runs the sender's code then."),
        ),
        facts=(
            fact("A record of the type SIG was asked for, which nothing uses any more: ", activity),
            *(
                (
                    measured(
                        f"Signatures have a few hundred bytes; this one has {size:,}",
                        seen=size,
                        limits=(ctx.limit(SIZE),),
                        unit="bytes",
                    ),
                )
                if large
                else ()
            ),
            against(f"It would be quiet for a signature below {ctx.limit(SIZE):,} bytes"),
        ),
        steps=ctx.path(activity, "SIG record", f"{size:,} bytes" if large else "truncated"),
    )


DETECTOR = Detector(
    id="dns_remote_execution",
    external_id=2036,
    title="Remote code execution attempt over DNS",
    severity="high",
    phase="Lateral movement",
    techniques=("T1210",),
    watches=(DnsQuery,),
    questions=(TYPE,),
    needs=Needs(ports=("53",), kinds=("dns-query",), answers=True),
    window=WINDOW,
    thresholds=(SIZE,),
    detect=detect,
)
