"""Cases of honeytoken_changed: attributes, passwords and groups of a decoy account."""

from app.model.activity import Activity
from app.model.details import LdapModify
from app.model.directory import DirectoryChange
from app.model.identifiers import SAMR
from tests.cases.case import Case, Cases, Real
from tests.engine.detectors.builders import DC1, SECOND, WS1, act, as_req, call
from tests.engine.detectors.builders_changes import differed, entry_of
from tests.engine.detectors.logs import DOMAIN, DOMAIN_ADMINS, known, log, logon, subject, tgt

SID = f"{DOMAIN}-1707"
DN = "CN=backup-adm,DC=example,DC=org"
TAGS = {r"user:example.org\backup-adm": {"Honeytoken": True}}
COMPUTER = {"computer:files.example.org": {"Honeytoken": True}}
HERE = (as_req("alice"), known("backup-adm", sid=SID))


def modify(dn: str, *changes: tuple[str, str, tuple[str, ...]]) -> Activity:
    """An LDAP modification by an administrator."""
    return act(LdapModify(dn=dn, changes=changes), WS1, DC1, 389, at=SECOND)


def changed(event_id: int, at: int = SECOND, **fields: str) -> Activity:
    """A record about the decoy."""
    return log(event_id, {**subject("alice"), "TargetUserName": "backup-adm", "TargetDomainName": "EXAMPLE",
                          "TargetSid": SID, **fields}, at=at)  # fmt: skip


def joined(event_id: int, member: str, at: int = SECOND) -> Activity:
    """A record about a group's member."""
    fields = {
        **subject("alice"), "MemberName": f"CN=x,{DN}", "MemberSid": member, "TargetUserName": "Domain Admins",
        "TargetDomainName": "EXAMPLE", "TargetSid": DOMAIN_ADMINS,
    }  # fmt: skip
    return log(event_id, fields, at=at)


def written(attribute: str, dn: str = DN, value: str = "x", operation: str = "%%14674") -> Activity:
    """5136."""
    fields = {
        **subject("alice"), "ObjectDN": dn, "ObjectClass": "user", "AttributeLDAPDisplayName": attribute, "AttributeValue": value,
        "OperationType": operation,
    }  # fmt: skip
    return log(5136, fields, at=SECOND)


