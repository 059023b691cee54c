"""Cases of passwords of managed service accounts being read."""

from msgspec.structs import replace

from app.model.activity import Account, Activity
from app.model.details import LdapSearch
from app.model.identifiers import MANAGED_PASSWORD, ROOT_KEY_CLASS, ROOT_KEY_DATA
from tests.cases.case import Case
from tests.engine.detectors.builders import DC1, DC2, MINUTE, SECOND, WS1, act, controller
from tests.engine.detectors.logs import log, logon, subject

GMSA_CLASS = "7b8b558a-93a5-4af7-adca-c017e67f1057"
ROOT_KEYS = "CN=Master Root Keys,CN=Group Key Distribution Service,CN=Services,CN=Configuration,DC=example,DC=org"


def read(prop: str, user: str = "alice", *, at: int = 0, kind: str = GMSA_CLASS, name: str = "1") -> Activity:
    """4662."""
    fields = {
        **subject(user),
        "ObjectServer": "DS",
        "ObjectType": f"%{{{kind}}}",
        "ObjectName": f"%{{{name}}}",
        "AccessMask": "0x10",
        "Properties": f"%%7684 {{{prop}}} {{{kind}}}",
    }
    return log(4662, fields, at=at)


def search(
    text: str, *attributes: str, base: str = "DC=example,DC=org", source: str = WS1, at: int = 0, scope: int = 2,
    entries: int = 1, user: str | None = None,
) -> Activity:  # fmt: skip
    """A search; user: who is signed in on its connection."""
    detail = LdapSearch(base=base, scope=scope, filter=text, attributes=attributes, entries=entries)
    one = act(detail, source, DC1, 389, at=at)
    return one if user is None else replace(one, account=Account(name=user, domain="example.org"))


FIRES = {
    "a user": Case([logon("alice"), read(MANAGED_PASSWORD, at=MINUTE)], severity="medium", external_id=3006),
    "root keys": Case([read(ROOT_KEY_DATA, kind=ROOT_KEY_CLASS)], severity="high"),
    "root keys over LDAP": Case(
        [search("(objectClass=msKds-ProvRootKey)", "msKds-RootKeyData", base=ROOT_KEYS)], severity="high"
    ),
    "all managed accounts": Case(
        [search("(&(ObjectClass=msDS-GroupManagedServiceAccount))", "sAMAccountName", "msDS-ManagedPassword")], severity="medium"
    ),
    "all managed accounts, by a user": Case(
        [search("(ObjectClass=msDS-GroupManagedServiceAccount)", "msDS-ManagedPassword", user="alice")], severity="high"
    ),
    "all managed accounts, of which there are none": Case(
        [search("(ObjectClass=msDS-GroupManagedServiceAccount)", "msDS-ManagedPassword", user="alice", entries=0)],
        severity="medium",
    ),
    "a computer asks about many": [read(MANAGED_PASSWORD, "WS9$", at=one * SECOND, name=str(one)) for one in range(5)],
}

QUIET = {
    "a server reads its own": [read(MANAGED_PASSWORD, "FILES$", at=one * MINUTE) for one in range(30)],
    "a server reads its own over LDAP": [
        search("(objectClass=*)", "msDS-ManagedPassword", base="CN=svc,CN=Managed Service Accounts,DC=example,DC=org", scope=0)
    ],
    "another attribute of a managed account": [read("bf967915-0de6-11d0-a285-00aa003049e2")],
    "a controller": [
        controller(DC1),
        controller(DC2),
        search("(objectClass=*)", "msKds-RootKeyData", source=DC2, base=ROOT_KEYS),
    ],
    "the system of a controller": [read(ROOT_KEY_DATA, "SYSTEM", kind=ROOT_KEY_CLASS)],
    "managed accounts listed without passwords": [search("(objectClass=msDS-GroupManagedServiceAccount)", "sAMAccountName")],
}
