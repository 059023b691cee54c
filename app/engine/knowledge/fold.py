"""What each kind of activity teaches about addresses, accounts, tickets, controllers."""

import re
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

from app.engine.knowledge.accounts import PUT_INTO, TAKEN_OUT
from app.engine.knowledge.addresses import NETBIOS
from app.engine.knowledge.born import is_named_sensitive
from app.engine.knowledge.controllers import FEDERATES
from app.engine.knowledge.guests import GUEST, MANAGED
from app.engine.knowledge.lessons_directory import DIRECTORY_LESSONS
from app.engine.knowledge.lessons_events import EVENT_LESSONS, EXISTING, UNKNOWN_CLIENT, named_by
from app.engine.knowledge.names import account_parts, base_domain, host, is_address, service_host, short
from app.engine.knowledge.parts import Parts
from app.engine.knowledge.tickets import is_own_tgt
from app.model.activity import Activity, Endpoint
from app.model.details import (
    EVENTS,
    DnsQuery,
    DnsUpdate,
    HttpRequest,
    KerberosAp,
    KerberosAs,
    KerberosTgs,
    LdapAdd,
    LdapBind,
    LdapModify,
    LdapPing,
    LdapSearch,
    NameObservation,
    Ntlm,
    RdpConnection,
    RpcCall,
)
from app.model.identifiers import DRSUAPI, NETLOGON

MANAGED_CLASSES = frozenset({f"msds-{kind}managedserviceaccount" for kind in ("", "group", "delegated")})
_NAME = r"\(samaccountname=(?P<{}>[^()*\\]{{1,255}}\$)\)"
MANAGED_ASKED = re.compile(
    rf"\(&(?:{_NAME.format('before')})?\(object(?:class|category)=msds-(?:group|delegated)?managedserviceaccount\)"
    rf"(?:{_NAME.format('after')})?\)", re.IGNORECASE
)  # fmt: skip
"""A search for one managed service account, as a host looks for one that it runs."""
FARM = "adfs-configuration"
"""Page from which the servers of a farm copy their configuration."""
KERBEROS_PORT = 88
WRONG_REALM = 68
NETLOGON_SERVED = frozenset({2, 15, 26, 29, 39, 45})
"""Calls that only a controller serves (MS-NRPC 3.5.4): logon, authenticate 2 and 3, domain info, logon ex, logon with flags."""
REPLICA_SYNC, GET_NC_CHANGES, UPDATE_REFS, ADD_ENTRY = 2, 3, 4, 17
REPLICATION = frozenset({REPLICA_SYNC, GET_NC_CHANGES, UPDATE_REFS})
"""DRSReplicaSync notifies a partner of changes, DRSGetNCChanges fetches them, DRSUpdateRefs asks to be notified, DRSAddEntry
registers a new controller (MS-DRSR sections 4.1.23, 4.1.10, 4.1.26, 4.1.1). On a connection older than the capture the
interface of a notification is not known; its number and its answer are."""
CONTROLLER_SERVICES = frozenset({"ldap", "gc"})
"""Service classes whose three-part name (class/host/domain) only controllers carry (MS-ADTS section 2.2.20)."""
OWN_SERVICES = frozenset({"host", "cifs", "ldap", "rpcss", "termsrv", "wsman", "rpc", "dns", "restrictedkrbhost", "gc"})
"""Service classes that belong to the computer itself; others (http, mssqlsvc) are often put on aliases."""


def learn_kdc(known: Parts, activity: Activity, server: Endpoint, time: int | None) -> None:
    """Whoever issues tickets is a controller; its errors tell its clock."""
    if server.port == KERBEROS_PORT:
        known.roles.acts(server.ip, "kdc" if activity.result == "success" else "kdc error", activity)
    if time:
        known.clocks.read(server.ip, time, activity)


