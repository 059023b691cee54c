"""What Kerberos tells several detectors: options, encryption, who wrote a request, how a ticket differs from those issued."""

from collections.abc import Iterator
from functools import lru_cache

from msgspec import Struct

from app.engine.context import Context
from app.engine.knowledge.fold import OWN_SERVICES
from app.engine.knowledge.names import LONGEST, service_host, short
from app.model.alert import Severity
from app.model.details import KerberosAs, KerberosTgs
from app.model.events import EventKerberos
from app.model.pac import Pac, TicketFacts

AES = frozenset({17, 18, 19, 20})
RC4 = frozenset({23, 24, -128, -133, -135})
"""rc4-hmac, rc4-hmac-exp and the numbers that Windows gave RC4 before RFC 4757: rc4-md4, rc4-hmac-old, rc4-hmac-old-exp."""
DES = frozenset({1, 2, 3})
FORWARDED, PROXIABLE, RENEWABLE = 0x20000000, 0x10000000, 0x00800000
CANONICALIZE, RENEWABLE_OK, USER_TO_USER, RENEW = 0x00010000, 0x00000010, 0x00000008, 0x00000002
"""KDC options (RFC 4120 section 5.4.1, RFC 6806 section 3); USER_TO_USER is ENC-TKT-IN-SKEY."""
PAC_REQUEST, PAC_OPTIONS, KEY_LIST = 128, 167, 161
"""Pre-authentication data of MS-KILE sections 2.2.3, 2.2.10 and 2.2.11."""
TGT, SERVICE_TICKET, RENEWED, PROOF_FAILED = 4768, 4769, 4770, 4771
TGT_REVOKED = 20
"""KDC_ERR_TGT_REVOKED: what patched controllers answer when a ticket's PAC names no requestor, or another account's number
(PAC_REQUESTOR; MS-KILE section 3.3.5.7, MS-PAC section 2.15)."""
IMPACKET = (23, 16, 3)
"""How impacket's ticket requests begin: RC4, triple DES, DES; libraries offer the strongest first."""
RUBEUS = (18, 17, 23, 24)
"""All that Rubeus offers where it is not told a type; Windows adds more, and asks without RENEWABLE-OK."""
RUBEUS_OPTIONS, IMPACKET_OPTIONS = 0x40800010, 0x50800000
"""forwardable, renewable, renewable-ok; forwardable, proxiable, renewable: neither canonicalises, as Windows always does."""
HOUR = 3_600_000_000
DAY = 24 * HOUR
KEPT = 30 * DAY
"""How long it is remembered what issued tickets look like."""
LONGEST_LIFE = 7 * DAY
"""No policy lets a ticket live longer than it can be renewed by default."""
ENOUGH = 3
"""Issued tickets that must have been opened before one counts as different."""
MOST = 8
GRANTING = "granting"
"""Kind of ticket in keys: that of the ticket-granting service."""
BUFFERS = {1: "logon information", 10: "client information", 12: "UPN and DNS information", 16: "ticket signature",
           17: "attributes", 18: "requestor", 19: "full signature"}  # fmt: skip
ALWAYS = frozenset({1, 10, 12})
"""PAC buffers that controllers of every version write (MS-PAC section 2.4)."""


@lru_cache(maxsize=4096)
def is_krbtgt(service: str | None) -> bool:
    """True for the ticket-granting service of any realm, in any spelling."""
    return (service or "").split("@")[0].partition("/")[0].lower() == "krbtgt"


@lru_cache(maxsize=4096)
def owner(service: str) -> str:
    """Whose key a service's tickets are encrypted with, as far as its name tells: classes of a computer itself share its key."""
    kind, where = service_host(service)
    name = service.split("@")[0].lower()
    if kind in OWN_SERVICES and where:
        return short(where) + "$"
    return name if "/" in name else name.removesuffix("$") + "$"


def is_computer(name: str | None) -> bool:
    """True for the account of a computer (or of a managed service)."""
    return bool(name) and (name or "").split("@")[0].endswith("$")


def weak_only(etypes: tuple[int, ...]) -> bool:
    """True when RC4 is the best that was offered."""
    return not RC4.isdisjoint(etypes) and AES.isdisjoint(etypes)


def is_hand_written(detail: KerberosAs) -> bool:
    """True when a request for a ticket-granting ticket was written by neither Windows nor a library.

    It says whether it wants a PAC, which apart from Windows only tools do; and it offers the one encryption type whose key is
    at hand, and either does not canonicalise or names no NetBIOS address, both of which Windows always does.
    """
    if PAC_REQUEST not in detail.pa_types or len(detail.request_etypes) != 1 or detail.fast or detail.pkinit:
        return False
    return not (detail.options or 0) & CANONICALIZE or not detail.client_addresses


def tool_of(detail: KerberosAs | KerberosTgs | EventKerberos) -> str:
    """The tool that is known to write requests like this one, empty for none; a log tells little of a request."""
    if isinstance(detail, KerberosTgs):
        if detail.request_etypes[:3] == IMPACKET:
            return "impacket"
        if detail.request_etypes != RUBEUS:
            return ""
        asks = detail.options or 0
        plain = asks & RENEWABLE and asks & RENEWABLE_OK and not asks & FORWARDED
        return "Rubeus" if plain and PAC_OPTIONS not in detail.pa_types else ""
    options = detail.number("TicketOptions") if isinstance(detail, EventKerberos) else detail.options
    return {RUBEUS_OPTIONS: "Rubeus", IMPACKET_OPTIONS: "impacket"}.get(options or 0, "")


