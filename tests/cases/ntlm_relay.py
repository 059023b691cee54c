"""Cases of ntlm_relay: challenges passed on, misdirected answers, computers' accounts from elsewhere."""

from app.model.activity import Activity
from app.model.details import DnsUpdate, KerberosAp, NameObservation, Ntlm
from tests.cases.case import Case, Cases, Real
from tests.engine.detectors.builders import DC1, DC2, FILES, REALM, SECOND, WS1, WS2, act, as_req, controller, ping
from tests.engine.detectors.builders_changes import added
from tests.engine.detectors.logs import FILE_SERVER, log, subject

ATTACKER = "192.0.2.66"


def ntlm(
    user: str = "alice", source: str = ATTACKER, target: str = FILES, *, at: int = 0, code: int = 0, carrier: str = "smb2",
    challenge: str | None = None, spn: str | None = None, workstation: str | None = None,
) -> Activity:  # fmt: skip
    """One NTLM authentication."""
    detail = Ntlm(user=user, domain="EXAMPLE", workstation=workstation, version="NTLMv2", carrier=carrier,
                  server_challenge=challenge, spn=spn)  # fmt: skip
    return act(detail, source, target, at=at, code=code, result="failure" if code else "success")


def logon(user: str, source: str, workstation: str, package: str = "NTLM") -> Activity:
    """4624 over the network."""
    fields = {
        "TargetUserSid": subject(user)["SubjectUserSid"], "TargetUserName": user, "TargetDomainName": "EXAMPLE",
        "TargetLogonId": "0x9000", "LogonType": "3", "AuthenticationPackageName": package, "WorkstationName": workstation,
        "IpAddress": source, "IpPort": "50000",
    }  # fmt: skip
    return log(4624, fields, at=SECOND, computer=FILE_SERVER)


HERE = (controller(DC1), ping(None, 19), as_req("WS1$", WS1))
DC_KNOWN = (*HERE, act(KerberosAp(service="cifs/dc2.example.org", realm=REALM, carrier="smb2"), WS1, DC2),
            as_req("DC2$", DC2), controller(DC2))  # fmt: skip
SECOND_NAME = act(NameObservation(address=ATTACKER, name="ws9.example.org", method="dns"), DC1, DC1)
CHALLENGE = "0011aabbccddee77"

ZONE = "DC=example.org,CN=MicrosoftDNS,DC=DomainDnsZones,DC=example,DC=org"
MARSHALLED = "dc11UWhRCAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAwbEAYBAAAA"


def record(name: str, user: str = "eve") -> Activity:
    """5137 of a record of DNS."""
    fields = {**subject(user), "ObjectDN": f"DC={name},{ZONE}", "ObjectGUID": "{1}", "ObjectClass": "dnsNode"}
    return log(5137, fields)


def update(*changes: str, source: str = ATTACKER) -> Activity:
    """A dynamic update of the zone."""
    return act(DnsUpdate(zone="example.org", changes=changes), source, DC1, 53)


AUDIT = ("Microsoft-Windows-DNSServer", "Microsoft-Windows-DNSServer/Audit")
PERSON = "S-1-5-21-1111111111-2222222222-3333333333-1199"


def audited(
    name: str, number: int = 515, *, kind: str = "1", data: str = "0xC0000242", sid: str | None = PERSON, **more: str
) -> Activity:
    """A record that the DNS server's audit tells of."""
    fields = {
        "Type": kind, "NAME": name, "TTL": "0", "BufferSize": "4", "RDATA": data, "Zone": "example.org", "ZoneScope": "Default",
        **more, "VirtualizationID": ".",
    }  # fmt: skip
    return log(number, fields, where=AUDIT, sid=sid)


def by_update(name: str, source: str = ATTACKER, number: int = 519) -> Activity:
    return audited(name, number, sid="S-1-5-18", SourceIP=source)


def setting(name: str, value: str, sid: str = PERSON) -> Activity:
    """A setting of the DNS server that its audit tells of."""
    return log(541, {"Setting": name, "Scope": ".", "NewValue": value, "VirtualizationID": "."}, where=AUDIT, sid=sid)


DIRECTORY = ("Microsoft-Windows-ActiveDirectory_DomainService", "Directory Service")


def bound(number: int, user: str, source: str = ATTACKER, *more: str) -> Activity:
    """A bind that a controller logs: 2889 not signed (more: its type), 3039, 3074 and 3075 not bound to its channel."""
    values = (f"{source}:51000", f"EXAMPLE\\{user}", *more)
    return log(number, {f"param{place}": one for place, one in enumerate(values, 1)}, at=SECOND, where=DIRECTORY)


