"""The history of a sensor's configuration: which revision runs, which was refused and why, what each one changed."""

from collections.abc import Sequence
from typing import NamedTuple

from app.model.sensor import SensorConfig, SensorReport
from app.ui.sensors.changes import Change, changes


class Revision(NamedTuple):
    """One configuration. state: applied, refused, sent (nobody took it up yet), earlier. changed: against the one before."""

    config: SensorConfig
    state: str
    why: str
    changed: tuple[Change, ...]
    first: bool = False

    def __str__(self) -> str:
        """What a screen reader says."""
        return f"Revision {self.config.revision}, {self.words}: {self.summary}"

    @property
    def words(self) -> str:
        """Its state in words."""
        return {"applied": "runs now", "sent": "sent, not taken up yet", "earlier": "earlier"}.get(self.state, self.state)

    @property
    def summary(self) -> str:
        """What it changed, in one line."""
        if self.first:
            return "The oldest one that is kept"
        return "; ".join(str(one) for one in self.changed[:6]) or "Nothing"


def revisions(history: Sequence[SensorConfig], report: SensorReport | None) -> list[Revision]:
    """history: newest first, as the session gives it; report: what the sensor says of it."""
    found = []
    for place, config in enumerate(history):
        before = history[place + 1] if place + 1 < len(history) else None
        first = before is None and config.revision > 1
        found.append(Revision(config, *_state(config, report), () if first else tuple(changes(before, config)), first))
    return found


def _state(config: SensorConfig, report: SensorReport | None) -> tuple[str, str]:
    if report is not None and config.revision == report.applied:
        return "applied", ""
    if report is not None and config.revision == report.refused:
        return "refused", report.refusal
    if report is None or config.revision > max(report.applied, report.refused):
        return "sent", ""
    return "earlier", ""
