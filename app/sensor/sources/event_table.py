"""Reader of Windows events in a table (CSV) with names for their fields: EvtxECmd, Velociraptor, Splunk, Azure, Hayabusa.

Each row becomes the object that the same tool writes as JSON, and is read as such (events.json_forms).
"""

import codecs
import csv
from collections.abc import Generator, Iterator
from mmap import mmap
from typing import Any

import msgspec

from app.sensor.events.json_forms import record_of
from app.sensor.frame import Emit
from app.sensor.sources.event_xml import encoding_of
from app.sensor.sources.handing_on import HandingOn
from app.sensor.sources.kinds import columns_of
from app.sensor.sources.reading import Note, Opening, Step

WINDOW = 1 << 18
LARGEST = 4 << 20
"""Characters of one row."""
NONE = "a table that holds no Windows events in a form that is known"
BETWEEN = " ¦ "
"""What stands between the fields in a cell of Hayabusa."""
Row = tuple[int, int, dict[str, Any]]
"""(number of the row from 1, bytes of the input behind it, the object)."""
csv.field_size_limit(LARGEST)


def read_event_table(opening: Opening, emit: Emit, note: Note) -> Generator[Step, None, None]:
    """Every event of the table; rows that are none are counted. ordinal: number of the row below the names."""
    data, told = opening.data, HandingOn(opening, emit, note, NONE)
    for number, done, row in rows(data, note):
        record = record_of(row, number, lambda what, number=number: note(what, f"row {number}"))  # type: ignore[misc]
        if record is None:
            told.pass_over("rows that are no Windows event", f"row {number}")
        else:
            told.take(record, f"row {number}")
        if told.due:
            yield told.step(done)
    yield told.end(len(data))


def rows(data: bytes | mmap, note: Note) -> Iterator[Row]:
    """The rows below the names of the columns; one that is broken or too long costs itself."""
    lines = _Lines(data)
    _, between = columns_of(bytes(data[:8192]))
    reader = csv.reader(lines, delimiter=between or ",")
    names: list[str] = []
    number = 0
    while True:
        lines.fed = 0
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            number += 1
            note("rows of a table that are broken or too long", f"row {number}")
            continue
        if not names:
            names = [one.strip() for one in row[:1024]]
        elif row:
            number += 1
            yield number, lines.done, _object(names, row)


class _Lines:
    """The lines of a table, and how much of it they took; too many without the end of a row are an error of that row."""

    def __init__(self, data: bytes | mmap) -> None:
        self.done = self.fed = 0
        self._lines = self._walk(data)

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.fed += len(line)
        if self.fed > LARGEST:
            self.fed = 0
            raise csv.Error("too long")
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


def _object(names: list[str], row: list[str]) -> dict[str, Any]:
    """A row by the names of its columns; what the tool would write as an object is one."""
    out: dict[str, Any] = {}
    for name, cell in zip(names, row, strict=False):
        if not cell or not name:
            continue
        if name == "AllFieldInfo":
            out[name] = dict(one.partition(": ")[::2] for one in cell.split(BETWEEN)[:512])
        elif name in ("System", "EventData", "UserData") and cell[0] in "{[":
            out[name] = _decoded(cell)
        else:
            out[name] = cell
    if "MapDescription" in names and isinstance(out.get("TimeCreated"), str):
        out["TimeCreated"] = f"{out['TimeCreated']}Z"  # EvtxECmd writes UTC without saying so
    return out


def _decoded(cell: str) -> Any:
    try:
        return msgspec.json.decode(cell)
    except (msgspec.MsgspecError, RecursionError):
        return cell
