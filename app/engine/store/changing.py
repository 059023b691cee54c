"""What somebody changes by hand: a short transaction beside any other writer, recorded with who did it and what was before."""

import os
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.engine import schema
from app.engine.schema import StoreError
from app.model.act import Act, What

LONGEST = 200
"""Characters of the words of an act."""
COLUMNS = "id, at, who, what, subject, before, after, words, reverses, undone"


class Changing:
    """One transaction in which something is changed by hand; all that it records is one step of undo."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db
        last = int(db.execute("SELECT coalesce(max(at), 0) FROM acts").fetchone()[0])
        self.at = max(time.time_ns() // 1000, last + 1)  # a clock that was set back does not mix two steps
        self.acts: list[Act] = []

    def record(self, what: What, subject: str, before: str | None, after: str | None, words: str = "", reverses: int = 0) -> None:
        """Keep that a value was changed; nothing when it was not."""
        if before == after:
            return
        who, words = user(), " ".join(words.split())[:LONGEST]
        row = self.db.execute(
            """INSERT INTO acts(at, who, what, subject, before, after, words, reverses, undone) VALUES(?,?,?,?,?,?,?,?,0)
            RETURNING id""",
            (self.at, who, what, subject, before, after, words, reverses),
        ).fetchone()
        self.acts.append(
            Act(id=row[0], at=self.at, who=who, what=what, subject=subject, before=before, after=after, words=words,
                reverses=reverses)
        )  # fmt: skip


def note(db: sqlite3.Connection, what: What, subject: str, after: str | None, words: str) -> None:
    """Keep that something was done that is not undone, inside a transaction of the writer."""
    Changing(db).record(what, subject, None, after, words)
    db.execute("INSERT INTO changes VALUES('acts',1) ON CONFLICT(topic) DO UPDATE SET value = value + 1")


@contextmanager
def changing(path: Path, *topics: str) -> Iterator[Changing]:
    """One change of the workspace; readers are told of these topics. Raises StoreError; then nothing was changed."""
    try:
        db = schema.connect(path)
        try:
            db.execute("BEGIN IMMEDIATE")
            yield Changing(db)
            for topic in (*topics, "acts"):
                db.execute("INSERT INTO changes VALUES(?,1) ON CONFLICT(topic) DO UPDATE SET value = value + 1", (topic,))
            db.execute("COMMIT")
        finally:
            db.close()
    except sqlite3.Error as error:
        raise StoreError(f"{path} cannot be written: {error}.") from error
    except UnicodeEncodeError:
        raise StoreError("The text holds characters that cannot be kept.") from None


def user() -> str:
    """The user who runs this program, as the system knows him, whatever the environment says; "" when it does not tell."""
    try:
        if sys.platform == "win32":
            import ctypes

            size = ctypes.c_ulong(LONGEST)
            text = ctypes.create_unicode_buffer(size.value)
            return text.value if ctypes.windll.advapi32.GetUserNameW(text, ctypes.byref(size)) else ""
        import pwd

        return pwd.getpwuid(os.geteuid()).pw_name[:LONGEST]
    except (OSError, KeyError, ImportError):
        return ""


def read(row: tuple[Any, ...]) -> Act:
    """An act from a row of COLUMNS."""
    id, at, who, what, subject, before, after, words, reverses, undone = row
    return Act(
        id=id, at=at, who=who, what=what, subject=subject, before=before, after=after, words=words, reverses=reverses,
        undone=bool(undone),
    )  # fmt: skip
