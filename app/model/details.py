"""What one activity tells, one frozen value for each kind; the tag is the kind word that scripts see.

Long because what the wire tells stands in one place; events and the directory have files of their own.
"""

from msgspec import Struct
from msgspec.structs import fields  # noqa: F401  (re-exported for exporters that walk the fields)

from app.model.directory import DirectoryChange, DirectoryObject
from app.model.events import (
    EventAccount,
    EventAdfs,
    EventAudit,
    EventCertificate,
    EventConnection,
    EventDatabase,
    EventDesktop,
    EventDirectoryChange,
    EventDns,
    EventEnumeration,
    EventGroup,
    EventHost,
    EventKerberos,
    EventLdap,
    EventLogon,
    EventNetlogon,
    EventNps,
    EventNtlm,
    EventObjectAccess,
    EventPolicy,
    EventPrinter,
    EventProcess,
    EventRemoting,
    EventReplication,
    EventSam,
    EventScript,
    EventService,
    EventShare,
    EventTask,
    WindowsEvent,
)
from app.model.pac import Decrypted, Pac, TicketFacts


class KerberosAs(Struct, frozen=True, kw_only=True, gc=False, tag_field="kind", tag="kerberos-as"):
    """Authentication service exchange (RFC 4120 section 3.1). Etypes are the numbers of RFC 3961; times are UTC microseconds.

    padata_etype: etype of PA-ENC-TIMESTAMP. offered_etypes: ETYPE-INFO2 of the KDC. ticket_hash: fingerprint of the
    issued ticket's cipher (see decoders.kerberos), equal to presented_ticket_hash of the requests that use it.
    error_status: NTSTATUS that a Windows KDC adds to its error (MS-KILE section 2.2.2). armor_ticket_hash: of the computer's
    ticket under whose key a FAST request stands (RFC 6113 section 5.4.1.1).
    ticket, pac: what the issued ticket holds, with the user's keys. client_key: whether the client's key there is the one that
    was used; client_time: what the client's clock said, from its PA-ENC-TIMESTAMP.
    """

    client: str | None = None
    realm: str | None = None
    service: str | None = None
    request_etypes: tuple[int, ...] = ()
    reply_etype: int | None = None
    ticket_etype: int | None = None
    ticket_kvno: int | None = None
    ticket_size: int | None = None
    ticket_hash: str | None = None
    pa_types: tuple[int, ...] = ()
    padata_etype: int | None = None
    offered_etypes: tuple[int, ...] = ()
    options: int | None = None
    till: int | None = None
    renew_till: int | None = None
    client_name_type: int | None = None
    client_addresses: tuple[str, ...] = ()
    fast: bool = False
    armor_ticket_hash: str | None = None
    pkinit: bool = False
    pac_request: bool | None = None
    error_text: str | None = None
    server_time: int | None = None
    error_status: int | None = None
    ticket: TicketFacts | None = None
    pac: Pac | None = None
    client_key: Decrypted | None = None
    client_time: int | None = None


class KerberosTgs(Struct, frozen=True, kw_only=True, gc=False, tag_field="kind", tag="kerberos-tgs"):
    """Ticket-granting exchange (RFC 4120 section 3.3; MS-SFU for S4U). The client's name is known from the reply only.

    ticket, pac: what the issued ticket holds, with the user's keys; presented_ticket, presented_pac: of the one that was shown.
    """

    client: str | None = None
    realm: str | None = None
    service: str | None = None
    request_etypes: tuple[int, ...] = ()
    reply_etype: int | None = None
    ticket_etype: int | None = None
    ticket_kvno: int | None = None
    ticket_size: int | None = None
    ticket_hash: str | None = None
    presented_ticket_etype: int | None = None
    presented_ticket_kvno: int | None = None
    presented_ticket_size: int | None = None
    presented_ticket_hash: str | None = None
    presented_ticket_service: str | None = None
    presented_ticket_realm: str | None = None
    authenticator_etype: int | None = None
    pa_types: tuple[int, ...] = ()
    options: int | None = None
    till: int | None = None
    fast: bool = False
    s4u2self: str | None = None
    s4u2proxy: bool = False
    evidence_ticket_hash: str | None = None
    evidence_ticket_size: int | None = None
    pac_request: bool | None = None
    pac_options: int | None = None
    has_authorization_data: bool = False
    error_text: str | None = None
    server_time: int | None = None
    error_status: int | None = None
    ticket: TicketFacts | None = None
    pac: Pac | None = None
    presented_ticket: TicketFacts | None = None
    presented_pac: Pac | None = None


