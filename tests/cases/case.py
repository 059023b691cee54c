"""What a case of a detector is: made activities, or a file of real material."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.engine.context import Tags
from app.model.activity import Activity
from app.model.alert import Severity
from app.model.tuning import DEFAULT, Tuning


@dataclass(frozen=True)
class Case:
    """Activities that make a detector speak once, or keep it quiet; with the tags and settings that it needs.

    external_id, severity: what the alert must have, None for anything.
    """

    activities: Sequence[Activity]
    tags: Tags = field(default_factory=dict)
    tuning: Tuning = DEFAULT
    external_id: int | None = None
    severity: Severity | None = None


@dataclass(frozen=True)
class Real:
    """A file of real material, read as a user would. path: below the folder of shared material, "corpus/evtx/x.evtx".
    honeytokens: accounts tagged before.

    fires: the detector must speak, or must not. severity: least severity that counts, so that a quiet remark is no alarm.
    """

    path: str
    fires: bool = True
    external_id: int | None = None
    severity: Severity = "low"
    honeytokens: tuple[str, ...] = ()


LOW = Tuning(sensitivity="low")
"""What is told only because it is new is not told at low sensitivity."""
Cases = Mapping[str, Case | Sequence[Activity]]
