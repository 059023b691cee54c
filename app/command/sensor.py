"""Run a sensor without a window: join a hub, say whether a configuration can run, how the running one is doing."""

import argparse
import os
import signal
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec.structs import replace

from app.command.words import inert, line
from app.link.envelope import LinkError
from app.link.place import HubPlace, from_line
from app.model.sensor import SensorReport
from app.model.source import LiveSource
from app.paths import settings_folder
from app.sensor.service import changes
from app.sensor.service.configuration import read_config, read_place, rooted, write_place
from app.sensor.service.files import STATE, SYSTEM, Files
from app.sensor.service.fitness import unfit
from app.sensor.service.service import RESTART
from app.sensor.service.service import run as run_service

LONGEST = 1 << 16
NAME = 64
VARIABLE = "WARDLIGHT_PASSPHRASE"
INSTALLED = SYSTEM / "wardlight" / "sensor.json"
"""Where an installed sensor has its configuration."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """[--config FILE] [--join LINE] [--check | --status]"""
    parser.add_argument(
        "--config", type=Path, metavar="FILE",
        help="its configuration as JSON; what it keeps lies beside it, or in /var/lib/wardlight-sensor when it is below /etc "
        "(default: the installed sensor's, else sensor.json among the settings)",
    )  # fmt: skip
    parser.add_argument("--join", metavar="LINE", help="the line of `wardlight hub add-sensor`; - reads it from standard input")
    parser.add_argument("--name", default="", help="with --join: what people call this sensor")
    parser.add_argument("--keyring", action="store_true", help="with --join: keep the key in the keyring, not in a file")
    parser.add_argument("--no-run", action="store_true", dest="no_run", help="with --join: only keep it, for a service to run")
    parser.add_argument("--with-parent", action="store_true", dest="with_parent", help=argparse.SUPPRESS)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--check", action="store_true", help="only say what is wrong with the configuration; status 1 when it is")
    what.add_argument(
        "--status", action="store_true", help="what the running sensor says of itself, as JSON; status 1 without one"
    )


def run(options: argparse.Namespace) -> int:
    """Returns 0; 1 for a configuration that cannot run, or when none runs. Raises OSError with one sentence."""
    files = Files(options.config or (INSTALLED if INSTALLED.exists() else settings_folder() / "sensor.json"))
    if options.check:
        return _check(files)
    if options.status:
        return _status(files)
    if options.join:
        _as_owner(files.folder)
        _join(files, options)
        if options.no_run:
            return 0
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    if options.with_parent:  # how a Windows service ends it: there is no signal for that, and a parent that dies ends it too
        threading.Thread(target=_until_closed, args=(stop,), daemon=True, name="parent-watch").start()
    try:
        while run_service(files, stop) == RESTART and not stop.is_set():
            print("The sensor begins again.", file=sys.stderr, flush=True)
    except LinkError as error:
        raise OSError(str(error)) from error
    return 0


def as_installed() -> None:
    """As root, be the installed sensor for good: its folder, the passphrase of its secrets, its user. Elsewhere nothing."""
    if os.name != "posix" or os.geteuid() != 0 or not STATE.is_dir():
        return
    os.environ.setdefault("WARDLIGHT_HOME", str(STATE))
    with suppress(OSError, UnicodeDecodeError):
        for row in (INSTALLED.parent / "passphrase").read_text(encoding="utf-8").splitlines():
            name, is_set, value = row.strip().partition("=")
            if is_set and name == VARIABLE:
                os.environ.setdefault(name, value.strip("\"'"))
    _as_owner(STATE)


def _as_owner(folder: Path) -> None:
    """Be who owns this folder, for good: what root writes there the sensor could not read."""
    if os.name != "posix" or os.geteuid() != 0 or not folder.is_dir():
        return
    owner = folder.stat()
    if owner.st_uid:
        os.setgroups([])
        os.setgid(owner.st_gid)
        os.setuid(owner.st_uid)


def _until_closed(stop: threading.Event) -> None:
    """Stop when standard input closes."""
    with suppress(OSError):
        while os.read(0, 1 << 12):
            pass
    stop.set()


def _check(files: Files) -> int:
    found = read_config(files.configuration)
    running, told = _running(files)
    words = [found.why] if found.config is None else unfit(rooted(found.config, files.configuration), running)
    try:
        if read_place(files.place) is None:
            words.append("No hub is known: join one with --join.")
    except LinkError as error:
        words.append(str(error))
    for one in words:
        print(inert(one))
    if told:
        print(told)
    if not words and found.config is not None:
        print(f"The configuration can run: {', '.join(line(one) for one in _named(files)) or 'without a source'}.")
    return 1 if words else 0


def _running(files: Files) -> tuple[tuple[LiveSource, ...], str]:
    """Sources of the sensor that runs with these files now, whose ports are its own, and how that is known; "" without one."""
    if not files.is_held():
        return (), ""
    try:
        report = msgspec.json.decode(files.report.read_bytes(), type=SensorReport)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return (), "A sensor runs with these files and has not reported yet, so a port in use may be its own."
    age = max(0, time.time_ns() // 1000 - report.at) // 1_000_000
    told = f"A sensor runs with these files; which ports are its own is known from its report of {age:,} seconds ago."
    return report.config.sources if report.config is not None else (), told


def _named(files: Files) -> list[str]:
    from app.sensor.live import label_of

    config = read_config(files.configuration).config
    return [label_of(one) for one in rooted(config, files.configuration).sources] if config is not None else []


def _status(files: Files) -> int:
    running = files.is_held()
    try:
        report = msgspec.json.decode(files.report.read_bytes())
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        report = None
    print(msgspec.json.format(msgspec.json.encode({"running": running, "report": report})).decode())
    return 0 if running else 1


def _join(files: Files, options: argparse.Namespace) -> None:
    text = sys.stdin.readline(LONGEST) if options.join == "-" else options.join
    try:
        place = from_line(text)
    except LinkError as error:
        raise OSError(str(error)) from error
    if place.role != "sensor":
        raise OSError("the line is of an analyst; a sensor needs one of `wardlight hub add-sensor`")
    if options.name:
        place = replace(place, name=options.name[:NAME])
    write_place(files.place, place, options.keyring)
    changes.record(files.changes, "joined", "command line", why=f"sensor {place.id} of the workspace {place.workspace}")
    print(f"This machine is the sensor {line(place.name)} of {line(_where(place))}.", file=sys.stderr, flush=True)


def _where(place: HubPlace) -> str:
    return f"{place.workspace} at {', '.join(place.urls)}"