class KerberosAp(Struct, frozen=True, kw_only=True, gc=False, tag_field="kind", tag="kerberos-ap"):
    """A ticket presented to a service (RFC 4120 section 3.2) inside carrier: smb1, smb2, ldap, rpc, http, kpasswd, dns.

    ticket, pac: what the ticket holds, with the user's keys.
    """

    service: str | None = None
    realm: str | None = None
    ticket_etype: int | None = None
    ticket_kvno: int | None = None
    ticket_size: int | None = None
    ticket_hash: str | None = None
    authenticator_etype: int | None = None
    options: int | None = None
    carrier: str = ""
    ticket: TicketFacts | None = None
    pac: Pac | None = None


class Ntlm(Struct, frozen=True, kw_only=True, gc=False, tag_field="kind", tag="ntlm"):
    """One NTLM authentication (MS-NLMP): negotiate, challenge and authenticate joined.

    version: "NTLMv1", "NTLMv1-ESS", "NTLMv2", or "LM" when that is the only response.
    target: name of TYPE 2. target_*: AV pairs of TYPE 2 (section 2.2.2.1), or without it those in the client's blob.
    mic: True when a non-zero MIC is there, None when the message was cut before all was said.
    mic_expected: MsvAvFlags bit 2 in the client's blob.
    os_version: "major.minor.build" of the client when it says so. spn: MsvAvTargetName of the client.
    client_challenge: what the client drew at random, where the response shows it.
    """

    user: str | None = None
    domain: str | None = None
    workstation: str | None = None
    version: str | None = None
    target: str | None = None
    target_netbios_computer: str | None = None
    target_netbios_domain: str | None = None
    target_dns_computer: str | None = None
    target_dns_domain: str | None = None
    carrier: str = ""
    mic: bool | None = None
    mic_expected: bool | None = None
    flags: int | None = None
    os_version: str | None = None
    server_os_version: str | None = None
    spn: str | None = None
    server_challenge: str | None = None
    anonymous: bool = False
    client_challenge: str | None = None


class Negoex(Struct, frozen=True, kw_only=True, gc=False, tag_field="kind", tag="negoex"):
    """One authentication by NEGOEX (MS-NEGOEX), as between computers that trust each other's certificates (PKU2U); an offer
    that came to nothing is none. conversation: GUID that the client drew for it. schemes: GUIDs of the mechanisms named.
    """

    conversation: str = ""
    schemes: tuple[str, ...] = ()
    carrier: str = ""


class KerberosPassword(Struct, frozen=True, kw_only=True, gc=False, tag_field="kind", tag="kerberos-password"):
    """Change or set password over port 464 (RFC 3244); protocol_version 1 changes one's own, 0xff80 sets anyone's.

    The result is sealed: success says that the server took the ticket, code is None then; a KRB-ERROR's code is seen. With the
    user's keys result_code is that of RFC 3244 section 2, target the account whose password is set (None: the caller's own).
    """

    realm: str | None = None
    service: str | None = None
    protocol_version: int | None = None
    ticket_hash: str | None = None
    ticket_etype: int | None = None
    target: str | None = None
    result_code: int | None = None


class LdapBind(Struct, frozen=True, kw_only=True, gc=False, tag_field="kind", tag="ldap-bind"):
    """LDAP bind (RFC 4511 section 4.2). method: "simple", "anonymous", or the SASL mechanism. encrypted: TLS or SASL sealing."""

    method: str = "simple"
    name: str | None = None
    encrypted: bool = False
    password_length: int | None = None
    error_text: str | None = None


class LdapSearch(Struct, frozen=True, kw_only=True, gc=False, tag_field="kind", tag="ldap-search"):
    """LDAP search (RFC 4511 section 4.5). filter: text of RFC 4515. entries: number of entries returned."""

    base: str = ""
    scope: int = 0
    filter: str = ""
    attributes: tuple[str, ...] = ()
    entries: int = 0
    controls: tuple[str, ...] = ()
    error_text: str | None = None


