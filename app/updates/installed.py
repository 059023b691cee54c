"""How this program came onto this machine, which says what updates it."""

import os
import platform
import sys
from pathlib import Path
from typing import get_args

from msgspec import Struct

from app import __version__, paths, starting
from app.updates.statement import Kind

KINDS: tuple[Kind, ...] = get_args(Kind)
SYSTEMS = {"linux": "linux", "win32": "windows", "darwin": "macos"}
MACHINES = {"amd64": "x86_64", "aarch64": "arm64"}
WORDS: dict[Kind | None, str] = {
    "deb": "a Debian package", "sensor-deb": "a Debian package", "archive": "a folder", "appimage": "an AppImage",
    "wheel": "a Python package", "installer": "a Windows program", "disk-image": "a macOS application", None: "a checkout",
}  # fmt: skip


class Installation(Struct, frozen=True, kw_only=True):
    """kind: what updates it, None for a checkout. platform: as in manifests. place: its folder, or the file of an AppImage."""

    version: str
    kind: Kind | None
    platform: str
    place: str

    @property
    def words(self) -> str:
        """As a sentence."""
        return f"Wardlight {self.version}, {WORDS[self.kind]} in {self.place} ({self.platform})."


def installation() -> Installation:
    """This program as it runs."""
    kind, place = _kind()
    return Installation(version=__version__, kind=kind, platform=here(), place=str(place))


def here() -> str:
    """System and machine, as manifests name them."""
    machine = platform.machine().lower()
    return f"{SYSTEMS.get(sys.platform, sys.platform)}-{MACHINES.get(machine, machine)}"


def _kind() -> tuple[Kind | None, Path]:
    if not starting.frozen():
        folder = paths.program()
        return (None if (folder / "pyproject.toml").is_file() else "wheel"), folder
    folder = Path(sys.executable).resolve().parent
    if sys.platform == "win32":
        return "installer", folder
    if sys.platform == "darwin":
        return "disk-image", folder
    image = os.environ.get("APPIMAGE", "")
    if image and Path(image).is_file():
        return "appimage", Path(image).resolve()
    return ("deb" if folder.is_relative_to("/usr") else "archive"), folder
