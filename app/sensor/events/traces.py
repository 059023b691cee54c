"""Events of trace providers (ETW) as activities: RPC calls, LDAP searches, Kerberos exchanges, secure channels.

They come from trace files, or from event logs into which somebody copied them.
"""

from collections.abc import Callable
from uuid import UUID

from app.model.activity import Account, Activity, Endpoint, named
from app.model.details import Detail, KerberosAs, KerberosTgs, LdapSearch, RpcCall
from app.model.identifiers import NETLOGON
from app.sensor.decoders.rpc.operations import NAMES, OPERATIONS
from app.sensor.events.record import EventRecord

NAMED_PIPE, TCP, LOCAL, HTTP = 2, 1, 3, 4
"""RpcServerCallStart's Protocol: ncacn_ip_tcp, ncacn_np, ncalrpc, ncacn_http. A local call crosses no network."""
AUTHENTICATE = 26
"""NetrServerAuthenticate3 (MS-NRPC section 3.5.4.4.2); the event does not tell it from its two elders."""
ENDED = 2


def _number(record: EventRecord, name: str) -> int | None:
    text = record.fields.get(name, "")
    try:
        return int(text, 16) if text[:2].lower() == "0x" else int(text)
    except ValueError:
        return None


def _text(record: EventRecord, name: str) -> str | None:
    text = record.fields.get(name, "").strip()
    return text if text and text != "NULL" else None


def _computer(record: EventRecord) -> Endpoint | None:
    return named(record.computer) if record.computer else None


def _call(record: EventRecord, input: str) -> Activity | None:
    """Server call start (6) and client call start (5) of Microsoft-Windows-RPC; what came of the call they do not tell."""
    opnum, protocol = _number(record, "ProcNum"), _number(record, "Protocol")
    try:
        interface = str(UUID(_text(record, "InterfaceUuid") or ""))
    except ValueError:
        return None
    if opnum is None or not 0 <= opnum < 1 << 16 or protocol not in (TCP, NAMED_PIPE, HTTP):
        return None
    there, here = _text(record, "NetworkAddress"), _computer(record)
    other = named(there.strip("\\")) if there and record.event_id == 5 else None
    pipe = _text(record, "Endpoint") if protocol == NAMED_PIPE else None
    detail = RpcCall(
        interface=interface,
        name=NAMES.get(interface, ""),
        opnum=opnum,
        operation=OPERATIONS.get(interface, {}).get(opnum, ""),
        pipe=pipe.lower().replace("\\pipe\\", "").strip("\\") if pipe else None,
        sealed=True,
        auth_type=_number(record, "AuthenticationService"),
        auth_level=_number(record, "AuthenticationLevel"),
    )
    source, destination = (here, other) if record.event_id == 5 else (None, here)
    return _activity(record, input, detail, source=source, destination=destination, result="unanswered")


def _search(record: EventRecord, input: str) -> Activity | None:
    """A search that a program of this computer began (Microsoft-Windows-LDAP-Client 30)."""
    attributes = (_text(record, "AttributeList") or "").replace(",", " ").split()
    detail = LdapSearch(
        base=_text(record, "DistinguishedName") or "",
        scope=_number(record, "ScopeOfSearch") or 0,
        filter=_text(record, "SearchFilter") or "",
        attributes=tuple(attributes[:256]),
    )
    return _activity(record, input, detail, source=_computer(record), result="unanswered")


def _exchange(record: EventRecord, input: str) -> Activity | None:
    """AS (101) and TGS (103) exchanges as the KDC answered them."""
    kind = KerberosAs if record.event_id == 101 else KerberosTgs
    code = _number(record, "ErrorCode")
    detail = kind(client=_text(record, "ClientName"), realm=_text(record, "ClientDomain"), service=_text(record, "ServerName"))
    return _activity(record, input, detail, destination=_computer(record), result="failure" if code else "success", code=code)


def _secure_channel(record: EventRecord, input: str) -> Activity | None:
    """A computer's secure channel was asked for; only its end tells what came of it."""
    if record.event_id != ENDED:
        return None
    status, client, account = _number(record, "Status"), _text(record, "ClientName"), _text(record, "AccountName")
    said: dict[str, str | int | None] = {
        "computer": client,
        "account": account,
        "channel_type": _number(record, "ChannelType"),
        "flags": _number(record, "NegotiateFlags"),
    }
    stub: dict[str, str | int | bool | list[str]] = {name: value for name, value in said.items() if value is not None}
    detail = RpcCall(
        interface=NETLOGON, name=NAMES.get(NETLOGON, ""), opnum=AUTHENTICATE,
        operation=OPERATIONS.get(NETLOGON, {}).get(AUTHENTICATE, ""), stub=stub, returned=status,
    )  # fmt: skip
    return _activity(
        record, input, detail, source=named(client.lstrip("\\")) if client else None, destination=_computer(record),
        account=Account(name=account) if account else None, result="failure" if status else "success", code=status,
    )  # fmt: skip


def _activity(record: EventRecord, input: str, detail: Detail, **more: object) -> Activity:
    return Activity(
        at=record.at,
        until=record.at,
        input=input,
        record=record.place,
        ordinal=record.ordinal,
        detail=detail,
        **more,  # type: ignore[arg-type]
    )


TRACES: dict[tuple[str, int], Callable[[EventRecord, str], Activity | None]] = {
    ("Microsoft-Windows-RPC", 5): _call,
    ("Microsoft-Windows-RPC", 6): _call,
    ("Microsoft-Windows-LDAP-Client", 30): _search,
    ("Microsoft-Windows-Kerberos-Key-Distribution-Center", 101): _exchange,
    ("Microsoft-Windows-Kerberos-Key-Distribution-Center", 103): _exchange,
    ("Active Directory: NetLogon", 1): _secure_channel,
    ("Active Directory: NetLogon", ENDED): _secure_channel,
}
"""(provider, event id or opcode) to what makes an activity of it; None: it tells nothing of identities."""
TRACED: frozenset[int] = frozenset(id_ for _, id_ in TRACES)
"""Their event ids."""
