#!/usr/bin/env python3
"""An environment that holds what the locks name and nothing else, for building: python installer/supply/environment.py --out DIR

What a developer has installed besides gets into no build that is made by its Python. One that is there and was made from the same
locks is used again. Needs nothing but Python.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

LOCKS = Path(__file__).resolve().parent / "locks"
NAMES = ("build", "window")
STAMP = "wardlight-locks"


def make(folder: Path, names: tuple[str, ...] = NAMES) -> Path:
    """The Python of the environment, made when it is not there. Raises CalledProcessError when pip refuses a file."""
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    wanted = hashlib.sha256(b"".join(one.read_bytes() for one in map(lock, names)) + sys.version.encode()).hexdigest()
    stamp = folder / STAMP
    if python.exists() and stamp.is_file() and stamp.read_text(encoding="ascii") == wanted:
        return python
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    given = [word for name in names for word in ("--requirement", str(lock(name)))]
    plain = {**os.environ, "PIP_CONSTRAINT": "", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--require-hashes", *given], check=True, env=plain)
    stamp.write_text(wanted, encoding="ascii")
    return python


def lock(name: str) -> Path:
    """The file of a lock."""
    return LOCKS / f"{name}.txt"


def main() -> int:
    """Make it; print its Python."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    options = parser.parse_args()
    try:
        print(make(options.out.absolute()))
    except subprocess.CalledProcessError as error:
        print(f"environment: {error.cmd[0]} ended with {error.returncode}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
