"""Who has a workspace open: many may read it, and whoever moves or rewrites its file must be alone with it."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from app.engine.schema import IN_USE, StoreError
from app.engine.store.lease import Lease

if os.name == "nt":
    SHARED = ALONE = 0

    def _locked(file: IO[bytes], how: int) -> bool:
        return True  # a file that is open cannot be renamed or replaced there

else:
    import fcntl

    SHARED, ALONE = fcntl.LOCK_SH, fcntl.LOCK_EX

    def _locked(file: IO[bytes], how: int) -> bool:
        try:
            fcntl.flock(file.fileno(), how | fcntl.LOCK_NB)
        except OSError:
            return False
        return True


TRIES, PAUSE = 5, 0.02
"""Times that a mark is asked for, and seconds between two."""


def mark_of(workspace: Path) -> Path:
    """The file that is locked while somebody has a workspace open."""
    return workspace.with_name(workspace.name + ".open")


class Presence:
    """Held from its making to release() by each session that has a workspace open; it refuses nobody who only reads.

    Raises StoreError while somebody is alone with the workspace. Where the folder cannot be written nobody can move it either.
    """

    def __init__(self, workspace: Path) -> None:
        self._path = mark_of(workspace)
        self._file = _taken(self._path, SHARED)
        if self._file is None and os.access(workspace.parent, os.W_OK) and self._path.exists():
            raise StoreError(f"{workspace}{IN_USE}")

    def release(self) -> None:
        """Not open any more; the last one takes the mark away."""
        if self._file is not None:
            if _locked(self._file, ALONE):
                with suppress(OSError):
                    self._path.unlink(missing_ok=True)
            self._file.close()
            self._file = None


@contextmanager
def alone(workspace: Path) -> Iterator[None]:
    """Nobody else reads or writes the workspace meanwhile. Raises StoreError with one sentence when somebody does."""
    mark = mark_of(workspace)
    file = _taken(mark, ALONE)
    if file is None:
        if mark.exists():
            raise StoreError(f"{workspace}{IN_USE}")
        raise StoreError(f"{workspace.parent} cannot be written.")
    try:
        lease = Lease(workspace)
        try:
            yield
        finally:
            lease.release()
    finally:
        with suppress(OSError):
            mark.unlink(missing_ok=True)
        file.close()


def is_open(workspace: Path) -> bool:
    """Whether somebody has it open now."""
    try:
        with mark_of(workspace).open("rb") as file:
            return not _locked(file, ALONE)
    except OSError:
        return False


def _taken(path: Path, how: int) -> IO[bytes] | None:
    """The mark, locked so; None when another holds it or the folder cannot be written."""
    for left in reversed(range(TRIES)):  # somebody may only be looking whether it is open
        found, again = _try(path, how)
        if found is not None or not again:
            return found
        time.sleep(PAUSE if left else 0)
    return None


def _try(path: Path, how: int) -> tuple[IO[bytes] | None, bool]:
    """(the mark, locked so, whether to try again when it is not)."""
    try:
        file = path.open("ab")
    except OSError:
        return None, False
    if _locked(file, how):
        try:  # the holder before us may have taken the name away between our opening and our locking
            if os.path.samestat(os.fstat(file.fileno()), path.stat()):
                return file, False
        except FileNotFoundError:
            pass
    file.close()
    return None, True
