"""Which reader reads which kind of input; each is imported when it is needed first."""

from collections.abc import Generator

from app.sensor.frame import Emit
from app.sensor.sources.content import Refused
from app.sensor.sources.reading import Note, Opening, Reader, Step


def reader_of(kind: str) -> Reader:
    """The reader of a kind of kinds.kind_of that is no capture."""
    match kind:
        case "directory":
            from app.sensor.sources.ldif import read_ldif

            return read_ldif
        case "bloodhound":
            from app.sensor.sources.bloodhound import read_bloodhound

            return read_bloodhound
        case _:
            return _unread


def _unread(opening: Opening, emit: Emit, note: Note) -> Generator[Step, None, None]:
    raise Refused(f"inputs of the kind {opening.found.kind} are not read yet")
    yield  # pragma: no cover
