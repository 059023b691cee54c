"""Cases of the directory being read out over LDAP."""

from app.model.activity import Activity
from app.model.details import LdapSearch
from tests.cases.case import Case, Real
from tests.cases.honeytoken_queried import read
from tests.engine.detectors.builders import DC1, DC2, HOUR, MINUTE, SECOND, WS1, WS2, act, controller
from tests.engine.detectors.logs import DIRECTORY, log, searched
from tests.engine.detectors.logs_commands import only_said, told_by_commands

DOMAIN = "DC=example,DC=org"
TYPES = "(samaccounttype=268435456)(samaccounttype=268435457)(samaccounttype=536870912)(samaccounttype=536870913)"
SHARPHOUND = f"(|{TYPES}(primarygroupid=*)(samAccountType=805306368)(samAccountType=805306369))"
UAC = "userAccountControl:1.2.840.113556.1.4.803:"
USERS, COMPUTERS = "(&(objectCategory=person)(objectClass=user))", "(&(objectClass=computer)(objectClass=user))"
GROUPS, TRUSTS, ADMINS = "(objectClass=group)", "(objectClass=trustedDomain)", "(adminCount=1)"


def asked(
    text: str,
    *attributes: str,
    at: int = 0,
    source: str = WS1,
    base: str = DOMAIN,
    scope: int = 2,
    entries: int = 9,
    controls: tuple[str, ...] = (),
) -> Activity:
    detail = LdapSearch(base=base, scope=scope, filter=text, attributes=attributes, entries=entries, controls=controls)
    return act(detail, source, DC1, 389, at=at)


def several(*texts: str, source: str = WS1, every: int = SECOND, start: int = 0) -> list[Activity]:
    return [asked(text, at=start + number * every, source=source) for number, text in enumerate(texts)]


def through_the_web_service(text: str, *, at: int = 0) -> Activity:
    """1644 of the service that answers on port 9389."""
    fields = {"StartingNode": DOMAIN, "Filter": text, "Client": "127.0.0.1:50007", "User": r"EXAMPLE\alice"}
    return log(1644, fields, at=at, where=DIRECTORY)


DIRSYNC = "1.2.840.113556.1.4.841"
EVERY_KIND = "(|(objectClass=trustedDomain)(objectClass=group)(objectClass=computer)(objectClass=organizationalUnit))"


FIRES = {
    "a first synchronisation of everything": Case(
        [asked(EVERY_KIND, "*", entries=4_000, controls=(DIRSYNC,))], severity="medium"
    ),
    "many objects, as an audit of reads tells": Case([read(one, at=one * SECOND) for one in range(12)], severity="low"),
    "four kinds": Case(several(USERS, COMPUTERS, GROUPS, TRUSTS), severity="medium", external_id=2038),
    "the filter of SharpHound": Case([asked(SHARPHOUND)], severity="high"),
    "the filter of a tool for Kerberoasting": Case(
        [asked(f"(&(servicePrincipalName=*)({UAC}=512)(!({UAC}=2))(!(objectCategory=computer)))")], severity="high"
    ),
    "all users that have a service name": Case([asked("(&(objectClass=user)(servicePrincipalName=*))")], severity="low"),
    "service names in another way": Case(
        [asked("(&(samAccountType=805306368)(servicePrincipalName=*/*)(!(samAccountName=krbtgt)))")], severity="high"
    ),
    "accounts without pre-authentication": Case([asked(f"({UAC}=4194304)")], severity="medium", external_id=2210),
    "passwords of local administrators": Case(
        [asked("(&(objectCategory=computer)(ms-MCS-AdmPwd=*))", "ms-MCS-AdmPwd")], severity="medium", external_id=2210
    ),
    "passwords in descriptions": Case([asked("(&(objectCategory=user)(description=*pass*))")], severity="medium"),
    "everything": Case([asked("(objectClass=*)", entries=4_000)], severity="medium"),
    "a powerful group, in its language": Case(
        [asked("(&(objectCategory=group)(|(samAccountName=Domänen-Admins)))")], severity="low"
    ),
    "a powerful group": Case([asked("(&(objectCategory=group)(|(samAccountName=Domain Admins)))")], severity="low"),
    "certificate templates, as tools ask": Case(
        several("(objectClass=pKIEnrollmentService)", "(objectClass=pKICertificateTemplate)"), severity="medium", external_id=3011
    ),
    "told by the log": Case(
        [
            searched(USERS),
            searched(COMPUTERS, at=SECOND),
            searched(f" ( & (objectCategory=CN=Group,CN=Schema,CN=Configuration,{DOMAIN}) ) ", at=2 * SECOND),
            searched(TRUSTS, at=3 * SECOND),
        ],
        severity="medium",
    ),
    "through the web service": Case(
        [through_the_web_service(text, at=number * SECOND) for number, text in enumerate((USERS, COMPUTERS, GROUPS, TRUSTS))],
        external_id=3021,
    ),
}

ZONE = f"DC=example.org,CN=MicrosoftDNS,DC=DomainDnsZones,{DOMAIN}"
MANAGED = "(objectClass=msDS-GroupManagedServiceAccount)"
FIRES |= {
    "a zone with its records": Case(
        [asked("(objectClass=*)", "dnsRecord", "dNSTombstoned", "name", base=ZONE, scope=1, entries=40)], severity="medium"
    ),
    "names of DNS in the whole partition": Case(
        [asked("(objectClass=dnsNode)", base=f"DC=ForestDnsZones,{DOMAIN}", entries=40)], severity="medium"
    ),
    "computers as BloodHound.py asks": Case([asked(f"(&(sAMAccountType=805306369)(!{MANAGED}))")], severity="high"),
}

