"""The packets of any activities as one pcapng file, so that another program shows what this one saw."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from msgspec import Struct

from app import __version__
from app.model.activity import Activity
from app.model.counting import counted
from app.model.rows import InputRow
from app.proof.gathering import why_not_usable
from app.sensor.captures import CAPTURES
from app.sensor.frame import Captured
from app.sensor.sources.evidence import holds, read_evidence
from app.sensor.sources.frames import read_frames
from app.sensor.sources.pcapng_file import pcapng_of

PART = 4_096
"""Frames fetched at once."""
MOST = 1_000_000
"""Frames of a slice."""
SAID = 8
"""Activities named in the comment of one frame."""


class Slice(Struct, frozen=True, kw_only=True):
    """packets: how many were written. missing: sentences about what could not be, one for each input."""

    packets: int
    missing: tuple[str, ...] = ()


def write_slice(
    out: Path,
    workspace: Path,
    inputs: Sequence[InputRow],
    activities: Iterable[Activity],
    words: Callable[[str], str] = lambda text: text,
    cancelled: Callable[[], bool] = lambda: False,
) -> Slice:
    """Write the packets of these activities, one section for each input, each packet once with what it shows as its comment.

    Raises OSError when nothing can be written.
    """
    wanted: dict[str, dict[int, list[str]]] = {}
    count = 0
    for one in activities:
        for frame in one.frames:
            said = wanted.setdefault(one.input, {}).setdefault(frame, [])
            count += not said
            if len(said) < SAID:
                said.append(f"{one.kind} {one.id}")
        if count > MOST:
            raise OSError(f"these are more than {MOST:,} packets; narrow the filter")
    missing, written = [], 0
    with out.open("wb") as file:
        for row in inputs:
            frames = wanted.get(row.key)
            if not frames:
                continue
            name = row.path.replace("\\", "/").rsplit("/", 1)[-1]
            why = "" if row.live or holds(workspace, row.key) else why_not_usable(workspace, row)
            if not why and not row.live and row.kind not in CAPTURES and not holds(workspace, row.key):
                continue  # records have no packets, and nobody expects them here
            got = {} if why else _frames(workspace, row, sorted(frames), cancelled)
            if len(got) < len(frames):
                missing.append(
                    words(f"{counted(len(frames) - len(got), 'packet')} of {name} not there: {why or 'no longer held'}")
                )
            if got:
                packets = [(got[frame], words(f"Frame {frame} of {name}; {', '.join(frames[frame])}")) for frame in sorted(got)]
                file.write(pcapng_of(packets, f"Wardlight {__version__}", words(name), words(f"Excerpt of {name}")))
                written += len(got)
    if not written:
        raise OSError(missing[0] if missing else "what is chosen has no packets")
    return Slice(packets=written, missing=tuple(missing))


def usable_capture(workspace: Path, row: InputRow) -> Path | None:
    """The file of an input when it is a capture file of its own that has not changed since it was read."""
    path = Path(row.path)
    if row.live or row.kind not in CAPTURES or not path.is_file() or why_not_usable(workspace, row):
        return None
    return path


def _frames(workspace: Path, row: InputRow, frames: list[int], cancelled: Callable[[], bool]) -> dict[int, Captured]:
    got: dict[int, Captured] = {}
    for at in range(0, len(frames), PART):
        if cancelled():
            raise OSError("stopped; nothing was written")
        part = frames[at : at + PART]
        if row.live or holds(workspace, row.key):
            got.update(read_evidence(workspace, row.key, part))
        else:
            got.update(read_frames(Path(row.path), part, key=row.key))
    return got
