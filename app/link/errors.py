"""The last words of a child process: its standard error, taken by a thread so that it never waits for a reader."""

import threading
from collections import deque
from typing import IO

KEPT, LONGEST = 20, 1 << 16
"""Lines that are kept, the last ones; bytes of one."""


class ErrorLines:
    """Reads a stream to its end from now on."""

    def __init__(self, stream: IO[bytes], name: str) -> None:
        self._stream = stream
        self._lines: deque[bytes] = deque(maxlen=KEPT)
        self._thread = threading.Thread(target=self._take, name=name, daemon=True)
        self._thread.start()

    def last(self) -> str:
        """The last line that says something, "" without one; to be asked when the process has ended. Closes the stream."""
        self._thread.join(1)  # a grandchild may hold the stream open
        if not self._thread.is_alive():
            self._stream.close()
        lines = [one.decode(errors="replace").strip() for one in self._lines]
        return next((one for one in reversed(lines) if one), "")

    def _take(self) -> None:
        for line in iter(lambda: self._stream.readline(LONGEST), b""):
            self._lines.append(line)
