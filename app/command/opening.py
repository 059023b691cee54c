"""A workspace opened by a command, which says when it was brought up to date or its alerts are an earlier program's."""

import sys
from contextlib import suppress
from pathlib import Path

from app.command.words import line
from app.session import Session, StoreError


def opened(path: Path | None) -> Session:
    """See Session.open; a copy that was made before is told on standard error."""
    session = Session.open(path)
    if session.brought:
        print(f"wardlight: {line(session.brought)}", file=sys.stderr)
    return session


def open_existing(path: Path) -> Session:
    """Open a workspace that must be there; that its alerts are not what this program would find is told on standard error.

    Raises FileNotFoundError.
    """
    if not path.is_file():
        raise FileNotFoundError(f"{path} is a folder, no workspace" if path.is_dir() else f"no such workspace: {path}")
    session = opened(path)
    with suppress(StoreError):  # one that cannot be read is told of by whoever asks for more
        if differs := session.queries.differs():
            told = f"the alerts are not what this program would find, since {differs}"
            print(f"wardlight: {line(f'{told}: `wardlight analyze --workspace {path}` detects again')}", file=sys.stderr)
    return session