FIRES: Cases = {
    "an attribute over LDAP": Case([*HERE, modify(DN, ("replace", "servicePrincipalName", ("http/x",)))], TAGS, external_id=2427),
    "joins a group over LDAP": Case(
        [*HERE, modify("CN=Staff,DC=example,DC=org", ("add", "member", (DN,)))], TAGS, external_id=2428, severity="high"
    ),
    "another password over SAM": Case([*HERE, call(SAMR, 58, at=SECOND, stub={"target": SID, "password": True})], TAGS),
    "joins a group over SAM": Case(
        [*HERE, call(SAMR, 22, at=SECOND, stub={"target": DOMAIN_ADMINS, "member": "1707"})], TAGS, external_id=2428
    ),
    "a log tells a password reset": Case([*HERE, logon(), changed(4724)], TAGS, external_id=2427),
    "a log tells a group": Case([*HERE, joined(4728, SID)], TAGS, external_id=2428),
    "an audited attribute": Case([*HERE, written("userAccountControl")], TAGS),
    "a synchronisation shows it": Case(
        [
            *HERE,
            act(
                DirectoryChange(
                    dn=DN,
                    sam="backup-adm",
                    domain="example.org",
                    what="delegation setting changed",
                    attribute="userAccountControl",
                ),
                WS1,
                DC1,
                389,
                at=SECOND,
            ),
        ],
        TAGS,
    ),
    "taken out of a group, as a forwarder of texts tells it (5136)": Case(
        [
            tgt("bob"),
            known("backup-adm", sid=SID),
            written("member", "CN=Staff,DC=example,DC=org", DN, "Value Deleted"),
        ],
        TAGS,
        external_id=2428,
    ),
    "a decoy computer is changed by somebody (4742)": Case(
        [tgt("bob"), log(4742, {**subject("alice"), "TargetUserName": "FILES$", "TargetDomainName": "EXAMPLE"})], COMPUTER
    ),
    "a service name, found later": Case(
        [*HERE, *differed(entry_of("backup-adm", dn=DN, sid=SID), spns=("http/x",), at=SECOND)], TAGS
    ),
    "joins a group, found later": Case(
        [*HERE, *differed(entry_of("Staff", "group", members=("CN=bob",)), members=("CN=bob", DN), at=SECOND)],
        TAGS,
        external_id=2428,
    ),
}
QUIET: Cases = {
    "the time of its last sign-in": Case(
        [*HERE, written("lastLogonTimestamp"), modify(DN, ("replace", "badPwdCount", ("1",)))], TAGS
    ),
    "another account is changed": Case(
        [*HERE, modify("CN=bob,DC=example,DC=org", ("replace", "description", ("x",))), joined(4728, f"{DOMAIN}-1101")], TAGS
    ),
    "a group that it is no member of": Case([*HERE, modify("CN=Staff,DC=example,DC=org", ("add", "member", ("CN=bob",)))], TAGS),
    "it is locked out": Case([*HERE, changed(4740)], TAGS),
    "a decoy computer renews itself": Case(
        [as_req("alice"), log(4742, {**subject("FILES$"), "TargetUserName": "FILES$", "TargetDomainName": "EXAMPLE"})], COMPUTER
    ),
    "nobody tagged it": [*HERE, changed(4738)],
    "what a sign-in leaves (5136)": Case(
        [tgt("bob"), known("backup-adm", sid=SID), written("lastLogonTimestamp"), written("msDS-FailedInteractiveLogonCount")],
        TAGS,
    ),
    "others join its group (4728, 5136)": Case(
        [
            tgt("bob"),
            known("backup-adm", sid=SID),
            joined(4728, f"{DOMAIN}-1101"),
            written("member", "CN=Staff,DC=example,DC=org", "CN=bob,DC=example,DC=org"),
        ],
        TAGS,
    ),
    "somebody with nearly its number gets another password (4724)": Case(
        [tgt("bob"), known("backup-adm", sid=SID), changed(4724, TargetUserName="backup-adm2", TargetSid=f"{SID}1")], TAGS
    ),
    "a decoy computer renews itself, as the log tells it (4742)": Case(
        [tgt("bob"), log(4742, {**subject("FILES$"), "TargetUserName": "FILES$", "TargetDomainName": "EXAMPLE"})], COMPUTER
    ),
    "what a sign-in leaves, over LDAP": Case([*HERE, modify(DN, ("replace", "lastLogonTimestamp", ("1",)))], TAGS),
    "others over SAM": Case(
        [
            *HERE,
            call(SAMR, 58, at=SECOND, stub={"target": f"{SID}1", "password": True}),
            call(SAMR, 22, at=SECOND, stub={"target": DOMAIN_ADMINS, "member": "1101"}),
        ],
        TAGS,
    ),
    "its last mistake, found later": Case(
        [*HERE, *differed(entry_of("backup-adm", dn=DN, sid=SID), facts={"lockoutTime": "2020-01-01T00:00:00Z"}, at=SECOND)], TAGS
    ),
    "another account, found later": Case([*HERE, *differed(entry_of("bob"), spns=("http/x",), at=SECOND)], TAGS),
    "others in its group, found later": Case(
        [*HERE, *differed(entry_of("Staff", "group", members=(DN,)), members=(DN, "CN=bob,DC=example,DC=org"), at=SECOND)], TAGS
    ),
}
REAL = (
    Real(
        "corpus/evtx/md_T1098_ID4728-4756-Member_added_to_sensitive_domain_groups.evtx",
        external_id=2428,
        honeytokens=("honey-pot1",),
    ),
    Real("lab/captures/sensitive_group_change.pcap", external_id=2428, honeytokens=("dave.davis",)),
    Real("lab/captures/honeytoken_use.pcap", fires=False, honeytokens=("honey.admin",)),
)
