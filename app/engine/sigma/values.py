"""One value of a rule, as pySigma read it, to a question to an event's field."""

import math
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

from sigma.types import (
    CompareOperators,
    SigmaBool,
    SigmaCasedString,
    SigmaCIDRExpression,
    SigmaCompareExpression,
    SigmaExists,
    SigmaExpansion,
    SigmaFieldReference,
    SigmaNull,
    SigmaNumber,
    SigmaRegularExpression,
    SigmaRegularExpressionFlag,
    SigmaString,
    SigmaTimestampPart,
    SigmaType,
    TimestampPart,
)

from app.engine.sigma.patterns import Pattern, pattern, search
from app.engine.sigma.tree import EVERYWHERE, Either, Fields, Leaf, Node, Test


class CannotRun(Exception):
    """What of a rule cannot be run, in words that follow "cannot run: "."""


_NUMBER = re.compile(r"\s*(?:0[xX][0-9a-fA-F]{1,16}|-?[0-9]{1,20}(?:\.[0-9]{1,20})?)\s*", re.ASCII)
_COMPARE: dict[CompareOperators, Callable[[float, float], bool]] = {
    CompareOperators.LT: lambda one, other: one < other,
    CompareOperators.LTE: lambda one, other: one <= other,
    CompareOperators.GT: lambda one, other: one > other,
    CompareOperators.GTE: lambda one, other: one >= other,
    CompareOperators.NEQ: lambda one, other: one != other,
}
_FLAGS = {
    SigmaRegularExpressionFlag.IGNORECASE: "i",
    SigmaRegularExpressionFlag.MULTILINE: "m",
    SigmaRegularExpressionFlag.DOTALL: "s",
}
_PARTS: dict[TimestampPart, Callable[[datetime], int]] = {
    TimestampPart.MINUTE: lambda when: when.minute,
    TimestampPart.HOUR: lambda when: when.hour,
    TimestampPart.DAY: lambda when: when.day,
    TimestampPart.WEEK: lambda when: when.isocalendar().week,
    TimestampPart.MONTH: lambda when: when.month,
    TimestampPart.YEAR: lambda when: when.year,
}


def one_of(field: str | None, values: Sequence[SigmaType]) -> Node:
    """Whether a field (None: anything in the event) is one of these values. Raises CannotRun."""
    name = EVERYWHERE if field is None else field
    leaves: list[Node] = []
    patterns: list[Pattern] = []
    numbers: set[float] = set()
    for value in _flat(values):
        if isinstance(value, SigmaString):
            patterns.append(pattern(value, cased=isinstance(value, SigmaCasedString), within=field is None))
        elif isinstance(value, SigmaTimestampPart):
            leaves.append(_moment(name, value))
        elif isinstance(value, SigmaNumber) and field is None:
            patterns.append(pattern(SigmaString(str(value)), cased=False, within=True))
        elif isinstance(value, SigmaNumber):
            numbers.add(value.number)
        else:
            leaves.append(_other(name, value))
    leaves = [*_texts(name, patterns), *([_numbers(name, numbers)] if numbers else []), *leaves]
    return leaves[0] if len(leaves) == 1 else Either(tuple(leaves))


def _flat(values: Sequence[SigmaType]) -> list[SigmaType]:
    found: list[SigmaType] = []
    for value in values:
        found += _flat(value.values) if isinstance(value, SigmaExpansion) else [value]
    return found


def _texts(field: str, patterns: Sequence[Pattern]) -> list[Leaf]:
    """Patterns of the same shape are asked together."""
    found: list[Leaf] = []
    for cased in (False, True):
        own = [one for one in patterns if one.cased == cased]

        def of(shape: str, own: Sequence[Pattern] = own) -> list[str]:
            return [one.text for one in own if one.shape == shape]

        if whole := of("whole"):
            ids = frozenset(int(one) for one in whole if one.isascii() and one.isdigit() and len(one) < 10)
            texts = frozenset(whole)
            found.append(
                Leaf(
                    field=field,
                    test=_is_one(field, texts, cased),
                    absent=None if "" in whole else False,
                    event_ids=ids if field == "EventID" else None,
                    need=None if cased or field == "EventID" or "" in whole else (False, texts),
                    cost=0,
                )
            )
        if parts := of("part"):
            found.append(Leaf(field=field, test=_holds_one(field, tuple(parts), cased), cost=2))
        if begins := tuple(of("begin")):
            found.append(Leaf(field=field, test=_begins(field, begins, cased), cost=1))
        if ends := tuple(of("end")):
            names = not cased and all(one.rfind("\\") == 0 for one in ends)
            need = (True, frozenset(ends)) if names else None
            found.append(Leaf(field=field, test=_ends(field, ends, cased), need=need, cost=1))
        found += [Leaf(field=field, test=_ask(field, one.test, cased)) for one in own if one.test is not None]
    return found


def _ask(field: str, test: Callable[[str], bool], plain: bool) -> Test:
    def ask(folded: Fields, as_is: Fields) -> bool:
        text = (as_is if plain else folded).get(field)
        return text is not None and test(text)

    return ask


