"""Cases of honeytoken_queried: searches and calls that name a decoy account."""

from app.model.activity import Activity
from app.model.details import LdapSearch
from app.model.identifiers import SAMR
from tests.cases.case import Case, Cases, Real
from tests.engine.detectors.builders import DC1, DC2, SECOND, WS1, act, as_req, call, search
from tests.engine.detectors.logs import DOMAIN, handle, known, log, searched, subject

SID = f"{DOMAIN}-1707"
DN = "CN=backup-adm,DC=example,DC=org"
TAGS = {r"user:example.org\backup-adm": {"Honeytoken": True}}
HERE = (as_req("alice"), known("backup-adm", sid=SID))


def look(base: str, text: str = "(objectClass=*)") -> Activity:
    """A search of one object."""
    return act(LdapSearch(base=base, scope=0, filter=text, entries=1), WS1, DC1, 389, at=SECOND)


def read(number: int, user: str = "alice", *, at: int = 0, mask: str = "0x10") -> Activity:
    """4662: an object was read."""
    fields = {
        **subject(user), "ObjectServer": "DS", "ObjectType": "%{bf967aba-0de6-11d0-a285-00aa003049e2}", "AccessMask": mask,
        "ObjectName": f"%{{0b1e9c1e-0000-4000-8000-{number:012}}}", "Properties": "%%7684 {bf967aba-0de6-11d0-a285-00aa003049e2}",
    }  # fmt: skip
    return log(4662, fields, at=at)


FIRES: Cases = {
    "one object whose reads are audited": Case([read(1)], external_id=2429, severity="low"),
    "by account name": Case(
        [*HERE, search("(&(objectCategory=person)(sAMAccountName=Backup-Adm))", at=SECOND)],
        TAGS,
        external_id=2429,
        severity="low",
    ),
    "by its object": Case([*HERE, look(DN)], TAGS),
    "by its security identifier": Case([*HERE, search(f"(objectSid={SID})", at=SECOND)], TAGS),
    "by an escaped name": Case([*HERE, search(r"(userPrincipalName=backup\2dadm@example.org)", at=SECOND)], TAGS),
    "its groups": Case([*HERE, search(f"(member:1.2.840.113556.1.4.1941:={DN})", at=SECOND)], TAGS),
    "a controller logged the search": Case([*HERE, searched("(sAMAccountName=backup-adm)", at=SECOND)], TAGS),
    "opened over SAM-R": Case([*HERE, call(SAMR, 34, at=SECOND, stub={"target": SID})], TAGS, external_id=2439),
    "looked up over SAM-R": Case(
        [*HERE, call(SAMR, 17, at=SECOND, stub={"names": ["alice", "backup-adm"]})], TAGS, external_id=2439
    ),
    "a handle to it": Case([*HERE, handle("SAM_USER", SID, at=SECOND)], TAGS, external_id=2439),
}
QUIET: Cases = {
    "reads of many objects are audited": [read(one, "WS1$") for one in range(9)],
    "its permissions changed": [read(1, mask="0x40000"), read(1, mask="0x100", at=SECOND)],
    "the system reads it": [read(1, "SYSTEM"), read(1, "DC1$", at=SECOND)],
    "everybody is read": Case([*HERE, search("(&(objectCategory=person)(objectClass=user))", at=SECOND)], TAGS),
    "a pattern": Case([*HERE, search("(sAMAccountName=backup*)", at=SECOND), look("OU=x,DC=example,DC=org")], TAGS),
    "another account": Case(
        [*HERE, search("(sAMAccountName=alice)", at=SECOND), call(SAMR, 34, stub={"target": f"{DOMAIN}-1101"})], TAGS
    ),
    "a controller asks": Case([as_req("erin", target=DC2), *HERE, search("(sAMAccountName=backup-adm)", DC2, at=SECOND)], TAGS),
    "nobody tagged it": [*HERE, search("(sAMAccountName=backup-adm)", at=SECOND)],
}
REAL = (
    Real("corpus/evtx/md_T1087_ID4662-4624-Honeypot_account_property_read.evtx"),
    Real("lab/captures/sensitive_group_change.pcap", external_id=2439, honeytokens=("frank.foster",)),
    Real("lab/captures/ldap_recon.pcap", fires=False, honeytokens=("honey.admin",)),
)
