"""Cases of honeytoken_activity: a decoy account, a decoy service, a decoy computer."""

from app.model.details import KerberosAp
from tests.cases.brute_force import CLAIMS, TOKENS, audited, older
from tests.cases.case import Case, Cases, Real
from tests.engine.detectors.builders import FILES, HOUR, REALM, SECOND, WS2, act, as_req, bind, ntlm, tgs_req
from tests.engine.detectors.logs import CLIENT, known, log, logon, subject, tgt, ticket, validated

DECOY = {r"user:example.org\backup-adm": {"Honeytoken": True}}
BARE = {"user:backup-adm": {"Honeytoken": True}}
SERVICE = {r"user:example.org\svc_old": {"Honeytoken": True}}
COMPUTER = {"computer:files.example.org": {"Honeytoken": True}}
OWNER = known("svc_old", spns=("MSSQLSvc/db9.example.org:1433",))


def explicit(user: str) -> object:
    """4648: somebody gives another account's credentials."""
    fields = {
        **subject("alice"), "TargetUserName": user, "TargetDomainName": "EXAMPLE", "TargetServerName": "files.example.org",
    }  # fmt: skip
    return log(4648, fields, computer=CLIENT)


FIRES: Cases = {
    "asks for a ticket": Case([as_req("backup-adm")], DECOY, external_id=2014, severity="high"),
    "only the first step of a sign-in": Case([as_req("backup-adm", code=25, padata_etype=None)], DECOY, severity="medium"),
    "the tag is of a time when its domain was not known": Case([as_req("backup-adm", code=24)], BARE, severity="medium"),
    "NTLM and Kerberos and LDAP are one story": Case(
        [
            as_req("alice"),
            as_req("backup-adm", at=SECOND, code=24),
            ntlm("backup-adm", at=2 * SECOND, code=0xC000006A),
            bind("backup-adm@example.org", WS2, at=HOUR),
        ],
        DECOY,
        severity="high",
    ),
    "a service ticket for cracking": Case([as_req(), OWNER, tgs_req("MSSQLSvc/db9.example.org:1433", at=SECOND)], SERVICE),
    "a ticket in its name": Case([as_req(), tgs_req("alice", at=SECOND, s4u2self="backup-adm")], DECOY),
    "a sign-in at a decoy computer": Case(
        [
            act(KerberosAp(service="cifs/files.example.org", realm=REALM, carrier="smb2"), WS2, FILES),
            ntlm("alice", WS2, FILES, at=SECOND),
        ],
        COMPUTER,
    ),
    "a controller validated it": Case([validated("backup-adm")], BARE, severity="medium"),
    "a server logged it": Case([logon("backup-adm")], BARE, severity="high"),
    "a KDC logged it": Case([tgt("backup-adm", status=0x18)], DECOY),
    "a KDC gave a ticket to its service": Case([ticket("svc_old")], SERVICE),
    "a federation server was given its token": Case(
        [
            audited(403, "1", "2", "2020-01-01", "203.0.113.9", "POST", "/adfs/ls/", *["-"] * 10),
            audited(412, "3", "2", f"{TOKENS}/Windows", "urn:app", at=SECOND),
            audited(501, "3", f"{CLAIMS}/windowsaccountname", r"EXAMPLE\backup-adm", at=2 * SECOND),
        ],
        BARE,
        severity="high",
    ),
    "a federation server found its password wrong": Case(older("backup-adm"), BARE, severity="medium"),
    "its credentials were given at another computer": Case([explicit("backup-adm")], BARE),  # type: ignore[list-item]
}
QUIET: Cases = {
    "another account at a federation server": Case([*older("alice"), *older("bob", at=SECOND, right=True)], BARE),
    "another account": Case([as_req("alice"), ntlm("alice", at=SECOND), logon("alice")], DECOY),
    "nobody tagged it": [as_req("backup-adm"), ntlm("backup-adm", at=SECOND)],
    "the analyst took the tag away": Case([as_req("backup-adm")], {r"user:example.org\backup-adm": {"Honeytoken": False}}),
    "the same name in another domain": Case([as_req("backup-adm", realm="OTHER.NET")], DECOY),
    "a decoy computer keeps itself in the domain": Case([as_req("FILES$", FILES), logon("FILES$", FILES)], COMPUTER),
    "it signs out": Case([log(4634, {"TargetUserName": "backup-adm", "TargetDomainName": "EXAMPLE"})], BARE),
    "others, as logs tell them": Case([logon("alice"), tgt("alice", at=1), validated("bob", at=2), ticket("FILES$", at=3)], BARE),
    "a decoy computer keeps itself in the domain, as logs tell it": Case(
        [tgt("FILES$", FILES), logon("FILES$", FILES, at=SECOND), ticket("DC1$", FILES, user="FILES$", at=2 * SECOND)], COMPUTER
    ),
    "the same name in another domain (4624)": Case(
        [log(4624, {"TargetUserName": "backup-adm", "TargetDomainName": "OTHER.NET", "LogonType": "3", "IpAddress": WS2})], DECOY
    ),
    "nobody tagged it, as logs tell it": [tgt("backup-adm"), logon("backup-adm", at=1), validated("backup-adm", at=2)],
}
REAL = (
    Real("lab/captures/honeytoken_use.pcap", external_id=2014, severity="high", honeytokens=("honey.admin",)),
    Real("lab/captures/benign_workday.pcap", fires=False, honeytokens=("honey.admin",)),
)
