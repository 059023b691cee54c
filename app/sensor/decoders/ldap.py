"""LDAP messages (RFC 4511 section 4) from BER to typed values."""

import re

from msgspec import Struct

from app.sensor.decoders.ldap_ber import Malformed, element, integer
from app.sensor.decoders.ldap_filter import equalities, filter_text
from app.sensor.decoders.ldap_values import HIDDEN, plain, value_text

# Application tags of protocolOp (RFC 4511 section 4.1.1 and appendix B).
BIND, BIND_REPLY, UNBIND = 0x60, 0x61, 0x42
SEARCH, SEARCH_ENTRY, SEARCH_DONE, SEARCH_REFERENCE = 0x63, 0x64, 0x65, 0x73
MODIFY, MODIFY_REPLY, ADD, ADD_REPLY = 0x66, 0x67, 0x68, 0x69
DELETE, DELETE_REPLY, RENAME, RENAME_REPLY = 0x4A, 0x6B, 0x6C, 0x6D
COMPARE, COMPARE_REPLY, ABANDON = 0x6E, 0x6F, 0x50
EXTENDED, EXTENDED_REPLY, INTERMEDIATE = 0x77, 0x78, 0x79
OPERATIONS = frozenset(
    {BIND, BIND_REPLY, UNBIND, SEARCH, SEARCH_ENTRY, SEARCH_DONE, SEARCH_REFERENCE, MODIFY, MODIFY_REPLY, ADD, ADD_REPLY,
     DELETE, DELETE_REPLY, RENAME, RENAME_REPLY, COMPARE, COMPARE_REPLY, ABANDON, EXTENDED, EXTENDED_REPLY, INTERMEDIATE}
)  # fmt: skip

# Result codes (RFC 4511 section 4.1.9).
SUCCESS, COMPARE_FALSE, COMPARE_TRUE, REFERRAL, BIND_IN_PROGRESS = 0, 5, 6, 10, 14

START_TLS = "1.3.6.1.4.1.1466.20037"
MODIFY_PASSWORD = "1.3.6.1.4.1.4203.1.11.1"
"""RFC 3062."""

# Authentication choices (RFC 4511 section 4.2; MS-ADTS section 5.1.1.1.3 for the three of Sicily).
SIMPLE, SASL, SICILY_DISCOVERY, SICILY_NEGOTIATE, SICILY_RESPONSE = 0x80, 0xA3, 0x89, 0x8A, 0x8B

SIZE_LIMIT = 1 << 26
"""Bytes of the longest message believed; a controller's own limit is 10 MiB (MaxReceiveBuffer)."""

LIST_LIMIT = 1000
"""Values kept of one attribute, attributes of one request, changes of one modify."""

Changes = tuple[tuple[str, str, tuple[str, ...]], ...]
_CHANGE = {0: "add", 1: "delete", 2: "replace", 3: "increment"}  # RFC 4511 section 4.6, RFC 4525
_DIGEST_NAME = re.compile(rb'\busername="((?:[^"\\]|\\.)*)"')
_DIGEST_REALM = re.compile(rb'\brealm="((?:[^"\\]|\\.)*)"')


class Envelope(Struct, frozen=True, gc=False):
    """Where one message's parts lie: operation is the tag, contents data[start:stop], controls from stop to end."""

    message_id: int
    operation: int
    start: int
    stop: int
    end: int


class BindRequest(Struct, frozen=True, gc=False):
    """choice: tag of the authentication choice. token: SASL or Sicily credentials; a password is never kept."""

    name: str
    choice: int
    mechanism: str
    token: bytes
    password_length: int | None


class Reply(Struct, frozen=True, gc=False):
    """LDAPResult with what bind and extended replies add. matched: raw, since Sicily puts its token there."""

    code: int
    matched: bytes
    text: str
    token: bytes


class SearchRequest(Struct, frozen=True, gc=False):
    """elements: raw values of a ping's filter (MS-ADTS section 6.3.3.1), empty for any other search."""

    base: str
    scope: int
    filter: str
    attributes: tuple[str, ...]
    elements: dict[str, bytes] | None


class ChangeRequest(Struct, frozen=True, gc=False):
    """Modify, add, delete or rename of dn."""

    dn: str
    changes: Changes


def envelope(data: bytes, at: int = 0) -> Envelope | None:
    """The message at data[at]; None when none starts there. A cut message is clipped to what is there."""
    try:
        tag, start, end = element(data, at, len(data))
        kind, first, last = element(data, start, end)
        if tag != 0x30 or kind != 0x02 or not 1 <= last - first <= 5:
            return None
        operation, start, stop = element(data, last, end)
    except (Malformed, IndexError):
        return None
    if operation not in OPERATIONS:
        return None
    return Envelope(int.from_bytes(data[first:last], "big"), operation, start, stop, end)


