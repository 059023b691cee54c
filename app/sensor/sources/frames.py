"""Packets by their frame numbers, for the packet view."""

from collections.abc import Collection, Iterator
from pathlib import Path

from app.sensor.frame import Captured, Records
from app.sensor.sources.content import Refused, content_key
from app.sensor.sources.inputs import found_at, opened
from app.sensor.sources.pcap import walk_pcap
from app.sensor.sources.pcapng import walk_pcapng


def read_frame(path: Path, frame: int, member: str | None = None, key: str | None = None) -> Captured:
    """Frame number frame, as read_frames; raises ValueError also when there is no such frame."""
    got = read_frames(path, (frame,), member, key)
    if frame not in got:
        raise ValueError(f"there is no frame {frame}")
    return got[frame]


def read_frames(path: Path, frames: Collection[int], member: str | None = None, key: str | None = None) -> dict[int, Captured]:
    """Those of the frames (numbers from 1) that are in the input that path names as Found.path does, in one walk.

    member: of the archive at path. Raises OSError when the file cannot be read, ValueError when it is no capture, or when
    key is given and is not the content key of what is there now: another file's packet proves nothing.
    """
    left = sorted({one for one in frames if one > 0}, reverse=True)
    got: dict[int, Captured] = {}
    for records in walk_capture(path / member if member else path, key):
        while left and left[-1] - records.first < len(records.start):
            frame = left.pop()
            got[frame] = captured_of(records, frame - records.first)
        if not left:
            break
    return got


def walk_capture(path: Path, key: str | None = None) -> Iterator[Records]:
    """Windows of the capture that path names as Found.path does; raises as read_frames."""
    try:
        found = found_at(path)
        data = opened(found)[0].data
    except Refused as error:
        raise ValueError(str(error)) from error
    if key is not None and content_key(data) != key:
        raise ValueError("it has changed since it was read; read it again")
    walk = walk_pcapng if found.kind == "pcapng" else walk_pcap
    return walk(data, lambda what, place: None)


def captured_of(records: Records, row: int) -> Captured:
    """One packet of a window."""
    start, size = int(records.start[row]), int(records.size[row])
    return Captured(
        link=records.link if isinstance(records.link, int) else int(records.link[row]),
        data=records.data[start : start + size],
        at=int(records.at[row]),
        length=int(records.length[row]),
        nano=None if records.nano is None else int(records.nano[row]),
    )
