"""Service tickets collected for cracking: many services of accounts, or RC4 asked on purpose."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from msgspec import Struct

from app.engine.commanded import with_commands
from app.engine.context import Context
from app.engine.describe import WEAK_ETYPES, etype
from app.engine.detector import (
    HOUR,
    MINUTE,
    Detector,
    Later,
    Needs,
    against,
    fact,
    found,
    later,
    listed,
    measured,
    plural,
    sentence,
)
from app.engine.forms import SERVICE_NAMES
from app.engine.knowledge.names import account_parts, service_host
from app.engine.memory import Trail, together
from app.engine.readings.novelty import is_new
from app.engine.readings.sessions import offered
from app.model.activity import Activity
from app.model.alert import Finding, Severity, Step
from app.model.details import KerberosAs, KerberosTgs, LdapSearch
from app.model.events import EventKerberos, EventLdap
from app.model.tuning import Threshold

WINDOW = 10 * MINUTE
"""Tools ask for all tickets in seconds; ten minutes also hold those that wait between requests."""
SLOW = 8 * HOUR
"""A patient tool asks for a ticket a minute, within the life of one ticket-granting ticket."""
WEAK_ONLY = Threshold(
    name="weak-only", low=3, medium=2, high=1, words="Services asked for with RC4 as the only choice, by a client that can do AES"
)
"""Services asked for with RC4 as the only choice, by a client that can do AES: a modern client never does that by itself.
One alone is reported at medium severity, when something shows that the client can do AES."""
WEAK_GIVEN = Threshold(name="weak-given", low=10, medium=5, high=3, words="Services answered with RC4 within ten minutes")
"""Services answered with RC4 though AES was offered: old service accounts are like that, and one user needs few of them."""
WEAK_SLOW = Threshold(name="weak-slow", low=30, medium=15, high=8, words="Services answered with RC4 within eight hours")
"""The same within the slow window."""
STRONG = Threshold(name="strong", low=40, medium=20, high=10, words="Services with AES tickets within ten minutes")
"""Services with AES tickets: a person's programs use a handful within minutes."""
STRONG_SLOW = Threshold(name="strong-slow", low=80, medium=40, high=20, words="Services with AES tickets within eight hours")
"""The same within the slow window."""
AFTER_SEARCH = Threshold(
    name="after-search",
    low=2,
    medium=1,
    high=1,
    words="Weak tickets that are enough when the same source has just searched the directory for accounts with service names",
)
"""Weak tickets that are enough when the same source has just searched the directory for accounts with service names."""
AFTER_SEARCH_STRONG = Threshold(
    name="after-search-strong", low=4, medium=2, high=1, words="AES tickets that are enough after such a search"
)
"""AES tickets that are enough then; a program that manages databases searches for these names too."""
OLD_SERVICES = 12
"""Services given in RC4 within a month from which on that is how this domain is, and a new one among them tells nothing."""
OLD_COMPUTERS = 3
"""Computers whose own services are given in RC4 within a day: not an appliance or two, but a domain from before AES."""
OLD_TYPES = 3
"""Systems from before AES offer RC4 in several forms, and DES; a lone RC4 was chosen by a tool, or by somebody's settings."""
SEARCH_WINDOW = HOUR
DAY = 24 * HOUR
CACHED = 2_000
"""Characters of a filter of which it is remembered whether it looks for service names."""
AES = frozenset({17, 18, 19, 20})
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
PREAUTHENTICATION_REQUIRED = 25
UNKNOWN_SERVICE = 7
"""KDC_ERR_S_PRINCIPAL_UNKNOWN: nothing to crack, and an ordinary mistake."""
NO_SUCH_ETYPE = 14
"""KDC_ERR_ETYPE_NOSUPP: the account has no key of a type that was offered, or may not use it."""
USER_TO_USER = 0x00000008
"""KDC option ENC-TKT-IN-SKEY (RFC 4120 section 5.4.1): the ticket is encrypted with a session key."""


AES_FLAGS = 0x18
"""Bits of msDS-SupportedEncryptionTypes (MS-KILE section 2.2.7)."""
SERVICE_TICKET, COSTLY_SEARCH = 4769, 1644


Reasons = dict[str, tuple[float, float] | None]
"""Why it is told, each with the number that was seen and the one from which on it is reported."""


class Asked(Struct, frozen=True, kw_only=True):
    """A request for a service ticket, told by packets or by the KDC's log. who: the ticket that was shown, or the account."""

    service: str
    who: str
    offered: tuple[int, ...]
    etype: int | None
    direct: bool = False


