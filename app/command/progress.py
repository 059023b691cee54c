"""Progress of a reading on a terminal: a bar when it is one, else nothing until the end."""

import time
from types import TracebackType
from typing import TextIO

from app.model.rows import Progress

WIDTH = 28
EVERY = 0.1
"""Seconds between two paintings."""


class Bar:
    """Paints one line; `with Bar(sys.stderr) as bar: bar.show(progress)`."""

    def __init__(self, out: TextIO) -> None:
        self._out, self._on, self._last, self._painted = out, out.isatty(), 0.0, False
        self.inputs = 0
        """How many there are, as was told last."""

    def __enter__(self) -> "Bar":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._painted:
            self._out.write("\r\033[K")
            self._out.flush()

    def show(self, progress: Progress) -> None:
        """Paint, at most ten times a second."""
        self.inputs = progress.inputs_total
        now = time.monotonic()
        if not self._on or now - self._last < EVERY:
            return
        self._last, self._painted = now, True
        share = progress.done_bytes / progress.total_bytes if progress.total_bytes else 1.0
        full = int(share * WIDTH)
        left = "" if progress.remaining is None else f" {progress.remaining:.0f} s left"
        words = "detecting" if progress.stage == "detect" else f"{progress.rate / 1e6:.0f} MB/s{left}"
        self._out.write(f"\r\033[K[{'#' * full}{'.' * (WIDTH - full)}] {share:4.0%}  {progress.activities:,} activities  {words}")
        self._out.flush()
