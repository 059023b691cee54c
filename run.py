#!/usr/bin/env python3
"""Start Wardlight, or its tests, on a bare machine: makes the environment it needs, then runs.

python3 run.py                 open the window on the bundled sample case (without a display: analyse it, write a report)
python3 run.py test [ARGS]     run the tests
python3 run.py analyze PATH…   any command of the program
"""

from __future__ import annotations  # so that an old Python gets as far as being told that it is old

import ctypes
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ENVIRONMENT = Path(os.environ.get("WARDLIGHT_ENVIRONMENT", HERE / ".venv")).absolute()
STAMP = ENVIRONMENT / "wardlight-stamp"
SAMPLE = HERE / "resources" / "samples" / "intrusion.pcap"
REPORT = "wardlight-sample-report.html"
PROCESSES = 4
"""The whole of the tests is shared among so many processes at most, a file of tests to each in turn."""
WINDOWLESS = (
    "analyze", "export", "proof", "reveal", "replay", "coverage", "sigma", "detectors", "tune", "what-if", "alerts", "alert",
    "health", "hub", "undo", "query", "exclusions", "listen", "tag", "secret", "tickets", "paths", "compare", "notify", "report",
    "sensor", "workspace", "update", "licences", "-h", "--help", "--version",
)  # fmt: skip
"""What runs without Qt; `selftest` tries the window too."""
LIBRARIES = {  # shared library that Qt loads: Debian package that holds it
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-xinerama.so.0": "libxcb-xinerama0",
}


def main() -> int:
    if sys.version_info < (3, 11):
        print(f"Wardlight needs Python 3.11 or later; this is {sys.version.split()[0]}.", file=sys.stderr)
        return 1
    words = sys.argv[1:]
    testing = words[:1] == ["test"]
    try:
        python = environment(testing)
    except subprocess.CalledProcessError as error:
        print(
            f"The environment could not be made: {' '.join(map(str, error.cmd))} ended with {error.returncode}.", file=sys.stderr
        )
        return 1
    if testing or not is_windowless(words):
        system_libraries()
    if testing:
        side = [] if words[1:] else ["-n", str(min(os.cpu_count() or 1, PROCESSES)), "--dist", "loadfile"]
        return run([python, "-m", "pytest", *side, *words[1:]], QT_QPA_PLATFORM=os.environ.get("QT_QPA_PLATFORM", "offscreen"))
    if words:
        return become([python, "-m", "app", *words])
    if has_display():
        return run([python, "-m", "app", SAMPLE])
    print("There is no display here, so the sample case is analysed without the window.", flush=True)
    status = run([python, "-m", "app", "analyze", SAMPLE, "--report", REPORT])
    if status in (0, 2):  # 2: alerts were raised, which is what the sample is for
        print(f"The report is in {Path(REPORT).resolve()}")
        return 0
    return status


def environment(testing: bool) -> Path:
    """Python of the environment, made or brought up to date when what it must hold has changed."""
    python = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    wanted = hashlib.sha256((HERE / "pyproject.toml").read_bytes() + (HERE / "constraints.txt").read_bytes()).hexdigest()
    have, _, what = STAMP.read_text().partition("\n") if STAMP.exists() else ("", "", "")
    if python.exists() and have == wanted and (what == "dev" or not testing):
        return python
    print("Making the environment; this takes a minute the first time.", file=sys.stderr, flush=True)
    if not python.exists():
        make_environment()
    subprocess.run(
        [
            python,
            "-m",
            "pip",
            "install",
            "-qq",  # once would show what pip thinks of how others package their work; errors are still told
            "--disable-pip-version-check",
            "-c",
            HERE / "constraints.txt",
            "-e",
            ".[dev]" if testing else ".[sigma]",
        ],
        cwd=HERE,
        check=True,
    )
    STAMP.write_text(f"{wanted}\n{'dev' if testing else 'run'}")
    return python


def make_environment() -> None:
    """A virtual environment; on Debian the module for it may have to be installed first."""
    command = [sys.executable, "-m", "venv", ENVIRONMENT]
    if subprocess.run(command, capture_output=True).returncode == 0:
        return
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    debian(["python3-venv"], "to make the environment")
    subprocess.run(command, check=True)


def is_windowless(words: list[str]) -> bool:
    """True when Qt is not needed."""
    if not words:
        return not has_display()
    return words[0] in WINDOWLESS and not any(one.lower().endswith(".pdf") or one == "pdf" for one in words)


def system_libraries() -> None:
    """Install the libraries that Qt needs and that are missing; print the command where that is not for us to do."""
    if not sys.platform.startswith("linux"):
        return
    missing = sorted({package for library, package in LIBRARIES.items() if not loads(library)})
    if not any(
        Path(folder).is_dir() and any(Path(folder).rglob("*.[to]t[fc]"))
        for folder in ("/usr/share/fonts", "/usr/local/share/fonts")
    ):
        missing.append("fonts-dejavu-core")
    if missing:
        debian(missing, "for the window")


def loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def debian(packages: list[str], why: str) -> None:
    """Install Debian packages as root; otherwise say which command does."""
    command = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    if shutil.which("apt-get") and os.geteuid() == 0:
        print(f"Installing {' '.join(packages)} {why}.", file=sys.stderr, flush=True)
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], env=quiet, stdout=subprocess.DEVNULL)
        if subprocess.run(command, env=quiet, stdout=subprocess.DEVNULL).returncode == 0:
            return
    prefix = "sudo " if shutil.which("sudo") else ""
    print(f"Missing {why}: {' '.join(packages)}. On Debian or Ubuntu: {prefix}{' '.join(command)}", file=sys.stderr)


def has_display() -> bool:
    return not sys.platform.startswith("linux") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def become(command: list[object]) -> int:
    # In the place of this process, so that whoever ends it by its number ends the program, not only this script.
    if os.name == "nt":  # there it would go on behind the back of the terminal
        return run(command)
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(command[0], [str(one) for one in command], surroundings())


def surroundings(**extra: str) -> dict[str, str]:
    # The safe path keeps a folder of evidence from bringing modules of its own when the program is started in it.
    return {**os.environ, **extra, "PYTHONPATH": str(HERE), "PYTHONSAFEPATH": "1"}


def run(command: list[object], **extra: str) -> int:
    try:
        return subprocess.run([str(one) for one in command], env=surroundings(**extra)).returncode
    except KeyboardInterrupt:  # the program got it too and has said so
        return 1


if __name__ == "__main__":
    sys.exit(main())
