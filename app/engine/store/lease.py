"""One writer for one workspace: a lock that the system gives back when its holder dies."""

import contextlib
import os
from pathlib import Path
from typing import IO

from app.engine.schema import IN_USE, StoreError

if os.name == "nt":
    import msvcrt

    def _lock(file: IO[bytes]) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]

else:
    import fcntl

    def _lock(file: IO[bytes]) -> None:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)


class Lease:
    """Held from its making to release(); raises StoreError when another process holds it."""

    def __init__(self, workspace: Path) -> None:
        self._path = workspace.with_name(workspace.name + ".lock")
        while True:
            try:
                self._file = self._path.open("ab")
            except OSError as error:
                raise StoreError(f"{workspace} cannot be opened for writing: {error.strerror}.") from error
            try:
                _lock(self._file)
            except OSError as error:
                self._file.close()
                raise StoreError(f"{workspace}{IN_USE}") from error
            try:  # the holder before us may have removed the name between our opening and our locking
                if os.path.samestat(os.fstat(self._file.fileno()), self._path.stat()):
                    return
            except FileNotFoundError:
                pass
            self._file.close()

    def release(self) -> None:
        """Give the workspace back."""
        if os.name != "nt":
            self._path.unlink(missing_ok=True)
        self._file.close()
        if os.name == "nt":
            with contextlib.suppress(OSError):  # the next writer has it open already
                self._path.unlink(missing_ok=True)
