"""What an LDAP search is after: one object by its name, or everything of a kind, and which kinds attackers look for."""

import re
from functools import lru_cache

from msgspec import Struct

from app.model.details import LdapSearch
from app.model.events import WindowsEvent

LONGEST = 8_192
"""Characters of a filter that are looked at; tools' filters have a few hundred, a few thousand at most."""
MOST = 256
SUBTREE = 2
"""Scope wholeSubtree (RFC 4511 section 4.5.1.2)."""
SEARCHED = 1644
ACL, SD_FLAGS = "ntsecuritydescriptor", "1.2.840.113556.1.4.801"
"""The attribute with an object's rights, and the control that an ordinary account needs to read it (MS-ADTS 3.1.1.3.4.1.11)."""
_ASSERTION = re.compile(
    r"(!?)\s{0,4}\(\s{0,4}([A-Za-z][\w.;-]{0,80})(?::(?:dn:)?([\d.]{3,40}):|:dn:|:)?"
    r"\s{0,4}([~<>]?=)\s{0,4}([^()]{0,512})\)"
)
"""One assertion of RFC 4515 with what negates it: attribute, matching rule, operator, value."""
BIT_AND, BIT_OR = "1.2.840.113556.1.4.803", "1.2.840.113556.1.4.804"
"""Matching rules for bits (MS-ADTS section 3.1.1.3.4.4)."""
NAMES = frozenset({
    "samaccountname", "cn", "name", "distinguishedname", "dn", "dnshostname", "userprincipalname", "mail", "proxyaddresses",
    "anr", "objectsid", "objectguid", "displayname", "uid", "sn", "givenname", "employeeid", "uidnumber", "gidnumber", "member",
    "memberuid", "securityidentifier", "msexchmailboxguid", "legacyexchangedn", "telephonenumber", "krbprincipalname", "keywords",
    "entrydn", "altsecurityidentities", "usercertificate",
})  # fmt: skip
"""Attributes that pick single objects; a filter that gives one a value of its own lists nothing."""


class Assertion(Struct, frozen=True):
    """One assertion of a filter in lower case; value without the rest of a distinguished name's path where it is a class."""

    attribute: str
    rule: str
    operator: str
    value: str
    negated: bool


class Search(Struct, frozen=True, kw_only=True, cache_hash=True):
    """A search as packets or a controller's log (1644) tell it; texts in lower case."""

    base: str
    scope: int
    text: str
    assertions: tuple[Assertion, ...]
    attributes: frozenset[str]
    controls: tuple[str, ...]
    entries: int

    @property
    def broad(self) -> bool:
        """True when it lists objects below its base, instead of asking for single ones."""
        return self.scope == SUBTREE and not any(picks(one) for one in self.assertions)

    def has(self, attribute: str, *values: str) -> bool:
        """True when the filter asserts one of these values of an attribute, not negated; any value when none is given."""
        return any(
            one.attribute == attribute and not one.negated and (not values or one.value in values) for one in self.assertions
        )

    def bit(self, attribute: str, bit: int) -> bool:
        """True when the filter asks for objects with this bit set."""
        return any(
            one.attribute == attribute and not one.negated and one.rule in (BIT_AND, BIT_OR) and one.value.isdigit()
            and len(one.value) < 12 and int(one.value) & bit for one in self.assertions
        )  # fmt: skip


def picks(one: Assertion) -> bool:
    """True for an assertion that names an object: a name with a value that is more than a star."""
    return one.attribute in NAMES and not one.negated and one.operator != ">=" and one.value.strip("*") != ""


@lru_cache(maxsize=4096)
def assertions_of(text: str) -> tuple[Assertion, ...]:
    """The assertions of a filter, in their order."""
    found = []
    for match in _ASSERTION.finditer(text[:LONGEST].lower()):
        negated, attribute, rule, operator, value = match.groups()
        value = value.strip()
        if attribute in ("objectcategory", "objectclass"):
            value = value.split(",", 1)[0].removeprefix("cn=").replace("-", "")
        found.append(Assertion(attribute, rule or "", operator, value, bool(negated)))
        if len(found) >= MOST:
            break
    return tuple(found)


@lru_cache(maxsize=2048)
def _packets(base: str, scope: int, text: str, attributes: tuple[str, ...], controls: tuple[str, ...], entries: int) -> Search:
    """The search of a message: programs ask the same again and again, and several detectors read it."""
    return Search(
        base=base.lower(), scope=scope, text=text.lower(), assertions=assertions_of(text),
        attributes=frozenset(one.lower() for one in attributes[:MOST]), controls=controls, entries=entries,
    )  # fmt: skip


_latest: tuple[object, Search | None] = (None, None)
"""The message that was read last, and its search: one pair, so that threads never see half of it."""


def search_of(detail: object) -> Search | None:
    """The search of an activity's detail; None for any other detail."""
    global _latest
    if type(detail) is LdapSearch:
        latest, search = _latest
        if latest is not detail:  # several detectors ask it of the message at hand
            small = len(detail.filter) <= LONGEST and len(detail.attributes) <= MOST
            made = _packets if small else _packets.__wrapped__
            search = made(detail.base, detail.scope, detail.filter, detail.attributes, detail.controls, detail.entries)
            _latest = detail, search
        return search
    if not isinstance(detail, WindowsEvent) or detail.event_id != SEARCHED:
        return None
    text = (detail.text("Filter") or "")[:LONGEST]
    wanted = (detail.text("AttributeSelection") or "").lower().replace("[all_with_list]", "*,").replace("[all]", "*")
    scope = (detail.text("SearchScope") or "subtree").lower()
    return Search(
        base=(detail.text("StartingNode") or "").lower(), scope={"base": 0, "onelevel": 1}.get(scope, SUBTREE), text=text.lower(),
        assertions=assertions_of(text),
        attributes=frozenset(one.strip() for one in wanted.replace(";", ",").split(",")[:MOST] if one.strip()),
        controls=(SD_FLAGS,) if "sd_flags" in (detail.text("ServerControls") or "").lower() else (),
        entries=detail.number("ReturnedEntries") or 0,
    )  # fmt: skip
