"""A name server was sent an answer that overflows it (SIGRed, CVE-2020-1350), or told to load a library."""

import re
from collections.abc import Iterable, Iterator

from app.engine.context import Context
from app.engine.detector import HOUR, Detector, Needs, against, fact, found, measured, sentence, some
from app.engine.readings.hosts import VALUE_AUDITED, VALUE_SET, value_set
from app.engine.readings.sessions import by_system
from app.engine.repeated import again, told_before
from app.model.activity import Activity
from app.model.alert import Finding, Severity, Step
from app.model.details import DnsQuery, RpcCall
from app.model.events import EventDns, EventHost
from app.model.identifiers import DNS_SERVER
from app.model.tuning import Threshold

WINDOW = HOUR
TYPE = "SIG"
"""Record type 24, of which RFC 3755 left only the use in SIG(0) of RFC 2931; nobody asks for it by name any more."""
SIZE = Threshold(name="size", low=60_000, medium=16_384, high=4_096, words="Bytes of one signature record", unit="bytes")
"""A signature has a few hundred bytes; the overflow needs one whose name, unfolded, makes it exceed 65,535."""
NOT_LOADED, SETTING, LOADED = 150, 541, 770
PLUGIN = "serverlevelplugindll"
"""The library that the server loads at its next start (MS-DNSP section 3.1.1.1.3); members of DnsAdmins may set it."""
SETS = (0, 5)
"""R_DnssrvOperation, R_DnssrvOperation2 (MS-DNSP sections 3.1.4.1, 3.1.4.6)."""
EMPTY = "(Empty)"
"""What Sysmon writes for a value without content."""
TOOLS = frozenset({"mimilib.dll"})
_BYTES = re.compile(r"^SIG (\d{1,9}) bytes$")


def largest(query: DnsQuery) -> int:
    """Bytes of the largest signature record of an answer."""
    return max((int(one.group(1)) for one in map(_BYTES.match, query.answers) if one is not None), default=0)


def detect(activity: Activity, ctx: Context) -> Iterable[Finding]:
    """On the wire the answers and what is set by a call, in logs of the server its plug-ins."""
    return answered(activity, ctx) if isinstance(activity.detail, DnsQuery) else plugged(activity, ctx)


def library(activity: Activity) -> tuple[str, str, bool | None]:
    """(path of a library, what the server did with it, whether it worked); the path is empty where none is told.

    A call in the clear sets it, the server's log tells that it was set (541), loaded at a start (770) or could not be (150), and
    the registry holds it (MS-DNSP section 3.1.1.1.3).
    """
    told = activity.detail
    if isinstance(told, RpcCall):
        set_here = told.interface == DNS_SERVER and told.opnum in SETS and str(told.stub.get("operation", "")).lower() == PLUGIN
        worked = False if activity.result == "failure" else None
        return str(told.stub.get("value", "")) if set_here else "", "was told to load", worked
    if isinstance(told, EventHost):
        value = value_set(activity)
        kept = value is not None and value.name == PLUGIN and value.data != EMPTY
        return value.data if value is not None and kept else "", "was told to load", None
    if not isinstance(told, EventDns) or told.event_id not in (NOT_LOADED, SETTING, LOADED):
        return "", "", None
    if told.event_id == SETTING:
        set_here = (told.text("Setting") or "").lower() == PLUGIN
        return (told.text("NewValue") or "") if set_here else "", "was told to load", None
    loaded = told.event_id == LOADED
    return told.text("PluginDll") or "", "loaded" if loaded else "tried to load", loaded


def plugged(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """A library for a DNS server, whoever tells it: what is told in several ways is one alert, and surer."""
    path, said, succeeded = library(activity)
    if not path:
        return
    plain = path[:512].lower().replace("/", "\\")
    afar = plain.startswith("\\\\") and plain[2:3] not in ("?", ".")
    tool = plain.rpartition("\\")[2] in TOOLS
    where, server = ctx.place(activity.destination, activity.at), ctx.target(activity)
    way = "call" if isinstance(activity.detail, RpcCall) else "registry" if isinstance(activity.detail, EventHost) else "log"
    ways = ctx.memory.seen(("plug-in", where), way, activity.at, activity.id, WINDOW).distinct
    known = told_before(ctx, activity.at, "plug-in", where, plain)
    refused = way == "call" and succeeded is False
    severity: Severity = "low" if known and not tool else "high" if (afar or tool) and not refused else "medium"
    account = None if by_system(activity) else ctx.account(activity)
    yield found(
        ctx,
        activity,
        f"plug-in {where}",
        severity=severity,
        confidence="high" if afar or tool or ways > 1 else "medium",
        title=f"A DNS server {said} a library",
        succeeded=succeeded,
        sources=some(ctx.source(activity)) if way == "call" else (),
        accounts=some(account),
        targets=some(server),
        story=(
            sentence(
                "The DNS server ", server, f" {said} the library {path[:200]}", *((" by ", account) if account else ()), "."
            ),
            sentence("A DNS server runs what it loads as the system, on a domain controller with all that this means."),
        ),
        facts=(
            fact({"call": "The call was read: ", "registry": "Its registry holds it: "}.get(way, "Its log tells it: "), activity),
            *((fact("It is told in more than one way"),) if ways > 1 else ()),
            *((fact("The library lies on another computer, where members of DnsAdmins can put one"),) if afar else ()),
            *((fact("It is the library of a tool that attackers use"),) if tool else ()),
            *((again(server),) if known else ()),
            against("It would be quiet for a setting that is taken back; hardly any product brings such a library"),
        ),
        steps=(
            Step(
                origin=account or (ctx.source(activity) if way == "call" else server),
                target=server,
                label="library",
                caption=path.rpartition("\\")[2][:40],
                accented=True,
            ),
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
    watches=(DnsQuery, EventDns, EventHost, RpcCall),
    forms={DnsQuery: lambda form, _: form[0] == TYPE},
    interfaces=(DNS_SERVER,),
    opnums=SETS,
    event_ids=(NOT_LOADED, SETTING, LOADED, VALUE_SET, VALUE_AUDITED),
    needs=Needs(
        ports=("53",),
        kinds=("dns-query", "event-dns", "event-host"),
        parts=("event-dns", "event-host"),
        answers=True,
    ),
    window=WINDOW,
    thresholds=(SIZE,),
    detect=detect,
)
