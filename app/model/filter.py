"""The filter language: words and key:value with not, or, parentheses, to a tree that queries understand."""

import re
from datetime import UTC, datetime
from typing import Union

from msgspec import Struct

from app.model.details import KINDS

KEYS: dict[str, str] = {
    "from": "who asked: address, network, computer",
    "to": "who was asked: address, network, computer",
    "who": "account that acted",
    "kind": "kind of activity, or a family of kinds",
    "result": "success, failure, unanswered",
    "code": "number of the protocol's answer",
    "event": "number of a Windows event, 4625 or 4728-4757",
    "channel": "log of a Windows event, Security or *NTLM*",
    "text": "anything in what it says",
    "time": "13:50-14:25, 2026-01-05, 2026-01-05T13:50..",
    "port": "port of either side",
    "input": "name or key of the input",
    "frame": "frame or record number, 812 or 800-900",
    "alert": "what an alert rests on; * for any",
    "entity": "one entity by its key",
}
"""Key to what it matches."""
RESULTS = ("success", "failure", "unanswered")
ENTITY_KINDS = ("user", "computer", "address", "service", "group", "domain")
SECOND, MINUTE, HOUR = 1_000_000, 60_000_000, 3_600_000_000
DAY = 24 * HOUR
LONGEST, DEEPEST, MOST = 16_384, 40, 500
"""Characters of a filter, depth of its parentheses, number of its terms."""
LONGEST_VALUE, MOST_STARS = 1_024, 6
"""Characters and wildcards of one value; matching costs time that grows with both."""


class Text(Struct, frozen=True, tag="text"):
    """Any of these values, in lower case, * for any text. key "" is a free word. quoted: the whole value, no part of it."""

    key: str
    values: tuple[str, ...]


class Numbers(Struct, frozen=True, tag="numbers"):
    """A number in any of these ranges, both ends included. key: code, port, frame, event."""

    key: str
    ranges: tuple[tuple[int, int], ...]


class During(Struct, frozen=True, tag="during"):
    """first <= time < last in UTC microseconds, None for an open end; daily: microseconds since midnight, of any day."""

    first: int | None
    last: int | None
    daily: bool = False
    shift: int = 0


class Not(Struct, frozen=True, tag="not"):
    """What does not match."""

    part: "Node"


class All(Struct, frozen=True, tag="all"):
    """What matches every part."""

    parts: tuple["Node", ...]


class Either(Struct, frozen=True, tag="either"):
    """What matches one part or more."""

    parts: tuple["Node", ...]


Node = Union[Text, Numbers, During, Not, All, Either]  # noqa: UP007


class ActivityFilter(Struct, frozen=True):
    """A filter that can be asked for. root None: everything."""

    text: str = ""
    root: Node | None = None


class FilterError(Struct, frozen=True):
    """Why a text is no filter; position is the character at which it goes wrong."""

    position: int
    message: str


class _Wrong(Exception):
    def __init__(self, position: int, message: str) -> None:
        super().__init__(message)
        self.error = FilterError(position, message)


EVERYTHING = ActivityFilter()
_TOKEN = re.compile(r'\s+|[()]|-(?=[^\s()])|(?:[^\s()":]*:)?(?:"(?:[^"\\]|\\["\\]|\\)*"?|[^\s()"]+)|[^\s()"]+:')
_KEY = re.compile(r"([A-Za-z]+):", re.DOTALL)
_RANGE = re.compile(r"(0[xX][0-9a-fA-F]+|-?\d+)?(\.\.|-)?(0[xX][0-9a-fA-F]+|\d+)?")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?")
_MOMENT = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T_](\d{1,2})(?::(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?)?)?Z?")


def parse(text: str, shift: int = 0) -> ActivityFilter | FilterError:
    """The filter that a text means; never raises. shift: microseconds that the shown zone is ahead of UTC."""
    if len(text) > LONGEST:
        return FilterError(LONGEST, "The filter is too long.")
    try:
        reader = _Reader(text, shift)
        root = reader.either(0)
        if reader.place < len(reader.found):
            raise _Wrong(reader.found[reader.place][0], "This parenthesis was never opened.")
    except _Wrong as wrong:
        return wrong.error
    return ActivityFilter(text, root)


