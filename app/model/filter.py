"""The filter language: words and key:value with not, or, parentheses, to a tree that queries understand."""

import re
from difflib import get_close_matches

from app.model.filter_keys import BY_NAME, ENTITY_KINDS, KEYS, NUMBERS, RESULTS, SEVERITIES, TABLE, Key
from app.model.filter_times import during, length
from app.model.filter_tree import (
    DAY,
    EVERYTHING,
    HOUR,
    MINUTE,
    SECOND,
    ActivityFilter,
    All,
    During,
    Either,
    FilterError,
    Node,
    Not,
    Numbers,
    Text,
    Wrong,
    is_relative,
)
from app.model.filter_words import (
    LONGEST,
    added,
    asked_for,
    completing,
    completions,
    key_of,
    known_values,
    pieces,
    quoted,
    term,
    tokens,
    unquoted,
    without_key,
)

__all__ = [
    "BY_NAME", "DAY", "ENTITY_KINDS", "EVERYTHING", "HOUR", "KEYS", "LONGEST", "MINUTE", "NUMBERS", "RESULTS", "SECOND",
    "SEVERITIES", "TABLE", "ActivityFilter", "All", "During", "Either", "FilterError", "Key", "Node", "Not", "Numbers", "Text",
    "added", "asked_for", "completing", "completions", "is_relative", "known_values", "parse", "quoted", "term", "tokens",
    "without_key",
]  # fmt: skip
DEEPEST, MOST = 40, 500
"""Depth of a filter's parentheses, number of its terms."""
LONGEST_VALUE, MOST_STARS = 1_024, 6
"""Characters and wildcards of one value; matching costs time that grows with both."""
_RANGE = re.compile(r"(0[xX][0-9a-fA-F]+|-?\d+)?(\.\.|-)?(0[xX][0-9a-fA-F]+|\d+)?")
_COMPARED = re.compile(r"(>=|<=|>|<)(.+)")
_LEAST, _GREATEST = -(2**63), 2**63 - 1


def parse(text: str, shift: int = 0) -> ActivityFilter | FilterError:
    """The filter that a text means; never raises. shift: microseconds that the shown zone is ahead of UTC."""
    if len(text) > LONGEST:
        return FilterError(LONGEST, "The filter is too long.")
    try:
        reader = _Reader(text, shift)
        root = reader.either(0)
        if reader.place < len(reader.found):
            raise Wrong(reader.found[reader.place][0], "This parenthesis was never opened.")
    except Wrong as wrong:
        return wrong.error
    return ActivityFilter(text, root)


