"""How sensitive each detector is: its thresholds, a level for each, values of the analyst's own, a test mode."""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

Sensitivity = Literal["low", "medium", "high"]
"""high reports more and sooner, low reports less; medium is the default."""


class Threshold(Struct, frozen=True, kw_only=True):
    """A number from which on a detector speaks, for each level of sensitivity. name: as scripts say it, "detector.name".

    words: what is counted or measured. unit: "" for a count, else what the number is: "us" (microseconds), "%", "bytes".
    """

    name: str
    low: float
    medium: float
    high: float
    words: str
    unit: str = ""

    def at(self, sensitivity: Sensitivity) -> float:
        """The number at a level."""
        return self.low if sensitivity == "low" else self.high if sensitivity == "high" else self.medium


class Tuning(Struct, frozen=True, kw_only=True):
    """What the user set. sensitivity: of every detector that has no level of its own. values: "detector.threshold" to number.

    test_mode: every detector at high sensitivity and without learning, whatever else is set. off: detectors that do not run.
    """

    sensitivity: Sensitivity = "medium"
    levels: Mapping[str, Sensitivity] = {}
    values: Mapping[str, float] = {}
    test_mode: bool = False
    off: frozenset[str] = frozenset()

    def level(self, detector: str) -> Sensitivity:
        """Sensitivity of a detector."""
        return "high" if self.test_mode else self.levels.get(detector, self.sensitivity)

    def value(self, detector: str, threshold: Threshold) -> float:
        """The number that holds for a detector's threshold."""
        own = None if self.test_mode else self.values.get(f"{detector}.{threshold.name}")
        return threshold.at(self.level(detector)) if own is None else own

    def learns(self, detector: str) -> bool:
        """False when a detector speaks at once: at high sensitivity, and in test mode."""
        return self.level(detector) != "high"


DEFAULT = Tuning()
