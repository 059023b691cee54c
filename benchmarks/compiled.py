"""Modules of the program compiled before a start is measured, as every installation and every second start has them."""

import compileall
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def compiled_modules() -> dict[str, str]:
    """The environment of a process that finds them compiled.

    Else, where Python is told to keep no compiled modules (PYTHONDONTWRITEBYTECODE), half of a start is compiling sources.
    """
    compileall.compile_dir(ROOT / "app", quiet=2)
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
