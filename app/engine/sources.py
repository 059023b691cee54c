"""Parts of this program by their sources: whether two programs, or one before and after a change, find the same alerts.

A detector has no version that somebody must remember to raise: its version is the hash of its source. A comment that changes
counts too, for a detection too many costs seconds and one too few costs trust.
"""

import json
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path

from app import paths
from app.model.ways import Ways

DETECTORS = "app.engine.detectors"
TABLE = "sources.json"
"""A frozen program has no sources: their hashes were written into this file when it was built, by the name of each part."""
SHARED = (
    "app.engine.again", "app.engine.alerting", "app.engine.change_story", "app.engine.changes", "app.engine.commanded",
    "app.engine.context", "app.engine.decoys",
    "app.engine.describe", "app.engine.detecting", "app.engine.detector", "app.engine.detectors.__init__", "app.engine.elsewhere",
    "app.engine.exclusions", "app.engine.forms", "app.engine.incidents",
    "app.engine.genealogy", "app.engine.knowledge", "app.engine.maturity", "app.engine.memory", "app.engine.profiles",
    "app.engine.radius_guessing", "app.engine.readings", "app.engine.repeated", "app.engine.running", "app.engine.twins",
    "app.model.activity", "app.model.addresses", "app.model.alert", "app.model.commands", "app.model.counting",
    "app.model.details", "app.model.directory", "app.model.entity", "app.model.events", "app.model.exclusion",
    "app.model.families", "app.model.hosts", "app.model.identifiers", "app.model.incident",
    "app.model.messages", "app.model.pac",
    "app.model.principals", "app.model.rights", "app.model.scripts", "app.model.tags", "app.model.tickets", "app.model.tuning",
)  # fmt: skip
"""Modules and packages beside the detectors that alerts rest on."""
ASIDE = (
    "app.__init__", "app.paths", "app.engine.arrays", "app.engine.coverage", "app.engine.earlier", "app.engine.inputs",
    "app.engine.ports", "app.engine.postings", "app.engine.schema", "app.engine.sightings", "app.engine.sources",
    "app.engine.store", "app.engine.twofold", "app.link.codec", "app.model.act", "app.model.coverage", "app.model.rows",
    "app.model.stopping", "app.model.ways", "app.model.workspace",
)  # fmt: skip
"""What these import too, and what changes no alert: how activities are kept and found again, what could be seen."""
WHOLE = {"engine": ("app.model", "app.engine"), "sensor": ("app.model", "app.sensor"), "shared": SHARED}


def hash_of(part: str) -> str:
    """Hash of a part ("engine", "sensor", "shared", the dotted name of a module), "" when it cannot be had.

    As written when the program was built, else of the sources that are here.
    """
    return _written().get(part) or _from_sources(part)


@cache
def ways() -> Ways:
    """How alerts are found now. It is looked up once: a program that is replaced while it runs goes on as it began."""
    return Ways(detectors={one: hash_of(f"{DETECTORS}.{one}")[:12] for one in _detectors()}, shared=hash_of("shared")[:12])


def table() -> dict[str, str]:
    """Every part's hash from the sources, for a build to write as TABLE."""
    names = (*(f"{DETECTORS}.{one}" for one in _beside()), *WHOLE)
    return {name: found for name in names if (found := _from_sources(name))}


def _detectors() -> tuple[str, ...]:
    written = tuple(one.rpartition(".")[2] for one in _written() if one.startswith(f"{DETECTORS}."))
    return tuple(sorted(written)) or _beside()


def _beside() -> tuple[str, ...]:
    return tuple(sorted(one.stem for one in paths.detector_pages().glob("*.py") if one.stem != "__init__"))


@cache
def _written() -> Mapping[str, str]:
    try:
        found = json.loads(paths.data(TABLE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


@cache
def _from_sources(part: str) -> str:
    """SHA-256 of sources, whatever their line ends; "" when one cannot be had."""
    digest = sha256()
    for name in WHOLE.get(part, (part,)):
        files = _files(name)
        if not files:
            return ""
        for dotted, file in files:
            try:
                body = "\n".join(file.read_text(encoding="utf-8").splitlines()).encode()
            except (OSError, ValueError):
                return ""
            digest.update(f"{dotted} {len(body)}\n".encode() + body)
    return digest.hexdigest()


def _files(name: str) -> list[tuple[str, Path]]:
    """Dotted name and file of a module, or of all modules of a package."""
    place = paths.program().joinpath(*name.split("."))
    if place.with_suffix(".py").is_file():
        return [(name, place.with_suffix(".py"))]
    inside = sorted(place.rglob("*.py"))
    return [(".".join((name, *one.relative_to(place).with_suffix("").parts)).removesuffix(".__init__"), one) for one in inside]
