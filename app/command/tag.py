"""Tags that an analyst gives to accounts and computers of a workspace, or takes away."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from app.command.opening import opened
from app.command.words import line
from app.session import Session

STATES: dict[str, bool | None] = {"on": True, "off": False, "auto": None}
HONEYTOKEN = "Honeytoken"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """WORKSPACE, whom, which tag, and whether it carries it."""
    parser.add_argument("workspace", type=Path, metavar="WORKSPACE")
    parser.add_argument(
        "entity",
        metavar="ENTITY",
        help=r"an account in any spelling (name, DOMAIN\name, name@domain), a computer (NAME$), an address, or an entity's key",
    )
    parser.add_argument("tag", metavar="TAG", help="honeytoken, sensitive, or any other")
    parser.add_argument("state", choices=tuple(STATES), help="it carries the tag, it does not, or the program decides")


def run(options: argparse.Namespace) -> int:
    """Returns 0. Raises OSError, StoreError with one sentence."""
    if not options.workspace.is_file():
        raise FileNotFoundError(f"no such workspace: {options.workspace}")
    session = opened(options.workspace)
    try:
        key = session.key_of(options.entity)
        session.tag(key, words_of(options.tag), STATES[options.state])
        if STATES[options.state] and session.queries.entity(key) is None:  # a slip of the pen would guard nobody
            print(
                f"wardlight: nothing that was read names {line(options.entity)}; it is tagged for what will be", file=sys.stderr
            )
        session.read_here([], lambda _: None, sensitivity=session.queries.sensitivity())  # alerts follow the tags
    finally:
        session.close()
    return 0


def words_of(tag: str) -> str:
    """The tag as the program writes it: those that it knows begin with a capital."""
    known = {"honeytoken": HONEYTOKEN, "sensitive": "Sensitive"}
    return known.get(tag.strip().lower(), tag)


def honeytokens(session: Session, names: Sequence[str]) -> None:
    """Tag what the arguments of a reading command name. Raises StoreError."""
    for name in names:
        session.tag(session.key_of(name), HONEYTOKEN, True)
