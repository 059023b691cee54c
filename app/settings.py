"""The user's settings: one frozen value, kept as a JSON file that is safe to delete."""

from pathlib import Path
from typing import Literal

import msgspec

from app.paths import settings_folder


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Every option with its default. theme: how the window looks; recent: workspaces opened last, newest first."""

    theme: Literal["system", "dark", "light", "contrast"] = "system"
    sensitivity: Literal["low", "medium", "high"] = "medium"
    recent: tuple[str, ...] = ()


def load(folder: Path | None = None) -> Settings:
    """Settings from the folder; the defaults when there are none or they cannot be read."""
    try:
        return msgspec.json.decode(((folder or settings_folder()) / "settings.json").read_bytes(), type=Settings)
    except (OSError, msgspec.MsgspecError):
        return Settings()


def save(settings: Settings, folder: Path | None = None) -> None:
    """Write the settings; raises OSError when the folder cannot be written."""
    folder = folder or settings_folder()
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / "settings.json.new"
    temporary.write_bytes(msgspec.json.format(msgspec.json.encode(settings)))
    temporary.replace(folder / "settings.json")
