"""What a user asks of updates: is there a newer one, bring it, is this file genuine, install it, go back."""

import os
import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec
from msgspec import Struct

from app.paths import settings_folder
from app.settings import Updates
from app.updates import carrying, fetching, remembered, replacing, trust
from app.updates.carrying import Carried, Told
from app.updates.installed import Installation, installation
from app.updates.statement import Envelope, Kind, Manifest, Package, Refused, Signed, opened, parts

NO_ADDRESS = (
    "No address is set that could be asked for updates. Set one (`wardlight update set --address https://…`, or Settings, "
    "Updates), or use an update file (`wardlight update verify FILE`)."
)


class Checked(Struct, frozen=True, kw_only=True):
    """A manifest that is believed. key: who signed it, as people compare it. newer: than the program that runs.

    package: the one for this machine, None when there is none. expires: seconds of the epoch.
    """

    manifest: Manifest
    key: str
    newer: bool
    package: Package | None


class Verified(Checked, frozen=True, kw_only=True):
    """An update file that is genuine. holds: packages that are in it, whole."""

    holds: tuple[Package, ...]


class Installed(Struct, frozen=True, kw_only=True):
    """done: the newer program is in its place. words: what was done or is left to do. command: what does it, for a shell."""

    done: bool
    words: str
    command: str = ""


def check(where: Updates, kind: Kind | None = None) -> Checked:
    """Ask the address for what there is. Blocks; raises Refused."""
    return _believed(_asked(where), where, kind)[1]


def fetch(
    where: Updates, folder: Path, kind: Kind | None = None, platform: str = "", told: Told = lambda done, total: None
) -> Path:
    """Bring the update for this machine, or for another one, as an update file. Blocks; raises Refused, OSError."""
    envelope, found = _believed(_asked(where), where, kind, platform)
    one = found.package
    if one is None:
        raise Refused(_none(found.manifest, kind or installation().kind, platform or installation().platform))
    out = folder / f"wardlight-{found.manifest.version}-{one.platform}-{one.kind}.wardupdate"
    with tempfile.TemporaryDirectory(prefix=".wardlight-", dir=folder) as place:
        file = Path(place) / one.name
        carrying.take(fetching.package(where.address, one, where.authorities), one, file, told)
        carrying.write(out, msgspec.json.encode(envelope), [(one, file)])
    return out


def verify(file: Path, where: Updates) -> Verified:
    """Look an update file through. Blocks; raises Refused with why it is none, OSError."""
    with file.open("rb") as raw:
        carried = Carried(raw)
        _, found = _believed(carried.envelope(), where, keep=False)
        holds = carried.packages(found.manifest, lambda one: None)
    return Verified(**{name: getattr(found, name) for name in Checked.__struct_fields__}, holds=holds)


def install(
    file: Path, where: Updates, kind: Kind | None = None, folder: Path | None = None, run: bool = False,
    told: Told = lambda done, total: None, here: Installation | None = None,
) -> Installed:  # fmt: skip
    """Install what an update file holds for this machine, or say which command does. Blocks; raises Refused, OSError.

    kind: of the package, when it is not how this program was installed. folder: where a package for a command is put.
    run: run the command, which needs root. Nothing older than what runs is installed.
    """
    here = here or installation()
    wanted = kind or here.kind
    stays = wanted not in ("archive", "appimage") and not run
    target = (folder or settings_folder() / "updates") if stays else None
    if target is not None:
        target.mkdir(parents=True, exist_ok=True, mode=0o700)
    with file.open("rb") as raw, tempfile.TemporaryDirectory(prefix=".wardlight-update-", dir=target) as place:
        carried = Carried(raw)
        envelope, found = _believed(carried.envelope(), where, wanted, here=here, keep=False)
        one, manifest = found.package, found.manifest
        if wanted is None:
            raise Refused(f"This program is a checkout in {here.place}: it is updated as it was got.")
        if parts(manifest.version) < parts(here.version):
            raise Refused(f"The update is version {manifest.version}, older than {here.version} that runs here. It was not used.")
        if not found.newer and kind is None:
            raise Refused(f"Version {here.version} runs here already.")
        if one is None:
            raise Refused(_none(manifest, wanted, here.platform))
        out = Path(place) / one.name
        carried.packages(manifest, lambda each: out if each == one else None, told)
        if not out.is_file():
            raise Refused(f"The update file does not hold {one.name}, the package for this machine.")
        if target is not None:
            out = out.replace(target / one.name)
        _remember(envelope, manifest, where)
        if wanted in ("archive", "appimage"):
            replace = replacing.folder if wanted == "archive" else replacing.image
            before = replace(out, Path(here.place), manifest.version)
            words = f"Version {manifest.version} is in its place; the one before waits in {before}. Start the program again."
            return Installed(done=True, words=words)
        command = _command(wanted, out)
        if run:
            return _run(wanted, command, manifest.version)
        words = f"Version {manifest.version} is genuine and lies in {out}. This installs it:"
        return Installed(done=False, words=words, command=command if isinstance(command, str) else shlex.join(command))


