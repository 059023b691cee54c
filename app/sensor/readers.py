"""Which reader reads which kind of input; each is imported when it is needed first."""

from collections.abc import Generator

from app.sensor.frame import Emit
from app.sensor.sources.content import Refused
from app.sensor.sources.reading import Note, Opening, Reader, Step


def reader_of(kind: str) -> Reader:
    """The reader of a kind of kinds.kind_of that is no capture."""
    match kind:
        case "syslog":
            from app.sensor.sources.syslog_file import read_syslog

            return read_syslog
        case "radius":
            from app.sensor.sources.radius_detail import read_detail

            return read_detail
        case _:
            return _unread


def _unread(opening: Opening, emit: Emit, note: Note) -> Generator[Step, None, None]:
    raise Refused(f"inputs of the kind {opening.found.kind} are not read yet")
    yield  # pragma: no cover
