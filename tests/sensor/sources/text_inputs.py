"""Text inputs read from a file as the program reads them."""

from collections import Counter
from pathlib import Path

from app.model.activity import Activity
from app.sensor.sensor import InputReport, read_input
from app.sensor.sources.inputs import found_at


def read(path: Path, content: bytes) -> tuple[list[Activity], InputReport, Counter[str]]:
    """(activities, report, problems by their words) of an input with this content."""
    path.write_bytes(content)
    out: list[Activity] = []
    report = read_input(found_at(path), out.extend)
    return out, report, Counter({one.what: one.count for one in report.problems})
