"""The rows of a table (CSV) as cells: the standard reader's, and our own where a cell is longer than that one takes.

Its limit for a cell is one of the whole process, so it is left alone.
"""

import codecs
import csv
import re
from collections.abc import Iterator
from mmap import mmap

from app.sensor.sources.event_xml import encoding_of

WINDOW = 1 << 18
LARGEST = 4 << 20
"""Characters of one row."""
Row = tuple[int, list[str] | None]
"""(bytes of the table behind it, its cells); None for one that is broken or too long."""


class TooLong(csv.Error):
    """A row is longer than one may be."""


def rows_of(data: bytes | mmap, between: str) -> Iterator[Row]:
    """Every row, also that of the names and those without cells. between: what stands between the cells."""
    lines = _Lines(data)
    reader = csv.reader(lines, delimiter=between)
    row: list[str] | None
    while True:
        lines.begin()
        try:
            row = next(reader)
        except StopIteration:
            return
        except TooLong:
            row = None
        except csv.Error:
            lines.again()
            try:
                row = cells_of(lines, between)
            except csv.Error:
                row = None
        yield lines.done, row


def cells_of(lines: Iterator[str], between: str) -> list[str]:
    """The cells of the next row, as the reader of the standard library tells them, however long. Raises csv.Error."""
    plain, cells, parts = re.compile(f"[{re.escape(between)}\r\n]"), list[str](), list[str]()
    quoted = False
    for line in lines:
        at, fresh = 0, not quoted
        while at < len(line):
            if fresh and line[at] == '"':
                quoted, at = True, at + 1
            fresh = False
            if quoted:
                end = line.find('"', at)
                parts.append(line[at : end if end >= 0 else len(line)])
                if end < 0:
                    break
                if quoted := line[end + 1 : end + 2] == '"':  # two are one of the text
                    parts.append('"')
                at = end + 1 + quoted
                continue
            found = plain.search(line, at)
            end = found.start() if found else len(line)
            parts.append(line[at:end])
            if found is None or line[end] != between:
                if line[end:].strip("\r\n"):
                    raise csv.Error("a line ends in the middle of a line")
                break
            cells.append("".join(parts))
            parts, at, fresh = [], end + 1, True
        if not quoted:
            break
    return [*cells, "".join(parts)]


class _Lines:
    """The lines of a table, and how much of it they took; too many without the end of a row are an error of that row."""

    def __init__(self, data: bytes | mmap) -> None:
        self.done = self._fed = 0
        self._row: list[str] = []
        self._before: Iterator[str] = iter(())
        self._lines = self._walk(data)

    def begin(self) -> None:
        """The next line is the first of a row."""
        self._fed, self._row = 0, []

    def again(self) -> None:
        """The next line is the first of the row that was read last, once more."""
        self._fed, self._before, self._row = 0, iter(self._row), []

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = next(self._before, None)
        line = next(self._lines) if line is None else line
        self._fed += len(line)
        if self._fed > LARGEST:
            raise TooLong
        self._row.append(line)
        return line

    def _walk(self, data: bytes | mmap) -> Iterator[str]:
        decoder = codecs.getincrementaldecoder(encoding_of(bytes(data[:1024])))("replace")
        held = ""
        for at in range(0, len(data), WINDOW):
            self.done = min(at + WINDOW, len(data))
            held += decoder.decode(bytes(data[at : at + WINDOW]), self.done == len(data))
            held = held.removeprefix("\ufeff") if at == 0 else held
            *whole, held = held.split("\n")
            for one in whole:
                yield f"{one}\n"
            if len(held) > LARGEST:
                yield held
                held = ""
        if held:
            yield held