def size(data: bytes, at: int, end: int) -> int:
    """Bytes of the message at data[at]; 0 when data[at:end] does not tell yet, -1 when no message starts there."""
    if data[at] != 0x30:
        return -1
    if end - at < 2:
        return 0
    length = data[at + 1]
    if length < 0x80:
        return length + 2 if length >= 5 else -1
    count = length & 0x7F
    if not 1 <= count <= 4:
        return -1
    if end - at < 2 + count:
        return 0
    length = int.from_bytes(data[at + 2 : at + 2 + count], "big")
    return length + 2 + count if 5 <= length <= SIZE_LIMIT else -1


def controls(data: bytes, at: int, end: int) -> tuple[str, ...]:
    """OIDs of the controls [0] that follow the operation (RFC 4511 section 4.1.11), at most 32."""
    found: list[str] = []
    try:
        tag, at, end = element(data, at, end)
        while tag == 0xA0 and at < end and len(found) < 32:
            _, start, at = element(data, at, end)
            _, a, b = element(data, start, at)
            found.append(plain(data[a:b]))
    except (Malformed, IndexError):
        pass
    return tuple(found)


def bind_request(data: bytes, at: int, end: int) -> BindRequest | None:
    """Bind request (section 4.2); of a simple password, and of one in SASL PLAIN, only the length."""
    try:
        _, _, at = element(data, at, end)
        _, a, b = element(data, at, end)
        name = plain(data[a:b])
        choice, start, stop = element(data, b, end)
        if choice != SASL:
            if choice == SIMPLE:
                return BindRequest(name, choice, "", b"", stop - start)
            return BindRequest(name, choice, "", data[start:stop], None)
        _, a, b = element(data, start, stop)
        mechanism = plain(data[a:b])
        token = b""
        if b < stop:
            _, start, last = element(data, b, stop)
            token = data[start:last]
    except (Malformed, IndexError):
        return None
    length = None
    if mechanism == "PLAIN":  # RFC 4616: authorisation, name, password
        pieces = token.split(b"\0", 2)
        name = plain(pieces[1]) if len(pieces) == 3 else name
        length = len(pieces[2]) if len(pieces) == 3 else None
        token = b""
    elif mechanism == "DIGEST-MD5" and (user := _DIGEST_NAME.search(token)):  # RFC 2831 section 2.1.2
        realm = _DIGEST_REALM.search(token)
        name = plain(user.group(1)) + (f"@{plain(realm.group(1))}" if realm and realm.group(1) else "")
    elif mechanism == "EXTERNAL" and token:  # RFC 4422 appendix A
        name = plain(token)
    return BindRequest(name, choice, mechanism, token, length)


def reply(data: bytes, at: int, end: int) -> Reply | None:
    """LDAPResult (section 4.1.9) with serverSaslCreds [7] of a bind reply."""
    try:
        _, start, at = element(data, at, end)
        code = integer(data, start, at)
        _, a, b = element(data, at, end)
        matched = data[a:b]
        _, a, b = element(data, b, end)
        text = data[a:b]
        token = b""
        for _ in range(4):
            if b >= end:
                break
            tag, a, b = element(data, b, end)
            if tag == 0x87:
                token = data[a:b]
    except (Malformed, IndexError):
        return None
    return Reply(code, matched, plain(text.rstrip(b"\0")), token)


def search_request(data: bytes, at: int, end: int) -> SearchRequest | None:
    """Search request (section 4.5.1)."""
    try:
        _, start, at = element(data, at, end)
        base = plain(data[start:at])
        _, start, at = element(data, at, end)
        scope = integer(data, start, at)
        for _ in range(4):  # derefAliases, sizeLimit, timeLimit, typesOnly
            _, _, at = element(data, at, end)
        where = at
        text, at = filter_text(data, at, end)
        attributes: list[str] = []
        if at < end:
            _, at, end = element(data, at, end)
            while at < end and len(attributes) < LIST_LIMIT:
                _, start, at = element(data, at, end)
                attributes.append(plain(data[start:at]))
        elements = None
        if not base and any(one.lower() == "netlogon" for one in attributes):
            elements = equalities(data, where, len(data))
    except (Malformed, IndexError):
        return None
    return SearchRequest(base, scope, text, tuple(attributes), elements)