def quoted(value: str) -> str:
    """A value as it is written behind a key, in quotes where it needs them."""
    if value and not re.search(r'[\s()",]', value):
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def tokens(text: str) -> list[tuple[int, int, str]]:
    """(start, length, role) for colouring; roles: key, value, word, operator, parenthesis, quote, error."""
    found = []
    for start, piece in _pieces(text[:LONGEST]):
        key = _key(piece)
        if piece in "()":
            found.append((start, 1, "parenthesis"))
        elif piece == "-" or piece.lower() in ("not", "or", "and"):
            found.append((start, len(piece), "operator"))
        elif key is not None:
            wrong = key not in KEYS and key not in ENTITY_KINDS
            found.append((start, len(key) + 1, "error" if wrong else "key"))
            if len(piece) > len(key) + 1:
                found.append((start + len(key) + 1, len(piece) - len(key) - 1, "value"))
        else:
            found.append((start, len(piece), "quote" if piece.startswith('"') else "word"))
    return found


def completing(text: str, cursor: int) -> tuple[int, int]:
    """(start, length) of what a completion replaces: the piece that ends at the cursor."""
    before = text[: max(0, cursor)][-LONGEST:]
    offset = max(0, cursor) - len(before)
    for start, piece in _pieces(before):
        if start + len(piece) == len(before) and piece not in "()-":
            return offset + start, len(piece)
    return max(0, cursor), 0


def completions(text: str, cursor: int) -> list[str]:
    """What the piece at the cursor may become, best first; see completing()."""
    start, length = completing(text, cursor)
    piece = text[start : start + length]
    key, colon, value = piece.partition(":")
    if not colon:
        words = [f"{key}:" for key in KEYS] + (["not", "or"] if piece else [])
        return [word for word in words if word.startswith(piece.lower()) and word != piece]
    options: tuple[str, ...] = ()
    if key.lower() == "kind":
        options = (*dict.fromkeys(kind.split("-")[0] for kind in KINDS.values()), *KINDS.values())
    elif key.lower() == "result":
        options = RESULTS
    done, comma, value = value.rpartition(",")
    chosen = list(dict.fromkeys(one for one in options if one.startswith(value.lower()) and one != value))
    return [f"{key}:{done}{comma}{one}" for one in chosen]


def _pieces(text: str) -> list[tuple[int, str]]:
    """(start, piece) of what is no white space; every other character is in one piece."""
    found = []
    place = 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        piece = match[0] if match and match[0] else text[place]
        if not piece.isspace():
            found.append((place, piece))
        place += len(piece)
    return found


def _key(piece: str) -> str | None:
    """Key of a piece, None for a free word; an IPv6 address has none."""
    match = _KEY.match(piece)
    if match is None:
        return None
    key = match[1].lower()
    if key in KEYS or key in ENTITY_KINDS:
        return key
    return None if re.fullmatch(r"[0-9a-f:.%*/]+", piece.lower()) else key


class _Reader:
    """One pass over the pieces of a filter."""

    def __init__(self, text: str, shift: int) -> None:
        self.found = _pieces(text)
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
                raise _Wrong(at, "There must be something on both sides of or.")
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
            raise _Wrong(start, "The filter is nested too deeply.")
        if piece == "-" or piece.lower() == "not":
            if self.place >= len(self.found) or self._word() in ("or", "and", ")"):
                raise _Wrong(start, "What shall it not be?")
            return Not(self._one(depth + 1))
        if piece == "(":
            inner = self.either(depth + 1)
            if self._word() != ")":
                raise _Wrong(start, "This parenthesis is never closed.")
            self.place += 1
            if inner is None:
                raise _Wrong(start, "There is nothing in these parentheses.")
            return inner
        self._terms += 1
        if self._terms > MOST:
            raise _Wrong(start, "The filter has too many terms.")
        return self._term(start, piece)

    def _term(self, start: int, piece: str) -> Node:
        key = _key(piece)
        if len(piece) > LONGEST_VALUE or piece.count("*") > MOST_STARS:
            raise _Wrong(start, "This term is too long or has too many wildcards.")
        if key is None:
            return Text("", (_unquoted(piece).lower(),))
        value = piece[len(key) + 1 :]
        at = start + len(key) + 1
        if key in ENTITY_KINDS:
            return Text("entity", (f"{key}:{_unquoted(value).lower()}",))
        if key not in KEYS:
            raise _Wrong(start, f"There is no key {key}:. Keys are {', '.join(KEYS)}.")
        whole = value.startswith('"')
        values = [_unquoted(value)] if whole else [one for one in value.split(",") if one]
        if not values or not values[0]:
            raise _Wrong(at, f"What shall {key}: be?")
        if key in ("code", "port", "frame", "event"):
            return Numbers(key, tuple(_range(one, at) for one in values))
        if key == "time":
            spans = tuple(_time(one, at, self._shift) for one in values)
            return spans[0] if len(spans) == 1 else Either(spans)
        if key == "entity":
            return Text(key, (_unquoted(value).lower(),))
        lower = tuple(one.lower() for one in values)
        if key == "result":
            wrong = [one for one in lower if not any(word.startswith(one) for word in RESULTS)]
            if wrong:
                raise _Wrong(at, f"There is no result {wrong[0]}. Results are {', '.join(RESULTS)}.")
        return Text(key, lower)

    def _word(self) -> str:
        return self.found[self.place][1].lower() if self.place < len(self.found) else ""


