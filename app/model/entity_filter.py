"""What the list of entities is narrowed down by: words of the name and key:value; all must hold, - before one turns it."""

import re
from typing import get_args

from msgspec import Struct

from app.model.entity import EntityKind

KEYS: dict[str, str] = {
    "kind": "user, computer, address, service, group, domain",
    "tag": "Sensitive, Honeytoken, New, or any tag given by hand",
    "department": "department in the directory, or a part of it",
    "title": "title in the directory, or a part of it",
    "member": "in this group, directly or through groups (key of the group)",
    "source": "acted from this computer or address (its key)",
    "alerts": "number of open alerts: 2, >0, <5",
    "activities": "number of activities: 0, >1000",
    "note": "a word of its notes, * for any note",
}
"""Key to what its value is."""
LONGEST, MOST = 1_000, 40
"""Characters of a filter, number of its terms."""
_PIECE = re.compile(r'(-?)(?:([A-Za-z]+):)?(?:"((?:[^"\\]|\\.)*)"?|(\S+))')
_NUMBER = re.compile(r"([<>]=?|=)?(\d{1,12})\Z")


class Term(Struct, frozen=True):
    """One condition. key "" is a word of the name. value in lower case; unless: it must not hold."""

    key: str
    value: str
    unless: bool = False


class EntityFilter(Struct, frozen=True):
    """All of these terms. problem: why the text is none, "" when it is one; what could be read of it still holds."""

    terms: tuple[Term, ...] = ()
    problem: str = ""


def parse_entities(text: str) -> EntityFilter:
    """The filter that a text means; never raises."""
    terms: list[Term] = []
    problem = "" if len(text) <= LONGEST else "The filter is too long."
    for sign, key, quoted, plain in _PIECE.findall(text[:LONGEST]):
        value = quoted.replace('\\"', '"') if quoted else plain
        key = key.lower()
        if key in get_args(EntityKind) and value:  # the key of an entity, as other pages write it
            key, value = "", f"{key}:{value}"
        elif key and key not in KEYS:
            problem = problem or f"There is no “{key[:30]}:” here; there are {', '.join(KEYS)}."
            continue
        elif key in ("alerts", "activities") and not _NUMBER.match(value):
            problem = problem or f"Behind “{key}:” stands a number, as in {key}:>0."
            continue
        if value and len(terms) < MOST:
            terms.append(Term(key, value.lower(), bool(sign)))
    return EntityFilter(tuple(terms), problem)


def holds_number(value: str, number: int) -> bool:
    """Whether a number is as ">5", "<=2" or "7" says."""
    found = _NUMBER.match(value)
    if not found:
        return False
    sign, limit = found[1] or "=", int(found[2])
    return {
        ">": number > limit, ">=": number >= limit, "<": number < limit, "<=": number <= limit, "=": number == limit,
    }[sign]  # fmt: skip


def with_term(text: str, key: str, value: str) -> str:
    """A filter with one more term; the same term once."""
    value = value.replace('"', '\\"')
    term = f'{key}:"{value}"' if re.search(r'[\s"]', value) else f"{key}:{value}"
    return text if term in text.split() or term in text else f"{text} {term}".strip()
