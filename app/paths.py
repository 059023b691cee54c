"""Where the program's own files, settings and temporary workspaces lie."""

import os
import sys
from pathlib import Path

DATA = "_data"
"""Folder inside app/ that a wheel has instead of resources/, docs/ and README.md beside it."""


def program() -> Path:
    """Folder that holds app/, in which children are started (the unpacked bundle when frozen, else where pip put it)."""
    frozen = getattr(sys, "_MEIPASS", None)
    return Path(frozen) if frozen else Path(__file__).resolve().parent.parent


def data(*parts: str) -> Path:
    """A file or folder that ships beside the code, by its name in a checkout; it need not be there.

    A wheel holds them inside the package (DATA), since what stands beside it belongs to others.
    """
    inside = program() / "app" / DATA
    return (inside if inside.is_dir() else program()).joinpath(*parts)


def resources() -> Path:
    """Folder of themes, icons, samples and tables."""
    return data("resources")


def documents() -> Path:
    """Folder of the documents, which are also the help inside the program."""
    return data("docs")


def detector_pages() -> Path:
    """Folder with a page (Markdown) for each detector."""
    return program() / "app" / "engine" / "detectors"


def sample_case() -> Path:
    """The bundled capture of a small intrusion."""
    return resources() / "samples" / "intrusion.pcap"


def sample_log() -> Path:
    """The bundled event log of a few records."""
    return resources() / "samples" / "controller.evtx"


def settings_folder() -> Path:
    """Folder of the user's settings, by the custom of the system; WARDLIGHT_HOME overrides it."""
    home = os.environ.get("WARDLIGHT_HOME")
    if home:
        return Path(home)
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA", Path.home() / "AppData" / "Roaming")) / "Wardlight"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "Wardlight"
    return Path(os.environ.get("XDG_CONFIG_HOME", Path.home() / ".config")) / "wardlight"


def workspaces_folder() -> Path:
    """Folder in which workspaces are listed and made, unless the settings name another one."""
    home = os.environ.get("WARDLIGHT_HOME")
    return Path(home) / "workspaces" if home else Path.home() / "Wardlight"


def whole(name: str, folder: Path | None = None) -> str:
    """A file that was typed, from the root; "" and "-" stay. Who reads it later does not run in the folder where one is.

    folder: that of the file in which it is written, None when it was typed; so that such a file means the same from everywhere.
    """
    return str(Path(folder or "", name).absolute()) if name and name != "-" else name
