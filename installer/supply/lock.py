"""Write the locks: every package a build installs, by version and by the hashes of its files, for every system.

python -m installer.supply.lock [NAME…]

The versions are those of constraints.txt, with which the tests ran; this adds what only other systems need, and the hashes.
A lock names no index, so it is the hashes that say what may be installed, wherever pip finds it:

pip install --require-hashes --requirement installer/supply/locks/window.txt

The tool is uv, because it resolves for all systems at once; `pip install uv` brings it, and nothing but this script needs it.
"""

import argparse
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
LOCKS = Path(__file__).resolve().parent / "locks"
CONSTRAINTS = ROOT / "constraints.txt"
NO_WINDOW = {"pyside6-essentials", "pyqtgraph"}
NOT_OF_A_SENSOR = {*NO_WINDOW, "networkx", "xlsxwriter"}
HEAD = """\
# {about}
# Written by `python -m installer.supply.lock {name}`. Install with `pip install --require-hashes --requirement` this file.
"""
ABOUT = {
    "window": "The whole program: window, command line, hub, Sigma rules.",
    "server": "The command line without a window: everything of the lock `window` but Qt.",
    "sensor": "What a sensor runs with.",
    "build": "The tools that build packages.",
}


def wanted(name: str) -> list[str]:
    """What a lock is for, as requirements without versions. Raises KeyError for a name that is none."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed, extras = project["dependencies"], project["optional-dependencies"]
    return {
        "window": [*needed, *extras["sigma"], *extras["hub"]],
        "server": [*(one for one in needed if one not in NO_WINDOW), *extras["sigma"], *extras["hub"]],
        "sensor": [one for one in needed if one not in NOT_OF_A_SENSOR],
        "build": [one for one in extras["build"] if not one.startswith("wardlight")],
    }[name]


def oldest_python() -> str:
    """The oldest Python that the program runs with, as the project says."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["requires-python"]).removeprefix(">=")


def resolved(requirements: list[str]) -> str:
    """The lock's text. Raises CalledProcessError when constraints.txt and the requirements do not agree."""
    command = [
        sys.executable, "-m", "uv", "pip", "compile", "-", "--quiet", "--universal", "--python-version", oldest_python(),
        "--constraints", str(CONSTRAINTS), "--generate-hashes", "--no-header", "--no-annotate", "--no-emit-index-url",
        "--no-emit-find-links", "--emit-build-options",
    ]  # fmt: skip
    done = subprocess.run(command, input="\n".join(requirements), stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT)
    if re.search(r"https?://|file:", done.stdout):
        raise ValueError("the lock would name the place that a package came from")
    return done.stdout


def main() -> int:
    """Write the locks that are named, else all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(ABOUT)}; all when none is given")
    for name in parser.parse_args().names or ABOUT:
        text = HEAD.format(about=ABOUT[name], name=name) + resolved(wanted(name))
        (LOCKS / f"{name}.txt").write_text(text, encoding="utf-8", newline="\n")
        print(f"{name}: {len(re.findall('^[A-Za-z0-9]', text, re.M))} packages")
    return 0


if __name__ == "__main__":
    sys.exit(main())