@lru_cache(maxsize=4096)
def roastable(service: str | None) -> str:
    """The service if its key may come from a person's password, else empty."""
    if not service:
        return ""
    kind, _ = service_host(service)
    name = service.split("@")[0]
    if kind in COMPUTER_SERVICES or name.endswith("$") or name.lower().startswith(("krbtgt", "kadmin")):
        return ""
    return name


def weak_only(etypes: tuple[int, ...]) -> bool:
    """True when nothing better than RC4 or DES was offered."""
    return AES.isdisjoint(etypes) and not WEAK_ETYPES.isdisjoint(etypes)


def is_spn_search(search: LdapSearch | EventLdap) -> bool:
    """A search for every account that has a service name."""
    text = search.filter if isinstance(search, LdapSearch) else ""
    if isinstance(search, EventLdap) and search.event_id == COSTLY_SEARCH:
        text = search.text("Filter") or ""
    return "=" in text and _is_spn_search(text) if len(text) <= CACHED else _is_spn_search.__wrapped__(text)


@lru_cache(maxsize=2048)
def _is_spn_search(text: str) -> bool:
    return "serviceprincipalname=*" in text.lower().replace(" ", "")


def asked_for(activity: Activity) -> Asked | None:
    """What was asked for, when it is the ticket of a service whose key may come from a person's password."""
    detail: Any = activity.detail
    service = roastable(detail.service)
    if not service or activity.code in (UNKNOWN_SERVICE, PREAUTHENTICATION_REQUIRED) or (detail.options or 0) & USER_TO_USER:
        return None
    direct = type(detail) is KerberosAs
    if not direct and (detail.s4u2self or detail.s4u2proxy):
        return None
    who = (None if direct else detail.presented_ticket_hash) or detail.client or ""
    return Asked(service=service, who=who, offered=detail.request_etypes, etype=detail.ticket_etype, direct=direct)


def logged(activity: Activity, event: EventKerberos, name: str, etype: int | None, choice: tuple[int, ...]) -> Asked | None:
    """The same of a KDC's log: it names the account that the service runs as. Of refused requests those count that offered
    nothing better than RC4 to an account that does not take it, where the event tells what was offered (choice).
    """
    service, who = roastable(name), activity.account
    if not service or who is None:
        return None
    if activity.result != "success" and not (activity.code == NO_SUCH_ETYPE and weak_only(choice)):
        return None
    own = account_parts(who.name, None)[0] == service.lower()  # a service asks for a ticket to itself on behalf of somebody
    if own or (event.number("TicketOptions") or 0) & USER_TO_USER or event.text("TransmittedServices"):
        return None
    return Asked(service=service, who=who.name.lower(), offered=choice, etype=etype)


def has_aes(activity: Activity, service: str, ctx: Context) -> bool:
    """True when the directory says that a service's account has AES: then RC4 was asked for, where a log does not tell."""
    if not isinstance(activity.detail, EventKerberos) or activity.account is None:
        return False
    directory = ctx.knowledge.directory
    held = directory.state(directory.account(*ctx.knowledge.accounts.key(service, activity.account.domain)))
    return held is not None and bool((held.object.encryption_types or 0) & AES_FLAGS)


def learn_client(detail: Any, where: str, ctx: Context, at: int) -> None:
    """Whether the client can do AES: it offers it, or holds a session key of it; or is of a time before AES."""
    if not AES.isdisjoint(detail.request_etypes):
        ctx.memory.note(("modern", where), True, at)
    elif type(detail) is KerberosTgs:
        if detail.authenticator_etype in AES:
            ctx.memory.note(("modern", where), True, at)
    elif detail.client and weak_only(detail.request_etypes) and len(detail.request_etypes) >= OLD_TYPES:
        ctx.memory.note(("old", where), True, at)


def detect(activity: Activity, ctx: Context) -> Iterable[Finding | Later]:
    """Counts distinct services of accounts for each source and ticket-granting ticket, by how weak their tickets are."""
    if activity.source is None:
        return ()
    detail: Any = activity.detail
    kind, at = type(detail), activity.at
    if kind is LdapSearch or kind is EventLdap:
        if is_spn_search(detail) and not ctx.from_controller(activity):
            ctx.memory.seen(("search", ctx.place(activity.source, at)), True, at, activity.id, SEARCH_WINDOW)
        return ()
    where = ctx.source(activity).key  # its address may have been another computer's this morning (VPN, DHCP)
    if kind is EventKerberos:
        return heard(activity, detail, where, ctx)
    learn_client(detail, where, ctx, at)
    computer = given_rc4(detail)
    if computer:
        rc4_computer(activity, computer, ctx)
    wanted = asked_for(activity)
    return () if wanted is None else counted(activity, ctx, where, wanted)


