"""What one activity tells of tickets: which one it presents, which one it brings."""

import re

from msgspec import Struct

from app.engine.genealogy.flags import ASKED, FORWARDED, RENEW, USER_TO_USER, VALIDATE, words
from app.engine.knowledge.tickets import is_own_tgt
from app.engine.readings.kerberos import RENEWED, SERVICE_TICKET, TGT, is_krbtgt
from app.model.activity import Activity
from app.model.details import KerberosAp, KerberosAs, KerberosPassword, KerberosTgs
from app.model.events import EventKerberos, EventLogon, WindowsEvent
from app.model.pac import Pac, TicketFacts
from app.model.tickets import Deed, TicketKind, Told

KINDS = ("kerberos-as", "kerberos-tgs", "kerberos-ap", "kerberos-password", "event-kerberos")
"""Kinds of activities that tell of tickets."""
LOG = "log:"
"""Begins the id of a ticket that a log tells of: its hash is another one than that of the packets."""
LOGON = 4624
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_HASH = re.compile(r"[0-9A-Za-z+/_=-]{16,128}")
_ETYPE = re.compile(r"(AES256|AES128|RC4|DES)[A-Z0-9_-]*", re.I)
_NAMED = {"AES256": 18, "AES128": 17, "RC4": 23, "DES": 3}


class Issue(Struct, frozen=True, kw_only=True, gc=False):
    """A reply carried this ticket. Fields as in app.model.tickets.TicketNode. guid: of the logon that it opens, from 4769."""

    ticket: str
    kind: TicketKind
    told: Told
    exchange: str
    name: str = ""
    realm: str = ""
    service: str = ""
    parent: str = ""
    evidence: str = ""
    etype: int | None = None
    reply_etype: int | None = None
    session_etype: int | None = None
    requested: tuple[int, ...] = ()
    kvno: int | None = None
    size: int | None = None
    till: int | None = None
    renew_till: int | None = None
    options: int = 0
    notes: tuple[str, ...] = ()
    facts: TicketFacts | None = None
    pac: Pac | None = None
    guid: str = ""


class Showing(Struct, frozen=True, kw_only=True, gc=False):
    """This ticket was presented. made: the ticket that came back."""

    ticket: str
    kind: TicketKind
    told: Told
    deed: Deed
    service: str = ""
    held: str = ""
    realm: str = ""
    carrier: str = ""
    etype: int | None = None
    kvno: int | None = None
    size: int | None = None
    made: str = ""
    facts: TicketFacts | None = None
    pac: Pac | None = None


def read(activity: Activity) -> tuple[Issue | None, Showing | None]:
    """The ticket that an activity brought and the one that it presented, each None where there is none."""
    detail = activity.detail
    if isinstance(detail, KerberosAs):
        return _initial(activity, detail), None
    if isinstance(detail, KerberosTgs):
        return _further(activity, detail)
    if isinstance(detail, KerberosAp):
        if not detail.ticket_hash:
            return None, None
        return None, Showing(
            ticket=detail.ticket_hash, kind=kind_of(detail.service, detail.realm), told="packets", deed="shown",
            service=detail.service or "", held=detail.service or "", realm=detail.realm or "", carrier=detail.carrier,
            etype=detail.ticket_etype, kvno=detail.ticket_kvno, size=detail.ticket_size, facts=detail.ticket, pac=detail.pac,
        )  # fmt: skip
    if isinstance(detail, KerberosPassword) and detail.ticket_hash:
        return None, Showing(
            ticket=detail.ticket_hash, kind="service", told="packets", deed="shown", service=detail.service or "",
            held=detail.service or "", realm=detail.realm or "", carrier="kpasswd", etype=detail.ticket_etype,
        )  # fmt: skip
    if isinstance(detail, EventKerberos):
        return _logged(activity, detail)
    return None, None


def kind_of(service: str | None, realm: str | None) -> TicketKind:
    """What a ticket for this service is."""
    if not is_krbtgt(service):
        return "service"
    name = (service or "").split("@")[0]
    return "granting" if "/" not in name or not realm or is_own_tgt(service, realm) else "referral"


def _initial(activity: Activity, d: KerberosAs) -> Issue | None:
    if not d.ticket_hash or activity.result != "success":
        return None
    notes = []
    if d.pkinit:
        notes.append("by certificate (PKINIT)")
    if d.fast:
        notes.append("inside FAST")
    if not (d.padata_etype is not None or d.pkinit or d.fast):
        notes.append("without pre-authentication")
    return Issue(
        ticket=d.ticket_hash, kind=kind_of(d.service, d.realm), told="packets", exchange="AS", name=d.client or "",
        realm=d.realm or "", service=d.service or "", etype=d.ticket_etype, reply_etype=d.reply_etype,
        requested=d.request_etypes, kvno=d.ticket_kvno, size=d.ticket_size, till=d.till, renew_till=d.renew_till,
        options=d.options or 0, notes=tuple(notes), facts=d.ticket, pac=d.pac,
    )  # fmt: skip


