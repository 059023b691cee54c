"""Detectors and their settings as views and scripts see them; what another setting would change."""

from msgspec import Struct

from app.model.alert import Alert, Severity
from app.model.tuning import Sensitivity


class ThresholdRow(Struct, frozen=True, kw_only=True):
    """A number that may be changed. key: "detector.threshold". value: what holds now; own: it was set for this workspace.

    low, medium, high: what the three levels say. unit: "" for a count, else "us" (microseconds), "%", "bytes".
    """

    key: str
    words: str
    value: float
    own: bool
    low: float
    medium: float
    high: float
    unit: str = ""


class DetectorRow(Struct, frozen=True, kw_only=True):
    """A detector as it is set. on: it runs. level: its sensitivity. own_level: it was set for this detector alone.

    learning: microseconds after which it knows what is usual, 0 for one that does not learn. maturity: share of that time that
    was read, 1 when it does not wait; learned: the same in words, "" for one that does not learn.
    """

    id: str
    external_id: int
    title: str
    severity: Severity
    phase: str
    techniques: tuple[str, ...]
    on: bool
    level: Sensitivity
    own_level: bool
    learning: int
    maturity: float
    learned: str
    thresholds: tuple[ThresholdRow, ...]
    excludable: tuple[str, ...]


class Changed(Struct, frozen=True, kw_only=True):
    """One alert that would be graver or milder."""

    before: Alert
    after: Alert


class WhatIf(Struct, frozen=True, kw_only=True):
    """What other settings would say of all that was read. detectors: those whose settings differ. same: alerts that stay."""

    detectors: tuple[str, ...] = ()
    appear: tuple[Alert, ...] = ()
    vanish: tuple[Alert, ...] = ()
    changed: tuple[Changed, ...] = ()
    same: int = 0
