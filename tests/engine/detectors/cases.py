"""Cases of every detector: what makes it speak, and innocent look-alikes that must not."""

from collections.abc import Mapping

from app.model.activity import Activity
from app.model.details import Ntlm
from tests.engine.detectors.builders import (
    ACTIVATOR,
    DC1,
    DC2,
    DISPATCH,
    DRSUAPI,
    FILES,
    HOUR,
    LSARPC,
    MINUTE,
    NETLOGON,
    SAMR,
    SECOND,
    SRVSVC,
    START,
    SVCCTL,
    TASKS,
    WKSSVC,
    WMI,
    WS1,
    WS2,
    YEAR,
    act,
    as_req,
    bind,
    call,
    controller,
    dns,
    ntlm,
    ping,
    pipe,
    rpc_bind,
    search,
    tgs_req,
)
from tests.engine.detectors.log_cases import LOG_FIRES, LOG_QUIET

Case = list[Activity]
AES_TGT = as_req("erin", WS2, at=-HOUR)
PASSWORD_WRONG, UNKNOWN, PREAUTH, LOCKED = 24, 6, 25, 18
ZERO = "0000000000000000"


def bare(client: str, at: int, *, code: int = 0, etypes: tuple[int, ...] = (23,), source: str = WS1, **more: object) -> Activity:
    """An AS request that proves nothing."""
    etype = etypes[0]
    given: dict[str, object] = {} if code else {"reply_etype": etype}
    return as_req(
        client, source, at=at, code=code, **({"request_etypes": etypes, "padata_etype": None, "pa_types": (128,)} | given | more)
    )


def wrong(count: int, *, source: str = WS1, name: str = "alice", start: int = 0) -> Case:
    """Wrong Kerberos passwords, a second apart."""
    return [as_req(name, source, at=start + one * SECOND, code=PASSWORD_WRONG) for one in range(count)]


def sprayed(count: int, source: str = WS1) -> Case:
    """One wrong Kerberos password for each of many accounts."""
    return [as_req(f"user{one}", source, at=one * SECOND, code=PASSWORD_WRONG) for one in range(count)]


def spread(sources: int, each: int) -> Case:
    """Wrong passwords of one account, a few from each of many sources."""
    return [
        as_req("alice", f"198.51.100.{one}", at=(turn * sources + one) * SECOND, code=PASSWORD_WRONG)
        for turn in range(each)
        for one in range(sources)
    ]


def slowly(names: int, minutes: int) -> Case:
    """Wrong passwords of different accounts, each some minutes after the other."""
    return [as_req(f"user{one}", at=one * minutes * MINUTE, code=PASSWORD_WRONG) for one in range(names)]


def about(opnum: int, rid: int, *, at: int = 0) -> Activity:
    """A SAMR question about one account or group."""
    return call(SAMR, opnum, at=at, stub={"target": f"S-1-5-21-1-2-3-{rid}"})


