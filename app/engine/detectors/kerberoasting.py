"""Service tickets collected for cracking: many services of accounts, or RC4 asked on purpose."""

from collections.abc import Iterator

from app.engine.describe import WEAK_ETYPES, etype
from app.engine.detector import HOUR, MINUTE, Context, Detector, Needs, against, fact, found, listed, plural, sentence
from app.engine.knowledge.names import service_host
from app.engine.memory import together
from app.model.activity import Activity
from app.model.alert import Finding, Step
from app.model.details import KerberosAs, KerberosTgs, LdapSearch

WINDOW = 10 * MINUTE
"""Tools ask for all tickets in seconds; ten minutes also hold the slow ones that wait between requests."""
WEAK_ONLY = {"low": 4, "medium": 2, "high": 1}
"""Services asked for with RC4 as the only choice, by a client that can do AES: a modern client never does that by itself."""
WEAK_GIVEN = {"low": 10, "medium": 5, "high": 3}
"""Services answered with RC4 though AES was offered: old service accounts are like that, and one user needs few of them."""
STRONG = {"low": 40, "medium": 20, "high": 10}
"""Services with AES tickets: a person's programs use a handful within minutes."""
AFTER_SEARCH = {"low": 2, "medium": 1, "high": 1}
"""Weak tickets that are enough when the same source has just searched the directory for accounts with service names."""
SEARCH_WINDOW = HOUR
COMPUTER_SERVICES = frozenset(
    {
        "krbtgt", "kadmin", "host", "cifs", "ldap", "gc", "dns", "rpc", "rpcss", "termsrv", "wsman", "restrictedkrbhost",
        "nfs", "dfsr-12f9a27c-bf97-4787-9364-d31b6c55eb04", "e3514235-4b06-11d1-ab04-00c04fc2dcd2",
        "ntfrs-88f5d2bd-b646-11d2-a6d3-00c04fc9b232",
        "hyper-v replica service", "microsoft virtual console service", "cmrcservice", "exchangerfr", "exchangemdb", "exchangeab",
    }
)  # fmt: skip
"""Service classes that run under computer accounts, whose random passwords nobody cracks."""
MANAGEMENT = frozenset({"http", "https"})
"""Remote management asks for HTTP/computer of every computer it visits; with AES such tickets prove nothing."""
UNKNOWN_SERVICE = 7
"""KDC_ERR_S_PRINCIPAL_UNKNOWN: nothing to crack, and an ordinary mistake."""
USER_TO_USER = 0x00000008
"""KDC option ENC-TKT-IN-SKEY (RFC 4120 section 5.4.1): the ticket is encrypted with a session key."""


def roastable(service: str | None) -> str:
    """The service if its key may come from a person's password, else empty."""
    if not service:
        return ""
    kind, _ = service_host(service)
    name = service.split("@")[0]
    if kind in COMPUTER_SERVICES or name.endswith("$") or name.lower().startswith("krbtgt"):
        return ""
    return name


def weak_only(etypes: tuple[int, ...]) -> bool:
    """True when nothing better than RC4 or DES was offered."""
    return bool(etypes) and any(one in WEAK_ETYPES for one in etypes) and not any(one in (17, 18, 19, 20) for one in etypes)


