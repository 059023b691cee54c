"""Tags that an analyst gives to accounts and computers of a workspace, or takes away."""

import argparse
import re
import sys
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path

from app.command.opening import opened
from app.command.words import line
from app.model.plain_file import text_of
from app.model.tags import HONEYTOKEN, KNOWN_BAD, SENSITIVE
from app.session import Session

STATES: dict[str, bool | None] = {"on": True, "off": False, "auto": None}
COMMENT = re.compile(r"(?:^|\s)#")
KNOWN = {"honeytoken": HONEYTOKEN, "sensitive": SENSITIVE, "knownbad": KNOWN_BAD}
NEAR = 0.7
"""Likeness of two names from which on one is taken for a slip of the pen."""
MOST = 64 << 20
"""Bytes of a list of names."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """WORKSPACE, whom, which tag, and whether it carries it."""
    parser.add_argument("workspace", type=Path, metavar="WORKSPACE")
    parser.add_argument(
        "entity",
        metavar="ENTITY",
        help=r"an account in any spelling (name, DOMAIN\name, name@domain), a computer (NAME$), an address, a DNS domain, or an "
        "entity's key; @FILE: a file with one in each line",
    )
    parser.add_argument("tag", metavar="TAG", help="honeytoken, sensitive, 'known bad' (of a DNS domain), or any other")
    parser.add_argument("state", choices=tuple(STATES), help="it carries the tag, it does not, or the program decides")


def run(options: argparse.Namespace) -> int:
    """Returns 0. Raises OSError, StoreError with one sentence."""
    if not options.workspace.is_file():
        raise FileNotFoundError(f"no such workspace: {options.workspace}")
    session = opened(options.workspace)
    try:
        tag, state = words_of(options.tag), STATES[options.state]
        names = {session.key_of(one, tag): one for one in named(options.entity)}
        session.tag_all(names, tag, state)
        if state and (other := meant(tag)):
            print(f"wardlight: no alert follows the tag {line(tag)}; was {other.lower()!r} meant?", file=sys.stderr)
        if state and tag != KNOWN_BAD:
            tell_unknown(session, names)
        session.read_here([], lambda _: None, sensitivity=session.queries.sensitivity())  # alerts follow the tags
    finally:
        session.close()
    return 0


def named(text: str) -> list[str]:
    """The names: one, or those in the lines of a file; empty lines and comments are none. Raises OSError.

    A comment begins with a # at the beginning of a line or behind a blank: names of accounts may hold one.
    """
    if not text.startswith("@"):
        return [text]
    path = Path(text[1:])
    lines = text_of(path, MOST).splitlines()
    found = [plain for one in lines if (plain := COMMENT.split(one, maxsplit=1)[0].strip())]
    if not found:
        raise OSError(f"{path} names nobody")
    return found


def words_of(tag: str) -> str:
    """The tag as the program writes it: those that it knows begin with a capital, however they are typed ("known-bad")."""
    return KNOWN.get(_letters(tag), tag)


def meant(tag: str) -> str:
    """The tag that alerts follow and whose name is nearly this one, "" for none: a slip of the pen would be a tag like any."""
    near = get_close_matches(_letters(tag), KNOWN, n=1, cutoff=NEAR)
    return KNOWN[near[0]] if near and tag not in KNOWN.values() else ""


def _letters(tag: str) -> str:
    return "".join(one for one in tag.casefold() if one.isalnum())


def tell_unknown(session: Session, names: Mapping[str, str]) -> None:
    """Say which of those that were tagged (key to what was typed) nothing has: a slip of the pen would guard nobody."""
    for key, name in names.items():
        if session.queries.entity(key) is None:
            print(f"wardlight: nothing that was read names {line(name)}; it is tagged for what will be", file=sys.stderr)


def honeytokens(session: Session, names: Sequence[str]) -> None:
    """Tag what the arguments of a reading command name. Raises StoreError."""
    for name in names:
        session.tag(session.key_of(name), HONEYTOKEN, True)
