"""How much of its learning time a detector has seen."""

from collections.abc import Iterable

from app.engine.detector import DAY, Detector, plural
from app.model.tuning import DEFAULT, Tuning

BRIDGED = DAY
"""A gap of less between two inputs is a log that was turned over, not a time of which nothing is known."""


def covered(spans: Iterable[tuple[int, int]]) -> int:
    """Microseconds that these spans (first and last activity) cover together."""
    whole, end = 0, None
    for first, last in sorted(spans):
        if end is not None and first - end < BRIDGED:
            first = end
        whole += max(0, last - first)
        end = last if end is None else max(end, last)
    return whole


def maturity(detector: Detector, spans: Iterable[tuple[int, int]], tuning: Tuning = DEFAULT) -> tuple[float, str]:
    """Share of its learning time that was read, and words: "3 of 7 days were read"; 1.0 and "" when it learns nothing."""
    if not detector.learning:
        return 1.0, ""
    if not tuning.learns(detector.id):
        return 1.0, "does not wait: test mode" if tuning.test_mode else "does not wait: high sensitivity"
    read = covered(spans)
    days, needed = read // DAY, detector.learning // DAY
    if read >= detector.learning:
        return 1.0, f"has learned: {plural(days, 'day')} were read"
    return read / detector.learning, f"{days:,} of {plural(needed, 'day')} were read"
