"""A network mapped through DNS: zone transfers, sweeps of names, services or addresses."""

from collections.abc import Iterable, Iterator

from app.engine import describe
from app.engine.context import Context
from app.engine.detector import DAY, HOUR, MINUTE, Detector, Later, Needs, against, fact, found, later, listed, plural, sentence
from app.engine.knowledge.names import is_address
from app.engine.memory import Trail
from app.engine.repeated import again, folded, told_before
from app.model.activity import Activity
from app.model.alert import Finding
from app.model.details import DnsQuery
from app.model.tuning import Threshold

WINDOW = 10 * MINUTE
"""Sweeps take seconds to minutes."""
HABIT = 3
"""Days on which a computer asked so much, after which it is what it always does."""
LEARNING = 8 * DAY
EVERYDAY = frozenset({"addresses", "missing"})
"""What log servers, mail gateways, proxies, monitoring and inventories ask for by the hundred in every network: quiet until the
learning time is over, when a computer that never did so before begins. Names of services are asked for by tools alone."""
TRANSFER_WINDOW = 60 * MINUTE
"""A secondary server asks for the zone's SOA record before it transfers; it refreshes within this time."""
REFRESHED, POLLS = DAY, 3
"""Hours of the day in which it asked for that record: a secondary keeps to the zone's refresh timer (RFC 1034 section 4.3.5), a
tool asks once, just before."""
SERVICES = Threshold(
    name="services",
    low=80,
    medium=40,
    high=20,
    words="Different names of services and texts (SRV, TXT, ANY, MX, NS, HINFO, DNSKEY) in the domain",
)
"""Different names of services and texts (SRV, TXT, ANY, MX, NS, HINFO, DNSKEY) in the domain: a computer that looks for its
controllers asks for about a dozen."""
SWEEP = Threshold(name="sweep", low=500, medium=200, high=100, words="Different addresses looked up in reverse")
"""Different addresses looked up in reverse."""
MISSING = Threshold(name="missing", low=300, medium=100, high=50, words="Different names of the domain that do not exist")
"""Different names of the domain that do not exist: guessed from a list of words."""
UNUSUAL = frozenset({"SRV", "TXT", "ANY", "MX", "NS", "HINFO", "DNSKEY", "SOA", "NSEC", "AXFR", "IXFR"})
ORDINARY = frozenset({"A", "AAAA"})
LISTED = UNUSUAL | {"PTR"}
NO_SUCH_NAME = 3
TRANSFERS = frozenset({"AXFR", "IXFR"})


def transfer(activity: Activity, query: DnsQuery, ctx: Context) -> Iterator[Later]:
    """A whole zone asked for by whoever is no name server; whether it is a secondary shows in the hours before and after."""
    ip = activity.source.ip if activity.source else ""
    got = activity.result == "success" and query.records > 2
    before = told_before(ctx, activity.at, ip, "transfer", worked=got)
    one = later(
        ctx, activity, f"{ip} transfer", lambda: told(activity, query, before, ctx), severity="low" if before else None,
        succeeded=got, sources=(ctx.source(activity),),
    )  # fmt: skip
    yield folded(one, ip, "transfer") if before else one


def told(activity: Activity, query: DnsQuery, before: bool, ctx: Context) -> Finding:
    """Words of a transfer."""
    zone, ip = query.name.lower().rstrip("."), activity.source.ip if activity.source else ""
    got = activity.result == "success" and query.records > 2
    polled = ctx.memory.trail(("polled", ip, zone), activity.at, REFRESHED)
    scheduled = query.type == "IXFR" or (polled is not None and polled.distinct >= POLLS)
    secondary = scheduled and ctx.memory.recall(("soa", ip, zone), bool, activity.at, TRANSFER_WINDOW) is not None
    return found(
        ctx,
        activity,
        f"{ip} transfer",
        severity="low" if secondary or before else None,
        succeeded=got,
        title="DNS zone transfer" if got else "Attempted DNS zone transfer",
        story=(
            sentence(
                *ctx.who(activity), " asked the name server ", ctx.target(activity), f" for the whole zone {zone or '.'}",
                f" and received {plural(query.records, 'record')}."
                if got
                else f"; it was not given ({describe.reason(activity) if activity.code else 'no records'}).",
            ),
        ),
        facts=(
            fact(f"{query.type} of {zone or '.'}: ", activity),
            fact(ctx.source(activity), " is not a name server: it never answered a DNS question"),
            *((fact("It asks for the zone's SOA record from time to time, as a secondary server does"),) if secondary else ()),
            *((again(ctx.source(activity)),) if before and not secondary else ()),
            against("It would be quiet if ", ctx.source(activity), " were seen answering DNS questions"),
        ),
        steps=ctx.path(activity, f"{query.type} {zone}", "transferred" if got else "not given"),
    )  # fmt: skip


