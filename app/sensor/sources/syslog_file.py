"""Reader of text files with a syslog message in each line."""

from collections.abc import Generator, Iterable, Iterator
from mmap import mmap

from msgspec.structs import replace

from app.model.counting import size
from app.sensor.decoders.instants import AHEAD, LATEST, NEVER
from app.sensor.events.record import EventRecord
from app.sensor.events.syslog import Unknown, records_of
from app.sensor.events.syslog_framing import LARGEST, begins, goes_on
from app.sensor.events.translate import activities_of
from app.sensor.frame import Emit
from app.sensor.sources.dated import Dated
from app.sensor.sources.handing_on import tell_foreign
from app.sensor.sources.joining import Joining
from app.sensor.sources.reading import Note, Opening, Step

WIDE, MARK = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}, b"\xef\xbb\xbf"
"""What a file in UTF-16 or UTF-8 may begin with."""
STEP = 2000
"""Lines between two steps."""
WITHOUT = "event without a time; that of the line before it is taken"
FIRST = "event without a time; that of the first line that tells one is taken, or the file's date"
BEHIND = 335 * 86_400_000_000
"""A time without a year lies so far behind the one before it at most; what is left of a year is for what was written late."""


def read_syslog(opening: Opening, emit: Emit, note: Note) -> Generator[Step, None, None]:
    """A Reader. A line is a message; Splunk's and RSA's forms go on in the lines below, until one begins a message.

    A header that tells no year is read as of the first time that fits behind the one before it in the file, not behind the
    file's date; the first such header as of the file's date.
    """
    records, made = 0, _date_of(opening)
    first: int | None = None
    last: int | None = None
    dated, joining = Dated[EventRecord](note), Joining(note)

    def tell(some: Iterable[EventRecord]) -> None:
        nonlocal first, last
        for one in some:
            told = one if 0 < one.at < LATEST else replace(one, at=made)  # nothing in the file says when it was
            first = told.at if first is None else min(first, told.at)
            last = told.at if last is None else max(last, told.at)
            hand_on(joining.take(told))

    def hand_on(some: Iterable[EventRecord]) -> None:
        for one in some:
            for activity in activities_of(one, opening.key):
                tell_foreign(activity, note)
                emit(activity)

    for line, end, message in messages(opening.data):
        if len(message) > LARGEST:
            note(f"syslog message longer than {size(LARGEST)}", f"line {line}")
            message = message[:LARGEST]
        found = records_of(message, _near(dated.now, made), line)
        if not isinstance(found, Unknown) and not found.at and dated.now is None:
            found = records_of(message, -made, line)
            if not isinstance(found, Unknown) and found.at:
                note("time without a year, read as of the file's date", f"line {line}")
        if isinstance(found, Unknown):
            note(found.sort, f"line {line}: {found.sample}")
        else:
            tell(dated.take(found, f"line {line}", what=NEVER if found.at else FIRST if dated.now is None else WITHOUT))
        records += 1
        if records >= STEP:
            yield Step(end, records, first, last)
            records, first, last = 0, None, None
    tell(dated.rest())
    hand_on(joining.rest())
    yield Step(len(opening.data), records, first, last)


def _near(before: int | None, made: int) -> int:
    """What records_of is told of a message behind one of that time in a file made then: logs go on, some of it a little late."""
    if before is None:
        return 0
    latest = before + BEHIND
    return -min(latest, made) if before <= made + AHEAD else -latest


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
