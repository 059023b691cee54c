"""Cases of the key of the federation service being read."""

from app.model.activity import Activity
from app.model.details import LdapSearch
from app.model.identifiers import CONTACT_CLASS, THUMBNAIL_PHOTO
from tests.cases.case import Case
from tests.engine.detectors.builders import DC1, DC2, HOUR, MINUTE, WS1, act, controller
from tests.engine.detectors.logs import log, logon, subject

DAY = 24 * HOUR
CONTAINER = "CN=ADFS,CN=Microsoft,CN=Program Data,DC=example,DC=org"


def read(user: str = "alice", *, at: int = 0, properties: str = THUMBNAIL_PHOTO, kind: str = CONTACT_CLASS) -> Activity:
    """4662."""
    fields = {
        **subject(user),
        "ObjectServer": "DS",
        "ObjectType": f"%{{{kind}}}",
        "AccessMask": "0x10",
        "Properties": f"%%7684 {{{properties}}} {{{kind}}}",
    }
    return log(4662, fields, at=at)


def search(text: str, *attributes: str, base: str = CONTAINER, source: str = WS1, at: int = 0) -> Activity:
    return act(LdapSearch(base=base, scope=2, filter=text, attributes=attributes, entries=1), source, DC1, 389, at=at)


FIRES = {
    "the log tells a user": Case([logon("alice"), read(at=MINUTE)], severity="high"),
    "the log tells a machine": Case([read("WS9$")], severity="medium"),
    "the way of tools": Case(
        [search("(&(thumbnailphoto=*)(objectClass=contact)(!(cn=CryptoPolicy)))", base="DC=example,DC=org")], severity="high"
    ),
    "pictures of contacts, of the whole domain": Case(
        [search("(&(thumbnailPhoto=*)(objectClass=contact))", base="DC=example,DC=org")], severity="medium"
    ),
    "the container": [search("(objectClass=*)", "thumbnailPhoto")],
}

QUIET = {
    "a picture of a user": [search("(&(objectClass=user)(sAMAccountName=bob))", "thumbnailPhoto", base="DC=example,DC=org")],
    "a controller": [controller(DC1), controller(DC2), search("(objectClass=*)", source=DC2), read("SYSTEM")],
    "another attribute of a contact": [read(properties="bf967961-0de6-11d0-a285-00aa003049e2")],
    "a picture, told by the log": [read(kind="bf967aba-0de6-11d0-a285-00aa003049e2")],
    "contacts of an address book": [search("(objectClass=contact)", "mail", base="DC=example,DC=org")],
}
