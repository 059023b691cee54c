"""Takes the packets and records of evidence out of the inputs of a workspace, tried whether they tell the same alone."""

import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from app import __version__
from app.engine.proof.manifest import Missing, Origin, Packets, Texts
from app.model.activity import Activity
from app.model.rows import InputRow
from app.proof.rereading import reread, unlike_packets, unlike_records
from app.sensor.captures import CAPTURES
from app.sensor.excerpt import WHOLE, Excerpt, alone, excerpt
from app.sensor.sources.content import file_sha256
from app.sensor.sources.evidence import holds, read_evidence, why_not_kept
from app.sensor.sources.inputs import found_at
from app.sensor.sources.pcapng_file import pcapng_of
from app.sensor.sources.record_texts import FORMS, read_texts, texts_file


class Gathered(Struct):
    """Files by name, with what the manifest says of them."""

    files: dict[str, bytes] = {}
    inputs: list[Origin] = []
    packets: list[Packets] = []
    records: list[Texts] = []
    missing: list[Missing] = []
    unread: dict[str, str] = {}


def gather(workspace: Path, inputs: Sequence[InputRow], evidence: Sequence[Activity], at: int) -> Gathered:
    """What there still is of the packets and records of the evidence, input by input. at: time of the alert's end."""
    got = Gathered()
    by_key: dict[str, list[Activity]] = {}
    for activity in evidence:
        by_key.setdefault(activity.input, []).append(activity)
    with tempfile.TemporaryDirectory(prefix="wardlight-") as folder:
        for row in sorted((one for one in inputs if one.key in by_key), key=lambda one: one.key):
            name = re.split(r"[/\\]", row.path)[-1] or row.kind
            got.inputs.append(Origin(key=row.key, name=name, kind=row.kind, bytes=row.bytes, sha256=row.sha256, live=row.live))
            mine = by_key[row.key]
            framed = [one for one in mine if one.frames]
            written = [one for one in mine if not one.frames and one.record is not None]
            why = "" if row.live or holds(workspace, row.key) else _changed(row)
            if framed:
                _packets(got, workspace, row, name, framed, Path(folder), why)
            if written:
                _records(got, row, name, written, Path(folder), at, why)
    return got


def _changed(row: InputRow) -> str:
    """Why the file is not the one that was read; "" when it is."""
    try:
        found = found_at(Path(row.path))
    except Exception as error:
        return _why(error)
    digest = file_sha256(found.file) if row.sha256 else ""
    return "" if digest == row.sha256 else "the file has changed since it was read"


def _why(error: Exception) -> str:
    """In words, without the folders of this machine."""
    if isinstance(error, FileNotFoundError):
        return "the file is no longer where it was"
    if isinstance(error, OSError):
        return f"the file cannot be read: {error.strerror or type(error).__name__}"
    return str(error)[:200]


def _packets(got: Gathered, workspace: Path, row: InputRow, name: str, evidence: list[Activity], folder: Path, why: str) -> None:
    frames = {frame for one in evidence for frame in one.frames}
    if not why and row.live is False and row.kind not in CAPTURES and not holds(workspace, row.key):
        why = f"inputs of the kind {row.kind} have no packets"
    try:
        if why:
            raise ValueError(why)
        if row.live or holds(workspace, row.key):
            kept = read_evidence(workspace, row.key, frames)
            _add_packets(got, row, name, evidence, alone(kept, evidence), folder)
            lost = sorted(frames - kept.keys())
            if lost:
                words = why_not_kept(workspace, row.key, lost[0])
                got.missing.append(Missing(input=row.key, what="packets", count=len(lost), why=words))
            return
        part = excerpt(Path(row.path), row.key, evidence)
        if _add_packets(got, row, name, evidence, part, folder) and part.skipped:
            # Where a reader needs more of a connection than its beginning, it gets more.
            more = excerpt(Path(row.path), row.key, evidence, WHOLE)
            _add_packets(got, row, name, evidence, more, folder)
        if part.missing:
            words = "the capture does not hold them"
            got.missing.append(Missing(input=row.key, what="packets", count=len(part.missing), why=words))
    except (OSError, ValueError) as error:
        got.missing.append(Missing(input=row.key, what="packets", count=len(frames), why=_why(error)))
        got.unread.update((one.id, "its packets are not in the bundle") for one in evidence)


def _add_packets(
    got: Gathered, row: InputRow, name: str, evidence: list[Activity], part: Excerpt, folder: Path
) -> dict[str, str]:
    """Write the packets in the place of what was written of this input before; gives what does not come out of them again."""
    said: dict[int, list[str]] = {}
    for activity in evidence:
        for frame in activity.frames:
            said.setdefault(frame, []).append(f"{activity.kind} {activity.id}")
    packets = []
    for frame, captured in part.frames.items():
        shows = f"evidence: {', '.join(said[frame][:8])}" if frame in said else "around the evidence"
        packets.append((captured, f"Frame {frame} of {name}; {shows}"))
    body = pcapng_of(packets, f"Wardlight {__version__}", name, f"Excerpt of {name}, SHA-256 {row.sha256 or 'not known'}")
    place = f"packets/{_number(got, row)}-{_safe(name)}.pcapng"
    frames = tuple(part.frames)
    unlike = unlike_packets(evidence, reread(folder / "packets.pcapng", body, 0), frames)
    got.packets = [one for one in got.packets if one.file != place]
    for one in evidence:
        got.unread.pop(one.id, None)
    got.files[place] = body
    got.packets.append(Packets(file=place, input=row.key, frames=frames, proof=len(part.proof), skipped=part.skipped))
    got.unread.update(unlike)
    return unlike


def _records(got: Gathered, row: InputRow, name: str, evidence: list[Activity], folder: Path, at: int, why: str) -> None:
    places = sorted({(one.record or 0, one.ordinal) for one in evidence})
    if row.live:
        why = "they came live: what they said is kept, their text is not"
    elif not why and row.kind not in FORMS:
        why = f"records of the kind {row.kind} cannot be written alone"
    try:
        if why:
            raise ValueError(why)
        kind, texts = read_texts(Path(row.path), places, row.key)
    except (OSError, ValueError) as error:
        got.missing.append(Missing(input=row.key, what="records", count=len(places), why=_why(error)))
        got.unread.update((one.id, "its record is not in the bundle") for one in evidence)
        return
    there = tuple(place for place in places if place in texts)
    ending = FORMS[kind]
    bodies = {texts[place]: None for place in there}  # several activities may come from one record
    body = texts_file(kind, tuple(bodies))
    place = f"records/{_number(got, row)}-{_safe(name)}{ending}"
    got.files[place] = body
    got.records.append(Texts(file=place, input=row.key, kind=kind, places=there))
    if len(there) < len(places):
        words = "the log does not give them any more"
        got.missing.append(Missing(input=row.key, what="records", count=len(places) - len(there), why=words))
    got.unread.update(unlike_records(evidence, reread(folder / f"records{ending}", body, at), kind))


def _number(got: Gathered, row: InputRow) -> int:
    return next(number for number, one in enumerate(got.inputs, 1) if one.key == row.key)


def _safe(name: str) -> str:
    """A file name that means the same on every system."""
    return re.sub(r"[^A-Za-z0-9_.-]+", "_", name).lstrip(".-")[:60] or "input"
