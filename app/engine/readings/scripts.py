"""What a script of PowerShell does, apart from what it only defines, quotes or explains: one statement after the other.

Nothing is run or resolved. Comments go, bodies of functions and classes go, texts in quotes are told apart from commands.
"""

import re
from collections.abc import Iterator

from msgspec import Struct

from app.model.commands import READ

_TOKEN = re.compile(
    r"(?P<comment><\#.*?(?:\#>|\Z)|(?<![^\s;(){},|])\#[^\n]*)"
    r"|(?P<text>@'[ \t]*\r?\n.*?(?:\n'@|\Z)|@\"[ \t]*\r?\n.*?(?:\n\"@|\Z)|'[^']*(?:'|\Z)|\"(?:[^\"`]|`.)*(?:\"|\Z))"
    r"|(?P<join>`\r?\n)|(?P<escape>`.)"
    r"|(?P<define>(?<![\w$.\-])(?:function|filter|class|workflow|configuration)(?=\s+[\w:$-]{1,128}))"
    r"|(?P<open>\{)|(?P<close>\})|(?P<end>[\n;])",
    re.S | re.I,
)
MOST = 2_000
"""Statements of one script that are looked at."""


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
    found = list(_walk(text[:READ]))
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
    return tuple(one for one in kept if one.code.strip() or one.said.strip())[:MOST]


def _walk(text: str) -> Iterator[tuple[int, bool, Statement]]:
    """(depth of braces, inside a definition, statement) in their order; the depth begins at 0 and may fall below."""
    said: list[str] = []
    code: list[str] = []
    at, depth, pending = 0, 0, False
    bodies: list[int] = []

    def ended() -> Statement:
        whole = Statement("".join(said), "".join(code))
        said.clear()
        code.clear()
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
            pending = pending or kind == "define"
        elif kind == "open":
            yield depth, bool(bodies) or pending, ended()
            depth += 1
            if pending:
                bodies.append(depth)
            pending = False
        elif kind == "close":
            yield depth, bool(bodies), ended()
            if bodies and bodies[-1] == depth:
                bodies.pop()
            depth -= 1
        else:
            yield depth, bool(bodies) or pending, ended()
    said.append(text[at:])
    code.append(text[at:])
    yield depth, bool(bodies) or pending, ended()