class LdapPing(Struct, frozen=True, kw_only=True, gc=False, tag_field="kind", tag="ldap-ping"):
    """Netlogon ping over CLDAP or LDAP (MS-ADTS section 6.3.3). user and host are what the client named.

    nt_version: NtVer bits of the request; account_control: AAC, the account types asked for.
    """

    user: str | None = None
    host: str | None = None
    domain: str | None = None
    opcode: int | None = None
    flags: int | None = None
    server_name: str | None = None
    server_site: str | None = None
    client_site: str | None = None
    forest: str | None = None
    netbios_domain: str | None = None
    netbios_server: str | None = None
    nt_version: int | None = None
    account_control: int | None = None


class LdapModify(Struct, frozen=True, kw_only=True, gc=False, tag_field="kind", tag="ldap-modify"):
    """LDAP modify (RFC 4511 section 4.6). changes: (operation add, delete, replace or increment; attribute; values as text).

    compared: (attribute; entries that are new; entries that go) of each security descriptor that the same connection read of this
    object before it wrote it; both in SDDL, with the owner where it is another one.
    """

    dn: str = ""
    changes: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    error_text: str | None = None
    compared: tuple[tuple[str, str, str], ...] = ()


class LdapAdd(Struct, frozen=True, kw_only=True, gc=False, tag_field="kind", tag="ldap-add"):
    """LDAP add (RFC 4511 section 4.7); changes as in LdapModify with operation "add"."""

    dn: str = ""
    changes: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    error_text: str | None = None


class LdapDelete(Struct, frozen=True, kw_only=True, gc=False, tag_field="kind", tag="ldap-delete"):
    """LDAP delete (RFC 4511 section 4.8)."""

    dn: str = ""
    changes: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    error_text: str | None = None


class LdapRename(Struct, frozen=True, kw_only=True, gc=False, tag_field="kind", tag="ldap-rename"):
    """LDAP modify DN (RFC 4511 section 4.9); changes holds newrdn and newSuperior."""

    dn: str = ""
    changes: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    error_text: str | None = None


class SmbSession(Struct, frozen=True, kw_only=True, gc=False, tag_field="kind", tag="smb-session"):
    """SMB session setup (MS-CIFS 2.2.4.53, MS-SMB2 2.2.5), all its round trips. native_os is SMB1's.

    signing_required: the server demands signatures. anonymous: the server made it a null session.
    dialects: what the client offered in an SMB 1 negotiation, at most 16. virtual_circuit: SMB 1's number of the connection.
    """

    dialect: str = ""
    encrypted: bool = False
    signing_required: bool | None = None
    guest: bool = False
    anonymous: bool = False
    mechanism: str | None = None
    native_os: str | None = None
    native_lan_manager: str | None = None
    server_guid: str | None = None
    client_guid: str | None = None
    path: str = ""
    name: str = ""
    action: str = "logon"
    bytes: int = 0
    dialects: tuple[str, ...] = ()
    virtual_circuit: int | None = None


class SmbTree(Struct, frozen=True, kw_only=True, gc=False, tag_field="kind", tag="smb-tree"):
    """Tree connect (MS-CIFS 2.2.4.55, MS-SMB2 2.2.9). path is the UNC path, name the share, share_type disk, pipe or print."""

    dialect: str = ""
    path: str = ""
    name: str = ""
    action: str = "connect"
    bytes: int = 0
    encrypted: bool = False
    share_type: str | None = None


class SmbFile(Struct, frozen=True, kw_only=True, gc=False, tag_field="kind", tag="smb-file"):
    """One opened file from create to close. action: open, read, write, delete, rename, list (bytes moved summed).

    path: UNC path of the share, empty when its connect was not captured. name: path in the share. created: it was made or
    replaced by this open. A named pipe is one of these only when it could not be opened or carried no DCE/RPC.
    """

    dialect: str = ""
    path: str = ""
    name: str = ""
    action: str = "open"
    bytes: int = 0
    encrypted: bool = False
    new_name: str | None = None
    access: int | None = None
    directory: bool = False
    created: bool = False