QUIET = {
    "the record of one name": [asked("(&(objectClass=dnsNode)(name=ws2))", "dnsRecord", base=ZONE, scope=1)],
    "a record by its place": [asked("(objectClass=*)", "dnsRecord", base=f"DC=ws2,{ZONE}", scope=0, entries=1)],
    "the zones by name": [asked("(objectClass=dnsZone)", "dc", base=f"CN=MicrosoftDNS,DC=DomainDnsZones,{DOMAIN}", scope=1)],
    "a controller reads a zone": [
        controller(DC1),
        controller(DC2),
        asked("(objectClass=*)", "dnsRecord", base=ZONE, scope=1, entries=40, source=DC2),
    ],
    "users and managed service accounts": [asked(f"(|(&(objectCategory=person)(objectClass=user)){MANAGED})")],
    "managed service accounts alone": [asked(MANAGED, "sAMAccountName")],
    "what changed since the last synchronisation": [asked(EVERY_KIND, "*", entries=4, controls=(DIRSYNC,)), asked(TRUSTS, at=9)],
    "nine objects, as an audit of reads tells": [read(one, at=one * SECOND) for one in range(9)],
    "a computer reads many": [read(one, "WS1$", at=one * SECOND) for one in range(40)],
    "computers by their service names": [asked("(&(objectClass=computer)(servicePrincipalName=*))")],
    "one user's service names": [asked("(&(objectClass=user)(sAMAccountName=bob)(servicePrincipalName=*))")],
    "who has one service name": [asked("(&(objectClass=user)(servicePrincipalName=http/intranet.example.org))")],
    "single objects": several(
        "(&(objectClass=user)(sAMAccountName=bob))",
        "(&(objectClass=group)(cn=Sales))",
        "(&(objectCategory=computer)(dNSHostName=ws2.example.org))",
        "(|(distinguishedName=CN={1},CN=Policies,CN=System,DC=example,DC=org))",
        "(&(objectClass=user)(anr=bo*))",
    ),
    "users and groups, as a program that shares them does": several(USERS, GROUPS),
    "a console for group policies": several(
        "(objectCategory=groupPolicyContainer)", "(objectClass=organizationalUnit)", "(objectClass=site)", TRUSTS
    ),
    "a controller": [controller(DC1), controller(DC2), *several(USERS, COMPUTERS, GROUPS, TRUSTS, ADMINS, source=DC2)],
    "what it asks every day": [
        one for day in range(1, 5) for one in several(USERS, COMPUTERS, every=MINUTE, start=day * 24 * HOUR)
    ],
    "over days, one after the other": several(USERS, COMPUTERS, GROUPS, TRUSTS, "(objectClass=site)", every=HOUR),
    "everything in a small container": [asked("(objectClass=*)", base=f"OU=Sales,{DOMAIN}", entries=500)],
    "Windows looks for certificates": [
        asked("(objectCategory=pKIEnrollmentService)", base=f"CN=Configuration,{DOMAIN}"),
        asked("(objectCategory=pKICertificateTemplate)", "nTSecurityDescriptor", base=f"CN=Configuration,{DOMAIN}", at=SECOND),
    ],
    "a people picker": [asked(f"(&(|{TYPES}(samAccountType=805306368))(anr=smith))")],
    "the root of the server": [asked("(objectClass=*)", base="", scope=0)],
    "the password of one computer": [asked("(&(objectCategory=computer)(name=WS2))", "ms-Mcs-AdmPwd", source=WS2)],
    "users of a Unix system with their attributes": [asked("(objectClass=posixAccount)", "uid", "userPassword")],
    "single objects, as the log tells it": [
        searched("(&(objectClass=user)(sAMAccountName=bob))"),
        searched("(&(objectClass=group)(cn=Sales))", at=SECOND),
        searched("(&(objectClass=user)(servicePrincipalName=http/intranet.example.org))", at=2 * SECOND),
        searched("(&(objectCategory=computer)(dNSHostName=ws2.example.org))", at=3 * SECOND),
    ],
    "users and groups for a program that shares them, as the log tells it": [searched(USERS), searched(GROUPS, at=SECOND)],
    "over days, one after the other, as the log tells it": [
        searched(text, at=number * 24 * HOUR)
        for number, text in enumerate((USERS, COMPUTERS, GROUPS, TRUSTS, "(objectClass=site)"))
    ],
    "the controller asks itself, through its web service for nobody": [
        log(
            1644,
            {"StartingNode": DOMAIN, "Filter": text, "Client": "127.0.0.1:50007", "User": r"NT AUTHORITY\SYSTEM"},
            at=at,
            where=DIRECTORY,
        )
        for at, text in enumerate((USERS, COMPUTERS, GROUPS, TRUSTS, ADMINS))
    ],
}

REAL = (
    Real("lab/captures/ldap_recon.pcap", severity="medium", external_id=2038),
    Real("corpus/pcap/elc_tinkersec-ldapsearch.pcap", severity="medium"),
    Real("corpus/pcap/otrf_covenant_getdomaingroup_ldap_searchrequest_domain_admins.cap"),
    Real("lab/captures/benign_workday.pcap", fires=False),
    Real("corpus/pcap/elc_windows_miscellany.pcap", fires=False),
    Real("corpus/pcap/elc_successful_choppydog_authentication.pcap", fires=False),
    Real("corpus/pcap/zeek_missing_krbtgt_ldap_request.pcapng", fires=False),
)

COMMAND = "--CollectionMethods All"
SCRIPT = "Get-DomainUser -AdminCount | Select-Object name"
FIRES |= told_by_commands(COMMAND, SCRIPT, "low")
QUIET |= only_said(COMMAND, SCRIPT, "Get-DomainUser")
