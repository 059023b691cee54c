"""Conditions of SQL as values: what is asked, with which parameters, of which columns, of whom."""

import json
from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from app.engine import ports
from app.engine.queries.access import Access

ROLES = {"source": 0, "destination": 1, "actor": 2}
"""What is added to four times an address or actor to tell a party, see app.engine.postings."""


class Condition(Struct, frozen=True):
    """SQL over the alias a, its parameters, the columns it reads.

    parties: one of these, which may be ports, takes part in every match; None: nothing is known. pure: it says no more than that
    one of them takes part.
    """

    sql: str
    values: tuple[Any, ...] = ()
    columns: frozenset[str] = frozenset()
    parties: tuple[int, ...] | None = None
    pure: bool = False


TRUE = Condition("1")
FALSE = Condition("0", parties=())


def joined(parts: Iterable[Condition], word: str, empty: Condition) -> Condition:
    """Conditions joined by AND or OR."""
    known = list(parts)
    if len(known) < 2:
        return known[0] if known else empty
    parties = [one.parties for one in known if one.parties is not None]
    if word == "AND":
        leading = min(parties, key=_breadth, default=None)
    else:
        leading = tuple({party for one in parties for party in one}) if len(parties) == len(known) else None
    return Condition(
        "(" + f" {word} ".join(one.sql for one in known) + ")",
        tuple(value for one in known for value in one.values),
        frozenset().union(*(one.columns for one in known)),
        leading,
        word == "OR" and all(one.pure for one in known),
    )


def _breadth(parties: tuple[int, ...]) -> tuple[bool, int]:
    """About how many activities they stand for: a port for more than an address or an account."""
    return any(one & 3 == ports.ROLE for one in parties[:1]), len(parties)


def among(column: str, numbers: list[int]) -> Condition:
    """The column is one of these numbers."""
    if not numbers:
        return FALSE
    role = ROLES.get(column)
    parties = None if role is None else tuple(4 * number + role for number in numbers)
    one = frozenset({column})
    if len(numbers) == 1:
        return Condition(f"a.{column} = ?", (numbers[0],), one, parties, role is not None)
    return Condition(f"a.{column} IN (SELECT value FROM json_each(?))", (json.dumps(numbers),), one, parties, role is not None)


def of_kinds(access: Access, beginnings: Iterable[str]) -> Condition:
    """Kinds that begin with one of these words."""
    starts = tuple(beginnings)
    return among("kind", [number for number, text in access.all("SELECT id, text FROM kinds") if text.startswith(starts)])


def like(value: str) -> str:
    """A value as a pattern of LIKE: * for any text, all else for itself."""
    return value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_").replace("*", "%")
