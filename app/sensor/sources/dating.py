"""When an input was made, where nothing in it says so."""

import zipfile
from datetime import UTC, datetime

from app.sensor.sources.content import BROKEN, Refused
from app.sensor.sources.inputs import Found
from app.sensor.sources.reading import Note


def own_time(found: Found, note: Note) -> int:
    """UTC microseconds: the date that an archive gives its member, taken as UTC, or the file's own. Raises Refused."""
    try:
        if found.member is not None:
            try:
                with zipfile.ZipFile(found.file) as archive:
                    at = datetime(*archive.getinfo(found.member).date_time, tzinfo=UTC)
                note("nothing in it tells its date; the archive's date of it is taken, as UTC", "byte 0")
                return int(at.timestamp()) * 1_000_000
            except (*BROKEN, KeyError):
                pass
        note("nothing in it tells its date; the file's own time is taken", "byte 0")
        return found.file.stat().st_mtime_ns // 1000
    except OSError as error:
        raise Refused(error.strerror or "cannot be read") from error
