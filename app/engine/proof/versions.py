"""Which program this is, told by its sources, so that two machines know whether they run the same detector."""

import pkgutil
from functools import cache
from hashlib import sha256
from importlib import import_module
from importlib.util import find_spec

from app import __version__
from app.engine.proof.manifest import Versions

ENGINE = ("app.model", "app.engine")
SENSOR = ("app.model", "app.sensor")


def versions_of(detector: str) -> Versions:
    """Version of the program, and hashes of the sources that find this detector's alerts."""
    return Versions(
        program=__version__,
        detector=_digest((f"app.engine.detectors.{detector}",)),
        engine=_digest(_modules(ENGINE)),
        sensor=_digest(_modules(SENSOR)),
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


@cache
def _modules(packages: tuple[str, ...]) -> tuple[str, ...]:
    found = list(packages)
    for name in packages:
        found += [one.name for one in pkgutil.walk_packages(import_module(name).__path__, f"{name}.")]
    return tuple(sorted(found))


@cache
def _digest(modules: tuple[str, ...]) -> str:
    """SHA-256 of sources, whatever their line ends; "" when one cannot be had."""
    digest = sha256()
    for name in modules:
        spec = find_spec(name)
        source = getattr(spec.loader, "get_source", lambda _: None)(name) if spec is not None else None
        if source is None:
            return ""
        body = "\n".join(source.splitlines()).encode()
        digest.update(f"{name} {len(body)}\n".encode() + body)
    return digest.hexdigest()