class SmbViolation(Struct, frozen=True, kw_only=True, gc=False, tag_field="kind", tag="smb-violation"):
    """A message that no client sends which keeps to the specification, told once for each connection and kind.

    what: "blank offer" (compression offered with an empty GUID and an empty salt), "compression overflow" (sizes of a transform
    header that do not fit into 32 bits, or into the message), "peek of no pipe" (PeekNamedPipe of file 0), "trans2 session setup"
    (a transaction that is reserved), "implant answered" (the same, answered under another multiplex id), "mixed transaction" (an
    NT transaction continued as another kind), "reserved transaction" (a function of NT transactions that nobody carries out).
    value, other: the numbers that are wrong: size and offset of a transform header, timeout or function of a transaction.
    """

    dialect: str = ""
    what: str = ""
    value: int | None = None
    other: int | None = None


class RpcBind(Struct, frozen=True, kw_only=True, gc=False, tag_field="kind", tag="rpc-bind"):
    """One presentation context agreed in bind or alter-context (C706 section 12.6; MS-RPCE 2.2.2)."""

    interface: str = ""
    name: str = ""
    version: str = ""
    pipe: str | None = None
    auth_type: int | None = None
    auth_level: int | None = None


class RpcCall(Struct, frozen=True, kw_only=True, gc=False, tag_field="kind", tag="rpc-call"):
    """One remote procedure call joined with its response or fault.

    interface: UUID in lower case, empty when it could not be known. guessed: the bind was not captured and the interface
    follows from what was called. pipe: "svcctl" and the like over SMB, None over TCP. sealed: stub encrypted, so that it cannot
    be read unless opened: the user's keys opened it all.
    stub: named facts of the request and reply (see decoders/rpc, one file for each interface), plain values only.
    request_bytes, response_bytes: stub sizes. returned: the operation's return value where the stub could be read.
    """

    interface: str = ""
    name: str = ""
    opnum: int = 0
    operation: str = ""
    pipe: str | None = None
    sealed: bool = False
    guessed: bool = False
    auth_type: int | None = None
    auth_level: int | None = None
    object: str | None = None
    stub: dict[str, str | int | bool | list[str]] = {}
    request_bytes: int = 0
    response_bytes: int = 0
    returned: int | None = None
    opened: bool = False

    @property
    def hidden(self) -> bool:
        """True when what was asked and answered could not be read."""
        return self.sealed and not self.opened


class DnsQuery(Struct, frozen=True, kw_only=True, gc=False, tag_field="kind", tag="dns-query"):
    """DNS question with its answer (RFC 1035). type: mnemonic ("A", "SRV", "AXFR") or "TYPE123". protocol: dns, llmnr, mdns.

    answers: "TYPE value" texts, at most 64. records: number of records in the answer section, over all messages of a transfer.
    """

    name: str = ""
    type: str = ""
    answers: tuple[str, ...] = ()
    records: int = 0
    truncated: bool = False
    protocol: str = "dns"


class DnsUpdate(Struct, frozen=True, kw_only=True, gc=False, tag_field="kind", tag="dns-update"):
    """Dynamic update (RFC 2136). changes: "add NAME TYPE value", "delete NAME TYPE"."""

    zone: str = ""
    changes: tuple[str, ...] = ()
    signed: bool = False


class NameObservation(Struct, frozen=True, kw_only=True, gc=False, tag_field="kind", tag="name-observation"):
    """Someone said an address has a name. method: netbios, llmnr, mdns, dhcp, dns, ldap, rdp. role: computer, domain, user."""

    address: str
    name: str
    method: str
    role: str = "computer"
    hardware: str | None = None


class HttpRequest(Struct, frozen=True, kw_only=True, gc=False, tag_field="kind", tag="http-request"):
    """A request to a page of an identity service, with how it was answered (RFC 9110); other requests are no activities.

    page: "adfs-configuration" (the store from which federation servers copy their configuration) or "certificate-request" (web
    enrolment of a certificate authority). host, agent: what the client named. bytes: of the answer's body where its head says it.
    """

    page: str = ""
    method: str = ""
    path: str = ""
    host: str | None = None
    agent: str | None = None
    bytes: int | None = None