class _Reader:
    """One pass over the pieces of a filter."""

    def __init__(self, text: str, shift: int) -> None:
        self.found = pieces(text)
        self.place = 0
        self._end = len(text)
        self._shift = shift
        self._terms = 0

    def either(self, depth: int) -> Node | None:
        """Parts joined by or."""
        parts = [self._all(depth)]
        while self._word() == "or":
            at = self.found[self.place][0]
            self.place += 1
            parts.append(self._all(depth))
            if parts[-1] is None or parts[0] is None:
                raise Wrong(at, "There must be something on both sides of or.")
        known = tuple(part for part in parts if part is not None)
        return known[0] if len(known) == 1 else Either(known) if known else None

    def _all(self, depth: int) -> Node | None:
        parts: list[Node] = []
        while self.place < len(self.found) and self._word() not in ("or", ")"):
            if self._word() == "and":
                self.place += 1
                continue
            parts.append(self._one(depth))
        return parts[0] if len(parts) == 1 else All(tuple(parts)) if parts else None

    def _one(self, depth: int) -> Node:
        start, piece = self.found[self.place]
        self.place += 1
        if depth > DEEPEST:
            raise Wrong(start, "The filter is nested too deeply.")
        if piece == "-" or piece.lower() == "not":
            if self.place >= len(self.found) or self._word() in ("or", "and", ")"):
                raise Wrong(start, "What shall it not be?")
            return Not(self._one(depth + 1))
        if piece == "(":
            inner = self.either(depth + 1)
            if self._word() != ")":
                raise Wrong(start, "This parenthesis is never closed.")
            self.place += 1
            if inner is None:
                raise Wrong(start, "There is nothing in these parentheses.")
            return inner
        self._terms += 1
        if self._terms > MOST:
            raise Wrong(start, "The filter has too many terms.")
        return self._term(start, piece)

    def _term(self, start: int, piece: str) -> Node:
        typed = key_of(piece)
        if len(piece) > LONGEST_VALUE or piece.count("*") > MOST_STARS:
            raise Wrong(start, "This term is too long or has too many wildcards.")
        if typed is None:
            return Text("", (unquoted(piece).lower(),))
        value = piece[len(typed) + 1 :]
        at = start + len(typed) + 1
        if typed in ENTITY_KINDS and typed != "address":
            if not value:
                raise Wrong(at, f"What shall {typed}: be?")
            return Text("entity", (f"{typed}:{unquoted(value).lower()}",))
        if typed not in BY_NAME:
            near = get_close_matches(typed, BY_NAME, 1, 0.6)
            raise Wrong(start, f"There is no key {typed}:{f'; did you mean {near[0]}:?' if near else '.'}")
        key = BY_NAME[typed].name
        whole = value.startswith('"')
        values = [unquoted(value)] if whole else [one for one in value.split(",") if one]
        if not values or not values[0]:
            raise Wrong(at, f"What shall {typed}: be?")
        if key in NUMBERS:
            return Numbers(key, tuple((_lasting if key == "took" else _range)(one, at) for one in values))
        if key == "time":
            spans = tuple(during(one, at, self._shift) for one in values)
            return spans[0] if len(spans) == 1 else Either(spans)
        if key == "entity":
            return Text(key, (unquoted(value).lower(),))
        lower = tuple(one.lower() for one in values)
        for name, known in (("result", RESULTS), ("severity", SEVERITIES)):
            wrong = [one for one in lower if key == name and not any(word.startswith(one) for word in known)]
            if wrong:
                raise Wrong(
                    at, f"There is no {name} {wrong[0]}. {'Results' if name == 'result' else 'They'} are {', '.join(known)}."
                )
        return Text(key, lower)

    def _word(self) -> str:
        return self.found[self.place][1].lower() if self.place < len(self.found) else ""


def _range(text: str, at: int) -> tuple[int, int]:
    compared = _COMPARED.fullmatch(text)
    if compared is not None:
        low, high = _range(compared[2], at)
        least = low if compared[1] == ">=" else min(high, _GREATEST - 1) + 1
        return (
            (least, _GREATEST) if compared[1][0] == ">" else (_LEAST, high if compared[1] == "<=" else max(low, _LEAST + 1) - 1)
        )
    match = _RANGE.fullmatch(text)
    if match is None or not (match[1] or match[3]) or len(text) > 40:
        raise Wrong(at, f"{text[:40]} is no number and no range such as 800-900.")
    low = _number(match[1]) if match[1] else 0
    if match[2] is None:
        return low, low
    high = _number(match[3]) if match[3] else _GREATEST
    return min(low, high), max(low, high)


def _number(text: str) -> int:
    number = int(text, 16) if text[:2].lower() == "0x" else int(text)
    return max(_LEAST, min(number, _GREATEST))


def _lasting(text: str, at: int) -> tuple[int, int]:
    """Microseconds of >500ms, <=2s, 1s..5s."""
    compared = _COMPARED.fullmatch(text)
    first, dots, last = (compared[2], "", "") if compared else text.partition("..")
    low, high = length(first), length(last) if dots else None
    if (low is None and (first or not last)) or (high is None and last):
        raise Wrong(at, "A length of time is >500ms, <=2s or 1s..5s.")
    if compared is None:
        return low or 0, low or 0 if not dots else _GREATEST if high is None else high
    edge = low or 0
    return (edge + (compared[1] == ">"), _GREATEST) if compared[1][0] == ">" else (0, edge - (compared[1] == "<"))
