"""Data carried out of the network, or commands into it, in names and answers of DNS."""

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from math import log2

from app.engine.context import Context
from app.engine.detector import HOUR, MINUTE, Detector, Later, Needs, against, fact, found, later, plural, sentence
from app.engine.forms import LONG, LONG_NAME, SERVICE_LABEL, SHORT, question_form
from app.engine.memory import Trail
from app.model.activity import Activity
from app.model.alert import Finding
from app.model.details import DnsQuery
from app.model.entity import EntityRef
from app.model.tuning import Threshold

WINDOW = 10 * MINUTE
QUIET_TYPES = frozenset({"A", "AAAA", "PTR", "SOA", "NS", "SRV", "HTTPS", "SVCB", "DS", "DNSKEY", "ANY", "AXFR", "IXFR"})
"""Types that clients of every kind ask for; with these only long names count."""
CARRIERS = frozenset({"TXT", "NULL", "CNAME", "MX", "KEY", "PRIVATE", "TYPE65399", "SPF"})
"""Types by which tunnels bring data back."""
MIXED = 3.0
"""Bits of entropy of a character: hexadecimal text has close to 4, base 32 close to 5, words of a language under 3 when so few
letters are counted."""
NAMES = Threshold(name="names", low=200, medium=60, high=30, words="Different long names below one domain within ten minutes")
"""Each carries about twenty bytes; a person's programs ask a domain for a handful."""
ANSWERS = Threshold(name="answers", low=200, medium=80, high=40, words="Different names asked for texts below one domain")
"""Different names asked for texts and the like below one domain within ten minutes, whatever their length."""
REPEATED = 2
"""Times that one name may be asked on average: data is never the same twice, names of servers are."""
TOOLS = frozenset({"dnscat"})
"""First labels that tools write when they are given no domain."""
EXCLUDED = frozenset(
    {
        # content networks and clouds
        "akadns.net",
        "akamai.net",
        "akamaiedge.net",
        "akamaihd.net",
        "akamaized.net",
        "amazonaws.com",
        "azure.com",
        "azure.net",
        "azureedge.net",
        "azurewebsites.net",
        "cdn77.org",
        "cloudapp.net",
        "cloudfront.net",
        "edgekey.net",
        "edgesuite.net",
        "fastly.net",
        "fbcdn.net",
        "footprint.net",
        "googleapis.com",
        "googleusercontent.com",
        "googlevideo.com",
        "gstatic.com",
        "llnwd.net",
        "trafficmanager.net",
        "windows.net",
        "windows.com",
        "microsoft.com",
        "office.com",
        "office.net",
        "office365.com",
        "outlook.com",
        "apple.com",
        "icloud.com",
        "aaplimg.com",
        "sharepoint.com",
        "skype.com",
        "live.com",
        "msedge.net",
        "google.com",
        "doubleclick.net",
        "facebook.com",
        "spotify.com",
        "netflix.com",
        "nflxvideo.net",
        "dropbox.com",
        "salesforce.com",
        # protection programs, which ask about files and addresses in names
        "mcafee.com",
        "trellix.com",
        "sophosxl.net",
        "sophos.com",
        "e5.sk",
        "eset.com",
        "trendmicro.com",
        "kaspersky.com",
        "kaspersky-labs.com",
        "avast.com",
        "avg.com",
        "bitdefender.net",
        "f-secure.com",
        "fsapi.com",
        "symantec.com",
        "norton.com",
        "webrootcloudav.com",
        "paloaltonetworks.com",
        "cisco.com",
        "umbrella.com",
        "opendns.com",
        "barracudabrts.com",
        "senderbase.org",
        "cymru.com",
        "crowdstrike.com",
        "sentinelone.net",
        "sonicwall.com",
        "fortinet.net",
        "fortiguard.net",
        "checkpoint.com",
        # lists of senders and addresses, which mail servers ask
        "spamhaus.org",
        "spamhaus.net",
        "spamcop.net",
        "surbl.org",
        "uribl.com",
        "sorbs.net",
        "dnswl.org",
        "barracudacentral.org",
        "mailspike.net",
        "abuseat.org",
        "invaluement.com",
        "spameatingmonkey.net",
        "backscatterer.org",
        "njabl.org",
        "uceprotect.net",
        "habeas.com",
        "returnpath.net",
        "isipp.com",
        "dnsbl.info",
        "rspamd.com",
        "hostkarma.com",
        "junkemailfilter.com",
    }
)
"""Registered domains that carry data in names for reasons of their own. Others are excluded by the user, by domain."""
SECOND_LEVEL = frozenset({"co", "com", "net", "org", "ac", "gov", "edu", "gob", "or", "ne", "go", "ltd", "plc", "nom", "mil"})
"""Second labels below a country under which domains are registered."""


@lru_cache(maxsize=8192)
def split(name: str) -> tuple[str, str]:
    """(what stands before, registered domain) of a name in lower case, without a list of every registry's rules."""
    labels = name.rstrip(".").split(".")
    if labels[0] in TOOLS:
        return ".".join(labels[1:]), labels[0]
    taken = 3 if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in SECOND_LEVEL else 2
    return ".".join(labels[:-taken]), ".".join(labels[-taken:])