class RdpConnection(Struct, frozen=True, kw_only=True, gc=False, tag_field="kind", tag="rdp-connection"):
    """RDP connection request (MS-RDPBCGR 2.2.1.1): cookie's user, TLS server name and certificate subject where seen."""

    cookie: str | None = None
    requested_protocols: int | None = None
    selected_protocol: int | None = None
    server_name: str | None = None
    certificate_subject: str | None = None


class NtpRequest(Struct, frozen=True, kw_only=True, gc=False, tag_field="kind", tag="ntp-request"):
    """Time asked of a controller, to be signed with an account's key (MS-SNTP section 2.2). rid: relative id of the account.

    previous: its previous password is to sign. extended: with the extended authenticator.
    """

    rid: int = 0
    previous: bool = False
    extended: bool = False


class RadiusAccounting(Struct, frozen=True, kw_only=True, gc=False, tag_field="kind", tag="radius-accounting"):
    """RADIUS accounting (RFC 2866). status: Start, Stop, Interim-Update, Accounting-On, Accounting-Off.

    calling_station or tunnel_client: the client's outside address. client_name: MS-RAS-Client-Name (RFC 2548 section 2.7.3).
    event_at: Event-Timestamp, UTC microseconds. place: where the outside address is, by the GeoIP file that the user gave.
    """

    status: str = ""
    session: str | None = None
    framed_ip: str | None = None
    calling_station: str | None = None
    called_station: str | None = None
    nas: str | None = None
    nas_identifier: str | None = None
    tunnel_client: str | None = None
    session_seconds: int | None = None
    client_name: str | None = None
    nas_port_type: int | None = None
    event_at: int | None = None
    delay_seconds: int | None = None
    place: str | None = None


class RadiusAccess(Struct, frozen=True, kw_only=True, gc=False, tag_field="kind", tag="radius-access"):
    """RADIUS authentication (RFC 2865). outcome: Access-Accept, Access-Reject, Access-Challenge.

    calling_station or tunnel_client: the client's outside address, or its MAC address. error: the number of MS-CHAP-Error (RFC
    2548 section 2.1.5; 691 for a wrong name or password).
    """

    outcome: str | None = None
    calling_station: str | None = None
    nas: str | None = None
    nas_identifier: str | None = None
    framed_ip: str | None = None
    eap: bool = False
    tunnel_client: str | None = None
    nas_port_type: int | None = None
    error: int | None = None


Detail = (
    KerberosAs
    | KerberosTgs
    | KerberosAp
    | KerberosPassword
    | Ntlm
    | Negoex
    | LdapBind
    | LdapSearch
    | LdapPing
    | LdapModify
    | LdapAdd
    | LdapDelete
    | LdapRename
    | SmbSession
    | SmbTree
    | SmbFile
    | SmbViolation
    | RpcBind
    | RpcCall
    | DnsQuery
    | DnsUpdate
    | NameObservation
    | HttpRequest
    | RdpConnection
    | NtpRequest
    | RadiusAccounting
    | RadiusAccess
    | EventLogon
    | EventKerberos
    | EventNtlm
    | EventGroup
    | EventAccount
    | EventService
    | EventTask
    | EventProcess
    | EventHost
    | EventScript
    | EventObjectAccess
    | EventDirectoryChange
    | EventShare
    | EventEnumeration
    | EventCertificate
    | EventReplication
    | EventLdap
    | EventAdfs
    | EventSam
    | EventNetlogon
    | EventPolicy
    | EventAudit
    | EventDns
    | EventDatabase
    | EventDesktop
    | EventNps
    | EventPrinter
    | EventConnection
    | EventRemoting
    | DirectoryObject
    | DirectoryChange
)
KINDS: dict[type, str] = {one: str(one.__struct_config__.tag) for one in Detail.__args__}
"""Detail type to kind word."""
EVENTS: tuple[type[WindowsEvent], ...] = tuple(one for one in KINDS if issubclass(one, WindowsEvent))
"""The families of Windows events."""


def kind_of(detail: Detail) -> str:
    """Kind word of a detail, for example "rpc-call"."""
    return KINDS[type(detail)]
