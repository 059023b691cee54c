"""What Kerberos messages tell, as the details of activities: request joined with reply or error."""

from app.model.details import KerberosAp, KerberosAs, KerberosTgs
from app.sensor.decoders.kerberos import AS_REP, AS_REQ, CNAME_IN_ADDITIONAL_TICKET, Error, Reply, Request
from app.sensor.decoders.kerberos_padata import PK_AS_REP, Padata
from app.sensor.decoders.kerberos_ticket import ApRequest, Ticket

_AS_ONLY_CODES = frozenset({6, 16, 17, 23, 24, 25, 36, 75, 91, 93})
"""Errors of the authentication service, for an error whose request was not captured (RFC 4120 section 7.5.9)."""
_NO_TICKET = Ticket(None, None, None, None, None, None)
_NO_REQUEST = Request(0, Padata())
_NO_REPLY = Reply(0, Padata())
_NO_ERROR = Error(0)


def client_of(reply: Reply) -> str | None:
    """The client whom a reply names; None when FAST hides it behind the anonymous name (RFC 6113 section 5.4.2, RFC 6112)."""
    return None if reply.padata.fast and reply.client == "WELLKNOWN/ANONYMOUS" else reply.client


def as_detail(request: Request | None, reply: Reply | None, error: Error | None) -> KerberosAs:
    """Request and reply or error of the authentication service as one value."""
    asked, answer, failed = request or _NO_REQUEST, reply or _NO_REPLY, error or _NO_ERROR
    issued = answer.ticket or _NO_TICKET
    offered = answer.padata.offered or failed.padata.offered
    return KerberosAs(
        client=asked.client or client_of(answer) or failed.client or None,
        realm=asked.realm or answer.realm or failed.realm or None,
        service=asked.service or issued.service or failed.service or None,
        request_etypes=asked.etypes,
        reply_etype=answer.etype,
        ticket_etype=issued.etype,
        ticket_kvno=issued.kvno,
        ticket_size=issued.size,
        ticket_hash=issued.hash,
        pa_types=asked.padata.types,
        padata_etype=asked.padata.timestamp_etype,
        offered_etypes=offered,
        options=asked.options,
        till=asked.till,
        renew_till=asked.renew_till,
        client_name_type=asked.client_name_type,
        client_addresses=asked.addresses,
        fast=asked.padata.fast or answer.padata.fast,
        armor_ticket_hash=armor.ticket.hash if (armor := asked.padata.armor) and armor.ticket else None,
        # Some KDCs list what they could do in every reply: what the client did is told by its own request, where there is one,
        # else by what nobody but a KDC that was asked so answers with.
        pkinit=asked.padata.pkinit if request else PK_AS_REP in answer.padata.types,
        pac_request=asked.padata.pac_request,
        error_text=failed.text,
        server_time=failed.time,
        error_status=failed.status,
    )


def tgs_detail(request: Request | None, reply: Reply | None, error: Error | None) -> KerberosTgs:
    """Request and reply or error of the ticket-granting service as one value."""
    asked, answer, failed = request or _NO_REQUEST, reply or _NO_REPLY, error or _NO_ERROR
    issued = answer.ticket or _NO_TICKET
    presented = asked.padata.presented
    shown = (presented and presented.ticket) or _NO_TICKET
    proxy = bool((asked.options or 0) & CNAME_IN_ADDITIONAL_TICKET)
    return KerberosTgs(
        client=client_of(answer) or failed.client or None,
        realm=asked.realm or issued.realm or failed.realm or None,
        service=asked.service or issued.service or failed.service or None,
        request_etypes=asked.etypes,
        reply_etype=answer.etype,
        ticket_etype=issued.etype,
        ticket_kvno=issued.kvno,
        ticket_size=issued.size,
        ticket_hash=issued.hash,
        presented_ticket_etype=shown.etype,
        presented_ticket_kvno=shown.kvno,
        presented_ticket_size=shown.size,
        presented_ticket_hash=shown.hash,
        presented_ticket_service=shown.service,
        presented_ticket_realm=shown.realm,
        authenticator_etype=presented.authenticator_etype if presented else None,
        pa_types=asked.padata.types,
        options=asked.options,
        till=asked.till,
        fast=asked.padata.fast or answer.padata.fast,
        s4u2self=asked.padata.for_user,
        s4u2proxy=proxy,
        evidence_ticket_hash=asked.additional_ticket_hash if proxy else None,
        evidence_ticket_size=asked.additional_ticket_size if proxy else None,
        pac_request=asked.padata.pac_request,
        pac_options=asked.padata.pac_options,
        has_authorization_data=asked.has_authorization_data,
        error_text=failed.text,
        server_time=failed.time,
        error_status=failed.status,
    )


def ap_detail(shown: ApRequest, carrier: str) -> KerberosAp:
    """A ticket shown to a service inside carrier."""
    ticket = shown.ticket or _NO_TICKET
    return KerberosAp(
        service=ticket.service,
        realm=ticket.realm,
        ticket_etype=ticket.etype,
        ticket_kvno=ticket.kvno,
        ticket_size=ticket.size,
        ticket_hash=ticket.hash,
        authenticator_etype=shown.authenticator_etype,
        options=shown.options,
        carrier=carrier,
    )


def is_as(request: Request | None, reply: Reply | Error | None) -> bool:
    """Whether it was the authentication service that was asked."""
    if request is not None:
        return request.type == AS_REQ
    if isinstance(reply, Reply):
        return reply.type == AS_REP
    return reply is not None and reply.code in _AS_ONLY_CODES and (reply.service or "").lower().startswith("krbtgt/")
