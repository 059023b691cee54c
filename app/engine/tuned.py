"""Settings of detectors: how they stand, how they are changed, and what another setting would have said."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches

from msgspec.structs import replace

from app.engine.detector import Detector
from app.engine.maturity import maturity
from app.model.alert import Alert
from app.model.detection import Changed, DetectorRow, ThresholdRow, WhatIf
from app.model.tuning import Sensitivity, Tuning

Detection = Callable[[tuple[Detector, ...], Tuning], list[Alert]]
"""Runs some detectors over all that was read."""


def rows(detectors: Iterable[Detector], tuning: Tuning, spans: Iterable[tuple[int, int]]) -> tuple[DetectorRow, ...]:
    """Every detector as it is set. spans: first and last activity of each input."""
    read = list(spans)
    return tuple(_row(one, tuning, *maturity(one, read, tuning)) for one in detectors)


def _row(detector: Detector, tuning: Tuning, share: float, learned: str) -> DetectorRow:
    thresholds = tuple(
        ThresholdRow(
            key=f"{detector.id}.{one.name}", words=one.words, value=tuning.value(detector.id, one),
            own=f"{detector.id}.{one.name}" in tuning.values, low=one.low, medium=one.medium, high=one.high, unit=one.unit,
        )
        for one in detector.thresholds
    )  # fmt: skip
    return DetectorRow(
        id=detector.id, external_id=detector.external_id, title=detector.title, severity=detector.severity,
        phase=detector.phase, techniques=detector.techniques, on=detector.id not in tuning.off, level=tuning.level(detector.id),
        own_level=detector.id in tuning.levels, learning=detector.learning, maturity=share, learned=learned,
        thresholds=thresholds, excludable=detector.excludable,
    )  # fmt: skip


class Unknown(ValueError):
    """A name that no detector or threshold has, or a number that cannot be; says so in one sentence."""


def changed(
    tuning: Tuning,
    detectors: Iterable[Detector],
    *,
    levels: Mapping[str, Sensitivity] | None = None,
    values: Mapping[str, float] | None = None,
    reset: Iterable[str] = (),
    off: Iterable[str] = (),
    on: Iterable[str] = (),
    test_mode: bool | None = None,
    sensitivity: Sensitivity | None = None,
) -> Tuning:
    """The settings with these changes; reset comes first. Raises Unknown.

    levels: detector to its own level. values: "detector.threshold" to a number. reset: detectors that lose level and values.
    """
    every = {one.id: one for one in detectors}
    known = {f"{one.id}.{threshold.name}" for one in every.values() for threshold in one.thresholds}
    for name in (*(levels or ()), *reset, *off, *on):
        if name not in every:
            raise Unknown(f"There is no detector {name}{_near(name, every)}.")
    for name, value in (values or {}).items():
        if name not in known:
            raise Unknown(f"There is no threshold {name}{_near(name, known)}.")
        if not 0 <= value < 2**62:  # also what is no number at all
            raise Unknown(f"{name} cannot be {value:g}: it must be 0 or more.")
    dropped = set(reset)
    kept = {key: value for key, value in tuning.values.items() if key.partition(".")[0] not in dropped}
    return replace(
        tuning,
        levels={key: level for key, level in tuning.levels.items() if key not in dropped} | dict(levels or {}),
        values=kept | dict(values or {}),
        off=frozenset((tuning.off - dropped - set(on)) | set(off)),
        test_mode=tuning.test_mode if test_mode is None else test_mode,
        sensitivity=sensitivity or tuning.sensitivity,
    )


def _near(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, sorted(known), 3, 0.5)
    return f"; near it are {', '.join(near)}" if near else ""


# ---- what another setting would have said


def touched(detectors: Iterable[Detector], before: Tuning, after: Tuning) -> tuple[Detector, ...]:
    """Detectors for which two settings differ."""
    return tuple(one for one in detectors if _holds(one, before) != _holds(one, after))


def _holds(detector: Detector, tuning: Tuning) -> tuple[object, ...]:
    if detector.id in tuning.off:
        return ("off",)
    values = tuple(tuning.value(detector.id, one) for one in detector.thresholds)
    # the level itself counts: a detector may ask for it beside its thresholds
    return tuning.level(detector.id), tuning.learns(detector.id) or not detector.learning, *values


def what_if(detectors: Iterable[Detector], before: Tuning, after: Tuning, detect: Detection) -> WhatIf:
    """What appears, vanishes or changes its severity under other settings; nothing is kept."""
    concerned = touched(detectors, before, after)
    if not concerned:
        return WhatIf()
    old, new = ([one for one in detect(concerned, some) if not one.excluded] for some in (before, after))
    pairs = dict(_pairs(old, new))
    taken = set(pairs.values())
    changes = tuple(
        Changed(before=old[one], after=new[other]) for one, other in pairs.items() if old[one].severity != new[other].severity
    )
    return WhatIf(
        detectors=tuple(one.id for one in concerned),
        appear=tuple(one for number, one in enumerate(new) if number not in taken),
        vanish=tuple(one for number, one in enumerate(old) if number not in pairs),
        changed=changes,
        same=len(pairs) - len(changes),
    )


def _pairs(old: list[Alert], new: list[Alert]) -> Iterator[tuple[int, int]]:
    """Numbers of the old and the new alert of one case: same detector and subject, spans that overlap; each in one pair."""
    free: dict[tuple[str, str, str], list[int]] = {}
    for number, alert in enumerate(new):
        free.setdefault((alert.detector, alert.finding.subject, alert.excluded), []).append(number)
    for number, alert in enumerate(old):
        held = free.get((alert.detector, alert.finding.subject, alert.excluded), [])
        for other in held:
            if new[other].finding.first <= alert.finding.last and alert.finding.first <= new[other].finding.last:
                held.remove(other)
                yield number, other
                break