def is_spn_search(search: LdapSearch) -> bool:
    """A search for every account that has a service name."""
    return "serviceprincipalname=*" in search.filter.lower().replace(" ", "")


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """Counts distinct services of accounts for each source and account, by how weak the tickets are."""
    if activity.source is None:
        return
    ip, detail = activity.source.ip, activity.detail
    if isinstance(detail, KerberosAs):
        if detail.client and not weak_only(detail.request_etypes):
            ctx.memory.note(("modern", ip), True, activity.at)
        elif detail.client and ctx.memory.recall(("modern", ip), bool, activity.at, SEARCH_WINDOW) is None:
            ctx.memory.note(("old", ip), True, activity.at)
        return
    if isinstance(detail, LdapSearch):
        if is_spn_search(detail) and not ctx.from_controller(activity):
            ctx.memory.seen(("search", ip), True, activity.at, activity.id, SEARCH_WINDOW)
        return
    if not isinstance(detail, KerberosTgs):
        return
    service = roastable(detail.service)
    if not service or detail.s4u2self or detail.s4u2proxy or (detail.options or 0) & USER_TO_USER:
        return
    if activity.code == UNKNOWN_SERVICE or activity.result == "unanswered":
        return
    only = weak_only(detail.request_etypes)
    weak = detail.ticket_etype in WEAK_ETYPES
    old = ctx.memory.recall(("old", ip), bool, activity.at, SEARCH_WINDOW) is not None
    search = ctx.memory.trail(("search", ip), activity.at, SEARCH_WINDOW)
    rank = ctx.sensitivity
    reasons = []
    trail = ctx.memory.seen(("all", ip), service, activity.at, activity.id, WINDOW)
    accounts = sum(1 for one in trail.counts if service_host(str(one))[0] not in MANAGEMENT)
    if accounts >= STRONG[rank]:
        reasons.append(f"{plural(accounts, 'service')} within {WINDOW // MINUTE} minutes")
    if weak or only:
        ctx.memory.seen(("weak", ip), service, activity.at, activity.id, WINDOW)
        given = ctx.memory.trail(("weak", ip), activity.at, WINDOW)
        if given is not None and given.distinct >= WEAK_GIVEN[rank]:
            reasons.append(f"{plural(given.distinct, 'service')} with RC4 or DES tickets")
        if search is not None and given is not None and given.distinct >= AFTER_SEARCH[rank]:
            reasons.append("it had searched the directory for accounts with service names before")
    if only and not old:
        asked = ctx.memory.seen(("only", ip), service, activity.at, activity.id, WINDOW)
        if asked.distinct >= WEAK_ONLY[rank]:
            reasons.append(f"{plural(asked.distinct, 'service')} asked for with RC4 as the only choice")
    if not reasons:
        return
    fresh = together(search, trail)
    source, target, account = ctx.source(activity), ctx.target(activity), ctx.account(activity)
    success = activity.result == "success"
    if success:
        ctx.memory.note(("got", ip), True, activity.at)
    got = ctx.memory.recall(("got", ip), bool, activity.at, WINDOW) is not None
    services = [str(one) for one in trail.values]
    yield found(
        ctx,
        activity,
        ip,
        first=min(trail.first, activity.at),
        evidence=fresh or (activity.id,),
        succeeded=got,
        title=None if got else "Attempted Kerberoasting (Kerberos SPN exposure)",
        story=(
            sentence(
                *ctx.who(activity), " asked ", target, f" for tickets of {plural(len(services), 'service')}: {listed(services)}.",
            ),
            sentence("Each ticket is encrypted with the key of the service's account: its password can be guessed offline."),
        ),
        facts=(
            *(fact(reason[0].upper() + reason[1:]) for reason in reasons),
            *((fact(f"The tickets are encrypted with {etype(detail.ticket_etype)}"),) if detail.ticket_etype is not None else ()),
            against(
                f"It would be quiet for fewer than {WEAK_ONLY[rank]} services asked for in RC4 only, "
                f"{WEAK_GIVEN[rank]} answered in RC4, or {STRONG[rank]} in all"
            ),
        ),
        steps=(
            *((Step(origin=account, target=source, label="on"),) if account is not None else ()),
            Step(origin=source, target=target, label="service tickets", caption=plural(len(services), "service"), accented=True),
        ),
    )  # fmt: skip


DETECTOR = Detector(
    id="kerberoasting",
    external_id=2410,
    title="Suspected Kerberoasting (Kerberos SPN exposure)",
    severity="high",
    phase="Credential access",
    techniques=("T1558.003",),
    watches=(KerberosTgs, KerberosAs, LdapSearch),
    needs=Needs(ports=("88", "389"), kinds=("kerberos-tgs",), hidden_by=("ldap sealed", "ldap inside tls")),
    window=HOUR,
    detect=detect,
)
