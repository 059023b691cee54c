"""Packets of a sensor's activities for whoever asks for them: cut out of what is kept, or the word that it is no longer."""

from pathlib import Path

from app.link.asking import LARGEST_ANSWER, MOST_FRAMES, Packets
from app.link.envelope import LinkError
from app.link.numbers import sensor_of
from app.sensor.frame import Captured
from app.sensor.sources.evidence import as_file, read_evidence, why_not_kept

LARGEST = 512 << 10
"""Bytes of packets in one answer: half of what a hub takes by default; the rest is asked for again."""
BESIDE = 64
"""Bytes of a file that a packet takes beside its own."""


def packets(evidence: Path, sensor: str, key: str, frames: tuple[int, ...]) -> Packets:
    """The packets of an input of this sensor with these frame numbers. Raises LinkError for an input that is not its own."""
    if sensor_of(key) != sensor:
        raise LinkError("The input is not one of this sensor.")
    wanted = sorted({one for one in frames if 0 < one < 1 << 62})
    now, later = wanted[:MOST_FRAMES], wanted[MOST_FRAMES:]
    try:
        found = read_evidence(evidence, key, now)
    except OSError as error:
        raise LinkError(f"The packets cannot be read: {error.strerror or error}.") from error
    taken: dict[int, Captured] = {}
    size = 0
    for place, (frame, one) in enumerate(found.items()):
        size += len(one.data) + BESIDE
        if taken and size > LARGEST:
            later = [*list(found)[place:], *later]
            break
        if size > LARGEST_ANSWER // 2:
            raise LinkError(f"Packet {frame} is too large to be sent.")
        taken[frame] = one
    missing = tuple(one for one in now if one not in found)
    why = why_not_kept(evidence, key, missing[0]) if missing else ""
    return Packets(file=as_file(taken) if taken else b"", missing=missing, why=why, more=tuple(later))
