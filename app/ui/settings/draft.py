"""Settings of detectors that are not saved yet: one tuning becomes another; numbers as people type them."""

from collections.abc import Iterable
from typing import NamedTuple

from msgspec.structs import replace

from app.model.detection import DetectorRow, ThresholdRow, WhatIf
from app.model.tuning import Sensitivity, Tuning
from app.ui import wording

LEVELS: tuple[Sensitivity, ...] = ("low", "medium", "high")
MOST = 2**62
"""A threshold is below it; as the engine says."""
TIMES = ((wording.DAY, "days"), (wording.HOUR, "h"), (wording.MINUTE, "min"), (wording.SECOND, "s"), (1000, "ms"))


class Unit(NamedTuple):
    """What a number is shown in: the kept number is the shown one times factor; most: the highest shown one."""

    factor: float
    words: str
    most: float


def unit(row: ThresholdRow) -> Unit:
    """Unit of a threshold: of a length of time the largest that leaves every level a whole number."""
    if row.unit == "us":
        levels = (row.low, row.medium, row.high)
        factor, words = next((one for one in TIMES if all(value % one[0] == 0 for value in levels) and any(levels)), (1, "µs"))
        return Unit(factor, words, MOST / factor)
    return Unit(1, row.unit, 100 if row.unit == "%" else MOST)


def written(row: ThresholdRow, value: float) -> str:
    """A number in the unit of its threshold, as it is typed."""
    shown = value / unit(row).factor
    return f"{shown:.0f}" if shown == int(shown) else f"{shown:.6g}"


def with_unit(row: ThresholdRow, value: float) -> str:
    """The same with its unit."""
    words = unit(row).words
    return f"{written(row, value)} {words}".rstrip()


def read(row: ThresholdRow, text: str) -> float:
    """What was typed, as it is kept. Raises ValueError with one sentence."""
    of = unit(row)
    try:
        shown = float(text.strip().replace(",", "."))
    except ValueError:
        raise ValueError("Type a number.") from None
    if not shown >= 0:  # also what is no number at all
        raise ValueError("It must be 0 or more.")
    if shown > of.most or shown * of.factor >= MOST:
        raise ValueError(f"It must be {of.most:g} or less.")
    return shown * of.factor


def value(tuning: Tuning, detector: str, row: ThresholdRow) -> float:
    """The number that would hold."""
    own = None if tuning.test_mode else tuning.values.get(row.key)
    return float(getattr(row, tuning.level(detector))) if own is None else own


def with_sensitivity(tuning: Tuning, level: str) -> Tuning:
    """Another sensitivity of every detector without a level of its own."""
    return replace(tuning, sensitivity=next((one for one in LEVELS if one == level), tuning.sensitivity))


def with_test_mode(tuning: Tuning, on: bool) -> Tuning:
    """Test mode on or off."""
    return replace(tuning, test_mode=on)


def with_level(tuning: Tuning, detector: str, level: str) -> Tuning:
    """Another sensitivity of one detector, "" for that of the case."""
    kept = {key: one for key, one in tuning.levels.items() if key != detector}
    found = next((one for one in LEVELS if one == level), None)
    return replace(tuning, levels={**kept, detector: found} if found else kept)


def with_value(tuning: Tuning, row: ThresholdRow, number: float | None) -> Tuning:
    """Another number of one threshold, None for that of the level."""
    kept = {key: one for key, one in tuning.values.items() if key != row.key}
    return replace(tuning, values=kept if number is None else {**kept, row.key: number})


def switched(tuning: Tuning, detector: str, on: bool) -> Tuning:
    """One detector on or off."""
    return replace(tuning, off=tuning.off - {detector} if on else tuning.off | {detector})


def reset(tuning: Tuning, detector: str) -> Tuning:
    """One detector as the program brings it."""
    return replace(
        tuning, off=tuning.off - {detector}, levels={key: one for key, one in tuning.levels.items() if key != detector},
        values={key: one for key, one in tuning.values.items() if key.partition(".")[0] != detector},
    )  # fmt: skip


def is_own(tuning: Tuning, detector: str) -> bool:
    """Whether anything was set for one detector."""
    return detector in tuning.off or detector in tuning.levels or any(key.partition(".")[0] == detector for key in tuning.values)


def changed(before: Tuning, after: Tuning, rows: Iterable[DetectorRow]) -> list[str]:
    """Titles of the detectors for which something other is set, apart from what is set for all."""

    def held(tuning: Tuning, id: str) -> object:
        own = {key: one for key, one in tuning.values.items() if key.partition(".")[0] == id}
        return id in tuning.off, tuning.levels.get(id), own

    return [one.title for one in rows if held(before, one.id) != held(after, one.id)]


def summary(before: Tuning, after: Tuning, rows: Iterable[DetectorRow]) -> str:
    """What is not saved yet, in one sentence; "" for nothing."""
    parts = []
    if before.sensitivity != after.sensitivity:
        parts.append(f"sensitivity {after.sensitivity}")
    if before.test_mode != after.test_mode:
        parts.append(f"test mode {'on' if after.test_mode else 'off'}")
    titles = changed(before, after, rows)
    parts += titles if len(titles) <= 2 else [wording.count(len(titles), "detector")]
    return f"Not saved yet: {wording.listed(parts)}." if parts else ""


def outcome(found: WhatIf) -> str:
    """What other settings would say, in one sentence."""
    if not found.detectors:
        return "Nothing would change: no detector is concerned."
    if not (found.appear or found.vanish or found.changed):
        return f"No alert would appear, vanish or change; {found.same:,} stay."
    return (
        f"{wording.count(len(found.appear), 'alert appears', 'alerts appear')}, "
        f"{wording.count(len(found.vanish), 'vanishes', 'vanish')}, "
        f"{wording.count(len(found.changed), 'changes its severity', 'change their severity')}, {found.same:,} stay."
    )
