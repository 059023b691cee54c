"""What a report rests on, so that another can make the same: program, rules, inputs, settings, each with its sum."""

from hashlib import sha256

import msgspec

from app import __version__
from app.engine.detectors import DETECTORS
from app.engine.proof.versions import versions_of
from app.engine.queries import Queries


def manifest(queries: Queries) -> list[tuple[str, str]]:
    """(what, value), the same for the same case, whoever makes it and when."""
    known = versions_of(DETECTORS[0].id)
    rules = sha256()
    for one in sorted(DETECTORS, key=lambda each: each.id):
        rules.update(f"{one.id} {versions_of(one.id).detector}\n".encode())
    tuning = queries.tuning()
    exclusions = [one for one in queries.exclusions() if one.on]
    inputs = queries.inputs()
    sums = sha256("".join(sorted(f"{one.sha256} {one.key}\n" for one in inputs)).encode()).hexdigest()
    changed = ", ".join(f"{name} = {value:g}" for name, value in sorted(tuning.values.items())) or "none"
    return [
        ("Program", f"Wardlight {__version__}"),
        ("Engine, SHA-256 of its sources", known.engine or "not known: packed without sources"),
        ("Readers, SHA-256 of their sources", known.sensor or "not known: packed without sources"),
        ("Detections", f"{len(DETECTORS)}, SHA-256 of all {rules.hexdigest()}"),
        ("Inputs", f"{len(inputs)}, SHA-256 of the list of their sums {sums}"),
        ("Sensitivity", queries.sensitivity()),
        ("Switched off", ", ".join(sorted(tuning.off)) or "none"),
        ("Thresholds of this case", changed),
        ("Settings, SHA-256", sha256(msgspec.json.encode(tuning, order="sorted")).hexdigest()),
        ("Exclusions that count", str(len(exclusions))),
        ("Made again by", "wardlight analyze with these inputs, then export --format html"),
        ("Times", "UTC"),
    ]
