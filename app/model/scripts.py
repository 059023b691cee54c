"""What a script of PowerShell does, apart from what it only defines, quotes or explains: one statement after the other.

Nothing is run or resolved. Comments go, bodies of functions and classes go, texts in quotes are told apart from commands.
"""

import re
from collections.abc import Iterator

from msgspec import Struct

from app.model.commands import READ

_TOKEN = re.compile(
    r"(?P<comment><\#.*?(?:\#>|\Z)|(?<![^\s;(){},|])\#[^\n]*)"
    r"|(?P<text>@'[ \t]*\r?\n.*?(?:\n'@|\Z)|@\"[ \t]*\r?\n.*?(?:\n\"@|\Z)|'[^']*(?:'|\Z)|\"(?:[^\"`]|`(?:.|\Z))*(?:\"|\Z))"
    r"|(?P<join>`\r?\n)|(?P<escape>`.)"
    r"|(?P<define>(?<![\w$.\-])(?:function|filter|class|workflow|configuration)(?=\s+[\w:$-]{1,128}))"
    r"|(?P<open>\{)|(?P<close>\})|(?P<end>[\n;])",
    re.S | re.I,
)
_CLOSED = re.compile(r"<\#.*\#>|'[^']*'|\"(?:[^\"`]|`.)*\"|@'.*\n'@|@\".*\n\"@", re.S)
MOST = 2_000
"""Statements of one script that are looked at."""
DEEPEST = 256
"""Braces open at once of a script in parts."""
CARRIED = 4_096
"""Characters of a statement that goes on in the next part."""
BEFORE, GOES_ON = "ScriptBlockBefore", "ScriptBlockGoesOn"
"""Fields of a part whose neighbours were read: what is open where it begins, and "true" where its last statement goes on."""


class Statement(Struct, frozen=True):
    """One statement. said: as it is written, without comments. code: of the same length, with blanks for what is in quotes."""

    said: str
    code: str


def statements(text: str, part: int = 1, parts: int = 1) -> tuple[Statement, ...]:
    """Statements outside of definitions. Of a script in parts only the first and the last say what stands outside."""
    if len(text) > READ and part >= parts > 1:
        return ()  # where its end is not read, nothing tells how deep it is
    if part > 1 and "<#" not in text[: max(0, text.find("#>"))]:
        text = text[text.find("#>") + 2 :] if "#>" in text else text  # it begins inside of a comment
    found = list(_Walk().over(text[:READ]))
    if part <= 1:
        kept = [one for depth, defined, one in found if not defined]
    elif part == parts:
        low = min((depth for depth, *_ in found), default=0)
        if not found or found[-1][0] != low:
            return ()
        last = max((place for place, (depth, *_) in enumerate(found) if depth > low), default=-1)
        kept = [one for _, defined, one in found[last + 1 :] if not defined]
    else:
        return ()
    return _with_words(kept)


def continued(before: str, text: str, goes_on: bool = False) -> tuple[Statement, ...]:
    """The same of a part, given what is open where it begins (still_open). goes_on: its last statement ends in the next one."""
    found = list(_Walk().over((before + text)[: 2 * READ]))
    return _with_words([one for _, defined, one in (found[:-1] if goes_on else found) if not defined])


def still_open(text: str) -> str | None:
    """What is open where a text ends, as a script would write it: read before the next part, it leads to the same place.

    Braces and definitions, then the statement that goes on, without what is long in its last text or comment. None where that
    cannot be told: the text is longer than a part may be, or too deep.
    """
    if len(text) > 2 * READ:
        return None
    walk = _Walk()
    for _ in walk.over(text):
        pass
    if walk.depth > DEEPEST:
        return None
    braces = "".join("function f{" if depth in walk.bodies else "{" for depth in range(1, walk.depth + 1))
    return f"{braces}{'function f ' if walk.pending else ''}{_shortened(text[walk.begin :])}"


def _shortened(said: str) -> str:
    """The beginning of a statement, and what is open at its end."""
    if len(said) <= CARRIED:
        return said
    cut, last = CARRIED, ""
    for token in _TOKEN.finditer(said):
        if token.start() < CARRIED < token.end():
            cut = token.start()
        last = token.group() if token.end() == len(said) and token.lastgroup in ("text", "comment") else ""
    if not last or _CLOSED.fullmatch(last):
        return f"{said[:cut]} "
    if last[0] == "@":
        begun = last.rpartition("\n")[2]
        return f"{said[:cut]} {last[:2]}\n{chr(10) + begun if len(begun) < 2 else ''}"  # its end may be cut in two
    escaped = "`" if last[0] == '"' and (len(last) - len(last.rstrip("`"))) % 2 else ""
    return f"{said[:cut]} {last[: 2 if last[0] == '<' else 1]}{escaped}{'#' if last[0] == '<' and last[-1] == '#' else ''}"


def _with_words(found: list[Statement]) -> tuple[Statement, ...]:
    return tuple(one for one in found if one.code.strip() or one.said.strip())[:MOST]


class _Walk:
    """Through one script. depth: braces that are open; bodies: those of them that are definitions; pending: one was begun.

    begin: where the statement begins that is not over.
    """

    def __init__(self) -> None:
        self.depth, self.pending, self.begin = 0, False, 0
        self.bodies: list[int] = []

    def over(self, text: str) -> Iterator[tuple[int, bool, Statement]]:
        """(depth of braces, inside a definition, statement) in their order; the depth begins at 0 and may fall below."""
        said: list[str] = []
        code: list[str] = []
        at = 0

        def ended() -> Statement:
            whole = Statement("".join(said), "".join(code))
            said.clear()
            code.clear()
            self.begin = at
            return whole

        for token in _TOKEN.finditer(text):
            plain = text[at : token.start()]
            said.append(plain)
            code.append(plain)
            at, kind, word = token.end(), token.lastgroup, token.group()
            if kind == "text":
                said.append(word)
                code.append(" " * len(word))
            elif kind in ("comment", "join", "escape", "define"):
                word = word[1:] if kind == "escape" else word if kind == "define" else " "
                said.append(word)
                code.append(word)
                self.pending = self.pending or kind == "define"
            elif kind == "open":
                yield self.depth, bool(self.bodies) or self.pending, ended()
                self.depth += 1
                if self.pending:
                    self.bodies.append(self.depth)
                self.pending = False
            elif kind == "close":
                yield self.depth, bool(self.bodies), ended()
                if self.bodies and self.bodies[-1] == self.depth:
                    self.bodies.pop()
                self.depth -= 1
            else:
                yield self.depth, bool(self.bodies) or self.pending, ended()
        said.append(text[at:])
        code.append(text[at:])
        yield self.depth, bool(self.bodies) or self.pending, Statement("".join(said), "".join(code))
