"""The user's settings: one frozen value, kept as a JSON file that is safe to delete."""

from pathlib import Path
from typing import Annotated, Literal

import msgspec

from app.model.notice import Notifying
from app.model.saved import SavedQuery
from app.model.source import LiveSource
from app.paths import settings_folder


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """What a workspace held when somebody last said that he has seen it. at: UTC microseconds by this machine's clock.

    alerts, incidents, inputs: ids and keys; accounts, hosts: how many were seen.
    """

    at: int
    alerts: tuple[str, ...] = ()
    incidents: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    accounts: int = 0
    hosts: int = 0


class Updates(msgspec.Struct, frozen=True, kw_only=True):
    """Where newer versions are asked for, only when the user does. address: of the manifest, https; empty: nowhere.

    keys: a file of keys that are believed in place of those that ship. authorities: PEM file of certificates for the address.
    """

    address: Annotated[str, msgspec.Meta(max_length=2_000)] = ""
    keys: str = ""
    authorities: str = ""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Every option with its default.

    theme: how the window looks; zoom: size of its words, 1.0 as the system says;
    geometry: where the window stood, as Qt writes it, base64; recent: workspaces opened last, newest first.
    places: a GeoIP file (.mmdb) that tells where outside addresses are, empty for none.
    evidence: MB that the packets kept of live traffic may take beside a workspace.
    reserve: share of processor and memory that listening leaves to this machine; 0: it takes what it needs.
    sources: live sources that a workspace had, by its path; they name their secrets and never hold them.
    density: height of rows in tables and lists. motion: whether parts of the window may move. zone: of every time on screen:
    "UTC", "Local time" or a name of the zone database.
    keys: id of an action of the window to its keys, in place of those of the table.
    privacy: pseudonyms stand in the place of names.
    language: code of the window's language, see app.ui.catalogue.
    visits: what each workspace held when it was last marked as seen, by its path.
    queries: saved queries that stand in every workspace. typed: queries that were asked, newest first.
    low_priority: readings leave the processor to others first.
    toured: the tour over the sample case was offered.
    notifications: what each workspace tells to other systems, by its path; secrets are named and never held.
    workspaces: folder in which workspaces are listed and made, empty for the usual one. opened: when each was last opened, by its
    path, UTC microseconds. bins: folders in which deleted workspaces are kept.
    updates: where newer versions of the program are asked for.
    """

    theme: Literal["system", "dark", "light", "contrast"] = "system"
    sensitivity: Literal["low", "medium", "high"] = "medium"
    recent: tuple[str, ...] = ()
    zoom: Annotated[float, msgspec.Meta(ge=0.5, le=2.5)] = 1.0
    geometry: str = ""
    places: str = ""
    evidence: Annotated[int, msgspec.Meta(ge=16, le=1_048_576)] = 1_000
    reserve: Annotated[float, msgspec.Meta(ge=0, le=0.9)] = 0.15
    sources: dict[str, tuple[LiveSource, ...]] = {}
    density: Literal["compact", "comfortable"] = "compact"
    motion: Literal["system", "off"] = "system"
    zone: Annotated[str, msgspec.Meta(max_length=60)] = "UTC"
    keys: dict[str, tuple[str, ...]] = {}
    toured: bool = False
    language: Annotated[str, msgspec.Meta(max_length=20)] = "en"
    visits: dict[str, Visit] = {}
    low_priority: bool = False
    privacy: bool = False
    queries: tuple[SavedQuery, ...] = ()
    workspaces: str = ""
    opened: dict[str, int] = {}
    bins: tuple[str, ...] = ()
    typed: tuple[Annotated[str, msgspec.Meta(max_length=4_000)], ...] = ()
    notifications: dict[str, Notifying] = {}
    updates: Updates = Updates()


def load(folder: Path | None = None) -> Settings:
    """Settings from the folder; the defaults when there are none or they cannot be read."""
    try:
        return msgspec.json.decode(((folder or settings_folder()) / "settings.json").read_bytes(), type=Settings)
    except (OSError, msgspec.MsgspecError, ValueError):
        return Settings()


def save(settings: Settings, folder: Path | None = None) -> None:
    """Write the settings; raises OSError when the folder cannot be written."""
    folder = folder or settings_folder()
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / "settings.json.new"
    temporary.write_bytes(msgspec.json.format(msgspec.json.encode(settings)))
    temporary.replace(folder / "settings.json")


def with_notifications(settings: Settings, notifications: dict[str, Notifying]) -> Settings:
    """The settings with other notifications."""
    return msgspec.structs.replace(settings, notifications=notifications)
