"""Reader of Windows events in a table (CSV) with names for their fields: EvtxECmd, Velociraptor, Splunk, Azure, Hayabusa.

Each row becomes the object that the same tool writes as JSON, and is read as such (events.json_forms).
"""

from collections.abc import Generator, Iterator
from mmap import mmap
from typing import Any

import msgspec

from app.sensor.events.json_forms import record_of
from app.sensor.frame import Emit
from app.sensor.sources.handing_on import HandingOn
from app.sensor.sources.kinds import columns_of
from app.sensor.sources.reading import Note, Opening, Step
from app.sensor.sources.table_rows import rows_of

NONE = "a table that holds no Windows events in a form that is known"
BETWEEN = " ¦ "
"""What stands between the fields in a cell of Hayabusa."""
Row = tuple[int, int, dict[str, Any]]
"""(number of the row from 1, bytes of the input behind it, the object)."""


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
    _, between = columns_of(bytes(data[:8192]))
    names: list[str] = []
    number = 0
    for done, row in rows_of(data, between or ","):
        if row is None:
            number += 1
            note("rows of a table that are broken or too long", f"row {number}")
        elif not names:
            names = [one.strip() for one in row[:1024]]
        elif row:
            number += 1
            yield number, done, _object(names, row)


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
