"""Write the table of all detections, `docs/detections.md`, from what the detectors say of themselves."""

import sys
from pathlib import Path
from typing import get_args

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from app.engine.detector import Detector  # noqa: E402
from app.engine.detectors import DETECTORS  # noqa: E402
from app.model.alert import Phase  # noqa: E402

OUT = ROOT / "docs" / "detections.md"
SOURCES = {"event-": "events", "radius-": "RADIUS", "directory-": "directory"}
"""Beginnings of the kinds that do not come in traffic of the domain, and where they come from."""
ORDER = ("traffic", "events", "RADIUS", "directory")


def sources(detector: Detector) -> str:
    """Where it can be seen; any one of them is enough, unless its page says that it needs both."""
    page = (ROOT / "app" / "engine" / "detectors" / f"{detector.id}.md").read_text(encoding="utf-8")
    if "It needs both" in page:
        return "traffic and events together"
    found = {next((name for begin, name in SOURCES.items() if one.startswith(begin)), "traffic") for one in detector.needs.kinds}
    return ", ".join(one for one in ORDER if one in found)


def row(detector: Detector) -> str:
    """One line of the table."""
    numbers = ", ".join(str(one) for one in (detector.external_id, *detector.other_ids) if one) or "–"
    page = f"[{detector.id}](../app/engine/detectors/{detector.id}.md)"
    cells = (page, detector.title, numbers, detector.severity, ", ".join(detector.techniques), sources(detector))
    return f"| {' | '.join(cells)} |"


def table() -> str:
    """The whole text."""
    lines = [
        "# Detections",
        "",
        f"Made by `tools/detector_table.py`: {len(DETECTORS)} detections. The id leads to the page of the detection: what it"
        " means, how it decides, when it is wrong, what it cannot see.",
        "Severity is that of an ordinary finding; one that was refused is lower, one that says more is higher."
        " External ids from 3000 on are our own, the others those of Microsoft Defender for Identity.",
        "Sources: traffic, events of Windows logs, RADIUS, the directory. One of them is enough"
        " unless the row says otherwise; the page says what each can tell.",
    ]
    for phase in get_args(Phase):
        lines += ["", f"## {phase}", ""]
        lines += ["| id | title | external id | severity | ATT&CK | sources |", "| --- | --- | --- | --- | --- | --- |"]
        lines += [row(one) for one in DETECTORS if one.phase == phase]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    OUT.write_text(table(), encoding="utf-8")
    print(f"{len(DETECTORS)} detections: {OUT}")  # noqa: T201