WIRE_FIRES: Mapping[str, Mapping[str, Case]] = {
    "dcsync": {
        "a workstation asks": [controller(DC1), call(DRSUAPI, 3, WS1, operation="DRSGetNCChanges", stub={"nc": "DC=x"})],
        "sealed, from an address nobody names": [call(DRSUAPI, 3, "198.51.100.9", sealed=True)],
        "refused": [controller(DC1), call(DRSUAPI, 3, WS1, code=8453)],
        "no answer captured": [controller(DC1), call(DRSUAPI, 3, WS1, result="unanswered", code=None)],
        "registered long before": [controller(DC1), call(DRSUAPI, 17, WS1), call(DRSUAPI, 3, WS1, at=5 * HOUR)],
        "serves replication itself after registering (DCShadow)": [
            controller(DC1), call(DRSUAPI, 17, WS1, at=-5 * HOUR), call(DRSUAPI, 3, DC1, WS1), call(DRSUAPI, 3, WS1, at=SECOND),
        ],
        "answers Kerberos with errors only": [
            controller(DC1), as_req("bob", FILES, target=WS1, code=PREAUTH), call(DRSUAPI, 3, WS1, at=SECOND),
        ],
        "a controller's account from elsewhere": [controller(DC1), controller(DC2), call(DRSUAPI, 3, WS1, name="DC2$")],
    },
    "kerberoasting": {
        "RC4 only, two services": [
            as_req(at=-MINUTE),
            tgs_req("MSSQLSvc/sql1.example.org:1433", request_etypes=(23,), ticket_etype=23),
            tgs_req("HTTP/intranet.example.org", at=SECOND, request_etypes=(23,), ticket_etype=23),
        ],
        "one RC4 ticket after the search for service names": [
            search("(&(servicePrincipalName=*)(!(objectClass=computer)))"),
            tgs_req("MSSQLSvc/sql1.example.org:1433", at=SECOND, ticket_etype=23),
        ],
        "AES tickets for twenty services": [tgs_req(f"MSSQLSvc/db{one}.example.org", at=one * SECOND) for one in range(20)],
        "AES, a ticket every ten minutes": [
            tgs_req(f"MSSQLSvc/db{one}.example.org", at=one * 10 * MINUTE) for one in range(40)
        ],
        "AES tickets after the search for service names": [
            search("(&(samAccountType=805306368)(servicePrincipalName=*))"),
            *(tgs_req(f"MSSQLSvc/db{one}.example.org", at=(one + 1) * SECOND) for one in range(2)),
        ],
        "one RC4-only ticket by a client that does AES": [
            as_req(at=-MINUTE), tgs_req("EXAMPLE.ORG/svc", request_etypes=(23,), ticket_etype=23),
        ],
        "one RC4 ticket that nobody had before, AES offered": [tgs_req("MSSQLSvc/sql1.example.org", ticket_etype=23)],
        "no answers captured": [
            tgs_req(f"MSSQLSvc/db{one}.example.org", at=one * SECOND, code=-1, request_etypes=(23,)) for one in range(4)
        ],
        "without a ticket-granting ticket": [
            as_req("kiosk", at=one * SECOND, service=f"MSSQLSvc/db{one}.example.org", padata_etype=None) for one in range(3)
        ],
        "refused, RC4 only": [
            tgs_req(f"EXAMPLE.ORG/svc{one}", at=one * SECOND, code=50, request_etypes=(23,)) for one in range(3)
        ],
    },
    "asrep_roasting": {
        "one account in AES, where that is new": [bare("kiosk", 0, etypes=(18, 17, 23))],
        "one account in RC4 only": [bare("kiosk", 0)],
        "two accounts in AES": [bare("kiosk", 0, etypes=(18, 17, 23)), bare("lobby", SECOND, etypes=(18, 17, 23))],
        "refused RC4, then AES": [
            bare("kiosk", 0, code=14), bare("kiosk", SECOND, etypes=(18, 17)),
        ],
        "answered in AES among many that were asked": [
            *(bare(f"user{one}", one * SECOND, code=PREAUTH, etypes=(18, 17)) for one in range(5)),
            bare("kiosk", MINUTE, etypes=(18, 17)),
        ],
        "answered in AES, then many others asked": [
            bare("kiosk", 0, etypes=(23, 17, 18)),
            *(bare(f"user{one}", one * SECOND, code=PREAUTH, etypes=(23, 17, 18)) for one in range(1, 6)),
        ],
        "RC4 of before RC4-HMAC alone, refused": [bare("kiosk", 0, code=14, etypes=(-128,))],
        "RC4 of before RC4-HMAC alone, given": [bare("kiosk", 0, etypes=(-128,))],
        "many probed, none given": [bare(f"user{one}", one * SECOND, code=PREAUTH) for one in range(8)],
    },
    "brute_force": {
        "one account, twenty wrong passwords": wrong(20),
        "guessed in the end": [*wrong(25), as_req(at=30 * SECOND)],
        "five accounts within a minute": sprayed(5),
        "ten accounts, three minutes between": slowly(10, 3),
        "one account from many sources": spread(12, 6),
        "the first password of a round was right": [*sprayed(8), as_req("zoe", at=9 * SECOND)],
        "NTLM in LDAP binds": [
            act(Ntlm(user=f"user{one}", domain="EXAMPLE", carrier="ldap"), at=one * SECOND, result="failure", code=49)
            for one in range(6)
        ],
        "NTLM to a file server": [ntlm("bob", at=one * SECOND, code=0xC000006A) for one in range(20)],
    },
    "ldap_brute_force": {
        "one account": [bind("alice@example.org", at=one * SECOND, code=49) for one in range(20)],
        "many accounts, one guessed": [
            *(bind(f"user{one}@example.org", at=one * SECOND, code=49) for one in range(12)),
            bind("carol@example.org", at=MINUTE),
        ],
    },
    "account_enumeration": {
        "Kerberos names": [as_req(f"guess{one}", at=one * SECOND, code=UNKNOWN, padata_etype=None) for one in range(10)],
        "NTLM names": [ntlm(f"guess{one}", at=one * SECOND, code=0xC0000064) for one in range(10)],
        "Kerberos names, one each half hour": [
            as_req(f"guess{one}", at=one * 1800 * SECOND, code=UNKNOWN, padata_etype=None) for one in range(20)
        ],
        "names that all exist": [
            as_req(f"user{one}", at=one * SECOND, code=PREAUTH, padata_etype=None) for one in range(20)
        ],
        "LDAP pings": [ping(f"guess{one}", 25, at=one * SECOND) for one in range(10)],
    },
    "dns_reconnaissance": {
        "zone transfer": [dns("example.org", "AXFR", code=5, records=0)],
        "service names of the domain": [
            AES_TGT, *(dns(f"_service{one}._tcp.example.org", "SRV", at=one * SECOND, code=3) for one in range(40)),
        ],
        "reverse sweep": [dns(f"{one}.2.0.192.in-addr.arpa", "PTR", at=one * SECOND, code=3) for one in range(200)],
    },
    "samr_reconnaissance": {
        "all users": [controller(DC1), call(SAMR, 13, operation="SamrEnumerateUsersInDomain")],
        "members of Domain Admins": [controller(DC1), about(25, 512)],
        "twenty users one by one": [about(36, 1100 + one, at=one * SECOND) for one in range(20)],
        "identifiers by the hundred": [call(LSARPC, 57, stub={"count": 1000})],
    },
    "smb_session_enumeration": {
        "a controller's sessions": [controller(DC1), call(SRVSVC, 12)],
        "refused by a controller": [controller(DC1), call(SRVSVC, 12, code=5)],
        "who is signed in at three computers": [
            call(WKSSVC, 2, target=f"192.0.2.{40 + one}", at=one * SECOND) for one in range(3)
        ],
        "three servers": [call(SRVSVC, 12, target=f"192.0.2.{40 + one}", at=one * SECOND) for one in range(3)],
    },
    "remote_execution": {
        "service on a controller": [controller(DC1), call(SVCCTL, 12, stub={"service": "x", "path": "cmd /c x"})],
        "task on a workstation": [call(TASKS, 1, target=WS2)],
        "sealed WMI method": [call(WMI, 24, target=WS2, sealed=True)],
        "service changed, then started": [
            call(SVCCTL, 11, target=WS2, stub={"path": "cmd /c x"}), call(SVCCTL, 19, target=WS2, at=SECOND),
        ],
        "pipe refused by a controller": [controller(DC1), pipe("atsvc", 0xC0000034)],
        "WMI, whose connection was opened before the capture": [
            call(ACTIVATOR, 4, target=WS2, stub={"clsid": "8bc3f05e-d86b-11d0-a075-00c04fb68820"}),
            call("", 24, target=WS2, at=MINUTE, sealed=True),
        ],
        "process made through WMI": [
            call(WMI, 24, target=WS2, stub={"object": "Win32_Process", "method": "Create", "texts": ["cmd.exe"]}),
        ],
        "no answer captured": [call(SVCCTL, 12, target=WS2, result="unanswered", code=None, stub={"service": "x"})],
        "activation refused": [controller(DC1), rpc_bind(ACTIVATOR, refused=True)],
    },
    "zerologon": {
        "zeros": [
            one
            for turn in range(3)
            for one in (
                call(NETLOGON, 4, at=2 * turn * SECOND, stub={"challenge": ZERO}),
                call(NETLOGON, 26, at=(2 * turn + 1) * SECOND, code=0xC0000022, stub={"credential": ZERO}),
            )
        ],
        "unread, but a storm that ends in success": [
            *(call(NETLOGON, 26, at=one * SECOND, code=0xC0000022) for one in range(30)), call(NETLOGON, 26, at=31 * SECOND),
        ],
    },
    "golden_ticket_downgrade": {
        "RC4 where AES is the rule": [AES_TGT, tgs_req("cifs/files.example.org", presented_ticket_etype=23)],
        "refused": [AES_TGT, tgs_req("cifs/files.example.org", code=14, presented_ticket_etype=23)],
    },
    "golden_ticket_lifetime": {
        "a ticket of yesterday": [
            as_req(at=0), tgs_req("cifs/files.example.org", at=24 * HOUR, presented_ticket_hash=f"tgt-alice-{WS1}-0"),
        ],
        "accepted a day after its first use": [
            tgs_req("cifs/files.example.org"), tgs_req("cifs/files.example.org", at=24 * HOUR),
        ],
        "ten years on the clock of a KDC that is three years ahead": [
            as_req("bob", WS2, at=-SECOND, code=PREAUTH, server_time=START + 3 * YEAR),
            tgs_req("cifs/files.example.org", till=START + 13 * YEAR - HOUR),
        ],
        "a ticket for ten years": [tgs_req("cifs/files.example.org", till=1_700_000_000_000_000 + 3650 * 24 * HOUR)],
    },
    "golden_ticket_nonexistent": {
        "the KDC does not know the holder": [tgs_req("cifs/files.example.org", code=UNKNOWN)],
        "the ticket was revoked": [tgs_req("cifs/files.example.org", code=20)],
        "a name that the KDC denied before": [
            as_req("ghost", code=UNKNOWN), tgs_req("cifs/files.example.org", at=MINUTE, client="ghost"),
        ],
    },
    "cleartext_ldap": {
        "one application": [bind("app@example.org")],
        "five people through one sign-in page": [bind(f"user{one}@example.org", at=one * SECOND) for one in range(5)],
    },
}  # fmt: skip