def learn_as(known: Parts, activity: Activity, detail: KerberosAs) -> None:
    """AS exchange: a KDC, an account, a ticket; a computer when the client is a machine account."""
    answered = activity.result != "unanswered"
    code = activity.code or 0
    server, client = activity.destination, activity.source
    if answered and server is not None:
        learn_kdc(known, activity, server, detail.server_time)
    name, realm = detail.client, detail.realm
    if answered and code != WRONG_REALM and code != UNKNOWN_CLIENT and realm:
        known.accounts.say_domain(None, realm, activity)
    if name:
        if activity.result == "success":
            known.accounts.say(name, realm, "signed in", activity)
        elif code in EXISTING:
            known.accounts.say(name, realm, "exists", activity)
        elif code == UNKNOWN_CLIENT:
            known.accounts.say(name, realm, "unknown", activity)
        if client is not None and name.endswith("$") and code != UNKNOWN_CLIENT:
            plain = host(account_parts(name, realm)[0])
            full = f"{plain}.{realm.lower()}" if realm and "." in realm and "." not in plain and plain else plain
            own = [host(text)[:NETBIOS] for text in detail.client_addresses if host(text)]  # RFC 4120 section 7.5.3
            method = "kerberos-host" if activity.result == "success" else "kerberos-claim"
            known.addresses.say(client.ip, full, GUEST if own and short(full)[:NETBIOS] not in own else method, activity)
        if detail.ticket_hash and activity.result == "success":
            known.tickets.issued(detail.ticket_hash, name, realm or "", detail.service or "", detail.ticket_etype, "as", activity)
    if client is not None:
        for text in detail.client_addresses:
            if not is_address(text):
                known.addresses.say(client.ip, host(text), "kerberos-address", activity)


def learn_tgs(known: Parts, activity: Activity, detail: KerberosTgs) -> None:
    """TGS exchange: a KDC, a ticket; a controller named by its own service name."""
    server, client = activity.destination, activity.source
    if activity.result != "unanswered" and server is not None:
        learn_kdc(known, activity, server, detail.server_time)
    if activity.result != "success":
        return
    name, realm = detail.client, detail.realm
    if detail.presented_ticket_etype is not None and is_own_tgt(detail.presented_ticket_service, detail.presented_ticket_realm):
        known.tickets.accepted(detail.presented_ticket_realm or "", detail.presented_ticket_etype, activity)
    if realm:
        known.accounts.say_domain(None, realm, activity)
    if name:
        known.accounts.say(name, realm, "exists", activity)
        if client is not None and name.endswith("$") and not detail.s4u2self and not detail.s4u2proxy:
            plain = host(name)
            full = f"{plain}.{realm.lower()}" if realm and "." in realm and plain else plain
            known.addresses.say(client.ip, full, "kerberos-host", activity)
        if detail.ticket_hash:
            known.tickets.issued(
                detail.ticket_hash, name, realm or "", detail.service or "", detail.ticket_etype, "tgs", activity
            )
    elif detail.ticket_hash and detail.presented_ticket_hash and not detail.s4u2self and not detail.s4u2proxy:
        known.tickets.issued_for(
            detail.ticket_hash, detail.presented_ticket_hash, realm or "", detail.service or "", detail.ticket_etype, "tgs",
            activity,
        )  # fmt: skip
    service, where = service_host(detail.service)
    if where and service in CONTROLLER_SERVICES and (detail.service or "").count("/") == 2:
        known.roles.called(where, "service name", activity)


def learn_ap(known: Parts, activity: Activity, detail: KerberosAp) -> None:
    """A ticket for class/host was accepted: the server is that host."""
    service, where = service_host(detail.service)
    if activity.result == "success" and where and service in OWN_SERVICES and activity.destination is not None:
        known.addresses.say(activity.destination.ip, where, "kerberos-service", activity)


def learn_ntlm(known: Parts, activity: Activity, detail: Ntlm) -> None:
    """NTLM: what the client calls itself, and what the server says of itself and its domain."""
    if activity.source is not None and detail.workstation:
        known.addresses.say(activity.source.ip, host(detail.workstation), "ntlm-workstation", activity)
    if activity.destination is not None:
        name = host(detail.target_dns_computer) or host(detail.target_netbios_computer)
        known.addresses.say(activity.destination.ip, name, "ntlm-server", activity)
    computer = (detail.target_dns_computer or "").lower()
    domain = (detail.target_dns_domain or "").lower()
    if domain and domain != computer:
        known.accounts.say_domain(detail.target_netbios_domain, domain, activity)
    if activity.result == "success" and detail.user and not detail.anonymous:
        known.accounts.say(detail.user, detail.domain, "signed in", activity)