def _further(activity: Activity, d: KerberosTgs) -> tuple[Issue | None, Showing | None]:
    options = d.options or 0
    made = d.ticket_hash if activity.result == "success" and d.ticket_hash else ""
    issue = showing = None
    shown = d.presented_ticket_hash or ""
    if made:
        notes = []
        if d.s4u2self:
            notes.append(f"asked by a service for {d.s4u2self} (S4U2self)")
        if d.s4u2proxy:
            notes.append("asked by a service on behalf of its client (S4U2proxy)")
        if options & USER_TO_USER:
            notes.append("user-to-user")
        if options & RENEW:
            notes.append("a renewal")
        elif options & FORWARDED:
            notes.append("forwarded")
        if d.fast:
            notes.append("inside FAST")
        issue = Issue(
            ticket=made, kind=kind_of(d.service, d.realm), told="packets", exchange="TGS", name=d.client or "",
            realm=d.realm or "", service=d.service or "", parent=shown, evidence=d.evidence_ticket_hash or "",
            etype=d.ticket_etype, reply_etype=d.reply_etype, requested=d.request_etypes, kvno=d.ticket_kvno, size=d.ticket_size,
            till=d.till, options=options, notes=tuple(notes), facts=d.ticket, pac=d.pac,
        )  # fmt: skip
    if shown:
        deed: Deed = "asked"
        if options & RENEW:
            deed = "renewed"
        elif options & VALIDATE:
            deed = "validated"
        elif options & FORWARDED:
            deed = "forwarded"
        showing = Showing(
            ticket=shown, kind=kind_of(d.presented_ticket_service, d.presented_ticket_realm), told="packets", deed=deed,
            service=d.service or "", held=d.presented_ticket_service or "", realm=d.presented_ticket_realm or "",
            etype=d.presented_ticket_etype, kvno=d.presented_ticket_kvno, size=d.presented_ticket_size, made=made,
            facts=d.presented_ticket, pac=d.presented_pac,
        )  # fmt: skip
    return issue, showing


def _logged(activity: Activity, d: EventKerberos) -> tuple[Issue | None, Showing | None]:
    """4768, 4769, 4770. Updates of January 2025 write hashes: 4768 ResponseTicket; the others Request- and ResponseTicketHash."""
    if activity.result != "success" or d.event_id not in (TGT, SERVICE_TICKET, RENEWED):
        return None, None
    made = f"{LOG}{_hash(d, 'ResponseTicket', 'ResponseTicketHash') or activity.id}"
    shown = _hash(d, "RequestTicketHash") if d.event_id != TGT else ""
    service = d.text("ServiceName") or ""
    notes = ["a renewal"] if d.event_id == RENEWED else []
    if d.event_id == TGT and d.number("PreAuthType") == 0:
        notes.append("without pre-authentication")
    if d.event_id == TGT and d.text("CertThumbprint"):
        notes.append("by certificate (PKINIT)")
    if d.text("TransmittedServices"):
        notes.append(f"asked by a service on behalf of its client (S4U2proxy), through {d.text('TransmittedServices')}"[:200])
    account = activity.account
    issue = Issue(
        ticket=made, kind="granting" if is_krbtgt(service) else "service", told="log",
        exchange={TGT: "4768", RENEWED: "4770"}.get(d.event_id, "4769"), name=account.name if account is not None else "",
        realm=d.text("TargetDomainName") or "", service=service, parent=f"{LOG}{shown}" if shown else "",
        etype=_etype(d, "TicketEncryptionType"), reply_etype=_etype(d, "PreAuthEncryptionType"),
        session_etype=_etype(d, "SessionKeyEncryptionType"), requested=_offered(d), options=d.number("TicketOptions") or 0,
        notes=tuple(notes), guid=guid_of(d),
    )  # fmt: skip
    if not shown:
        return issue, None
    return issue, Showing(
        ticket=f"{LOG}{shown}", kind="granting", told="log", deed="renewed" if d.event_id == RENEWED else "asked",
        service=service, carrier=str(d.event_id), made=made, held="krbtgt",
    )  # fmt: skip


def guid_of(d: WindowsEvent) -> str:
    """LogonGuid of 4769 and 4624: the same where the ticket opened the session; "" for none or zeros."""
    found = (d.text("LogonGuid") or "").strip("{}").lower()
    return found if _GUID.fullmatch(found) and found.strip("0-") else ""


def logon(activity: Activity, ticket: str, service: str) -> Showing | None:
    """A session (4624) that a ticket opened."""
    d = activity.detail
    if not isinstance(d, EventLogon) or d.event_id != LOGON:
        return None
    return Showing(
        ticket=ticket, kind="service", told="log", deed="shown", service=service, held=service, carrier=str(LOGON)
    )  # fmt: skip


def _hash(d: EventKerberos, *names: str) -> str:
    found = d.text(*names) or ""
    return found if _HASH.fullmatch(found) else ""


def _etype(d: EventKerberos, name: str) -> int | None:
    found = d.number(name)
    if found is None or found & 0xFFFFFFFF == 0xFFFFFFFF or not found:
        return None
    return found if found < 1 << 31 else found - (1 << 32)


def _offered(d: EventKerberos) -> tuple[int, ...]:
    found = _ETYPE.findall((d.text("ClientAdvertizedEncryptionTypes") or "")[:400])
    return tuple(dict.fromkeys(_NAMED[one.upper()] for one in found))


def options_of(issue: Issue) -> tuple[str, ...]:
    """What the request asked for, in words."""
    return words(issue.options, ASKED)
