"""Strings with wildcards and regular expressions of rules, in time that grows with the text only, whatever they are.

Wildcards are sought piece by piece; what needs more is asked of RE2, which never goes back, in place of Python's own matcher.
"""

import re
from collections.abc import Callable
from typing import Literal

import re2
from msgspec import Struct
from sigma.policy.regex_engine import RegexEngine, RegexPattern
from sigma.types import Placeholder, SigmaString, SpecialChars

LONGEST = 10_000
"""Characters of a regular expression."""
_OPTIONS = re2.Options()
_OPTIONS.log_errors = False  # RE2 would write to standard error itself
Shape = Literal["whole", "part", "begin", "end", "any", "pieces"]


class BadPattern(Exception):
    """Why a pattern cannot be used, in words that follow "cannot run: "."""


class _Quiet(RegexEngine):
    """RE2 for pySigma, which tries expressions when it reads them."""

    def compile(self, pattern: str, flags: int = 0) -> RegexPattern:
        """Flags are those of Python's re."""
        words = "".join(word for flag, word in ((re.IGNORECASE, "i"), (re.MULTILINE, "m"), (re.DOTALL, "s")) if flags & flag)
        return compiled(pattern, words)

    @property
    def error(self) -> type[Exception]:
        """What compile raises."""
        return BadPattern


QUIET = _Quiet()


class Pattern(Struct, frozen=True):
    """What a text must be like: text itself, or hold, begin or end with it; any other shape has a test."""

    shape: Shape
    text: str = ""
    cased: bool = False
    test: Callable[[str], bool] | None = None


def pattern(value: SigmaString, *, cased: bool, within: bool) -> Pattern:
    """The pattern of a string; within: it may stand anywhere in the text. Raises BadPattern."""
    parts = list(value.s)
    if within:
        parts = [SpecialChars.WILDCARD_MULTI, *parts, SpecialChars.WILDCARD_MULTI]
    pieces: list[list[str | None]] = [[]]
    for part in parts:
        if isinstance(part, Placeholder):
            raise BadPattern(f"the placeholder %{part.name}% has no values here")
        if part is SpecialChars.WILDCARD_MULTI:
            pieces.append([])
        elif part is SpecialChars.WILDCARD_SINGLE:
            pieces[-1].append(None)
        elif isinstance(part, str):
            pieces[-1].append(part if cased else part.casefold())
    if any(None in piece for piece in pieces):
        return Pattern("pieces", cased=cased, test=_by_re2(pieces))
    texts = ["".join(one for one in piece if one is not None) for piece in pieces]
    if len(texts) == 1:
        return Pattern("whole", texts[0], cased)
    first, *middle, last = texts
    middle = [one for one in middle if one]
    if not first and not last and not middle:
        return Pattern("any", cased=cased, test=lambda _: True)
    if not first and not last and len(middle) == 1:
        return Pattern("part", middle[0], cased)
    if not middle and not last:
        return Pattern("begin", first, cased)
    if not middle and not first:
        return Pattern("end", last, cased)
    return Pattern("pieces", cased=cased, test=_in_turn(first, middle, last))


def search(expression: str, flags: str = "") -> Callable[[str], bool]:
    """Whether a regular expression is found anywhere in a text. Raises BadPattern."""
    return _quietly(compiled(expression, flags).search)


def compiled(expression: str, flags: str = "") -> RegexPattern:
    """An expression of RE2. Raises BadPattern."""
    if len(expression) > LONGEST:
        raise BadPattern(f"a regular expression of more than {LONGEST:,} characters")
    try:
        found: RegexPattern = re2.compile((f"(?{flags})" if flags else "") + expression, _OPTIONS)
    except re2.error as error:
        said = error.args[0] if error.args else ""
        why = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
        raise BadPattern(
            f"a regular expression with what RE2 lacks, such as look-around and backreferences ({why[:100]})"
        ) from error
    return found


def _in_turn(first: str, middle: list[str], last: str) -> Callable[[str], bool]:
    """The earliest place of each piece is as good as any other, so that none is tried twice."""
    shortest = len(first) + len(last) + sum(map(len, middle))

    def test(text: str) -> bool:
        if len(text) < shortest or not text.startswith(first) or not text.endswith(last):
            return False
        place, end = len(first), len(text) - len(last)
        for piece in middle:
            place = text.find(piece, place, end)
            if place < 0:
                return False
            place += len(piece)
        return True

    return test


def _by_re2(pieces: list[list[str | None]]) -> Callable[[str], bool]:
    written = ".*".join("".join("." if one is None else re2.escape(one) for one in piece) for piece in pieces)
    try:
        return _quietly(re2.compile("(?s)" + written, _OPTIONS).fullmatch)
    except re2.error as error:
        raise BadPattern("a string with too many wildcards") from error


def _quietly(ask: Callable[[str], object]) -> Callable[[str], bool]:
    def test(text: str) -> bool:
        try:
            return ask(text) is not None
        except UnicodeEncodeError:  # half of a surrogate pair, which no encoding holds
            return ask(text.encode("utf-8", "replace").decode()) is not None

    return test
