"""Newer versions of the program: asked for only by this command, verified, installed or said how."""

import argparse
import sys
import time
from pathlib import Path

import msgspec

from app import settings as stored
from app.command.words import line
from app.model.sensor import DELAY
from app.sensor.service.configuration import read_config
from app.session import updates

NEWER = 2
"""Exit status of a check that found a newer version that is due."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """VERB and what it needs"""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    checking = verbs.add_parser(
        "check", help="ask the address of the settings, once; exit status 2 when there is a newer version"
    )
    checking.add_argument("--json", action="store_true")
    checking.add_argument(
        "--sensor", type=Path, metavar="FILE", help="configuration of a sensor here: with delayed update a version waits 72 hours"
    )
    fetching = verbs.add_parser("fetch", help="bring the update as one file, for this machine or for one without a network")
    fetching.add_argument("--to", type=Path, default=Path(), metavar="FOLDER", help="where it is put; here when left out")
    fetching.add_argument("--platform", default="", metavar="NAME", help="for another machine, such as linux-x86_64")
    verifying = verbs.add_parser("verify", help="say whether an update file is genuine, and what it holds")
    verifying.add_argument("file", type=Path, metavar="FILE")
    verifying.add_argument("--json", action="store_true")
    installing = verbs.add_parser("install", help="install an update file, or print the command that does")
    installing.add_argument("file", type=Path, metavar="FILE")
    installing.add_argument("--to", type=Path, metavar="FOLDER", help="where a package for another command is put")
    installing.add_argument("--run", action="store_true", help="run that command, which needs root (Debian packages)")
    verbs.add_parser("back", help="let the program from before the last update take its place again (folder, AppImage)")
    setting = verbs.add_parser("set", help="say where updates are asked for; prints what is set")
    setting.add_argument("--address", metavar="URL", help="https address of the manifest; empty for none")
    setting.add_argument("--trust", metavar="FILE", help="keys that are believed in place of those that ship; empty for these")
    setting.add_argument("--authorities", metavar="FILE", help="PEM file of certificates for the address; empty for the system's")
    for one in (fetching, checking, installing):
        one.add_argument("--kind", choices=updates.KINDS, help="another kind of package than this program came as")
    for one in (checking, fetching, verifying, installing):
        one.add_argument("--keys", default="", metavar="FILE", help="keys that are believed, this time")


def run(options: argparse.Namespace) -> int:
    """Returns 0; 2 when a check found a newer version. Raises OSError with one sentence."""
    verb = {"check": _check, "fetch": _fetch, "verify": _verify, "install": _install, "back": _back, "set": _set}[options.verb]
    return verb(options)


def _where(options: argparse.Namespace) -> stored.Updates:
    kept = stored.load().updates
    return msgspec.structs.replace(kept, keys=options.keys) if options.keys else kept


def _check(options: argparse.Namespace) -> int:
    delay = _delay(options.sensor)
    found = updates.check(_where(options), options.kind)
    due = found.manifest.made + delay
    if options.json:
        print(msgspec.json.encode(found).decode())
        return NEWER if found.newer and due <= time.time() else 0
    here = updates.installation()
    print(line(here.words))
    if not found.newer:
        print(line(f"That is the newest version; the maker says so until {day(found.manifest.until)} (key {found.key})."))
        return 0
    print(line(f"Version {found.manifest.version} of {day(found.manifest.made)} is there, signed by the key {found.key}."))
    _notes(found.manifest.notes)
    if due > time.time():
        print(line(f"This sensor's updates are delayed: it is due there from {day(due)}, 72 hours after it was made."))
        return 0
    if found.package is None:
        print(line(f"It has no package for {here.platform} of the kind that this program came as."))
    else:
        print(line(f"`wardlight update fetch` brings it: {found.package.name}, {found.package.bytes:,} bytes."))
    return NEWER


def _delay(sensor: Path | None) -> int:
    """Seconds for which a new version waits on the computer of a sensor with this configuration. Raises OSError."""
    if sensor is None:
        return 0
    found = read_config(sensor)
    if found.config is None:
        raise OSError(found.why)
    return DELAY // 1_000_000 if found.config.delayed else 0


def _fetch(options: argparse.Namespace) -> int:
    out = updates.fetch(_where(options), options.to, options.kind, options.platform, _Progress())
    print(line(str(out)))
    print(line(f"`wardlight update install {out}` installs it."), file=sys.stderr)
    return 0


def _verify(options: argparse.Namespace) -> int:
    found = updates.verify(options.file, _where(options))
    if options.json:
        print(msgspec.json.encode(found).decode())
        return 0
    what = "newer than" if found.newer else "not newer than"
    print(line(f"Genuine: Wardlight {found.manifest.version}, {what} the {updates.installation().version} that runs here."))
    print(line(f"Signed by the key {found.key} on {day(found.manifest.made)}; holds until {day(found.manifest.until)}."))
    for one in found.holds:
        mine = "  (for this program)" if one == found.package else ""
        print(line(f"  {one.name}  {one.kind} for {one.platform}, {one.bytes:,} bytes, sha256 {one.sha256}{mine}"))
    _notes(found.manifest.notes)
    return 0


def _install(options: argparse.Namespace) -> int:
    done = updates.install(options.file, _where(options), options.kind, options.to, options.run, _Progress())
    print(line(done.words))
    if done.command:
        print(line(f"  {done.command}"))
    return 0


def _back(options: argparse.Namespace) -> int:
    print(line(updates.go_back().words))
    return 0


def _set(options: argparse.Namespace) -> int:
    settings = stored.load()
    wanted = {"address": options.address, "keys": options.trust, "authorities": options.authorities}
    changed = {name: value for name, value in wanted.items() if value is not None}
    if changed.get("address"):
        updates.checked(changed["address"])
    for name in ("keys", "authorities"):
        if changed.get(name):
            changed[name] = str(Path(changed[name]).expanduser().absolute())
            if not Path(changed[name]).is_file():
                raise FileNotFoundError(f"There is no file {changed[name]}.")
    kept = msgspec.structs.replace(settings.updates, **changed)
    if changed:
        stored.save(msgspec.structs.replace(settings, updates=kept))
    print(line(f"address      {kept.address or 'none: nothing is asked; update files can be verified and installed'}"))
    print(line(f"keys         {kept.keys or 'those that ship with the program'}"))
    print(line(f"authorities  {kept.authorities or 'those of the system'}"))
    return 0


def day(seconds: int) -> str:
    """A day as it is written, UTC."""
    return time.strftime("%Y-%m-%d", time.gmtime(min(seconds, 253_402_300_799)))


def _notes(notes: str) -> None:
    for one in notes.splitlines()[:40]:
        print(line(f"  {one}"))


class _Progress:
    """Tenths of a large file, on standard error."""

    def __init__(self) -> None:
        self._shown = 0

    def __call__(self, done: int, total: int) -> None:
        tenth = done * 10 // total
        if total >= 1 << 24 and tenth > self._shown:
            self._shown = tenth
            print(f"{tenth * 10} % of {total:,} bytes", file=sys.stderr)