def heard(activity: Activity, event: EventKerberos, where: str, ctx: Context) -> Iterable[Finding | Later]:
    """The same of a KDC's log."""
    etype, choice, ticket = event.number("TicketEncryptionType"), offered(event), event.event_id == SERVICE_TICKET
    if etype in AES or not AES.isdisjoint(choice):
        ctx.memory.note(("modern", where), True, activity.at)
    if not ticket:
        return ()
    name = event.text("ServiceName") or ""
    if etype in WEAK_ETYPES and name.endswith("$"):
        rc4_computer(activity, name.lower(), ctx)
    wanted = logged(activity, event, name, etype, choice)
    return () if wanted is None else counted(activity, ctx, where, wanted)


def rc4_computer(activity: Activity, computer: str, ctx: Context) -> None:
    """Keep that a computer's own service was given in RC4."""
    ctx.memory.seen(("rc4 computers", realm_of(activity)), computer, activity.at, activity.id, DAY)


def counted(activity: Activity, ctx: Context, where: str, wanted: Asked) -> Iterable[Later]:
    """One more ticket of a service of an account."""
    ip, at, memory = ctx.place(activity.source, activity.at), activity.at, ctx.memory
    service, who, direct = wanted.service, wanted.who, wanted.direct
    weak = wanted.etype in WEAK_ETYPES
    only = weak_only(wanted.offered) or (weak and not wanted.offered and has_aes(activity, service, ctx))
    modern = old = False
    if weak or only or direct:
        modern = memory.recall(("modern", where), bool, at, SLOW) is not None
        old = not modern and memory.recall(("old", where), bool, at, SLOW) is not None
    search = memory.trail(("search", ip), at, SEARCH_WINDOW)
    reasons: Reasons = {}
    trail = memory.seen(("all", ip, who), service, at, activity.id, WINDOW)
    slow = trail
    certain = True
    if service_host(service)[0] not in MANAGEMENT:
        strong = memory.seen(("strong", ip, who), service, at, activity.id, WINDOW)
        slow = memory.seen(("slow", ip, who), service, at, activity.id, SLOW)
        if strong.distinct >= ctx.limit(STRONG):
            words = f"{plural(strong.distinct, 'service')} within {WINDOW // MINUTE} minutes"
            reasons[words] = (strong.distinct, ctx.limit(STRONG))
        elif slow.distinct >= ctx.limit(STRONG_SLOW):
            reasons[f"{plural(slow.distinct, 'service')} within {SLOW // HOUR} hours"] = (slow.distinct, ctx.limit(STRONG_SLOW))
            certain = weak
        if search is not None and strong.distinct >= ctx.limit(AFTER_SEARCH_STRONG) and not weak:
            certain = bool(reasons)
            reasons["it had searched the directory for accounts with service names before"] = None
    if weak or only:
        given = memory.seen(("weak", ip, who), service, at, activity.id, WINDOW)
        drip = memory.seen(("weak slow", ip, who), service, at, activity.id, SLOW)
        if given.distinct >= ctx.limit(WEAK_GIVEN) or drip.distinct >= ctx.limit(WEAK_SLOW):
            fast = given.distinct >= ctx.limit(WEAK_GIVEN)
            limit = ctx.limit(WEAK_GIVEN if fast else WEAK_SLOW)
            reasons[f"{plural(drip.distinct, 'service')} with RC4 or DES tickets"] = (drip.distinct, limit)
        if search is not None and given.distinct >= ctx.limit(AFTER_SEARCH):
            reasons["it had searched the directory for accounts with service names before"] = None
            certain = True
    if (only and not old) or direct:
        asked = memory.seen(("only", ip), service, at, activity.id, DAY)
        slow = asked
        enough = asked.distinct >= ctx.limit(WEAK_ONLY) + (0 if modern or direct else 1)
        if enough or (ctx.sensitivity != "low" and (modern or direct)):
            certain = bool(reasons) or enough
            how = "asked for without a ticket-granting ticket" if direct else "asked for with RC4 as the only choice"
            if not direct and not weak_only(wanted.offered):
                how = "answered in RC4 though the directory says that their accounts have AES"
            reasons[f"{plural(asked.distinct, 'service')} {how}"] = (asked.distinct, ctx.limit(WEAK_ONLY))
    alone = weak and is_first(activity, wanted, old, ctx) and not reasons
    if not reasons and not alone:
        return ()
    if alone:
        reasons[f"{service} had not been answered with RC4 to anybody before"] = None
    severity: Severity | None = None if certain else "medium"
    if alone:
        severity = "low"
    if activity.result == "success":
        memory.note(("got", ip), True, at)
    got = memory.recall(("got", ip), bool, at, WINDOW) is not None
    one = later(
        ctx, activity, ip,
        lambda: tell(activity, ctx, wanted, reasons, slow if slow.distinct > trail.distinct else trail, got, severity),
        first=min(trail.first, at), evidence=together(search, slow, trail) or (activity.id,), succeeded=got or None,
        severity=severity, confidence="low" if alone else "high", sources=(ctx.source(activity),),
    )  # fmt: skip
    return (one,)