def written(ctx: Context, realm: str | None, issued: bool, at: int) -> list[tuple[Severity, str]]:
    """A realm in small letters, where a KDC of Active Directory writes it in capitals (MS-KILE section 3.1.5.7).

    issued: the ticket that has it was seen being issued, so that this is how the KDC writes it.
    """
    if not realm or len(realm) > LONGEST:
        return []
    if issued:
        ctx.memory.note(("written", realm.lower()), realm, at)
    elif realm != realm.upper():
        known = ctx.memory.recall(("written", realm.lower()), str, at, KEPT)
        if known != realm:
            theirs = f"; the KDC writes {known}" if known else ", which a KDC writes in capitals"
            return [("high" if known else "medium", f"It writes its realm as {realm}{theirs}")]
    return []


class Opened(Struct, frozen=True, kw_only=True):
    """What the tickets that a realm's KDC issues hold, as far as the user's keys open them.

    buffers: types of PAC buffers that all of them have. domains: how they write the domain. longest: microseconds that they live.
    """

    count: int = 0
    buffers: frozenset[int] = frozenset()
    domains: frozenset[str] = frozenset()
    longest: int = 0


def learn_opened(ctx: Context, key: tuple[str, str], ticket: TicketFacts | None, pac: Pac | None, at: int) -> None:
    """One more issued ticket that was opened. key: what kind of ticket, and of which realm."""
    if ticket is None or ticket.decrypted != "yes" or pac is None:
        return
    known = ctx.memory.recall(("opened", *key), Opened, at, KEPT)
    buffers = frozenset(pac.buffers) & known.buffers if known is not None else frozenset(pac.buffers)
    known = known or Opened()
    domains = known.domains | {pac.domain or ""} if len(known.domains) < MOST else known.domains
    made = Opened(count=known.count + 1, buffers=buffers, domains=domains, longest=max(known.longest, life(ticket)))
    ctx.memory.note(("opened", *key), made, at)
    if pac.sid is not None and key[0] == GRANTING:  # into service tickets controllers write more groups
        ctx.memory.note(("groups", pac.sid), (members_of(pac), ticket.authenticated or 0), at)


def differences(
    ctx: Context, key: tuple[str, str], ticket: TicketFacts, pac: Pac | None, at: int
) -> Iterator[tuple[Severity, str]]:
    """In what an opened ticket that nobody was seen issuing differs from those that were issued, and how much that weighs."""
    known = ctx.memory.recall(("opened", *key), Opened, at, KEPT) or Opened()
    if ticket.end is not None and life(ticket) > max(LONGEST_LIFE, 2 * known.longest):
        yield "high", f"It lives for {life(ticket) / DAY:,.1f} days; the KDC's default is ten hours"
    if pac is None:
        if known.count >= ENOUGH:
            yield "medium", "It has no PAC; those that the KDC issued have one"
        return
    for name, of in (("server_signature", "service's"), ("kdc_signature", "KDC's"), ("ticket_signature", "KDC's ticket"),
                     ("full_signature", "KDC's full")):  # fmt: skip
        if getattr(pac, name) == "invalid":
            yield "high", f"The {of} signature of its PAC is wrong"
    if pac.client_name and ticket.client and plain(pac.client_name) != plain(ticket.client):
        yield "high", f"The ticket is {ticket.client}'s, and its PAC is {pac.client_name}'s"
    for told, where in ((pac.requestor, "its requestor"), (pac.upn_sid, "its UPN information")):
        if told and pac.sid and told != pac.sid:
            yield "high", f"The PAC is of {pac.sid}, and {where} says {told}"
    held, since = ctx.memory.recall(("groups", pac.sid or ""), tuple, at, KEPT) or (None, 0)
    added = members_of(pac) - held if held is not None else frozenset()
    if added and key[0] == GRANTING and ticket.authenticated == since:  # another sign-in has its own groups
        names = ", ".join(sorted(map(str, added))[:5])
        yield "high", f"It has groups that the KDC did not write for this account in the same second: {names}"
    if known.count < ENOUGH:
        return
    lost = known.buffers - set(pac.buffers)
    if lost:
        parts = ", ".join(BUFFERS.get(one, str(one)) for one in sorted(lost))
        yield "high" if lost & ALWAYS else "medium", f"Its PAC lacks what all issued ones have: {parts}"
    if (pac.domain or "") not in known.domains and len(known.domains) < MOST:
        yield (
            "medium",
            f"Its PAC writes the domain as {pac.domain or 'nothing'}; the KDC writes {', '.join(sorted(known.domains))}",
        )


def life(ticket: TicketFacts) -> int:
    """Microseconds that a ticket lives; 0 where it is not told."""
    start = ticket.start if ticket.start is not None else ticket.authenticated
    return max(0, ticket.end - start) if ticket.end is not None and start is not None else 0


def members_of(pac: Pac) -> frozenset[str]:
    """Groups of a PAC: RIDs of its domain and SIDs of others, without what says how somebody signed in (S-1-18)."""
    return frozenset((*map(str, pac.groups), *(one for one in pac.extra_sids if one[:6] == "S-1-5-")))


def plain(name: str) -> str:
    """Account name in lower case without its realm."""
    return name.partition("@")[0].rpartition("\\")[2].lower()