def detect(activity: Activity, ctx: Context) -> Iterable[Finding | Later]:
    """Transfers at once; sweeps by the number of different names within the window."""
    query: DnsQuery = activity.detail  # type: ignore[assignment]
    if query.protocol != "dns" or activity.source is None:
        return ()
    if activity.code != NO_SUCH_NAME and query.type in ORDINARY:
        return ()  # most questions
    ip, at, name = activity.source.ip, activity.at, query.name.lower().rstrip(".")
    if ctx.knowledge.is_name_server(ip) or ctx.knowledge.is_controller(ip):
        return ()
    if query.type in TRANSFERS:
        return transfer(activity, query, ctx)
    if query.type == "SOA":
        ctx.memory.note(("soa", ip, name), True, at)
        if ctx.knowledge.is_domain(name):
            ctx.memory.seen(("polled", ip, name), at // HOUR, at, activity.id, REFRESHED)
    kind = ""
    if query.type == "PTR" and name.endswith((".in-addr.arpa", ".ip6.arpa")):
        kind, limit = "addresses", ctx.limit(SWEEP)
        words = ("address looked up in reverse", "addresses looked up in reverse")
    elif query.type in UNUSUAL and ctx.knowledge.is_inside(name):  # others are the business of mail servers and browsers
        kind, limit = "services", ctx.limit(SERVICES)
        words = ("name of services and texts of the domain", "names of services and texts of the domain")
    elif query.type in ORDINARY and activity.code == NO_SUCH_NAME and ctx.knowledge.is_inside(name) and not is_address(name):
        kind, limit = "missing", ctx.limit(MISSING)
        words = ("name of the domain that does not exist", "names of the domain that do not exist")
    if not kind:
        return ()
    trail = ctx.memory.seen((kind, ip), name, at, activity.id, WINDOW)
    since = None
    few = trail.distinct < limit
    if trail.total == 1 or not few:
        since = ctx.memory.recall(("since",), int, at, 400 * DAY)
        if since is None:
            since = at
            ctx.memory.note(("since",), at, at)
    if few:
        return ()
    if ctx.memory.days((kind, ip), at) >= HABIT and ctx.learning:
        return ()  # a mail gateway or an inventory, which was told on the days before
    before, young = told_before(ctx, at, ip, kind), kind in EVERYDAY and not ctx.mature(since, at)
    one = later(
        ctx, activity, f"{ip} {kind}", lambda: tell(activity, ctx, trail, words, limit, before, young), first=trail.began,
        severity="low" if before or young else None, evidence=trail.take() or (activity.id,), sources=(ctx.source(activity),),
    )  # fmt: skip
    return (folded(one, ip, kind) if before else one,)


def tell(
    activity: Activity, ctx: Context, trail: Trail, words: tuple[str, str], limit: int, before: bool, young: bool
) -> Finding:
    """Words of a sweep with all its names. words: what one of them is, and what several are."""
    names = [str(one) for one in trail.values]
    return found(
        ctx,
        activity,
        "",
        first=trail.began,
        severity="low" if before or young else None,
        succeeded=None,
        story=(sentence(*ctx.who(activity), " asked ", ctx.target(activity), f" about {plural(len(names), *words)}."),),
        facts=(
            fact(f"Asked for: {listed(names)}"),
            *((again(ctx.source(activity)),) if before else ()),
            *((fact("Log servers and gateways ask as much, and it is known for days only"),) if young else ()),
            against(f"It would be quiet below {plural(limit, 'different name')} within {WINDOW // MINUTE} minutes"),
        ),
        steps=ctx.path(activity, "DNS questions", plural(len(names), "name")),
    )


DETECTOR = Detector(
    id="dns_reconnaissance",
    external_id=2007,
    title="Network-mapping reconnaissance (DNS)",
    severity="medium",
    phase="Reconnaissance",
    techniques=("T1087", "T1046", "T1018"),
    watches=(DnsQuery,),
    watches_refused=(DnsQuery,),
    forms={DnsQuery: lambda form, result: form[0] in LISTED or (form[0] in ORDINARY and result == "failure")},
    needs=Needs(ports=("53",), kinds=("dns-query",)),
    window=TRANSFER_WINDOW,
    learning=LEARNING,
    thresholds=(SERVICES, SWEEP, MISSING),
    detect=detect,
)
