"""The sensor as a program of its own, for machines without a screen: `wardlight-sensor` is `wardlight sensor` and little more."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from app import __version__, starting
from app.command.main import run

COMMANDS = ("secret", "selftest", "_source")
"""What it knows beside `sensor` itself; the last one is the process of a source."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit status. `wardlight-sensor [secret | selftest] ...`, else the words of `wardlight sensor`."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    starting.give_back_libraries(os.environ)
    if words[:1] == [starting.LOG_READERS]:
        from app.sensor.sources.evtx_child import main as read_logs

        read_logs()
        return 0
    if words[:1] == ["--version"]:
        print(f"wardlight-sensor {__version__}")
        return 0
    if words[:1] == ["secret"]:
        from app.command.sensor import as_installed

        as_installed()
    if words[:1] == ["selftest"]:
        words.append("--sensor")
    return run(words if words and words[0] in COMMANDS else ["sensor", *words], _no_pdf)


def _no_pdf(html: str, out: Path) -> None:
    raise OSError("a sensor writes no PDF")
