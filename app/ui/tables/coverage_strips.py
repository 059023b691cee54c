"""Coverage by detector, controller and time as strips of cells: what of each step could be seen."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from app.model.coverage import CoverageSpan
from app.model.detection import DetectorRow

HOUR = 3_600_000_000
CELLS = 30
"""Cells of a strip at most; where the case is longer a cell is a step of several hours."""
STEPS = (1, 2, 3, 4, 6, 8, 12, 24, 48, 72, 168, 336, 720, 2_160, 8_760)
"""Hours of a cell."""
PHASES = (
    "Reconnaissance", "Compromised credentials", "Credential access", "Lateral movement", "Domain dominance", "Exfiltration"
)  # fmt: skip


class Cell(NamedTuple):
    """One step of one detector at one controller. state: seen, partial, blind, learning, "" for outside of the case."""

    state: str
    first: int
    last: int
    spans: tuple[CoverageSpan, ...]


class StripRow(NamedTuple):
    """A detector with a strip for each controller (its key), or a phase above its detectors (detector "")."""

    title: str
    detector: str = ""
    external: str = ""
    strips: Mapping[str, tuple[Cell, ...]] = {}
    missing: str = ""


class Grid(NamedTuple):
    """All rows. controllers: key to label, those with most to see first. first: of the first cell; step: hours of one."""

    rows: tuple[StripRow, ...]
    controllers: dict[str, str]
    first: int
    step: int
    minutes: Mapping[str, int]


def grid(spans: Sequence[CoverageSpan], detectors: Iterable[DetectorRow]) -> Grid:
    """Rows by phase; nothing where nothing was read."""
    if not spans:
        return Grid((), {}, 0, 1, {})
    first = min(one.first for one in spans) // HOUR * HOUR
    last = max(one.last for one in spans)
    hours = max(1, -(-(last - first) // HOUR))
    step = next((one for one in STEPS if hours <= one * CELLS), -(-hours // CELLS))
    number = -(-hours // step)
    controllers = {one.controller.key: one.controller.label for one in spans}
    by_detector: dict[str, dict[str, list[CoverageSpan]]] = {}
    minutes: dict[str, int] = {}
    for one in spans:
        by_detector.setdefault(one.detector, {}).setdefault(one.controller.key, []).append(one)
        minutes[one.state] = minutes.get(one.state, 0) + one.whole
    rows: list[StripRow] = []
    known = sorted(detectors, key=lambda one: (PHASES.index(one.phase) if one.phase in PHASES else 99, one.title))
    phase = ""
    for detector in known:
        mine = by_detector.get(detector.id)
        if mine is None:
            continue
        if detector.phase != phase:
            phase = detector.phase
            rows.append(StripRow(phase))
        strips = {key: _strip(some, first, step, number) for key, some in mine.items()}
        rows.append(StripRow(detector.title, detector.id, str(detector.external_id or ""), strips, _missing(mine)))
    return Grid(tuple(rows), controllers, first, step, minutes)


def _strip(spans: Sequence[CoverageSpan], first: int, step: int, number: int) -> tuple[Cell, ...]:
    cells = []
    for place in range(number):
        begin = first + place * step * HOUR
        end = begin + step * HOUR
        some = tuple(one for one in spans if one.first < end and begin < one.last)
        states = {one.state for one in some}
        state = next(iter(states)) if len(states) == 1 else "partial" if states else ""
        cells.append(Cell(state, begin, end, some))
    return tuple(cells)


def _missing(by_controller: Mapping[str, Sequence[CoverageSpan]]) -> str:
    """The reason that costs most minutes."""
    weight: dict[str, int] = {}
    for some in by_controller.values():
        for one in some:
            for reason in one.reasons[:1] if one.state != "seen" else ():
                weight[reason] = weight.get(reason, 0) + one.whole
    return max(weight, key=lambda reason: (weight[reason], reason), default="")
