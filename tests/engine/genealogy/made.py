"""Kerberos exchanges of an invented domain, for the tests of tickets: one call for one exchange."""

from collections.abc import Iterable, Iterator
from itertools import count

from app.engine.genealogy import genealogy
from app.engine.knowledge import Knowledge
from app.model.activity import Account, Activity, Endpoint, named
from app.model.details import Detail, KerberosAp, KerberosAs, KerberosTgs, NameObservation
from app.model.events import EventKerberos, EventLogon
from app.model.tickets import Genealogy, TicketNode

START, MINUTE = 1_767_607_200_000_000, 60_000_000
DC, WS1, WS2, FILES, PHONE = "10.1.0.10", "10.1.0.21", "10.1.0.22", "10.1.0.31", "10.1.0.77"
REALM, TGS = "EXAMPLE.ORG", "krbtgt/EXAMPLE.ORG"
FORWARDED, RENEW = 1 << 29, 1 << 1
_frames = count(1)


def act(detail: Detail, source: str, to: str = DC, minute: float = 0, port: int = 88, **more: object) -> Activity:
    number = next(_frames)
    at = START + int(minute * MINUTE)
    return Activity(
        at=at, until=at, input="aaaa", frames=(number,), source=Endpoint(source, 50_000), destination=Endpoint(to, port),
        detail=detail, **more,
    )  # type: ignore[arg-type]  # fmt: skip


def sign_in(hash: str, user: str = "alice", source: str = WS1, minute: float = 0, **more: object) -> Activity:
    detail = KerberosAs(
        client=user, realm=REALM, service=TGS, ticket_hash=hash, ticket_etype=18, reply_etype=18, padata_etype=18,
        request_etypes=(18, 17, 23), **more,
    )  # type: ignore[arg-type]  # fmt: skip
    return act(detail, source, minute=minute, account=Account(name=user, domain=REALM))


def refusal(user: str, source: str = WS1, minute: float = 0, code: int = 24) -> Activity:
    return act(KerberosAs(client=user, realm=REALM, service=TGS), source, minute=minute, result="failure", code=code)


def ask(
    shown: str, got: str, service: str = "cifs/files.example.org", source: str = WS1, minute: float = 1, **more: object
) -> Activity:
    etype = more.pop("ticket_etype", 18)
    detail = KerberosTgs(
        client=str(more.pop("user", "alice")), realm=REALM, service=service, ticket_hash=got, ticket_etype=etype,
        presented_ticket_hash=shown, presented_ticket_service=TGS, presented_ticket_realm=REALM, **more,
    )  # type: ignore[arg-type]  # fmt: skip
    return act(detail, source, minute=minute)


def show(ticket: str, service: str = "cifs/files.example.org", source: str = WS1, to: str = FILES, minute: float = 2) -> Activity:
    detail = KerberosAp(service=service, realm=REALM, ticket_hash=ticket, ticket_etype=18, carrier="smb2")
    return act(detail, source, to, minute, 445)


def names(minute: float = 0, **hosts: str) -> Iterator[Activity]:
    """Computers sign in with their own accounts, which names their addresses surely."""
    for host, address in hosts.items():
        yield sign_in(f"own-{host}-{minute}", f"{host.upper()}$", address, minute)


def lease(name: str, address: str, minute: float) -> Activity:
    return act(
        NameObservation(address=address, name=f"{name}.example.org", method="dhcp"), address, "255.255.255.255", minute, 67
    )


def event(number: int, fields: dict[str, str], minute: float = 0, source: str = WS1, user: str = "alice") -> Activity:
    record = next(_frames)
    at = START + int(minute * MINUTE)
    detail = EventKerberos(
        event_id=number, provider="Microsoft-Windows-Security-Auditing", channel="Security", computer="DC1.example.org",
        record=record, fields={"TargetUserName": user, "TargetDomainName": REALM, "TicketEncryptionType": "0x12", **fields},
    )  # fmt: skip
    return Activity(
        at=at, until=at, input="log", record=record, source=Endpoint(source), destination=named("dc1.example.org"),
        account=Account(name=user, domain=REALM), detail=detail,
    )  # fmt: skip


def session(guid: str, minute: float, computer: str = "files.example.org", source: str = WS1, user: str = "alice") -> Activity:
    """4624 at a service, which names the ticket that opened it."""
    record = next(_frames)
    at = START + int(minute * MINUTE)
    detail = EventLogon(
        event_id=4624, provider="Microsoft-Windows-Security-Auditing", channel="Security", computer=computer, record=record,
        fields={"TargetUserName": user, "TargetDomainName": "EXAMPLE", "LogonType": "3", "LogonGuid": guid},
    )  # fmt: skip
    return Activity(
        at=at, until=at, input="log", record=record, source=Endpoint(source), destination=named(computer),
        account=Account(name=user, domain=REALM), detail=detail,
    )  # fmt: skip


def descent(
    activities: Iterable[Activity], pairs: dict[str, str] | None = None, alerts: dict[str, set[str]] | None = None
) -> Genealogy:
    """Genealogy of activities with the knowledge that they give."""
    every = sorted(activities, key=lambda one: one.at)
    known = Knowledge()
    for one in every:
        known.observe(one)
    kerberos = [one for one in every if one.kind.startswith(("kerberos", "event-kerberos", "event-logon"))]
    return genealogy(kerberos, known, pairs or {}, alerts or {}, every[0].at)


def ticket(found: Genealogy, id: str) -> TicketNode:
    return next(one for one in found.tickets if one.id == id)
