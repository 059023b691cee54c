"""Check on this machine every part that the program needs: one line for each, and a status that scripts can ask for."""

import argparse
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from app.command import parts
from app.command.parts import Check, Window
from app.command.words import line


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """[--sensor]"""
    parser.add_argument("--sensor", action="store_true", help="only what a sensor without a window needs")
    # The window is tried in a process of its own: where the system lacks a library, Qt ends the process that asks.
    parser.add_argument("--window", type=Path, help=argparse.SUPPRESS)


def run(options: argparse.Namespace, window: Window | None = None) -> int:
    """Print one line for each part; returns 1 when one that is needed fails."""
    if options.window is not None:
        return _told(window(options.window) if window is not None else ())
    with tempfile.TemporaryDirectory(prefix="wardlight-selftest-", ignore_cleanup_errors=True) as folder:
        return _told(_sensor(Path(folder)) if options.sensor else _all(Path(folder)))


def _told(checks: Iterable[Check]) -> int:
    bad = 0
    for name, check in checks:
        try:
            words, good = check(), True
        except Exception as error:  # whatever is wrong with a part, the others are still checked
            words, good = str(error) if type(error) is parts.Broken else f"{type(error).__name__}: {error}", False
        bad += not good
        print(line(f"{parts.GOOD if good else parts.BAD}{name}: {words}"), flush=True)
    return 1 if bad else 0


def _sensor(folder: Path) -> Iterator[Check]:
    yield from parts.machine()
    yield "libraries", lambda: parts.imported(parts.SENSOR_LIBRARIES)
    yield from parts.of_a_sensor(folder)


def _all(folder: Path) -> Iterator[Check]:
    from app.command import parts_case

    yield from parts.machine()
    yield "libraries", lambda: parts.imported((*parts.SENSOR_LIBRARIES, *parts.LIBRARIES))
    yield from parts.of_a_sensor(folder)
    yield from parts_case.checks(folder)
    yield from parts_case.window(folder)
