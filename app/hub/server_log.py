"""What the hub's server writes of itself, read as it grows."""

import re
import sys
from pathlib import Path

SIZE = 16 << 20
"""Bytes after which the server begins another file."""
FILES = 4
"""Files of the server's log that are kept, that which grows among them."""
MOST = 4 << 20
"""Bytes that are read at one look: who floods the server is not followed line by line."""

ROUTINE = re.compile(r"\[\d+\] \S+ \S+ \[(?:INF|DBG|TRC)\]")
"""How lines begin that tell of nothing wrong; behind their level stands what clients call themselves."""


class ServerLog:
    """The lines that come from now on. The file may be missing, and is renamed by the server when it is full.

    It is opened for each look only, since an open file cannot be renamed everywhere.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._part = b""
        self._file, self._place = _who(path)

    def lines(self) -> list[str]:
        """Whole lines since the last look, at most MOST bytes of them; nothing when the file cannot be read."""
        file, size = _who(self.path)
        if file and file != self._file:  # full and renamed, or the first one
            self._read(next((one for one in self._renamed() if _who(one)[0] == self._file), None))
            self._file, self._place = file, 0
            self._part += b"\n" if self._part else b""
        elif size < self._place:
            self._place, self._part = 0, b""
        self._read(self.path)
        *whole, self._part = self._part.split(b"\n")
        self._part = self._part[-MOST:]
        return [one.decode("utf-8", "replace") for one in whole]

    def relayed(self) -> list[str]:
        """As lines(); its warnings and errors are on standard error too, where whoever runs the hub looks for them.

        What it says when all is well, from its banner on, stands in its file.
        """
        found = self.lines()
        wrong = [one for one in found if one and not ROUTINE.match(one)]
        if wrong and sys.stderr is not None:
            sys.stderr.write("\n".join(wrong) + "\n")
            sys.stderr.flush()
        return found

    def _renamed(self) -> list[Path]:
        return sorted(self.path.parent.glob(f"{self.path.name}.*"), reverse=True)

    def _read(self, path: Path | None) -> None:
        if path is None:
            return
        try:
            with path.open("rb") as file:
                file.seek(self._place)
                more = file.read(MOST)
        except OSError:
            return
        self._part += more
        self._place += len(more)


def _who(path: Path) -> tuple[int, int]:
    """Which file stands at a path, 0 for none, and its bytes."""
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_ino, found.st_size
