"""How this program and those that ship beside it are started: from a checkout, an installation by pip, or frozen.

Every child of the program begins with one of these command lines, in the folder paths.program(): a folder of evidence may hold
an "app" of its own. A frozen program is its own interpreter, so `-m` means nothing to it.
"""

import os
import sys
from collections.abc import MutableMapping
from pathlib import Path

LOG_READERS = "--evtx"
"""First word with which the frozen program is the foreign readers of event logs."""
INSPECTOR = "wardlight-inspector"
"""The frozen inspector of packets: a program of its own, under its own licence, in the folder of the frozen program."""
LIBRARIES = "LD_LIBRARY_PATH"
FRESH = "PYINSTALLER_RESET_ENVIRONMENT"
"""Set, it makes a frozen program put its libraries first by itself, though one like it started it."""


def frozen() -> bool:
    """True in a program that was built whole, with its own Python inside."""
    return bool(getattr(sys, "frozen", False))


def command(*words: str) -> list[str]:
    """Command line of this program with these words."""
    return [sys.executable, *words] if frozen() else [sys.executable, "-m", "app", *words]


def sensor_words() -> str:
    """What a person types to run the sensor: its own program where that is the one that runs, else a word of the whole one."""
    running = Path(sys.executable if frozen() else sys.argv[0]).stem
    return "wardlight-sensor" if running == "wardlight-sensor" else "wardlight sensor"


def log_readers() -> list[str]:
    """Command line of the foreign readers of event logs (app/sensor/sources/evtx_child.py)."""
    return command(LOG_READERS) if frozen() else [sys.executable, "-m", "app.sensor.sources.evtx_child"]


def inspector(*words: str) -> list[str]:
    """Command line of the program that takes packets apart (app/dissector), which is never a part of this one."""
    if frozen():
        return [str(beside(INSPECTOR)), *words]
    return [sys.executable, "-m", "app.dissector", *words]


def beside(name: str) -> Path:
    """A program in the folder of the one that runs; it need not be there."""
    return Path(sys.executable).parent / (f"{name}.exe" if os.name == "nt" else name)


def give_back_libraries(environment: MutableMapping[str, str]) -> None:
    """Let programs of the system that are started from here (a browser, Wireshark) find their own libraries.

    The start of a frozen program puts its own folder first for itself, and keeps what was there under another name.
    """
    before = environment.pop(f"{LIBRARIES}_ORIG", None)
    if before is not None:
        environment[LIBRARIES] = before
    elif frozen():
        environment.pop(LIBRARIES, None)
    if frozen():  # else our children would take our libraries for named, and find the system's or none
        environment[FRESH] = "1"
