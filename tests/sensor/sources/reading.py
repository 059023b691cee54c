"""Run a reader on bytes and gather what it gives."""

from pathlib import Path

from app.model.activity import Activity
from app.sensor.sources.content import content_key
from app.sensor.sources.inputs import Found
from app.sensor.sources.reading import Opening, Reader


def read(reader: Reader, data: bytes, path: Path | str = "made", kind: str = "") -> tuple[list[Activity], dict[str, int], int]:
    """(activities, problems with their counts, records)."""
    out: list[Activity] = []
    notes: dict[str, int] = {}

    def note(what: str, where: str, count: int = 1) -> None:
        notes[what] = notes.get(what, 0) + count

    found = Found(path=str(path), file=Path(path), kind=kind, bytes=len(data))
    steps = list(reader(Opening(found, data, content_key(data)), out.append, note))
    assert all(0 <= one.done <= len(data) for one in steps)
    return out, notes, sum(one.records for one in steps)
