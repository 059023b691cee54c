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


class _Input(Struct, frozen=True):
    """One input. place: where it lies. why: it cannot be used, "" when it can."""

    row: InputRow
    name: str
    place: Path
    why: str


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
            place, why = (Path(row.path), "") if row.live or holds(workspace, row.key) else _place(workspace, row)
            one = _Input(row, name, place, why)
            if framed:
                _packets(got, workspace, one, framed, Path(folder))
            if written:
                _records(got, one, written, Path(folder), at)
    return got


def _place(workspace: Path, row: InputRow) -> tuple[Path, str]:
    """Where the input lies, and why it cannot be used, "" when it can. A case that was carried elsewhere has its inputs beside
    it; what is found there is taken only when it is the same to the last byte."""
    here = workspace.resolve().parent
    places = dict.fromkeys((Path(row.path), here / row.path, here / re.split(r"[/\\]", row.path)[-1]))
    said = {place: _changed(place, row) for place in places}
    return next(((place, "") for place, why in said.items() if not why), next(iter(said.items())))


def why_not_usable(workspace: Path, row: InputRow) -> str:
    """Why the file of an input cannot be read as it was, "" when it can."""
    return _place(workspace, row)[1]


def _changed(place: Path, row: InputRow) -> str:
    """Why the file is not the one that was read; "" when it is."""
    try:
        found = found_at(place)
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


def _packets(got: Gathered, workspace: Path, of: _Input, evidence: list[Activity], folder: Path) -> None:
    row, why = of.row, of.why
    frames = {frame for one in evidence for frame in one.frames}
    kept = row.live or holds(workspace, row.key)
    if not why and not kept and row.kind not in CAPTURES:
        why = f"inputs of the kind {row.kind} have no packets"
    try:
        if why:
            raise ValueError(why)
        if kept:
            part = alone(read_evidence(workspace, row.key, frames), evidence)
            _add_packets(got, of, evidence, part, folder)
            words = why_not_kept(workspace, row.key, part.missing[0]) if part.missing else ""
        else:
            part = excerpt(of.place, row.key, evidence)
            if _add_packets(got, of, evidence, part, folder) and part.skipped:
                # Where a reader needs more of a connection than its beginning, it gets more.
                _add_packets(got, of, evidence, excerpt(of.place, row.key, evidence, WHOLE), folder)
            words = "the capture does not hold them"
        if part.missing:
            got.missing.append(Missing(input=row.key, what="packets", count=len(part.missing), why=words))
    except (OSError, ValueError) as error:
        got.missing.append(Missing(input=row.key, what="packets", count=len(frames), why=_why(error)))
        got.unread.update((one.id, "its packets are not in the bundle") for one in evidence)


def _add_packets(got: Gathered, of: _Input, evidence: list[Activity], part: Excerpt, folder: Path) -> dict[str, str]:
    """Write the packets in the place of what was written of this input before; gives what does not come out of them again."""
    row, name = of.row, of.name
    said: dict[int, list[str]] = {}
    for activity in evidence:
        for frame in activity.frames:
            said.setdefault(frame, []).append(f"{activity.kind} {activity.id}")
    packets = []
    for frame, captured in part.frames.items():
        shows = f"evidence: {', '.join(said[frame][:8])}" if frame in said else "around the evidence"
        packets.append((captured, f"Frame {frame} of {name}; {shows}"))
    body = pcapng_of(packets, f"Wardlight {__version__}", name, f"Excerpt of {name}, SHA-256 {row.sha256 or 'not known'}")
    file = f"packets/{_number(got, row)}-{_safe(name)}.pcapng"
    frames = tuple(part.frames)
    unlike = unlike_packets(evidence, reread(folder / "packets.pcapng", body, 0), frames)
    got.packets = [one for one in got.packets if one.file != file]
    for one in evidence:
        got.unread.pop(one.id, None)
    got.files[file] = body
    got.packets.append(Packets(file=file, input=row.key, frames=frames, proof=len(part.proof), skipped=part.skipped))
    got.unread.update(unlike)
    return unlike


def _records(got: Gathered, of: _Input, evidence: list[Activity], folder: Path, at: int) -> None:
    row, why = of.row, of.why
    places = sorted({(one.record or 0, one.ordinal) for one in evidence})
    if row.live:
        why = "they came live: what they said is kept, their text is not"
    elif not why and row.kind not in FORMS:
        why = f"records of the kind {row.kind} cannot be written alone"
    try:
        if why:
            raise ValueError(why)
        kind, texts = read_texts(of.place, places, row.key)
    except (OSError, ValueError) as error:
        got.missing.append(Missing(input=row.key, what="records", count=len(places), why=_why(error)))
        got.unread.update((one.id, "its record is not in the bundle") for one in evidence)
        return
    there = tuple(one for one in places if one in texts)
    ending = FORMS[kind]
    body = texts_file(kind, tuple({texts[one]: None for one in there}))  # several activities may come from one record
    file = f"records/{_number(got, row)}-{_safe(of.name)}{ending}"
    got.files[file] = body
    got.records.append(Texts(file=file, input=row.key, kind=kind, places=there))
    if len(there) < len(places):
        words = "the log does not give them any more"
        got.missing.append(Missing(input=row.key, what="records", count=len(places) - len(there), why=words))
    got.unread.update(unlike_records(evidence, reread(folder / f"records{ending}", body, at), kind))


def _number(got: Gathered, row: InputRow) -> int:
    return next(number for number, one in enumerate(got.inputs, 1) if one.key == row.key)


def _safe(name: str) -> str:
    """A file name that means the same on every system."""
    return re.sub(r"[^A-Za-z0-9_.-]+", "_", name).lstrip(".-")[:60] or "input"
