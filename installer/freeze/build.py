#!/usr/bin/env python3
"""Build the frozen program, or a sensor: `python installer/freeze/build.py [--sensor] --out DIR` makes DIR/wardlight/, or
DIR/wardlight-sensor/. It takes what the Python that runs it holds: one with the extras build and hub (pyproject.toml).
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(HERE), str(ROOT)]

import trim  # noqa: E402

from app.engine import sources  # noqa: E402
from installer.supply import inside as supply  # noqa: E402

PROGRAM, SENSOR = "wardlight", "wardlight-sensor"


def main() -> int:
    """Returns 0; 1 when PyInstaller fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sensor", action="store_true", help="the sensor, for a machine without a screen")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="folder in which the folder of the program is made"
    )
    options = parser.parse_args()
    name = SENSOR if options.sensor else PROGRAM
    folder = options.out.resolve() / name
    with tempfile.TemporaryDirectory(prefix="wardlight-freeze-") as work:
        status = freeze(HERE / ("sensor.spec" if options.sensor else "wardlight.spec"), folder, Path(work))
    if status:
        return 1
    if not options.sensor:
        text = json.dumps(sources.table(), indent=1, sort_keys=True)
        (inside(folder) / sources.TABLE).write_text(f"{text}\n", encoding="utf-8", newline="\n")
    trim.trim(inside(folder))
    supply.put(folder)
    for part, size in trim.sizes(inside(folder)):
        print(f"{size / 1e6:8.1f} MB  {part}")
    print(f"{trim.size(folder) / 1e6:8.1f} MB  {folder}")
    return 0


def inside(folder: Path) -> Path:
    """Where everything but the programs themselves lies."""
    return folder / "_internal"


def freeze(spec: Path, folder: Path, work: Path) -> int:
    """Run PyInstaller; returns its status. What was in the folder before is taken away."""
    shutil.rmtree(folder, ignore_errors=True)
    words = [
        "--noconfirm",
        "--clean",
        "--log-level",
        "WARN",
        "--distpath",
        str(folder.parent),
        "--workpath",
        str(work),
        str(spec),
    ]
    fixed = {
        "PYTHONHASHSEED": "0",
        "SOURCE_DATE_EPOCH": os.environ.get("SOURCE_DATE_EPOCH") or date(),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    return subprocess.run([sys.executable, "-m", "PyInstaller", *words], env={**os.environ, **fixed}, cwd=ROOT).returncode


def date() -> str:
    """Seconds since 1970 of the last change, so that two builds of it are the same; of an archive of sources, a fixed day."""
    try:
        done = subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=ROOT, capture_output=True, text=True)
    except OSError:
        return "1700000000"
    return done.stdout.strip() or "1700000000"


if __name__ == "__main__":
    sys.exit(main())
