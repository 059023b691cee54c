"""Where the program's own files, settings and temporary workspaces lie."""

import os
import sys
from pathlib import Path


def program() -> Path:
    """Folder that holds app/ and resources/ (the unpacked bundle when frozen)."""
    frozen = getattr(sys, "_MEIPASS", None)
    return Path(frozen) if frozen else Path(__file__).resolve().parent.parent


def resources() -> Path:
    """Folder of themes, icons, samples and tables."""
    return program() / "resources"


def documents() -> Path:
    """Folder of the documents, which are also the help inside the program."""
    return program() / "docs"


def detector_pages() -> Path:
    """Folder with a page (Markdown) for each detector."""
    return program() / "app" / "engine" / "detectors"


def sample_case() -> Path:
    """The bundled capture of a small intrusion."""
    return resources() / "samples" / "intrusion.pcap"


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
