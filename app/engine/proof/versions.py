"""Which program this is, told by its sources, so that two machines know whether they run the same detector."""

import json
import pkgutil
from functools import cache
from hashlib import sha256
from importlib import import_module
from importlib.util import find_spec

from app import __version__, paths
from app.engine.proof.manifest import Versions

ENGINE = ("app.model", "app.engine")
SENSOR = ("app.model", "app.sensor")
DETECTORS = "app.engine.detectors"
TABLE = "sources.json"
"""A frozen program has no sources: their hashes were written into this file when it was built, by the name of each part."""


def versions_of(detector: str) -> Versions:
    """Version of the program, and hashes of the sources that find this detector's alerts."""
    return Versions(
        program=__version__,
        detector=_of(f"{DETECTORS}.{detector}"),
        engine=_of("engine"),
        sensor=_of("sensor"),
    )


def table() -> dict[str, str]:
    """Every part's hash from the sources, for a build to write as TABLE."""
    detectors = (f"{DETECTORS}.{one.name}" for one in pkgutil.iter_modules(import_module(DETECTORS).__path__))
    return {name: found for name in (*sorted(detectors), "engine", "sensor") if (found := _from_sources(name))}


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
def _of(name: str) -> str:
    """Hash of a part, as written when the program was built, else of the sources that are here."""
    return _written().get(name) or _from_sources(name)


@cache
def _written() -> dict[str, str]:
    try:
        found = json.loads(paths.data(TABLE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _from_sources(name: str) -> str:
    if name in ("engine", "sensor"):
        return _digest(_modules(ENGINE if name == "engine" else SENSOR))
    return _digest((name,))


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
