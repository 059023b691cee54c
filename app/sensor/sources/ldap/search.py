"""Ask a directory: root DSE, pages of entries, lists that come in ranges."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import ldap3
from ldap3.core.exceptions import LDAPException
from ldap3.utils.conv import escape_filter_chars
from msgspec import Struct

from app.sensor.decoders.directory.object import READ
from app.sensor.decoders.directory.values import filetime
from app.sensor.sources.ldap.connection import Unavailable

PAGE = 500
"""Entries of one page; Windows gives at most 1,000."""
SHOW_DELETED, SD_FLAGS, PAGED = "1.2.840.113556.1.4.417", "1.2.840.113556.1.4.801", "1.2.840.113556.1.4.319"
_OWNER_AND_LIST = b"\x30\x03\x02\x01\x05"
"""SDFlagsRequestValue 5: owner and discretionary list, which need no right to read the auditing list (MS-ADTS 3.1.1.3.4.1.11)."""
OBJECTS = (
    "(|(objectClass=user)(objectClass=group)(objectClass=trustedDomain)(objectClass=organizationalUnit)(objectClass=domainDNS)"
    "(objectClass=groupPolicyContainer)(objectClass=msDS-PasswordSettings)(objectClass=foreignSecurityPrincipal)"
    "(&(objectClass=container)(cn=AdminSDHolder)))"
)
SERVICES = "(|(objectClass=pKICertificateTemplate)(objectClass=pKIEnrollmentService)(objectClass=certificationAuthority))"
GUARDED = "(|(adminCount=1)(objectClass=domainDNS)(cn=AdminSDHolder))"
"""Objects whose security descriptor is read as well: of all of them it would be most of the traffic."""
EXPIRY = "msDS-UserPasswordExpiryTimeComputed"
_RANGE = re.compile(r"member;range=(\d+)-(\d+|\*)\Z", re.I)
_NO_SUCH, _SIZE, _OK = 32, 4, 0
MOST = 1 << 21
"""Members of one group at most."""
Entry = tuple[str, dict[str, list[bytes]]]
"""Distinguished name, values by attribute in lower case."""


class Server(Struct, frozen=True):
    """Who answers (MS-ADTS section 3.1.1.3.2). id: the NTDS settings object and the database's invocationId; usn: its clock."""

    id: str
    usn: int
    domain: str
    configuration: str


def server_of(connection: Any) -> Server:
    """What the root DSE says. Raises Unavailable when that is no Active Directory."""
    found = next(_pages(connection, "", "(objectClass=*)", ROOT, ldap3.BASE, ()), [])
    held = found[0][1] if found else {}

    def one(name: str) -> str:
        return held.get(name.lower(), [b""])[0].decode("utf-8", "replace")

    service, usn, domain = one("dsServiceName"), one("highestCommittedUSN"), one("defaultNamingContext")
    if not domain or not usn.isdigit():
        raise Unavailable("the server is no Active Directory: it names no domain and counts no changes")
    try:
        settings = next(_pages(connection, service, "(objectClass=*)", ("invocationId",), ldap3.BASE, ()), [])
    except Unavailable:  # not readable for this user; the name of the server must do
        settings = []
    invocation = settings[0][1].get("invocationid", [b""])[0].hex() if settings else ""
    return Server(f"{service}|{invocation}".lower(), int(usn), domain, one("configurationNamingContext"))


ROOT = ("dsServiceName", "highestCommittedUSN", "defaultNamingContext", "configurationNamingContext")


def objects(connection: Any, server: Server, after: int = 0) -> Iterator[list[Entry]]:
    """Pages of everything worth knowing that changed after this USN (0: everything). Raises Unavailable."""
    since = f"(uSNChanged>={after + 1})" if after else ""
    guarded = (*READ, "nTSecurityDescriptor")
    flags = (SD_FLAGS, False, _OWNER_AND_LIST)
    deleted = (SHOW_DELETED, False, None)
    yield from _ranged(connection, server.domain, f"(&{OBJECTS}{GUARDED}{since})", guarded, (flags, deleted))
    yield from _ranged(connection, server.domain, f"(&{OBJECTS}(!{GUARDED}){since})", READ, (deleted,))
    if server.configuration:
        base = f"CN=Public Key Services,CN=Services,{server.configuration}"
        yield from _ranged(connection, base, f"(&{SERVICES}{since})", guarded, (flags,))


