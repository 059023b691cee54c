"""Event logs damaged on purpose, and reading them."""

from collections.abc import Sequence
from pathlib import Path

from app.model.activity import Activity
from app.sensor.sensor import InputReport, read_input
from app.sensor.sources.evtx_chunks import SIZE, Chunk, chunks, content_of
from app.sensor.sources.inputs import find_inputs


def read(path: Path) -> tuple[InputReport, list[Activity]]:
    """Read the one input at path with the program's own reader."""
    (found,) = find_inputs([path])
    got: list[Activity] = []
    return read_input(found, got.extend), got


def said(report: InputReport) -> dict[str, int]:
    """Problems of a report with their counts."""
    return {one.what: one.count for one in report.problems}


def count(report: InputReport, words: str) -> int:
    """Sum of the counts of the problems that begin so."""
    return sum(one.count for one in report.problems if one.what.startswith(words))


def bodies(path: Path) -> list[bytes]:
    """The used chunks of a log."""
    data = path.read_bytes()
    return [content_of(data, one) for one in chunks(data) if isinstance(one, Chunk)]


def numbers(activities: Sequence[Activity]) -> list[int | None]:
    """Record numbers, sorted."""
    return sorted(one.record or 0 for one in activities)


__all__ = ["SIZE", "bodies", "count", "numbers", "read", "said"]
