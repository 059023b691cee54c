"""Cases of the key of the federation service being read."""

from app.model.activity import Account, Activity, Result
from app.model.details import HttpRequest, LdapSearch
from app.model.directory import DirectoryObject
from app.model.identifiers import CONTACT_CLASS, THUMBNAIL_PHOTO
from app.model.tuning import Tuning
from tests.cases.case import Case
from tests.engine.detectors.builders import DC1, DC2, HOUR, MINUTE, WS1, WS2, act, as_req, controller
from tests.engine.detectors.logs import log, logon, searched, subject, tgt

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


def service(*, at: int, source: str = WS1, host: str = "STS1") -> list[Activity]:
    """A managed account signs in from a computer that gives its own name in the request, and asks for a ticket."""
    return [
        as_req("svc_fs$", source, at=at, client_addresses=(host,)),
        as_req(f"{host}$", source, at=at + 1, client_addresses=(host,)),
    ]


def service_object() -> Activity:
    """The account as a synchronisation of the directory knows it."""
    one = DirectoryObject(
        dn="CN=svc_fs,DC=example,DC=org", object_class="msDS-GroupManagedServiceAccount", sam="svc_fs$", domain="example.org",
        guid="1", sid="S-1-5-21-1-2-3-1500",
    )  # fmt: skip
    return act(one, at=-HOUR)


def by_service(*, at: int = 0, source: str = WS1, result: Result = "success") -> Activity:
    """The key read, signed in as the managed account."""
    detail = LdapSearch(base=CONTAINER, scope=2, filter="(objectClass=contact)", attributes=("thumbnailPhoto",), entries=1)
    account = Account(name="svc_fs$", domain="EXAMPLE.ORG")
    return act(detail, source, DC1, 389, at=at, account=account, result=result)


def farm(target: str = WS1, result: Result = "success") -> Activity:
    """The configuration handed out, which only a federation server does."""
    return act(HttpRequest(page="adfs-configuration", method="POST"), WS2, target, 80, result=result)


FIRES = {
    "a managed account at its own server": Case([*service(at=0), by_service(at=MINUTE)], severity="low"),
    "an account that the directory calls a service's": Case(
        [service_object(), *service(at=0), by_service(at=MINUTE)], severity="low"
    ),
    "the same at high sensitivity": Case(
        [*service(at=0), by_service(at=MINUTE)], severity="medium", tuning=Tuning(sensitivity="high")
    ),
    "a managed account, refused": Case([*service(at=0), by_service(at=MINUTE, result="failure")], severity="medium"),
    "a managed account where it never was before": Case(
        [
            *(one for hour in range(0, 30, 6) for one in service(at=hour * HOUR)),
            *service(at=30 * HOUR, source=WS2, host="WS2"),
            by_service(at=30 * HOUR + MINUTE, source=WS2),
        ],
        severity="medium",
    ),
    "a server that refused to hand out its configuration": Case(
        [farm(result="failure"), search("(objectClass=*)")], severity="high"
    ),
    "the log tells a user": Case([logon("alice"), read(at=MINUTE)], severity="high"),
    "the log tells a machine": Case([read("WS9$")], severity="medium"),
    "the way of tools": Case(
        [search("(&(thumbnailphoto=*)(objectClass=contact)(!(cn=CryptoPolicy)))", base="DC=example,DC=org")], severity="high"
    ),
    "pictures of contacts, of the whole domain": Case(
        [search("(&(thumbnailPhoto=*)(objectClass=contact))", base="DC=example,DC=org")], severity="medium"
    ),
    "the container": [search("(objectClass=*)", "thumbnailPhoto")],
    "the way of tools, as the log tells it (1644)": Case(
        [searched("(&(thumbnailphoto=*)(objectClass=contact)(!(cn=CryptoPolicy)))")], severity="high"
    ),
}

QUIET = {
    "a server that hands out the configuration of its farm": [farm(), search("(objectClass=*)", "thumbnailPhoto", at=MINUTE)],
    "a picture of a user": [search("(&(objectClass=user)(sAMAccountName=bob))", "thumbnailPhoto", base="DC=example,DC=org")],
    "a controller": [controller(DC1), controller(DC2), search("(objectClass=*)", source=DC2), read("SYSTEM")],
    "another attribute of a contact": [read(properties="bf967961-0de6-11d0-a285-00aa003049e2")],
    "a picture, told by the log": [read(kind="bf967aba-0de6-11d0-a285-00aa003049e2")],
    "contacts of an address book": [search("(objectClass=contact)", "mail", base="DC=example,DC=org")],
    "the controller itself (4662)": [tgt("bob"), read("DC1$"), read("SYSTEM", at=MINUTE)],
    "contacts of an address book (1644)": [
        searched("(&(objectClass=contact)(mail=*))"),
        searched("(&(objectClass=contact)(cn=bob))", at=1),
    ],
}
