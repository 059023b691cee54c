"""Which program this is, told by its sources, so that two machines know whether they run the same detector."""

from app import __version__
from app.engine.proof.manifest import Versions
from app.engine.sources import DETECTORS, hash_of


def versions_of(detector: str) -> Versions:
    """Version of the program, and hashes of the sources that find this detector's alerts."""
    return Versions(
        program=__version__,
        detector=hash_of(f"{DETECTORS}.{detector}"),
        engine=hash_of("engine"),
        sensor=hash_of("sensor"),
    )


def different(there: Versions, here: Versions) -> list[str]:
    """Sentences about what is of another version here; empty where nothing is known to be."""
    out = []
    if there.program != here.program:
        out.append(f"it was made by version {there.program}, this is {here.program}")
    parts = (("the detector", "detector"), ("what detectors are given", "engine"), ("what reads packets and records", "sensor"))
    for words, name in parts:
        one, other = getattr(there, name), getattr(here, name)
        if one and other and one != other:
            out.append(f"{words} is another here ({one[:12]} there, {other[:12]} here)")
    return out
