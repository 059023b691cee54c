"""Which reader reads which kind of input; each is imported when it is needed first."""

from collections.abc import Generator

from app.sensor.frame import Emit
from app.sensor.sources.content import Refused
from app.sensor.sources.reading import Note, Opening, Reader, Step


def reader_of(kind: str) -> Reader:
    """The reader of a kind of kinds.kind_of that is no capture."""
    match kind:
        case "etl":
            from app.sensor.sources.etl import read_etl

            return read_etl
        case "evtx":
            from app.sensor.sources.evtx import read_evtx

            return read_evtx
        case "xml":
            from app.sensor.sources.event_xml import read_event_xml

            return read_event_xml
        case "json":
            from app.sensor.sources.event_json import read_event_json

            return read_event_json
        case "table":
            from app.sensor.sources.event_table import read_event_table

            return read_event_table
        case "syslog":
            from app.sensor.sources.syslog_file import read_syslog

            return read_syslog
        case "radius":
            from app.sensor.sources.radius_detail import read_detail

            return read_detail
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
