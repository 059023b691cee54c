"""Settings of a workspace's detectors: show them, change them, try them without changing anything."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from app.command.analyze import moment
from app.command.opening import open_existing
from app.command.words import line
from app.model.alert import RANK, Alert, plain
from app.model.counting import counted
from app.model.detection import DetectorRow, ThresholdRow, WhatIf
from app.session import IN_USE, StoreError

LEVELS = ("low", "medium", "high")
UNITS = {"us": (1_000_000, "s"), "": (1, "")}
"""What a person reads in place of the unit that is kept: factor and word."""


def add_list_arguments(parser: argparse.ArgumentParser) -> None:
    """WORKSPACE [--json]"""
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--json", action="store_true")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """WORKSPACE and changes"""
    parser.add_argument("workspace", type=Path)
    _add_changes(parser)


def add_what_if_arguments(parser: argparse.ArgumentParser) -> None:
    """WORKSPACE, changes [--json]"""
    parser.add_argument("workspace", type=Path)
    _add_changes(parser)
    parser.add_argument("--json", action="store_true")


def _add_changes(parser: argparse.ArgumentParser) -> None:
    more: dict[str, Any] = {"action": "append", "default": []}
    parser.add_argument("--level", metavar="DETECTOR=LEVEL", help="low, medium or high for one detector; may be repeated", **more)
    parser.add_argument("--set", metavar="DETECTOR.THRESHOLD=N", dest="values", help="one threshold; may be repeated", **more)
    parser.add_argument("--reset", metavar="DETECTOR", help="take back what was set for one detector", **more)
    parser.add_argument("--off", metavar="DETECTOR", help="do not run one detector", **more)
    parser.add_argument("--on", metavar="DETECTOR", help="run it again", **more)
    parser.add_argument("--sensitivity", choices=LEVELS, help="of every detector without a level of its own")
    parser.add_argument(
        "--test-mode", choices=("on", "off"), dest="test_mode", help="every detector at high sensitivity, and none waits to learn"
    )


def run_list(options: argparse.Namespace) -> int:
    """Print every detector as it is set."""
    session = open_existing(options.workspace)
    try:
        rows, tuning = session.queries.detectors(), session.tuning()
    finally:
        session.close()
    if options.json:
        sys.stdout.buffer.write(msgspec.json.encode({"tuning": tuning, "detectors": rows}) + b"\n")
        return 0
    if tuning.test_mode:
        print("test mode: every detector at high sensitivity, none waits to learn")
    for row in rows:
        print_detector(row)
    return 0


def print_detector(row: DetectorRow) -> None:
    """A detector in a few lines."""
    state = "off" if not row.on else f"{row.level}{' (own)' if row.own_level else ''}"
    learned = f"; {row.learned}" if row.learned else ""
    print(f"{row.id}  {row.external_id}  {row.severity}  {state}  {line(row.title)}{learned}")
    for one in row.thresholds:
        levels = ", ".join(f"{level} {_number(one, getattr(one, level))}" for level in LEVELS)
        print(f"    {one.key} = {_number(one, one.value)}{' (own)' if one.own else ''}  [{levels}]  {one.words}")


def _number(row: ThresholdRow, value: float) -> str:
    factor, word = UNITS.get(row.unit, (1, row.unit))
    shown = value / factor
    return f"{shown:,.0f} {word}".rstrip() if shown == int(shown) else f"{shown:,g} {word}".rstrip()


def run(options: argparse.Namespace) -> int:
    """Keep the changes and detect anew. Raises OSError for what cannot be, StoreError."""
    session = open_existing(options.workspace)
    try:
        before = session.tuning()
        after = session.tuned(**changes(options))
        if after == before:
            print("nothing to change")
            return 0
        session.set_tuning(after)
        try:
            session.detect_here(after.sensitivity)
        except StoreError as error:
            if not str(error).endswith(IN_USE):
                raise
            print("kept; the program that reads into this workspace takes it up at its next detection")
            return 0
        print(f"kept; {counted(len(session.queries.alerts()), 'alert')}")
    finally:
        session.close()
    return 0


def run_what_if(options: argparse.Namespace) -> int:
    """Print what would appear, vanish or change. Raises OSError for what cannot be, StoreError."""
    session = open_existing(options.workspace)
    try:
        found = session.what_if(session.tuned(**changes(options)))
    finally:
        session.close()
    if options.json:
        sys.stdout.buffer.write(msgspec.json.encode(as_object(found)) + b"\n")
        return 0
    for word, alerts in (("appears", found.appear), ("vanishes", found.vanish)):
        for alert in in_order(alerts):
            print(f"{word:8}  {_alert(alert)}")
    for one in found.changed:
        print(f"changes   {one.before.severity} to {one.after.severity}: {_alert(one.after)}")
    print(
        f"{len(found.appear)} appear, {len(found.vanish)} vanish, {len(found.changed)} change their severity, {found.same} stay "
        f"({', '.join(found.detectors) or 'no detector is concerned'})"
    )
    return 0


def in_order(alerts: Sequence[Alert]) -> list[Alert]:
    """The gravest first, then by time."""
    return sorted(alerts, key=lambda one: (-RANK[one.severity], one.finding.first, one.id))


def _alert(alert: Alert) -> str:
    story = f": {line(plain(alert.finding.story[0]))}" if alert.finding.story else ""
    return f"{alert.severity:6}  {moment(alert.finding.first)}  {line(alert.title)} [{alert.detector}]{story}"


def as_object(found: WhatIf) -> dict[str, object]:
    """What scripts read."""

    def short(alert: Alert) -> dict[str, object]:
        return {
            "id": alert.id, "detector": alert.detector, "external_id": alert.external_id, "title": alert.title,
            "severity": alert.severity, "first": moment(alert.finding.first), "last": moment(alert.finding.last),
            "story": [plain(one) for one in alert.finding.story],
        }  # fmt: skip

    return {
        "detectors": found.detectors,
        "appear": [short(one) for one in in_order(found.appear)],
        "vanish": [short(one) for one in in_order(found.vanish)],
        "changed": [{"from": one.before.severity, **short(one.after)} for one in found.changed],
        "same": found.same,
    }


def changes(options: argparse.Namespace) -> dict[str, Any]:
    """Arguments as changes of the settings. Raises OSError for words that are none."""
    levels = dict(_pair(one, "--level DETECTOR=low, medium or high") for one in options.level)
    for name, level in levels.items():
        if level not in LEVELS:
            raise OSError(f"{name} cannot be set to {level}: a level is low, medium or high")
    values = {}
    for one in options.values:
        name, text = _pair(one, "--set DETECTOR.THRESHOLD=NUMBER")
        try:
            values[name] = float(text)
        except ValueError:
            raise OSError(f"{text} is no number; give --set DETECTOR.THRESHOLD=NUMBER") from None
    found = {
        "levels": levels, "values": values, "reset": options.reset, "off": options.off, "on": options.on,
        "sensitivity": options.sensitivity, "test_mode": None if options.test_mode is None else options.test_mode == "on",
    }  # fmt: skip
    if not any(value not in (None, [], {}) for value in found.values()):
        raise OSError("nothing to change: give --set, --level, --reset, --off, --on, --sensitivity or --test-mode")
    return found


def _pair(text: str, form: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name or not value:
        raise OSError(f"{text} is not of the form {form}")
    return name.strip(), value.strip()