def learn_ping(known: Parts, activity: Activity, detail: LdapPing) -> None:
    """Netlogon ping: whoever answers with a server name is a controller; the client names itself."""
    if activity.source is not None and detail.host:
        known.addresses.say(activity.source.ip, host(detail.host), "ldap-ping-client", activity)
    if activity.destination is None or activity.result != "success":
        return
    name = host(detail.server_name) or host(detail.netbios_server)
    if name:
        known.addresses.say(activity.destination.ip, name, "ldap-ping", activity)
        known.roles.acts(activity.destination.ip, "ldap-ping", activity)
    if detail.domain and "." in name:
        known.accounts.say_domain(detail.netbios_domain, detail.domain, activity)


def learn_call(known: Parts, activity: Activity, detail: RpcCall) -> None:
    """RPC: serving NETLOGON or DRSUAPI is the work of a controller; asking is not."""
    if activity.result != "success" or activity.destination is None or activity.source is None:
        return
    server, client = activity.destination.ip, activity.source.ip
    if detail.interface == NETLOGON:
        if detail.opnum in NETLOGON_SERVED and not detail.guessed:
            known.roles.acts(server, "netlogon", activity)
    elif detail.interface == DRSUAPI:
        if not detail.guessed or detail.opnum in REPLICATION:
            known.roles.acts(server, "drsuapi", activity)
        if detail.opnum == ADD_ENTRY:
            known.roles.acts(client, "registered", activity)
        elif detail.opnum in (GET_NC_CHANGES, UPDATE_REFS):
            known.roles.pairs(client, "fetches from", server, activity)
        elif detail.opnum == REPLICA_SYNC:
            known.roles.pairs(server, "notified by", client, activity)
    elif not detail.interface and detail.sealed and detail.opnum == REPLICA_SYNC and detail.pipe is None:
        known.roles.pairs(server, "notified by", client, activity)


def learn_dns(known: Parts, activity: Activity, detail: DnsQuery) -> None:
    """DNS answers: names of addresses, names of controllers, and who is a name server."""
    if activity.result == "unanswered":
        return
    method = detail.protocol if detail.protocol in ("llmnr", "mdns") else "dns"
    if method == "dns" and activity.destination is not None and activity.destination.port == 53:
        known.roles.acts(activity.destination.ip, "dns server", activity)
    asked = detail.name.lower().rstrip(".")
    if detail.type == "PTR" and asked.endswith((".in-addr.arpa", ".ip6.arpa")):
        address = reverse_address(asked)
        for answer in detail.answers:
            kind, _, value = answer.partition(" ")
            if kind == "PTR" and is_address(address):
                known.addresses.say(address, host(value), method, activity)
        return
    controllers = detail.type == "SRV" and "._msdcs." in asked and (".dc._msdcs." in asked or ".gc._msdcs." in asked)
    if activity.result == "success" and detail.answers and asked[:1] == "_" and detail.type == "SRV":
        known.accounts.say_domain(None, served_domain(asked), activity)
    name = host(asked)
    for answer in detail.answers:
        kind, _, value = answer.partition(" ")
        if kind in ("A", "AAAA") and name and is_address(value) and detail.type in ("A", "AAAA", "ANY"):
            known.addresses.say(value, name, method, activity)
        elif kind == "SRV" and controllers and activity.result == "success":
            known.roles.called(host(value.split(" ")[-1]), "SRV record", activity)


def reverse_address(asked: str) -> str:
    """Address of a reverse look-up (RFC 1035 section 3.5, RFC 3596 section 2.5), empty when it is none."""
    labels = asked.removesuffix(".in-addr.arpa").removesuffix(".ip6.arpa").split(".")[::-1]
    if asked.endswith(".in-addr.arpa"):
        return ".".join(labels)
    if len(labels) != 32 or any(len(one) != 1 for one in labels):
        return ""
    text = ":".join("".join(labels[at : at + 4]) for at in range(0, 32, 4))
    return str(ip_address(text)) if is_address(text) else ""


def served_domain(asked: str) -> str:
    """Domain that a service record belongs to (MS-ADTS section 6.3.2.3), empty where other services have such records too."""
    before, found, after = asked.partition("._msdcs.")
    if found:
        return after
    words = before.split(".")
    return ".".join(words[2:]) if words[0] == "_kerberos" and words[1:2] in (["_tcp"], ["_udp"]) and "_sites" not in words else ""


