"""One packet by its frame number, for the packet view."""

from pathlib import Path

from app.sensor.frame import Captured, Records
from app.sensor.sources.content import Refused, content_key
from app.sensor.sources.inputs import found_at, opened
from app.sensor.sources.pcap import walk_pcap
from app.sensor.sources.pcapng import walk_pcapng


def read_frame(path: Path, frame: int, member: str | None = None, key: str | None = None) -> Captured:
    """Frame number frame (from 1) of the input that path names as Found.path does; member: of the archive at path.

    Raises OSError when the file cannot be read, ValueError when it holds no such frame, or when key is given and is not
    the content key of what is there now: another file's packet proves nothing.
    """
    try:
        found = found_at(path / member if member else path)
        data = opened(found)[0].data
    except Refused as error:
        raise ValueError(str(error)) from error
    if key is not None and content_key(data) != key:
        raise ValueError("it has changed since it was read; read it again")
    walk = walk_pcapng if found.kind == "pcapng" else walk_pcap
    for records in walk(data, lambda what, place: None):
        row = frame - records.first
        if row < 0:
            break
        if row < len(records.start):
            return _captured(records, row)
    raise ValueError(f"there is no frame {frame}")


def _captured(records: Records, row: int) -> Captured:
    start, size = int(records.start[row]), int(records.size[row])
    link = records.link if isinstance(records.link, int) else int(records.link[row])
    return Captured(link=link, data=records.data[start : start + size], at=int(records.at[row]), length=int(records.length[row]))
