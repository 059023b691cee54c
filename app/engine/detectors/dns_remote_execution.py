"""A name server was sent an answer that overflows it (SIGRed, CVE-2020-1350), or told to load a library."""

import re
from collections.abc import Iterable, Iterator

from app.engine.context import Context
from app.engine.detector import HOUR, Detector, Needs, against, fact, found, measured, sentence, some
from app.engine.readings.sessions import by_system
from app.engine.repeated import again, told_before
from app.model.activity import Activity
from app.model.alert import Finding, Severity, Step
from app.model.details import DnsQuery
from app.model.events import EventDns
from app.model.tuning import Threshold

WINDOW = HOUR
TYPE = "SIG"
"""Record type 24, of which RFC 3755 left only the use in SIG(0) of RFC 2931; nobody asks for it by name any more."""
SIZE = Threshold(name="size", low=60_000, medium=16_384, high=4_096, words="Bytes of one signature record", unit="bytes")
"""A signature has a few hundred bytes; the overflow needs one whose name, unfolded, makes it exceed 65,535."""
NOT_LOADED, SETTING, LOADED = 150, 541, 770
PLUGIN = "serverlevelplugindll"
"""The library that the server loads at its next start (MS-DNSP section 3.1.1.1.3); members of DnsAdmins may set it."""
TOOLS = frozenset({"mimilib.dll"})
_BYTES = re.compile(r"^SIG (\d{1,9}) bytes$")


def largest(query: DnsQuery) -> int:
    """Bytes of the largest signature record of an answer."""
    return max((int(one.group(1)) for one in map(_BYTES.match, query.answers) if one is not None), default=0)


def detect(activity: Activity, ctx: Context) -> Iterable[Finding]:
    """On the wire the answers, in the log of the server its plug-ins."""
    event = activity.detail
    return plugged(activity, event, ctx) if isinstance(event, EventDns) else answered(activity, ctx)


def plugged(activity: Activity, event: EventDns, ctx: Context) -> Iterator[Finding]:
    """A library was set (541), loaded at a start of the server (770), or could not be (150)."""
    if event.event_id == SETTING:
        path = event.text("NewValue") or "" if (event.text("Setting") or "").lower() == PLUGIN else ""
    else:
        path = event.text("PluginDll") or ""
    if event.event_id not in (NOT_LOADED, SETTING, LOADED) or not path:
        return
    plain = path[:512].lower().replace("/", "\\")
    afar = plain.startswith("\\\\") and plain[2:3] not in ("?", ".")
    tool = plain.rpartition("\\")[2] in TOOLS
    where, server = ctx.place(activity.destination, activity.at), ctx.target(activity)
    known = told_before(ctx, activity.at, "plug-in", where, plain)
    severity: Severity = "low" if known and not tool else "high" if afar or tool else "medium"
    account = None if by_system(activity) else ctx.account(activity)
    said = {SETTING: "was told to load", LOADED: "loaded"}.get(event.event_id, "tried to load")
    succeeded = {LOADED: True, NOT_LOADED: False}.get(event.event_id)
    yield found(
        ctx,
        activity,
        f"plug-in {where}",
        severity=severity,
        confidence="high" if afar or tool else "medium",
        title=f"A DNS server {said} a library",
        succeeded=succeeded,
        sources=(),
        accounts=some(account),
        targets=some(server),
        story=(
            sentence(
                "The DNS server ", server, f" {said} the library {path[:200]}", *((" by ", account) if account else ()), "."
            ),
            sentence("A DNS server runs what it loads as the system, on a domain controller with all that this means."),
        ),
        facts=(
            fact("Its log tells it: ", activity),
            *((fact("The library lies on another computer, where members of DnsAdmins can put one"),) if afar else ()),
            *((fact("It is the library of a tool that attackers use"),) if tool else ()),
            *((again(server),) if known else ()),
            against("It would be quiet for a setting that is taken back; hardly any product brings such a library"),
        ),
        steps=(
            Step(origin=account or server, target=server, label="library", caption=path.rpartition("\\")[2][:40], accented=True),
        ),
    )


def answered(activity: Activity, ctx: Context) -> Iterator[Finding]:
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
    techniques=("T1210", "T1574"),
    watches=(DnsQuery, EventDns),
    questions=(TYPE,),
    event_ids=(NOT_LOADED, SETTING, LOADED),
    needs=Needs(ports=("53",), kinds=("dns-query", "event-dns"), parts=("event-dns",), answers=True),
    window=WINDOW,
    thresholds=(SIZE,),
    detect=detect,
)
