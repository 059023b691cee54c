#!/usr/bin/env python3
"""Try a frozen program as a user would: python installer/check/frozen.py [--frozen DIR] [--pictures DIR]

Builds it into a temporary folder, or takes DIR/wardlight and DIR/wardlight-sensor. Each step is one line; the status is 1 when
one fails. What it needs of this machine and does not have (a display server, root) is named, and the step is passed over.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
LARGEST = 300.0
"""Megabytes that the unpacked program may have."""
SAMPLE = Path("resources") / "samples" / "intrusion.pcap"
COLOURS = 200
FIRST, LATER, TRIES = 2.0, 1.2, 3
"""Seconds until the window is there: nothing of it in memory, and again; the best of so many."""
READING = 20.0
"""Seconds in which the sample is read and drawn."""
PATIENCE = 600


class Failed(Exception):
    """A step does not give what it must; the message is one sentence."""


class PassedOver(Exception):
    """A step cannot be tried here; the message says why."""


def main() -> int:
    """Returns 0; 1 when a step fails."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--frozen", type=Path, help="folder that holds wardlight/ and wardlight-sensor/; built when not given")
    parser.add_argument("--pictures", type=Path, help="folder for the picture of the window")
    options = parser.parse_args()
    bad = 0
    with tempfile.TemporaryDirectory(prefix="wardlight-frozen-") as folder:
        work = Path(folder)
        frozen = options.frozen.resolve() if options.frozen else work / "built"
        if not options.frozen:
            for more in ([], ["--sensor"]):
                words = [sys.executable, str(ROOT / "installer" / "freeze" / "build.py"), "--out", str(frozen), *more]
                subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
        for name, step in steps(frozen, work, options.pictures or work):
            began = time.monotonic()
            try:
                words, mark = step(), "ok    "
            except PassedOver as error:
                words, mark = str(error), "PASS  "
            except (Failed, OSError, subprocess.SubprocessError, ValueError, LookupError) as error:
                words, mark, bad = f"{type(error).__name__}: {error}", "FAIL  ", bad + 1
            print(f"{mark}{name}: {words} ({time.monotonic() - began:.1f} s)", flush=True)
    return 1 if bad else 0


Step = tuple[str, Callable[[], str]]


def steps(frozen: Path, work: Path, pictures: Path) -> Iterator[Step]:
    """Every step, in an order in which the quick ones that fail for all come first."""
    program, sensor = frozen / "wardlight" / "wardlight", frozen / "wardlight-sensor" / "wardlight-sensor"
    yield "size", lambda: size(program.parent, LARGEST)
    yield "size of the sensor", lambda: size(sensor.parent, LARGEST / 2)
    yield "no Qt in the sensor", lambda: without(sensor.parent, ("PySide6", "Qt6", "networkx"))
    yield "selftest", lambda: selftest([str(program)], work)
    yield "selftest of the sensor", lambda: selftest([str(sensor)], work)
    yield "selftest by a link from PATH, in a folder of evidence", lambda: by_link(program, work)
    yield "sample case", lambda: sample(program, work)
    yield "notices and bill of materials", lambda: made_of(program, sensor, work)
    yield "folders that cannot be written", lambda: read_only(program, work)
    yield "window", lambda: window(program, work, pictures)