def _begins(field: str, texts: tuple[str, ...], cased: bool) -> Test:
    return _ask(field, lambda text: text.startswith(texts), cased)


def _ends(field: str, texts: tuple[str, ...], cased: bool) -> Test:
    return _ask(field, lambda text: text.endswith(texts), cased)


def _is_one(field: str, texts: frozenset[str], cased: bool) -> Test:
    if cased:
        return lambda _, as_is: as_is.get(field) in texts
    if len(texts) == 1:
        (only,) = texts
        return lambda folded, _: folded.get(field) == only
    return lambda folded, _: folded.get(field) in texts


def _holds_one(field: str, parts: tuple[str, ...], cased: bool) -> Test:
    if len(parts) == 1 and not cased:
        (only,) = parts
        return lambda folded, _: only in folded.get(field, "")

    def ask(folded: Fields, as_is: Fields) -> bool:
        text = (as_is if cased else folded).get(field)
        if text:
            for part in parts:
                if part in text:
                    return True
        return False

    return ask


def _numbers(field: str, numbers: set[float]) -> Leaf:
    """A number is the same however it is written: 3, 0x3."""
    texts = frozenset(str(one) for one in numbers)
    ids = frozenset(int(one) for one in numbers if one == int(one) and one >= 0)

    def ask(folded: Fields, _: Fields) -> bool:
        text = folded.get(field)
        return text is not None and (text in texts or (text[:1] in "0- " and number(text) in numbers))

    return Leaf(field=field, test=ask, event_ids=ids if field == "EventID" else None)


def number(text: str) -> float | None:
    """The number that a text is, decimal or 0x hexadecimal."""
    if len(text) > 64 or not _NUMBER.fullmatch(text):
        return None
    text = text.strip()
    if text[:2].lower() == "0x":
        return int(text, 16)
    return float(text) if "." in text else int(text)


def _other(field: str, value: SigmaType) -> Leaf:
    if isinstance(value, SigmaRegularExpression):
        flags = "".join(sorted(_FLAGS[one] for one in value.flags))
        return Leaf(field=field, test=_ask(field, search(str(value.regexp), flags), True))
    if field == EVERYWHERE:
        raise CannotRun(f"a keyword of kind {type(value).__name__.removeprefix('Sigma')}")
    if isinstance(value, SigmaNull):
        return Leaf(field=field, test=lambda folded, _: not folded.get(field), absent=True)
    if isinstance(value, SigmaExists):
        wanted = value.exists
        return Leaf(field=field, test=lambda folded, _: (field in folded) == wanted, absent=None)
    if isinstance(value, SigmaBool):
        return Leaf(field=field, test=_is_one(field, frozenset({str(value.boolean).lower()}), False))
    if isinstance(value, SigmaCIDRExpression):
        network = value.network
        return Leaf(field=field, test=_ask(field, lambda text: _is_in(text, network), False))
    if isinstance(value, SigmaCompareExpression):
        return _compare(field, value)
    if isinstance(value, SigmaFieldReference):
        return _reference(field, value)
    raise CannotRun(f"a value of kind {type(value).__name__.removeprefix('Sigma')}")


def _compare(field: str, value: SigmaCompareExpression) -> Leaf:
    if isinstance(value.number, SigmaTimestampPart):
        return _moment(field, value.number, _COMPARE[value.op])
    limit, holds = value.number.number, _COMPARE[value.op]

    def ask(text: str) -> bool:
        found = number(text)
        return found is not None and holds(found, limit)

    return Leaf(field=field, test=_ask(field, ask, False))


def _reference(field: str, value: SigmaFieldReference) -> Leaf:
    other, begins, ends = value.field, value.starts_with, value.ends_with

    def ask(folded: Fields, _: Fields) -> bool:
        one, two = folded.get(field), folded.get(other)
        if one is None or two is None:
            return False
        if begins and ends:
            return two in one
        return one.startswith(two) if begins else one.endswith(two) if ends else one == two

    return Leaf(field=field, test=ask, other=other)


def _moment(field: str, value: SigmaTimestampPart, holds: Callable[[float, float], bool] = math.isclose) -> Leaf:
    part, wanted = _PARTS[value.timestamp_part], value.number

    def ask(text: str) -> bool:
        when = _when(text)
        return when is not None and holds(part(when), wanted)

    return Leaf(field=field, test=_ask(field, ask, True))


@lru_cache(maxsize=4096)
def _when(text: str) -> datetime | None:
    """A moment in ISO 8601, in UTC when no zone is told."""
    try:
        when = datetime.fromisoformat(text[:40].strip())
        return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


@lru_cache(maxsize=16384)
def _address(text: str) -> IPv4Address | IPv6Address | None:
    """Windows writes IPv4 as ::ffff:10.0.0.1 where it listens on both."""
    try:
        found = ip_address(text.strip().split("%")[0])
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found


def _is_in(text: str, network: Any) -> bool:
    found = _address(text[:64])
    return found is not None and found in network
