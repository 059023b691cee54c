"""Reader of text files with a syslog message in each line."""

from collections.abc import Generator, Iterator
from mmap import mmap

from app.sensor.events.record import EventRecord
from app.sensor.events.syslog import Unknown, records_of
from app.sensor.events.syslog_framing import LARGEST, begins, goes_on
from app.sensor.events.translate import activities_of
from app.sensor.frame import Emit
from app.sensor.sources.reading import Note, Opening, Step

WIDE, MARK = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}, b"\xef\xbb\xbf"
"""What a file in UTF-16 or UTF-8 may begin with."""
STEP = 2000
"""Lines between two steps."""


def read_syslog(opening: Opening, emit: Emit, note: Note) -> Generator[Step, None, None]:
    """A Reader. A line is a message; Splunk's and RSA's forms go on in the lines below, until one begins a message.

    A header that tells no year is read as of the latest time before it in the file that does, else of the file's date.
    """
    records = near = 0
    first: int | None = None
    last: int | None = None
    for line, end, message in messages(opening.data):
        if len(message) > LARGEST:
            note("syslog message longer than 256 KiB", f"line {line}")
            message = message[:LARGEST]
        found = records_of(message, -near, line)
        if not isinstance(found, Unknown) and not found.at:
            found = _dated(opening, message, line, near, note)
        if isinstance(found, Unknown):
            note(found.sort, f"line {line}: {found.sample}")
        else:
            near = found.at
            for activity in activities_of(found, opening.key):
                emit(activity)
            first = found.at if first is None else min(first, found.at)
            last = found.at if last is None else max(last, found.at)
        records += 1
        if records >= STEP:
            yield Step(end, records, first, last)
            records, first, last = 0, None, None
    yield Step(len(opening.data), records, first, last)


def _dated(opening: Opening, message: bytes, line: int, near: int, note: Note) -> EventRecord | Unknown:
    """An event whose message tells no time, or one without a year where no line before it tells one."""
    if not near:
        near = _date_of(opening)
        found = records_of(message, -near, line)
        if isinstance(found, Unknown) or found.at:
            note("time without a year, read as of the file's date", f"line {line}")
            return found
    note("event without a time; that of the line before it is taken", f"line {line}")
    return records_of(message, near, line)


def _date_of(opening: Opening) -> int:
    try:
        return opening.found.file.stat().st_mtime_ns // 1000
    except OSError:
        return 0


def messages(data: bytes | mmap) -> Iterator[tuple[int, int, bytes]]:
    """(number of its first line, offset behind it, message in UTF-8 where the file is in UTF-16)."""
    held: list[bytes] = []
    holds = at_line = before = 0
    for line, (at, piece) in enumerate(_lines(data), 1):
        begin, before = before, at
        if held and not begins(piece) and holds + len(piece) < LARGEST:
            held.append(piece)
            holds += len(piece) + 1
            continue
        if held:
            yield at_line, begin, b"\n".join(held)
            held, holds = [], 0
        if not piece.strip(b"\r\0 \t"):
            continue
        if goes_on(piece):
            held, holds, at_line = [piece], len(piece), line
        else:
            yield line, at, piece
    if held:
        yield at_line, len(data), b"\n".join(held)


def _lines(data: bytes | mmap) -> Iterator[tuple[int, bytes]]:
    """(offset behind it, a line without its end); of one that is too long, a little more than LARGEST bytes."""
    name = WIDE.get(bytes(data[:2]), "")
    mark = "\n".encode(name or "ascii")
    at, size, room = 2 if name else 3 if data[:3] == MARK else 0, len(data), (LARGEST + 1) * len(mark)
    while at < size:
        end = data.find(mark, at)
        while end > 0 and (end - at) % len(mark):  # half of one character and half of the next are no line break
            end = data.find(mark, end + 1)
        end = size if end < 0 else end
        piece = data[at : min(end, at + room)]
        at = end + len(mark)
        yield min(at, size), piece.decode(name, "replace").encode() if name else piece
