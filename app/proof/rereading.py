"""Reads the packets and records of a bundle as any input and compares what comes out with the evidence."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from msgspec.structs import replace

from app.model.activity import Activity
from app.sensor.sensor import read_input
from app.sensor.sources.inputs import find_inputs

LATEST = (1 << 32) - 1
"""Seconds of the epoch that every file system can hold."""
ABSENT = "it does not come out of them"


def reread(file: Path, body: bytes, at: int) -> list[Activity]:
    """Activities of a file of these bytes, which is written to that place. at: UTC microseconds that the file is of."""
    file.write_bytes(body)
    seconds = max(0, min(at // 1_000_000, LATEST))
    os.utime(file, (seconds, seconds))  # a line of syslog tells no year: that of the file is taken
    out: list[Activity] = []
    for found in find_inputs([file]):
        if found.member is None and not found.layers:  # an archive in a bundle is none of ours
            read_input(found, out.extend)
    return out


def unlike_packets(evidence: Iterable[Activity], again: Iterable[Activity], frames: Sequence[int]) -> dict[str, str]:
    """Id of each activity that does not come out the same, with what is different; frames: their numbers in the input."""
    found: dict[tuple[object, ...], Activity] = {}
    for one in again:
        numbers = tuple(frames[frame - 1] for frame in one.frames if 0 < frame <= len(frames))
        found[(one.kind, numbers[:1], one.ordinal)] = replace(one, frames=numbers)
    out: dict[str, str] = {}
    for activity in evidence:
        near = found.get((activity.kind, activity.frames[:1], activity.ordinal))
        if near is None:
            out[activity.id] = ABSENT
        elif replace(near, input=activity.input) != activity:
            out[activity.id] = _unlike(activity, near)
    return out


def unlike_records(evidence: Iterable[Activity], again: Iterable[Activity], kind: str) -> dict[str, str]:
    """The same for records of an input of this kind, whose numbers in the file are others."""
    by_time: dict[tuple[int, str], list[Activity]] = {}
    for one in again:
        plain = _placeless(one, kind)
        by_time.setdefault((plain.at, plain.kind), []).append(plain)
    out: dict[str, str] = {}
    for activity in evidence:
        plain = _placeless(activity, kind)
        near = by_time.get((plain.at, plain.kind), ())
        if plain not in near:
            out[activity.id] = _unlike(plain, _same_record(plain, near)) if near else ABSENT
    return out


def _same_record(one: Activity, near: Sequence[Activity]) -> Activity:
    """Of several of one time the one that is the same record of its log, so that what is told to differ does differ."""
    number = getattr(one.detail, "record", None)
    return next((other for other in near if getattr(other.detail, "record", None) == number), near[0])


def _placeless(one: Activity, kind: str) -> Activity:
    plain = replace(one, input="", record=None, ordinal=0)
    # An object of a directory is of the time of the whole file, which a part of it cannot tell.
    return replace(plain, at=0, until=0) if kind == "directory" else plain


def _unlike(there: Activity, here: Activity) -> str:
    names = [name for name in there.__struct_fields__ if name != "input" and getattr(there, name) != getattr(here, name)]
    inner = ""
    if "detail" in names and type(there.detail) is type(here.detail):
        fields = there.detail.__struct_fields__
        inner = f" ({', '.join(name for name in fields if getattr(there.detail, name) != getattr(here.detail, name))})"
    return f"it comes out of them with another {', '.join(names)}{inner}"