def entropy(text: str) -> float:
    """Bits of a character of a text."""
    counts = Counter(text)
    return -sum(count / len(text) * log2(count / len(text)) for count in counts.values()) if text else 0.0


def is_ours(domain: str, name: str, ctx: Context) -> bool:
    """True for names of domains that were seen here, of addresses, and of those that are excluded."""
    if domain in EXCLUDED or domain.endswith((".arpa", ".local", ".lan", ".internal", ".home", ".localhost")) or "." not in name:
        return True
    labels = name.split(".")
    return any(ctx.knowledge.is_domain(".".join(labels[start:])) for start in range(max(0, len(labels) - 5), len(labels) - 1))


def detect(activity: Activity, ctx: Context) -> Iterable[Later]:
    """Names below one domain that one computer asks for: many, different, long and without words, or for texts."""
    query: DnsQuery = activity.detail  # type: ignore[assignment]
    if not carries(*question_form(activity)) or query.protocol != "dns" or activity.source is None:
        return ()
    return asked_below(activity, query, ctx)


def carries(kind: str, name: int) -> bool:
    """True where a question of this type for such a name (app.engine.forms) could carry something."""
    return name == LONG or (name == SHORT and kind not in QUIET_TYPES)


def asked_below(activity: Activity, query: DnsQuery, ctx: Context) -> Iterator[Later]:
    """A question that could carry something."""
    name = query.name.lower().rstrip(".")
    payload, domain = split(name)
    if not payload or is_ours(domain, name, ctx):
        return
    place, at = ctx.place(activity.source, activity.at), activity.at
    labels = payload.split(".")
    others = [one for one in labels if one[:1] != "_" or len(one) > SERVICE_LABEL]
    letters, of_service = "".join(others), len(others) < len(labels)
    trail, kind = None, "long names"
    if len(letters) >= LONG_NAME and entropy(letters) >= MIXED:
        trail = ctx.memory.seen(("long", place, domain), letters, at, activity.id, WINDOW)
        if trail.distinct < ctx.limit(NAMES):
            trail = None
    if trail is None and query.type in CARRIERS and not of_service:
        kind = f"{query.type} records"
        trail = ctx.memory.seen(("carried", place, domain), letters, at, activity.id, WINDOW)
        if trail.distinct < ctx.limit(ANSWERS):
            return
    if trail is None or trail.count > trail.distinct * REPEATED:
        return
    found_trail = trail
    yield later(
        ctx,
        activity,
        domain,
        lambda: tell(activity, ctx, found_trail, domain, kind),
        first=trail.first,
        evidence=trail.take() or (activity.id,),
        confidence="medium",
        sources=(ctx.source(activity),),
        targets=(zone(domain),),
    )


def zone(domain: str) -> EntityRef:
    """The domain below which names were asked for: what an exclusion of a domain names."""
    return EntityRef("domain", f"domain:{domain}", domain)


def tell(activity: Activity, ctx: Context, trail: Trail, domain: str, kind: str) -> Finding:
    """Words with all that was asked in the episode."""
    size = sum(len(str(one)) for one in trail.values)
    example = str(next(iter(trail.values), ""))[:60]
    tool = domain in TOOLS
    query: DnsQuery = activity.detail  # type: ignore[assignment]
    return found(
        ctx,
        activity,
        "",
        first=trail.began,
        targets=(zone(domain),),
        confidence="high" if tool else "medium",
        succeeded=activity.result == "success" if query.answers or activity.result == "failure" else None,
        story=(
            sentence(
                ctx.source(activity),
                " asked ",
                ctx.target(activity),
                f" for {plural(len(trail.values), 'name')} below {domain}, which together carry {size:,} characters.",
            ),
            sentence("Names and answers of DNS pass every firewall; tools carry data and commands in them."),
        ),
        facts=(
            fact(f"The latest question ({kind}): ", activity),
            fact(f"Such a name begins: {example}"),
            fact(f"{plural(trail.total, 'question')}, hardly one of them twice"),
            *((fact(f"{domain} is what a known tool writes when it is given no domain"),) if tool else ()),
            against(
                f"It would be quiet below {plural(ctx.limit(NAMES), 'different long name')}, or "
                f"{plural(ctx.limit(ANSWERS), 'name')} of texts, within {WINDOW // MINUTE} minutes, "
                "and for domains of content networks and protection programs"
            ),
        ),
        steps=ctx.path(activity, f"names below {domain[:60]}", f"{size:,} characters"),
    )


DETECTOR = Detector(
    id="dns_communication",
    external_id=2031,
    title="Suspicious communication over DNS",
    severity="medium",
    phase="Exfiltration",
    techniques=("T1071.004", "T1048.003"),
    watches=(DnsQuery,),
    needs=Needs(ports=("53",), kinds=("dns-query",)),
    window=HOUR,
    thresholds=(NAMES, ANSWERS),
    forms={DnsQuery: lambda form, _: carries(*form)},
    detect=detect,
)