def _unquoted(value: str) -> str:
    if not value.startswith('"'):
        return value
    body = value[1:-1] if len(value) > 1 and value.endswith('"') else value[1:]
    return re.sub(r'\\(["\\])', r"\1", body)


def _range(text: str, at: int) -> tuple[int, int]:
    match = _RANGE.fullmatch(text)
    if match is None or not (match[1] or match[3]) or len(text) > 40:
        raise _Wrong(at, f"{text[:40]} is no number and no range such as 800-900.")
    low = _number(match[1]) if match[1] else 0
    if match[2] is None:
        return low, low
    high = _number(match[3]) if match[3] else 2**63 - 1
    return min(low, high), max(low, high)


def _number(text: str) -> int:
    number = int(text, 16) if text[:2].lower() == "0x" else int(text)
    return max(-(2**63), min(number, 2**63 - 1))


def _time(text: str, at: int, shift: int) -> During:
    """13:50, 13:50-14:25, 2026-01-05, 2026-01-05T13:50, A..B, A.., ..B; an end is included to its last digit."""
    first, dots, last = text.partition("..")
    if not dots and _CLOCK.match(text):
        first, dots, last = text.partition("-")
    begin, end = _moment(first, at, shift), _moment(last, at, shift) if dots else None
    if begin is None and end is None:
        raise _Wrong(at, "A time is 13:50, 13:50-14:25, 2026-01-05 or 2026-01-05T13:50..")
    if begin is not None and end is not None and begin[2] != end[2]:
        raise _Wrong(at, "Both ends of a time need a date, or neither.")
    daily = (begin or end or (0, 0, False))[2]
    low = begin[0] if begin else None
    high = end[1] if end else (None if dots else begin[1] if begin else None)
    return During(low, high, daily, shift if daily else 0)


def _moment(text: str, at: int, shift: int) -> tuple[int, int, bool] | None:
    """(first, last, daily) microseconds of what a text names; None for an empty one."""
    if not text:
        return None
    clock = _CLOCK.fullmatch(text)
    if clock is not None:
        first, unit = _since_midnight(clock.groups(), at)
        return first, first + unit, True
    match = _MOMENT.fullmatch(text)
    if match is None:
        raise _Wrong(at, f"{text[:40]} is no time such as 13:50 or 2026-01-05T13:50.")
    try:
        day = datetime(int(match[1]), int(match[2]), int(match[3]), tzinfo=UTC)
    except ValueError:
        raise _Wrong(at, f"There is no day {text[:10]}.") from None
    midnight = int(day.timestamp()) * SECOND - shift
    if match[4] is None:
        return midnight, midnight + DAY, False
    first, unit = _since_midnight(match.groups()[3:], at)
    return midnight + first, midnight + first + unit, False


def _since_midnight(parts: tuple[str | None, ...], at: int) -> tuple[int, int]:
    """(microseconds since midnight, length of the smallest unit named)."""
    hours, minutes, seconds, fraction = parts
    total = int(hours or 0) * HOUR + int(minutes or 0) * MINUTE + int(seconds or 0) * SECOND
    if int(hours or 0) > 24 or int(minutes or 0) > 59 or int(seconds or 0) > 59:
        raise _Wrong(at, "There is no such time of day.")
    if fraction:
        return total + int(fraction.ljust(6, "0")), 10 ** (6 - len(fraction))
    return total, SECOND if seconds else MINUTE if minutes else HOUR
