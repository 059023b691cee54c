"""Small activities for the cases of detectors: an invented domain with two controllers and a few computers."""

from itertools import count

from app.model.activity import Account, Activity, Endpoint, Result
from app.model.details import (
    Detail,
    DnsQuery,
    KerberosAs,
    KerberosTgs,
    LdapBind,
    LdapPing,
    LdapSearch,
    Ntlm,
    RpcBind,
    RpcCall,
    SmbFile,
)

DC1, DC2, WS1, WS2, FILES = "192.0.2.1", "192.0.2.2", "192.0.2.21", "192.0.2.22", "192.0.2.31"
REALM = "EXAMPLE.ORG"
START = 1_700_000_000_000_000
SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
YEAR = 365 * 24 * HOUR

SAMR = "12345778-1234-abcd-ef00-0123456789ac"
LSARPC = "12345778-1234-abcd-ef00-0123456789ab"
DRSUAPI = "e3514235-4b06-11d1-ab04-00c04fc2dcd2"
NETLOGON = "12345678-1234-abcd-ef00-01234567cffb"
SRVSVC = "4b324fc8-1670-01d3-1278-5a47bf6ee188"
SVCCTL = "367abb81-9844-35f1-ad32-98f038001003"
TASKS = "86d35949-83c9-4044-b424-db363231fd0c"
WMI = "9556dc99-828c-11cf-a37e-00aa003240c7"
WKSSVC = "6bffd098-a112-3610-9833-46c3f87e345a"
DISPATCH = "00020400-0000-0000-c000-000000000046"
ACTIVATOR = "000001a0-0000-0000-c000-000000000046"

_frames = count(1)


def act(
    detail: Detail, source: str = WS1, target: str = DC1, port: int = 445, *, at: int = 0, result: Result = "success",
    code: int | None = None, account: Account | None = None, ticket: str | None = None,
) -> Activity:  # fmt: skip
    """One activity at START plus `at` microseconds."""
    return Activity(
        at=START + at, until=START + at + 1000, input="test", frames=(next(_frames),), source=Endpoint(source, 50000),
        destination=Endpoint(target, port), result=result, code=code, account=account, ticket=ticket, detail=detail,
    )  # fmt: skip


def as_req(
    client: str = "alice", source: str = WS1, *, at: int = 0, code: int = 0, target: str = DC1, **more: object
) -> Activity:
    """An AS exchange with encrypted timestamp and AES, unless told otherwise."""
    values: dict[str, object] = {
        "client": client, "realm": REALM, "service": f"krbtgt/{REALM}", "request_etypes": (18, 17, 23), "padata_etype": 18,
        "pa_types": (2,), "client_name_type": 1,
    }  # fmt: skip
    if code == 0:
        values |= {"reply_etype": 18, "ticket_etype": 18, "ticket_hash": f"tgt-{client}-{source}-{at}"}
    values |= more
    detail = KerberosAs(**values)  # type: ignore[arg-type]
    return act(detail, source, target, 88, at=at, result="failure" if code else "success", code=code)


def tgs_req(
    service: str,
    source: str = WS1,
    *,
    at: int = 0,
    code: int = 0,
    client: str | None = "alice",
    target: str = DC1,
    **more: object,
) -> Activity:
    """A TGS exchange in AES, unless told otherwise; code -1: its answer was not captured."""
    values: dict[str, object] = {
        "client": None if code else client, "realm": REALM, "service": service, "request_etypes": (18, 17, 23),
        "presented_ticket_etype": 18, "presented_ticket_service": f"krbtgt/{REALM}", "presented_ticket_realm": REALM,
        "presented_ticket_hash": "never issued here",
    }  # fmt: skip
    if code == 0:
        values |= {"reply_etype": 18, "ticket_etype": 18, "ticket_hash": f"ticket-{service}-{source}-{at}"}
    values |= more
    detail = KerberosTgs(**values)  # type: ignore[arg-type]
    if code < 0:
        return act(detail, source, target, 88, at=at, result="unanswered")
    return act(detail, source, target, 88, at=at, result="failure" if code else "success", code=code)


def call(
    interface: str, opnum: int, source: str = WS1, target: str = DC1, *, at: int = 0, code: int | None = 0,
    result: Result | None = None, name: str = "alice", **more: object,
) -> Activity:  # fmt: skip
    """A remote procedure call; a code makes it a failure."""
    return act(
        RpcCall(interface=interface, opnum=opnum, **more),  # type: ignore[arg-type]
        source, target, 49670, at=at, result=result or ("failure" if code else "success"), code=code,
        account=Account(name=name, domain="EXAMPLE"),
    )  # fmt: skip


def ntlm(user: str, source: str = WS1, target: str = FILES, *, at: int = 0, code: int = 0) -> Activity:
    """An NTLM authentication over SMB."""
    detail = Ntlm(user=user, domain="EXAMPLE", workstation="WS1", version="NTLMv2", carrier="smb2")
    return act(detail, source, target, 445, at=at, result="failure" if code else "success", code=code)


def bind(
    name: str, source: str = WS1, *, at: int = 0, code: int = 0, encrypted: bool = False, length: int | None = 9
) -> Activity:
    """An LDAP simple bind."""
    detail = LdapBind(method="simple", name=name, encrypted=encrypted, password_length=length)
    return act(detail, source, DC1, 389, at=at, result="failure" if code else "success", code=code)


def search(text: str, source: str = WS1, *, at: int = 0) -> Activity:
    """An LDAP search under the domain."""
    return act(LdapSearch(base="dc=example,dc=org", scope=2, filter=text, entries=3), source, DC1, 389, at=at)


def dns(
    name: str, kind: str = "A", source: str = WS1, target: str = DC1, *, at: int = 0, code: int = 0,
    answers: tuple[str, ...] = (), records: int = 1,
) -> Activity:  # fmt: skip
    """A DNS question."""
    detail = DnsQuery(name=name, type=kind, answers=answers, records=records)
    return act(detail, source, target, 53, at=at, result="failure" if code else "success", code=code)


def ping(user: str | None, opcode: int, source: str = WS1, *, at: int = 0) -> Activity:
    """A Netlogon ping with its answer."""
    detail = LdapPing(user=user, domain="example.org", opcode=opcode, server_name="dc1.example.org", netbios_domain="EXAMPLE")
    return act(detail, source, DC1, 389, at=at)


def controller(ip: str, at: int = 0) -> Activity:
    """Somebody is answered by this address as by a controller."""
    return as_req("erin", FILES, target=ip, at=at)


def pipe(name: str, code: int, source: str = WS1, target: str = DC1, *, at: int = 0) -> Activity:
    """A named pipe opened over SMB."""
    detail = SmbFile(dialect="3.1.1", path=r"\\dc1\IPC$", name=name, action="open")
    return act(detail, source, target, 445, at=at, result="failure" if code else "success", code=code)


def rpc_bind(interface: str, source: str = WS1, target: str = DC1, *, at: int = 0, refused: bool = False) -> Activity:
    """A presentation context asked for."""
    return act(RpcBind(interface=interface), source, target, 135, at=at, result="failure" if refused else "success", code=2)