FIRES: Cases = {
    "a controller's account in a bind over TLS that is refused for its binding": Case(
        [*DC_KNOWN, bound(3039, "DC2$")], severity="high"
    ),
    "a controller's account in a bind over TLS that names another channel": Case(
        [*DC_KNOWN, bound(3074, "DC2$")], severity="high"
    ),
    "a controller's account in a bind over TLS without binding": Case([*DC_KNOWN, bound(3075, "DC2$")], severity="high"),
    "a controller's account in a bind that is not signed": Case([*DC_KNOWN, bound(2889, "DC2$", ATTACKER, "0")], severity="high"),
    "a workstation's account in a bind that is not signed": Case([*HERE, bound(2889, "WS1$", ATTACKER, "0")], severity="medium"),
    "a record for every name, told by the server's audit": Case([audited("*.example.org.")], severity="medium"),
    "one for proxies by update, told by the server's audit": Case([by_update("wpad.example.org")], severity="medium"),
    "isatap over IPv6, told by the server's audit": Case(
        [audited("isatap.example.org", kind="28", data="0x" + "fe80" + "00" * 14)], severity="medium"
    ),
    "a marshalled name, told by the server's audit": Case([by_update(f"{MARSHALLED}.example.org")], severity="high"),
    "an update on the wire and in the server's audit is one": Case(
        [update("add wpad.example.org A 192.0.2.66"), by_update("wpad.example.org")], severity="medium"
    ),
    "the block list is switched off": Case([setting("EnableGlobalQueryBlockList", "0")], severity="low"),
    "the block list loses a name": Case([setting("globalqueryblocklist", "isatap")], severity="low"),
    "a record for every name (5137)": Case([record("*")], severity="medium"),
    "a record for the proxies of browsers, over LDAP": Case([added(f"DC=wpad,{ZONE}", objectClass="dnsNode")], severity="medium"),
    "the same as an update": Case([update("add wpad.example.org A 192.0.2.66")], severity="medium"),
    "a name with a marshalled target (5137)": Case([record(MARSHALLED)], severity="high"),
    "a challenge passed from HTTP to LDAP": Case(
        [
            *HERE,
            ntlm(source=WS2, target=ATTACKER, carrier="http", challenge=CHALLENGE),
            ntlm(target=DC1, at=SECOND, carrier="ldap", challenge=CHALLENGE),
        ],
        external_id=2037,
        severity="high",
    ),
    "a challenge passed from SMB to SMB": Case(
        [*HERE, ntlm(source=WS2, target=ATTACKER, challenge=CHALLENGE), ntlm(at=SECOND, challenge=CHALLENGE)], severity="medium"
    ),
    "the answer names its sender": Case([*HERE, ntlm(spn=f"cifs/{ATTACKER}")], severity="medium"),
    "the answer names its sender over LDAP": Case(
        [*HERE, SECOND_NAME, ntlm(target=DC1, carrier="ldap", spn="HTTP/ws9")], severity="high"
    ),
    "a workstation's account at LDAP": Case(
        [*HERE, ntlm("WS1$", target=DC1, carrier="ldap", workstation="WS1")], severity="medium"
    ),
    "a workstation's account at a file server": Case([*HERE, ntlm("WS1$")], severity="low"),
    "a controller's account": Case([*DC_KNOWN, ntlm("DC2$")], severity="medium"),
    "a controller's account at web enrolment": Case([*DC_KNOWN, ntlm("DC2$", carrier="http")], severity="high"),
    "an Exchange server's account": Case(
        [*HERE, ntlm("WS1$")], {"computer:ws1.example.org": {"Exchange server": True}}, severity="medium"
    ),
    "it is refused": Case([*HERE, ntlm("WS1$", target=DC1, carrier="ldap", code=8)], severity="medium"),
    "a server logged it": Case([*DC_KNOWN, logon("DC2$", ATTACKER, "DC2")], severity="medium"),
    "all at once is one story": [
        *DC_KNOWN,
        ntlm("DC2$", DC2, ATTACKER, challenge=CHALLENGE),
        ntlm("DC2$", target=DC1, carrier="ldap", challenge=CHALLENGE, spn=f"cifs/{ATTACKER}", at=SECOND),
    ],
}
QUIET: Cases = {
    "binds without binding or signature from where they belong": [
        *DC_KNOWN,
        *(bound(one, "DC2$", DC2, "0") for one in (2889, 3039, 3075)),
    ],
    "people's binds without binding or signature": [
        *DC_KNOWN,
        *(bound(one, "alice", ATTACKER, "0") for one in (2889, 3074, 3075)),
    ],
    "a bind without binding of a computer of which no address is known": [*DC_KNOWN, bound(3075, "WS7$")],
    "a computer's password in clear": [*DC_KNOWN, bound(2889, "DC2$", ATTACKER, "1")],
    "records of computers, told by the server's audit": [
        audited("ws9.example.org"),
        by_update("ws9.example.org", "192.0.2.9"),
        audited("*.apps.example.org"),
        by_update("wpad2.example.org"),
        audited("_ldap._tcp.example.org", kind="33", data="0x00"),
    ],
    "records taken away, told by the server's audit": [audited("wpad.example.org", 516), by_update("*.example.org", number=520)],
    "the server itself, told by its audit": [audited("*.example.org", sid="S-1-5-18")],
    "a controller's update, told by the server's audit": [*HERE, by_update("isatap.example.org", DC1)],
    "the block list as it should be, and other settings": [
        setting("EnableGlobalQueryBlockList", "1"),
        setting("GlobalQueryBlockList", "wpad isatap"),
        setting("ForwardingTimeout", "0"),
        setting("EnableGlobalQueryBlockList", "0", "S-1-5-18"),
    ],
    "records of computers": [
        record("ws9"),
        update("add ws9.example.org A 192.0.2.9", source="192.0.2.9"),
        record("_ldap._tcp"),
        record("wpad2"),
        record("*.apps"),
        update("add *.apps.example.org A 192.0.2.66"),
    ],
    "a record taken away": [update("delete wpad.example.org A")],
    "the DNS server itself": [record("wpad", "SYSTEM"), record("*", "DC1$")],
    "a computer from its own address": [*HERE, ntlm("WS1$", WS1, DC1, carrier="ldap")],
    "a computer of which no address is known": [*HERE, ntlm("WS7$", target=DC1, carrier="ldap")],
    "its second address is in DNS": [
        *HERE,
        act(NameObservation(address=ATTACKER, name="ws1.example.org", method="dns"), DC1, DC1),
        ntlm("WS1$", target=DC1, carrier="ldap"),
    ],
    "over IPv6 only": [*HERE, ntlm("WS1$", "2001:db8::21", DC1, carrier="ldap")],
    "a server that always draws the same": [
        ntlm(source=WS1, target=ATTACKER, challenge="1122334455667788"),
        ntlm(source=WS2, target=ATTACKER, challenge="1122334455667788", at=SECOND),
    ],
    "one connection recorded twice": [ntlm(challenge=CHALLENGE), ntlm(challenge=CHALLENGE)],
    "the answer names its server": [*HERE, ntlm(spn="cifs/files.example.org"), ntlm(spn=f"cifs/{FILES}", at=SECOND)],
    "the answer names an alias": [*HERE, ntlm(spn="cifs/intranet.example.org")],
    "with Kerberos": [*DC_KNOWN, logon("DC2$", ATTACKER, "-", "Kerberos")],
    "somebody guesses its password": [*HERE, ntlm("WS1$", target=DC1, carrier="ldap", code=49)],
    "a person": [*HERE, ntlm(workstation="WS1", source=WS1), ntlm(workstation="", at=SECOND)],
    "a controller with two addresses": [*DC_KNOWN, controller(ATTACKER), ntlm("DC2$")],
    "a controller's account from its own address, as a server logs it": [*DC_KNOWN, logon("DC2$", DC2, "DC2")],
    "a computer of which no address is known, as a server logs it": [logon("WS7$", ATTACKER, "WS7"), logon("WS7$", "::1", "WS7")],
    "records of computers and of services (5137)": [record("ws9"), record("_ldap._tcp"), record("wpad2"), record("*.apps")],
}
REAL = (
    Real("corpus/pcap/ired_relay-attack.pcapng", external_id=2037, severity="high"),
    Real("corpus/pcap/zeek_ldap_invalid_credentials.pcap", fires=False),
    Real("lab/captures/benign_workday.pcap", fires=False),
    Real("lab/captures/pass_the_hash.pcap", fires=False),
    Real("lab/captures/benign_dc_replication.pcap", fires=False),
)