def entry(data: bytes, at: int, end: int, wanted: frozenset[str]) -> tuple[str, dict[str, bytes]]:
    """(dn, first value of each wanted attribute by its lower-case name) of a search entry (section 4.5.2)."""
    dn = ""
    found: dict[str, bytes] = {}
    try:
        _, a, at = element(data, at, end)
        dn = plain(data[a:at])
        _, at, end = element(data, at, end)
        for _ in range(LIST_LIMIT):
            if at >= end:
                break
            _, start, at = element(data, at, end)
            _, a, b = element(data, start, at)
            name = data[a:b].decode("ascii", "replace").lower()
            if name in wanted:
                _, a, b = element(data, b, at)
                _, a, b = element(data, a, b)
                found[name] = data[a:b]
    except (Malformed, IndexError):
        pass
    return dn, found


def modify_request(data: bytes, at: int, end: int) -> ChangeRequest | None:
    """Modify request (section 4.6); a cut request keeps the changes that are there."""
    changes: list[tuple[str, str, tuple[str, ...]]] = []
    try:
        _, a, b = element(data, at, end)
        dn = plain(data[a:b])
    except (Malformed, IndexError):
        return None
    try:
        _, at, end = element(data, b, end)
        while at < end and len(changes) < LIST_LIMIT:
            _, start, at = element(data, at, end)
            _, a, b = element(data, start, at)
            operation = integer(data, a, b)
            _, start, stop = element(data, b, at)
            changes.append((_CHANGE.get(operation, str(operation)), *_attribute(data, start, stop)))
    except (Malformed, IndexError):
        pass
    return ChangeRequest(dn, tuple(changes))


def add_request(data: bytes, at: int, end: int) -> ChangeRequest | None:
    """Add request (section 4.7), every attribute as a change "add"."""
    changes: list[tuple[str, str, tuple[str, ...]]] = []
    try:
        _, a, b = element(data, at, end)
        dn = plain(data[a:b])
    except (Malformed, IndexError):
        return None
    try:
        _, at, end = element(data, b, end)
        while at < end and len(changes) < LIST_LIMIT:
            _, start, at = element(data, at, end)
            changes.append(("add", *_attribute(data, start, at)))
    except (Malformed, IndexError):
        pass
    return ChangeRequest(dn, tuple(changes))


def rename_request(data: bytes, at: int, end: int) -> ChangeRequest | None:
    """Modify DN request (section 4.9): newrdn replaces, or is added when the old one stays; newSuperior [0]."""
    try:
        _, a, b = element(data, at, end)
        dn = plain(data[a:b])
        _, a, b = element(data, b, end)
        rdn = plain(data[a:b])
        _, a, b = element(data, b, end)
        changes: list[tuple[str, str, tuple[str, ...]]] = [("replace" if any(data[a:b]) else "add", "newrdn", (rdn,))]
        if b < end:
            _, a, b = element(data, b, end)
            changes.append(("replace", "newSuperior", (plain(data[a:b]),)))
    except (Malformed, IndexError):
        return None
    return ChangeRequest(dn, tuple(changes))


def compare_request(data: bytes, at: int, end: int) -> tuple[str, str] | None:
    """(dn, the assertion as a filter's text) of a compare (section 4.10)."""
    try:
        _, a, b = element(data, at, end)
        _, start, stop = element(data, b, end)
        # An AttributeValueAssertion has the contents of an equality item.
        wrapped = b"\xa3\x84" + (stop - start).to_bytes(4, "big") + data[start:stop]
        return plain(data[a:b]), filter_text(wrapped, 0, len(wrapped))[0]
    except (Malformed, IndexError):
        return None


def extended_request(data: bytes, at: int, end: int) -> tuple[str, bytes] | None:
    """(OID, value) of an extended request (section 4.12)."""
    try:
        _, a, b = element(data, at, end)
        value = b""
        if b < end:
            _, start, stop = element(data, b, end)
            value = data[start:stop]
    except (Malformed, IndexError):
        return None
    return plain(data[a:b]), value


def password_change(value: bytes) -> ChangeRequest:
    """The user of a modify-password operation (RFC 3062 section 2); "" is whoever is bound."""
    dn = ""
    try:
        _, at, end = element(value, 0, len(value))
        tag, a, b = element(value, at, end)
        dn = plain(value[a:b]) if tag == 0x80 else ""
    except (Malformed, IndexError):
        pass
    return ChangeRequest(dn, (("replace", "userPassword", (HIDDEN,)),))


def _attribute(data: bytes, at: int, end: int) -> tuple[str, tuple[str, ...]]:
    """(type, values as text) of an Attribute (section 4.1.7)."""
    _, a, b = element(data, at, end)
    name = plain(data[a:b])
    values: list[str] = []
    if b < end:
        _, at, end = element(data, b, end)
        while at < end and len(values) < LIST_LIMIT:
            _, start, at = element(data, at, end)
            values.append(value_text(name, data[start:at]))
        if at < end:
            values.append("…")
    return name, tuple(values)