def realm_of(activity: Activity) -> str:
    """Domain of who asked, as far as it is told."""
    return ((activity.account.domain if activity.account is not None else None) or "").lower()


def given_rc4(detail: Any) -> str:
    """The computer whose own service was given in RC4 though AES was offered, as far as that is told; else empty."""
    if type(detail) is KerberosTgs and detail.ticket_etype in WEAK_ETYPES and not weak_only(detail.request_etypes):
        service, computer = service_host(detail.service)
        return computer.lower() if service in ("cifs", "host", "ldap") else ""
    return ""


def is_first(activity: Activity, wanted: Asked, old: bool, ctx: Context) -> bool:
    """True for the first RC4 ticket of a service, unless computers of the domain are given RC4 too, which then has no AES.

    The services that a domain gives in RC4 are few and stay the same: who asks for another one found it by searching.
    """
    realm, at = realm_of(activity), activity.at
    fresh = is_new(f"rc4 {realm}", wanted.service.lower(), at, ctx, crowd=OLD_SERVICES, within=0)
    if not fresh or activity.result != "success" or old or wanted.direct:
        return False
    computers = ctx.memory.trail(("rc4 computers", realm), at, DAY)
    return computers is None or computers.distinct < OLD_COMPUTERS


def tell(
    activity: Activity,
    ctx: Context,
    wanted: Asked,
    reasons: Reasons,
    trail: Trail,
    got: bool,
    severity: Severity | None,
) -> Finding:
    """Words with the counts of the whole episode."""
    ip = ctx.place(activity.source, activity.at)
    source, target, account = ctx.source(activity), ctx.target(activity), ctx.account(activity)
    services = [str(one) for one in trail.values]
    return found(
        ctx,
        activity,
        ip,
        succeeded=got or (None if activity.result == "unanswered" else False),
        severity=severity,
        confidence="low" if severity == "low" else "high",
        title=None if got or activity.result == "unanswered" else "Attempted Kerberoasting (Kerberos SPN exposure)",
        story=(
            sentence(
                *ctx.who(activity), " asked ", target, f" for tickets of {plural(len(services), 'service')}: {listed(services)}.",
            ),
            sentence("Each ticket is encrypted with the key of the service's account: its password can be guessed offline."),
        ),
        facts=(
            *(
                measured(reason[0].upper() + reason[1:], seen=number[0], limits=(number[1],), unit="services")
                if number else fact(reason[0].upper() + reason[1:])
                for reason, number in reasons.items()
            ),
            *((fact(f"The tickets are encrypted with {etype(wanted.etype)}"),) if wanted.etype is not None else ()),
            against(
                f"It would be quiet for fewer than {plural(ctx.limit(WEAK_ONLY), 'service')} asked for in RC4 only, "
                f"{ctx.limit(WEAK_GIVEN)} answered in RC4, or {ctx.limit(STRONG)} in all"
                + ("; and for one that somebody was given in RC4 earlier within a month" if severity == "low" else "")
            ),
        ),
        steps=(
            *((Step(origin=account, target=source, label="on"),) if account is not None and account.key != source.key else ()),
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
    watches=(KerberosTgs, KerberosAs, LdapSearch, EventKerberos, EventLdap),
    needs=Needs(
        ports=("88", "389"),
        kinds=("kerberos-tgs", "event-kerberos"),
        parts=("event-kerberos",),
        hidden_by=("ldap sealed", "ldap inside tls"),
    ),
    window=HOUR,
    thresholds=(WEAK_ONLY, WEAK_GIVEN, WEAK_SLOW, STRONG, STRONG_SLOW, AFTER_SEARCH, AFTER_SEARCH_STRONG),
    forms={LdapSearch: lambda form, _: bool(form & SERVICE_NAMES)},
    detect=detect,
)
DETECTOR = with_commands(DETECTOR, "asks for service tickets to guess passwords from")