def present(connection: Any, server: Server) -> Iterator[bytes]:
    """GUIDs of all objects of the domain that are there and not deleted. Raises Unavailable."""
    for page in _pages(connection, server.domain, OBJECTS, ("objectGUID",), ldap3.SUBTREE, ()):
        for _, entry in page:
            if found := entry.get("objectguid"):
                yield found[0]


def sees_deleted(connection: Any, server: Server) -> bool:
    """True when this user may read deleted objects, shown by one that is there: the container alone proves nothing."""
    base = f"CN=Deleted Objects,{server.domain}"
    pages = _pages(connection, base, f"(&(isDeleted=TRUE){OBJECTS})", ("uSNChanged",), ldap3.LEVEL, ((SHOW_DELETED, True, None),))
    try:
        return bool(next(pages, []))
    except Unavailable:
        return False


def password_end(connection: Any, server: Server, user: str) -> int | None:
    """When the password of a user (UPN, DN or logon name) ends, UTC microseconds; None when it does not, or is not told.

    The directory computes it of the policy that holds for this user (MS-ADTS section 3.1.1.4.5, constructed attributes).
    """
    name = escape_filter_chars(user)
    sam = escape_filter_chars(user.rpartition("\\")[2].partition("@")[0])
    who = f"(&(objectClass=user)(|(userPrincipalName={name})(distinguishedName={name})(sAMAccountName={sam})))"
    try:
        pages = _pages(connection, server.domain, who, ("userPrincipalName", EXPIRY), ldap3.SUBTREE, ())
        found = [(dn, entry) for page in pages for dn, entry in page]
    except Unavailable:
        return None
    wanted = user.lower().encode()
    named = [
        entry
        for dn, entry in found
        if dn.lower().encode() == wanted or wanted in map(bytes.lower, entry.get("userprincipalname", []))
    ]
    raw = (named or [entry for _, entry in found] or [{}])[0].get(EXPIRY.lower())
    return filetime(raw[0]) if raw else None


def _ranged(connection: Any, base: str, filter: str, attributes: Sequence[str], controls: Sequence[Any]) -> Iterator[list[Entry]]:
    for page in _pages(connection, base, filter, attributes, ldap3.SUBTREE, controls):
        for dn, entry in page:
            _complete(connection, dn, entry, controls)
        yield page


def _complete(connection: Any, dn: str, entry: dict[str, list[bytes]], controls: Sequence[Any]) -> None:
    """Put all members of a group under "member", fetching further ranges (MS-ADTS section 3.1.1.3.1.3.3)."""
    while found := next((one for one in map(_RANGE.match, list(entry)) if one), None):
        some = entry.pop(found[0])
        members = entry.setdefault("member", [])
        members += some
        if found[2] == "*" or not some or len(members) >= MOST:
            return
        more = f"member;range={int(found[2]) + 1}-*"
        page = next(_pages(connection, dn, "(objectClass=*)", (more,), ldap3.BASE, controls), [])
        further = page[0][1] if page else {}
        entry.update({name: values for name, values in further.items() if _RANGE.match(name)})


def _pages(
    connection: Any, base: str, filter: str, attributes: Sequence[str], scope: str, controls: Sequence[Any]
) -> Iterator[list[Entry]]:
    """Pages of a search; nothing where the base is not there. Raises Unavailable."""
    cookie: bytes | None = None
    while True:
        paging: dict[str, Any] = {} if scope == ldap3.BASE else {"paged_size": PAGE, "paged_cookie": cookie}
        try:
            connection.search(base, filter, scope, attributes=list(attributes), controls=list(controls) or None, **paging)
        except (LDAPException, OSError) as error:
            raise Unavailable(f"the directory stopped answering: {' '.join(str(error).split())[:200]}") from error
        result, response = connection.result, connection.response or []
        connection.response = None
        code = result.get("result")
        if code == _NO_SUCH:
            return
        if code != _OK:
            said = result.get("message") or result.get("description") or code
            raise Unavailable(f"the directory refuses the search: {str(said)[:200]}")
        yield [(one["dn"], one["raw_attributes"]) for one in response if one["type"] == "searchResEntry"]
        cookie = (result.get("controls", {}).get(PAGED) or {}).get("value", {}).get("cookie")
        if not cookie:
            return