def go_back(here: Installation | None = None) -> Installed:
    """Let the program from before the last update take its place again. Raises Refused, OSError."""
    here = here or installation()
    if here.kind not in ("archive", "appimage"):
        raise Refused(
            "Only a program in a folder of its own, or an AppImage, goes back by itself; see docs/updates.md for others."
        )
    after = replacing.back(Path(here.place))
    return Installed(done=True, words=f"The program from before is in its place; the newer one waits in {after}.")


# ---- what is believed


def _asked(where: Updates) -> bytes:
    if not where.address:
        raise Refused(NO_ADDRESS)
    return fetching.manifest(where.address, where.authorities)


def _believed(
    data: bytes, where: Updates, kind: Kind | None = None, platform: str = "", here: Installation | None = None, keep: bool = True
) -> tuple[Envelope, Checked]:
    envelope = opened(data)
    first = trust.first_keys(Path(where.keys) if where.keys else None)
    before = remembered.seen(first)
    keys, _ = trust.held(first, _once((*before.keys, *envelope.keys)))
    manifest, key = trust.signed(envelope, keys)
    _sound(manifest)
    remembered.check(envelope, manifest, before, time.time())
    if keep:
        _remember(envelope, manifest, where)
    here = here or installation()
    mine = [
        one for one in manifest.packages
        if one.kind == (kind or here.kind) and one.platform in ("any", platform or here.platform)
    ]  # fmt: skip
    newer = parts(manifest.version) > parts(here.version)
    return envelope, Checked(manifest=manifest, key=key, newer=newer, package=mine[0] if mine else None)


def _remember(envelope: Envelope, manifest: Manifest, where: Updates) -> None:
    first = trust.first_keys(Path(where.keys) if where.keys else None)
    _, used = trust.held(first, _once((*remembered.seen(first).keys, *envelope.keys)))
    remembered.remember(envelope, manifest, first, used)


def _once(changes: tuple[Signed, ...]) -> tuple[Signed, ...]:
    return tuple(dict.fromkeys(changes))


def _sound(manifest: Manifest) -> None:
    names = [one.name.lower() for one in manifest.packages]
    if len(names) != len({*names, carrying.FIRST}) - 1 or manifest.until < manifest.made:
        raise Refused("The manifest of the update contradicts itself.")


def _none(manifest: Manifest, kind: Kind | None, platform: str) -> str:
    there = ", ".join(f"{one.kind} for {one.platform}" for one in manifest.packages)
    return f"Version {manifest.version} has no {kind or 'package'} for {platform}. It has {there or 'nothing'}."


# ---- what a command of the system does


def _command(kind: Kind, file: Path) -> list[str] | str:
    """The command that installs a package: words, or a line for a shell that is none of ours."""
    if kind in ("deb", "sensor-deb"):
        sudo = [] if hasattr(os, "geteuid") and os.geteuid() == 0 else ["sudo"]
        return [*sudo, "apt", "install", str(file)]
    if kind == "wheel":
        if "pipx" in Path(sys.prefix).parts:
            return ["pipx", "install", "--force", str(file)]
        return [sys.executable, "-m", "pip", "install", str(file)]
    return f'"{file}"' if kind == "installer" else f'open "{file}"'


def _run(kind: Kind, command: list[str] | str, version: str) -> Installed:
    if kind not in ("deb", "sensor-deb") or os.geteuid() != 0 or isinstance(command, str):
        raise Refused("Only Debian packages are installed from here, and only by root; without --run the command is printed.")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    status = subprocess.run(["apt-get", "install", "-y", "--no-install-recommends", command[-1]], env=quiet).returncode
    if status:
        raise Refused(f"apt-get ended with {status}; the program is as it was, or as apt-get says above.")
    return Installed(done=True, words=f"Version {version} is installed.")
