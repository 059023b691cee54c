"""A workspace opened by a command, which says when it was brought up to date."""

import sys
from pathlib import Path

from app.command.words import line
from app.session import Session


def opened(path: Path | None) -> Session:
    """See Session.open; a copy that was made before is told on standard error."""
    session = Session.open(path)
    if session.brought:
        print(f"wardlight: {line(session.brought)}", file=sys.stderr)
    return session