def run(words: list[str], cwd: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run a program with a home of its own."""
    plain = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "VIRTUAL_ENV", "QT_"))}
    home = cwd / "home"
    home.mkdir(exist_ok=True)
    return subprocess.run(
        words, cwd=cwd, env={**plain, "HOME": str(home), **environment}, capture_output=True, text=True, timeout=PATIENCE
    )


def size(folder: Path, largest: float) -> str:
    """Megabytes of the files."""
    found = sum(one.stat().st_size for one in folder.rglob("*") if one.is_file() and not one.is_symlink()) / 1e6
    if found > largest:
        raise Failed(f"{found:.0f} MB, more than {largest:.0f}")
    return f"{found:.0f} MB"


def without(folder: Path, words: tuple[str, ...]) -> str:
    """No file carries these words in its name."""
    found = [one.name for one in folder.rglob("*") if any(word in one.name for word in words)]
    if found:
        raise Failed(f"there is {found[0]}")
    return "none"


def selftest(program: list[str], cwd: Path, **environment: str) -> str:
    """Every line of it is good."""
    done = run([program[0], "selftest", *program[1:]], cwd, **environment)
    failed = [one for one in done.stdout.splitlines() if not one.startswith("ok ")]
    if done.returncode or failed or not done.stdout:
        raise Failed("; ".join(failed) or done.stderr.strip()[-500:] or "it says nothing")
    return f"{len(done.stdout.splitlines())} parts work"


def made_of(program: Path, sensor: Path, work: Path) -> str:
    """The program shows a notice of every package of its bill; both folders carry both."""
    shown = json.loads(run([str(program), "licences", "--json"], work).stdout)["notices"]
    names = {one["name"].lower() for one in shown}
    silent = [one["name"] for one in shown if not one["texts"] and not one["remark"]]
    listed = []
    for folder in (program.parent, sensor.parent):
        inside = folder / "_internal"
        rows = json.loads((inside / "wardlight.cdx.json").read_text(encoding="utf-8"))["components"]
        listed.append({one["name"].lower() for one in rows if one.get("purl", "").startswith("pkg:pypi/")})
        if not (inside / "NOTICES").read_text(encoding="utf-8").count("Name: "):
            raise Failed(f"{folder.name} has no notices")
    missing = listed[0] - names
    if missing or silent or not {"qt", "nats-server", "scapy", "python"} <= names or listed[1] & {"scapy", "pyside6_essentials"}:
        raise Failed(f"no notice of {', '.join(sorted(missing))}; neither text nor remark: {', '.join(silent)}; {listed[1]}")
    return f"{len(shown)} notices, {len(listed[0])} packages, {len(listed[1])} of them in the sensor"


def by_link(program: Path, work: Path) -> str:
    """Started as packages install it, with a folder of evidence that brings modules of its own."""
    evidence, there = work / "evidence", work / "bin"
    evidence.mkdir()
    there.mkdir()
    for name in ("app", "numpy", "json"):
        (evidence / name).mkdir()
        (evidence / name / "__init__.py").write_text("raise SystemExit('foreign code ran')\n")
    (there / "wardlight").symlink_to(program)
    return selftest(["wardlight", "--sensor"], evidence, PATH=f"{there}:{os.environ['PATH']}", PYTHONPATH=str(evidence))


def sample(program: Path, work: Path) -> str:
    """The sample case gives what it must, as from sources."""
    done = run([str(program), "analyze", str(ROOT / SAMPLE), "--json"], work)
    if done.returncode != 2:
        raise Failed(f"status {done.returncode}: {done.stderr.strip()[-300:]}")
    (work / "sample.json").write_text(done.stdout, encoding="utf-8")
    told = subprocess.run(
        [sys.executable, str(ROOT / "benchmarks" / "check_sample.py"), str(work / "sample.json")], capture_output=True, text=True
    )
    if told.returncode:
        raise Failed((told.stdout + told.stderr).strip()[-300:])
    return f"{len(json.loads(done.stdout)['alerts'])} alerts, as the ground truth says"


def read_only(program: Path, work: Path) -> str:
    """By a user who may write neither the program's folder nor a home: analysis works, what cannot be kept is one clear line."""
    if os.name == "nt" or os.geteuid() != 0 or shutil.which("setpriv") is None:
        raise PassedOver("only root can become a user who may write nothing (with setpriv)")
    bare = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs"]
    work.chmod(0o755)  # the folder of the steps, in which the program was built
    reach = subprocess.run(
        [*bare, str(program), "--version"], capture_output=True, cwd="/", env={"PATH": os.environ["PATH"], "HOME": "/nonexistent"}
    )
    if reach.returncode:
        raise PassedOver("the folder is where other users do not come")
    home = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LANG": "C.UTF-8"}
    done = subprocess.run(
        [*bare, str(program), "analyze", str(program.parent / "_internal" / SAMPLE), "--json"],
        cwd="/",
        env=home,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    if done.returncode != 2:
        raise Failed(f"analysis without a home ends with {done.returncode}: {done.stderr.strip()[-300:]}")
    done = subprocess.run(
        [*bare, str(program), "workspace", "create", "case"], cwd="/", env=home, capture_output=True, text=True, timeout=PATIENCE
    )
    if done.returncode != 1 or len(done.stderr.strip().splitlines()) != 1 or "/nonexistent" not in done.stderr:
        raise Failed(f"without a home it says: {done.stderr.strip()[-300:]!r}")
    return f"analysis works; else: {done.stderr.strip()}"


def window(program: Path, work: Path, pictures: Path) -> str:
    """The window on the sample, on a display of its own: how long until it is there, and what is painted when it was read."""
    server, look, shot = (shutil.which(one) for one in ("Xvfb", "xwininfo", "import"))
    if server is None or look is None or shot is None:
        raise PassedOver("Xvfb, xwininfo or import is not here (packages xvfb, x11-utils, imagemagick)")
    pictures.mkdir(parents=True, exist_ok=True)
    ahead = before_others()
    read, write = os.pipe()
    words = [*ahead, server, "-displayfd", str(write), "-screen", "0", "1440x900x24", "-nolisten", "tcp"]
    display = subprocess.Popen(words, pass_fds=(write,), stderr=subprocess.DEVNULL)
    os.close(write)
    try:
        name = f":{os.read(read, 16).decode().strip()}"
        if len(name) < 2:
            raise Failed("Xvfb does not start")
        cold = min(shown([*ahead, str(program)], work, name, look, empty=True) for _ in range(TRIES))
        warm = min(shown([*ahead, str(program)], work, name, look) for _ in range(TRIES))
        picture = pictures / "window.png"
        shown([str(program), str(ROOT / SAMPLE)], work, name, look, (shot, "-window", "root", str(picture)))
    finally:
        os.close(read)
        display.terminate()
        display.wait()
    found = painted(picture)
    if found < COLOURS:
        raise Failed(f"only {found} colours are painted")
    if ahead and (cold > FIRST or warm > LATER):
        raise Failed(f"there after {cold:.2f} s, later {warm:.2f} s; at most {FIRST} and {LATER} s are promised")
    return f"there after {cold:.2f} s, later {warm:.2f} s{'' if ahead else ' (beside others)'}; {found} colours"


def before_others() -> list[str]:
    """What makes a process run before all others, so that a busy machine does not count; nothing where that is not allowed."""
    words = ["chrt", "--rr", "10"]
    try:
        return words if subprocess.run([*words, "true"], stderr=subprocess.DEVNULL).returncode == 0 else []
    except OSError:
        return []


def shown(words: list[str], work: Path, display: str, look: str, shot: tuple[str, ...] = (), empty: bool = False) -> float:
    """Seconds until the window is on the screen; shot: a command that takes its picture when the sample was read.

    empty: nothing of the program is kept in memory before, where this user may have that.
    """
    plain = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "QT_", "WAYLAND"))}
    environment = {**plain, "DISPLAY": display, "HOME": str(work), "WARDLIGHT_HOME": str(work / "window")}
    if empty:
        os.sync()
        with suppress(OSError):
            Path("/proc/sys/vm/drop_caches").write_text("3")
    began = time.monotonic()
    child = subprocess.Popen(words, cwd=work, env=environment, stderr=subprocess.PIPE, text=True)
    try:
        while "Wardlight" not in subprocess.run([look, "-root", "-tree"], env=environment, capture_output=True, text=True).stdout:
            if child.poll() is not None or time.monotonic() - began > PATIENCE:
                raise Failed(
                    f"no window came: {(child.stderr.read() if child.poll() is not None and child.stderr else '')[-300:]}"
                )
            time.sleep(0.01)
        took = time.monotonic() - began
        if shot:
            time.sleep(READING)
            subprocess.run(shot, env=environment, check=True)
    finally:
        child.terminate()
        child.wait()
    return took


def painted(picture: Path) -> int:
    """Colours of a picture."""
    told = subprocess.run(["identify", "-format", "%k", str(picture)], capture_output=True, text=True, check=True)
    return int(told.stdout)


if __name__ == "__main__":
    sys.exit(main())