def learn_update(known: Parts, activity: Activity, detail: DnsUpdate) -> None:
    """Accepted dynamic updates register a name for an address."""
    if activity.result != "success":
        return
    for change in detail.changes:
        words = change.split()
        if len(words) >= 4 and words[0] == "add" and words[2] in ("A", "AAAA") and is_address(words[3]):
            known.addresses.say(words[3], host(words[1]), "dns-update", activity)


def learn_name(known: Parts, activity: Activity, detail: NameObservation) -> None:
    """NetBIOS, LLMNR, mDNS, DHCP and the like say a computer's name."""
    if detail.role == "computer" and is_address(detail.address):
        known.addresses.say(detail.address, host(detail.name), detail.method, activity)


def learn_rdp(known: Parts, activity: Activity, detail: RdpConnection) -> None:
    """The server's RDP certificate carries its full name."""
    if activity.destination is not None and detail.certificate_subject:
        subject = detail.certificate_subject
        name = subject.split("CN=", 1)[1].split(",", 1)[0] if "CN=" in subject else subject
        known.addresses.say(activity.destination.ip, host(name), "rdp", activity)


def learn_bind(known: Parts, activity: Activity, detail: LdapBind) -> None:
    """A simple bind that succeeded shows that the account exists."""
    if detail.method == "simple" and detail.name and activity.result == "success" and detail.password_length != 0:
        known.accounts.say(detail.name, None, "signed in", activity)


def learn_search(known: Parts, activity: Activity, detail: LdapSearch) -> None:
    """A base that the directory has names its domain, which is no computer; of a class and a name that are asked for together
    and found, the account has that class."""
    if activity.result != "success":
        return
    domain = base_domain(detail.base)
    if domain:
        known.accounts.say_domain(None, domain, activity)
    named = MANAGED_ASKED.fullmatch(detail.filter) if detail.entries else None
    if named is not None and (name := named["before"] or named["after"]):
        known.accounts.say(name, domain, MANAGED, activity)


def learn_add(known: Parts, activity: Activity, detail: LdapAdd) -> None:
    """A managed service account that was made (MS-ADTS section 3.1.1.5.2)."""
    values = {attribute.lower(): told for _, attribute, told in detail.changes if told}
    names = values.get("samaccountname", ())
    if (
        activity.result == "success"
        and names
        and not MANAGED_CLASSES.isdisjoint(one.lower() for one in values.get("objectclass", ()))
    ):
        known.accounts.say(names[0], base_domain(detail.dn), MANAGED, activity)


def learn_modify(known: Parts, activity: Activity, detail: LdapModify) -> None:
    """Who was put into a sensitive group is sensitive from then on, until he is taken out of it."""
    group = account_parts(detail.dn, None)[0]
    if activity.result != "success" or not is_named_sensitive(group):
        return
    for operation, attribute, values in detail.changes:
        if attribute.lower() != "member":
            continue
        for value in values:
            if operation in ("add", "replace"):
                known.accounts.say(value, None, "sensitive", activity)
                known.accounts.say(value, None, f"{PUT_INTO}{group}", activity)
            elif operation == "delete":
                known.accounts.say(value, None, f"{TAKEN_OUT}{group}", activity)


def learn_http(known: Parts, activity: Activity, detail: HttpRequest) -> None:
    """Who hands out the configuration of a farm is a federation server of it."""
    if detail.page == FARM and activity.result == "success" and activity.destination is not None:
        known.roles.acts(activity.destination.ip, FEDERATES, activity)


LESSONS: dict[type, Callable[[Parts, Activity, Any], object]] = {
    KerberosAs: learn_as,
    KerberosTgs: learn_tgs,
    KerberosAp: learn_ap,
    Ntlm: learn_ntlm,
    LdapPing: learn_ping,
    RpcCall: learn_call,
    DnsQuery: learn_dns,
    DnsUpdate: learn_update,
    NameObservation: learn_name,
    RdpConnection: learn_rdp,
    LdapBind: learn_bind,
    LdapAdd: learn_add,
    LdapModify: learn_modify,
    LdapSearch: learn_search,
    HttpRequest: learn_http,
    **dict.fromkeys(EVENTS, named_by),
    **EVENT_LESSONS,
    **DIRECTORY_LESSONS,
}
"""Detail type to the function that learns from it; kinds that are not here teach nothing."""
