"""Which detectors could not read what came: each costs what it would have found there, and nothing else."""

from collections.abc import Mapping

from app.engine.detectors import DETECTORS
from app.engine.running import LEARNING
from app.model.health import HealthFact

TITLES = {one.id: f"“{one.title}”" for one in DETECTORS} | {LEARNING: "What is learned of sessions and of what is usual"}


def mistaken_facts(mistakes: Mapping[str, int]) -> list[HealthFact]:
    """One for each detector. mistakes: as of app.engine.running.run_told."""
    return [
        HealthFact(
            rule="activities-unread",
            subject=f"workspace\n{who}",
            what=f"{TITLES.get(who, who)} could not read {number:,} activit{'y' if number == 1 else 'ies'}.",
        )
        for who, number in sorted(mistakes.items())
    ]