WIRE_QUIET: Mapping[str, Mapping[str, Case]] = {
    "dcsync": {
        "a controller replicates": [controller(DC1), controller(DC2), call(DRSUAPI, 3, DC2)],
        "a controller that answers only afterwards": [call(DRSUAPI, 3, DC2), controller(DC2, at=10 * MINUTE)],
        "a controller known only as partner of another": [
            controller(DC1), call("", 2, DC1, DC2, sealed=True), call(DRSUAPI, 3, DC2, DC1, at=SECOND, sealed=True, guessed=True),
        ],
        "a promoted computer that became a controller": [
            controller(DC1), call(DRSUAPI, 17, WS1), call(DRSUAPI, 3, WS1, at=SECOND), controller(WS1, at=HOUR),
        ],
        "a controller's other address": [
            controller(DC1), controller(DC2), dns("dc2.example.org", target=DC1, answers=(f"A {DC2}",)),
            dns("dc2.example.org", "AAAA", target=DC1, answers=("AAAA 2001:db8::2",)), call(DRSUAPI, 3, "2001:db8::2"),
        ],
        "an administrator's tool looks up names": [call(DRSUAPI, 0), call(DRSUAPI, 12), call(DRSUAPI, 16)],
        "only a bind": [rpc_bind(DRSUAPI)],
    },
    "kerberoasting": {
        "remote management of fifty computers": [tgs_req(f"HTTP/pc{one}.example.org", at=one * SECOND) for one in range(50)],
        "RC4 services of a domain without AES": [
            *(tgs_req(f"cifs/host{one}.example.org", at=one * SECOND, ticket_etype=23) for one in range(3)),
            *(tgs_req(f"HTTP/app{one}.example.org", at=one * MINUTE, ticket_etype=23) for one in range(1, 4)),
        ],
        "computers only": [
            tgs_req(f"cifs/host{one}.example.org", at=one * SECOND, request_etypes=(23,), ticket_etype=23) for one in range(30)
        ],
        "a client of old that knows RC4 only": [
            as_req(request_etypes=(23, -133, -128, 3, 1, 24, -135), padata_etype=23),
            *(tgs_req(f"HTTP/app{one}.example.org", at=one * SECOND, request_etypes=(23,), ticket_etype=23) for one in range(3)),
        ],
        "two database tickets without a search": [
            tgs_req(f"MSSQLSvc/db{one}.example.org", at=one * SECOND) for one in range(2)
        ],
        "people of a terminal server, each with a ticket of his own": [
            tgs_req(f"MSSQLSvc/db{one}.example.org", at=one * SECOND, presented_ticket_hash=f"tgt{one // 3}") for one in range(60)
        ],
        "its own password service": [as_req("alice", service="kadmin/changepw")],
        "services that do not exist": [
            tgs_req(f"HTTP/typo{one}.example.org", at=one * SECOND, code=7, request_etypes=(23,)) for one in range(9)
        ],
    },
    "asrep_roasting": {
        "the first round of an ordinary sign-in": [bare("alice", 0, code=PREAUTH), as_req("alice", at=SECOND)],
        "only replies captured": [
            as_req(f"user{one}", at=one * SECOND, request_etypes=(), pa_types=(), padata_etype=None) for one in range(9)
        ],
        "twenty people sign in at a terminal server": [
            one
            for person in range(20)
            for one in (
                bare(f"user{person}", 2 * person * SECOND, code=PREAUTH, etypes=(18, 17, 23)),
                as_req(f"user{person}", at=(2 * person + 1) * SECOND),
            )
        ],
        "a system of old offers all that it has": [bare("alice", 0, code=PREAUTH, etypes=(23, -133, -128, 3, 1, 24, -135))],
        "RC4 of before RC4-HMAC beside AES": [bare("alice", 0, code=14, etypes=(18, 17, 23, -128))],
        "seven probed": [bare(f"user{one}", one * SECOND, code=PREAUTH) for one in range(7)],
        "a certificate proves": [bare("alice", 0, pa_types=(16,))],
    },
    "brute_force": {
        "one below": wrong(19),
        "four accounts": sprayed(4),
        "nine accounts, three minutes between": slowly(9, 3),
        "a job with an old password, every minute": [
            as_req("job", at=one * MINUTE, code=PASSWORD_WRONG) for one in range(180)
        ],
        "a computer with a broken secret": wrong(100, name="WS1$"),
        "an old password of a service on nine servers": spread(9, 12),
        "many people mistype, then sign in": [
            one
            for person in range(25)
            for one in (
                as_req(f"user{person}", at=2 * person * SECOND, code=PASSWORD_WRONG),
                as_req(f"user{person}", at=(2 * person + 1) * SECOND),
            )
        ],
        "pre-authentication required is no failure": [as_req(f"user{one}", at=one * SECOND, code=PREAUTH) for one in range(50)],
    },
    "ldap_brute_force": {
        "one below": [bind("alice@example.org", at=one * SECOND, code=49) for one in range(19)],
        "four accounts": [bind(f"user{one}@example.org", at=one * SECOND, code=49) for one in range(4)],
        "an application every minute": [bind("app@example.org", at=one * MINUTE, code=49) for one in range(120)],
        "anonymous binds": [bind("", at=one * SECOND, code=49, length=0) for one in range(40)],
    },
    "account_enumeration": {
        "nine typing mistakes": [as_req(f"guess{one}", at=one * SECOND, code=UNKNOWN) for one in range(9)],
        "nineteen within a day": [as_req(f"guess{one}", at=one * 3600 * SECOND, code=UNKNOWN) for one in range(19)],
        "as many over days": [as_req(f"guess{one}", at=one * 3 * 3600 * SECOND, code=UNKNOWN) for one in range(40)],
        "one stale name again and again": [as_req("gone", at=one * SECOND, code=UNKNOWN) for one in range(60)],
        "many people sign in": [
            one
            for person in range(60)
            for one in (
                as_req(f"user{person}", at=2 * person * SECOND, code=PREAUTH, padata_etype=None),
                as_req(f"user{person}", at=(2 * person + 1) * SECOND),
            )
        ],
        "deleted computers": [as_req(f"OLD{one}$", at=one * SECOND, code=UNKNOWN) for one in range(60)],
        "services that do not exist": [tgs_req(f"HTTP/typo{one}.example.org", at=one * SECOND, code=7) for one in range(60)],
    },
    "dns_reconnaissance": {
        "a name server transfers": [dns("example.org", source=WS1, target=DC2), dns("example.org", "AXFR", source=DC2)],
        "a Linux client looks for its realm": [  # MIT Kerberos asks for URI records first (RFC 7553)
            dns(f"_kerberos.{one}.example.org", "URI", at=one * SECOND, code=3) for one in range(300)
        ],
        "a computer looks for its controllers": [
            AES_TGT, *(dns(f"_ldap._tcp.site{one}._sites.example.org", "SRV", at=one * SECOND) for one in range(12)),
        ],
        "a mail server checks senders": [
            AES_TGT, *(dns(f"sender{one}.test", "TXT", at=one * SECOND) for one in range(200)),
        ],
    },
    "samr_reconnaissance": {
        "a password change": [call(SAMR, 0), call(SAMR, 5), call(SAMR, 55)],
        "a domain join": [call(SAMR, one, at=one * SECOND) for one in (64, 5, 7, 17, 50, 36, 58, 1)],
        "one user, one ordinary group": [about(36, 1104), about(25, 1200, at=SECOND)],
        "a controller asks": [controller(DC2), call(SAMR, 13, DC2)],
        "a file server looks up its visitors": [call(LSARPC, 76, FILES, at=one * SECOND, sealed=True) for one in range(400)],
    },
    "smb_session_enumeration": {
        "a controller asks": [controller(DC2), call(SRVSVC, 12, DC2)],
        "who is signed in at two computers": [
            call(WKSSVC, 2, target=f"192.0.2.{40 + one}", at=one * SECOND) for one in range(2)
        ],
        "shares, not sessions": [controller(DC1), call(SRVSVC, 15)],
        "a server asks itself": [call(SRVSVC, 12, FILES, FILES)],
    },
    "remote_execution": {
        "looking at services": [controller(DC1), call(SVCCTL, 15), call(SVCCTL, 14, at=1), call(SVCCTL, 16, at=2)],
        "a WMI query": [call(WMI, 20, target=WS2, sealed=True)],
        "a service started": [call(SVCCTL, 19, target=WS2)],
        "a sealed WMI method without parameters": [call(WMI, 24, target=WS2, sealed=True, request_bytes=180)],
        "whose process is it": [call(WMI, 24, target=WS2, stub={"object": "Win32_Process.Handle=4", "method": "GetOwner"})],
        "WMI activated, then only asked": [
            call(ACTIVATOR, 4, target=WS2, stub={"clsid": "8bc3f05e-d86b-11d0-a075-00c04fb68820"}),
            call(WMI, 20, target=WS2, at=1),
        ],
        "start type changed, then started, sealed": [
            call(SVCCTL, 11, target=WS2, sealed=True, request_bytes=72), call(SVCCTL, 19, target=WS2, at=SECOND, sealed=True),
        ],
        "another COM class": [
            call(ACTIVATOR, 4, target=WS2, stub={"clsid": "f618c514-dfb8-11d1-a2cf-00805fc79235"}),
            call(DISPATCH, 6, target=WS2, at=SECOND),
        ],
        "the registry read through WMI": [
            call(WMI, 24, target=WS2, stub={"object": "StdRegProv", "method": "GetStringValue"}),
        ],
        "an unknown interface without WMI": [call("", 24, target=WS2, sealed=True)],
        "looking at tasks": [call(TASKS, one, at=one) for one in (0, 2, 5, 6, 7)],
    },
    "zerologon": {
        "a secure channel": [
            call(NETLOGON, 4, stub={"challenge": "1122334455667788"}),
            call(NETLOGON, 26, at=1, stub={"credential": "8877665544332211"}),
        ],
        "a computer with a broken secret": [
            call(NETLOGON, 26, at=one * MINUTE // 2, code=0xC0000022) for one in range(20)
        ],
        "a password set in peace": [call(NETLOGON, 26), call(NETLOGON, 30, at=1)],
    },
    "golden_ticket_downgrade": {
        "a domain that knows RC4 only": [
            as_req("erin", WS2, at=-HOUR, ticket_etype=23), tgs_req("cifs/files.example.org", presented_ticket_etype=23),
        ],
        "a ticket of another realm": [
            AES_TGT, tgs_req("cifs/files.example.org", presented_ticket_etype=23, presented_ticket_realm="PARTNER.EXAMPLE"),
        ],
        "nothing known of the domain": [tgs_req("cifs/files.example.org", presented_ticket_etype=23)],
    },
    "golden_ticket_lifetime": {
        "a ticket issued before the capture began": [tgs_req("cifs/files.example.org")],
        "nine hours later": [
            as_req(at=0), tgs_req("cifs/files.example.org", at=9 * HOUR, presented_ticket_hash=f"tgt-alice-{WS1}-0"),
        ],
        "asked again after it had expired": [
            as_req(at=0), tgs_req("cifs/files.example.org", at=24 * HOUR, code=32, presented_ticket_hash=f"tgt-alice-{WS1}-0"),
        ],
        "ten hours on the clock of a KDC that is three years ahead": [
            as_req("bob", WS2, at=-SECOND, code=PREAUTH, server_time=START + 3 * YEAR),
            tgs_req("cifs/files.example.org", till=START + 3 * YEAR + 10 * HOUR),
        ],
        "years ahead, and nothing tells the clock": [tgs_req("cifs/files.example.org", till=START + 3 * YEAR)],
        "the same recording twice, a day apart": [
            tgs_req("cifs/files.example.org", at=one * 12 * HOUR, ticket_hash="same") for one in (0, 1, 2)
        ],
        "Windows asks without limit": [tgs_req("cifs/files.example.org", till=2136422885_000000)],
        "a week": [tgs_req("cifs/files.example.org", till=1_700_000_000_000_000 + 7 * 24 * HOUR)],
    },
    "golden_ticket_nonexistent": {
        "the service does not exist": [tgs_req("cifs/typo.example.org", code=7)],
        "a service asks for somebody unknown": [tgs_req("HTTP/web.example.org", code=UNKNOWN, s4u2self="ghost")],
        "the account was deleted since": [
            as_req("dave"), tgs_req("cifs/files.example.org", at=HOUR, code=UNKNOWN, presented_ticket_hash=f"tgt-dave-{WS1}-0"),
        ],
    },
    "cleartext_ldap": {
        "over TLS": [bind("app@example.org", encrypted=True)],
        "without password": [bind("app@example.org", length=0)],
        "refused": [bind("app@example.org", code=49)],
    },
}  # fmt: skip

FIRES: Mapping[str, Mapping[str, Case]] = {name: {**rows, **LOG_FIRES.get(name, {})} for name, rows in WIRE_FIRES.items()}
STAYS_QUIET: Mapping[str, Mapping[str, Case]] = {name: {**rows, **LOG_QUIET.get(name, {})} for name, rows in WIRE_QUIET.items()}
