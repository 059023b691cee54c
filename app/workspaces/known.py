"""Which workspaces a user knows: those that he opened, those in the folder of workspaces; and settings that follow them."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from msgspec.structs import replace

from app.engine.queries.survey import survey
from app.model.workspace import WorkspaceRow
from app.paths import workspaces_folder
from app.settings import Settings
from app.workspaces.companions import PACKETS, SUFFIX, bytes_of, earlier_copies, size_of

MOST = 500
"""Workspaces that are listed."""
LONG = 60 * 86_400_000_000
"""Microseconds without any sensor after which a workspace is pointed out."""
KEPT = 200
"""Paths of which the settings remember something."""


def folder_of(settings: Settings) -> Path:
    """The folder of workspaces."""
    return Path(settings.workspaces) if settings.workspaces else workspaces_folder()


def place_of(text: str, settings: Settings) -> Path:
    """The file that a user means: a path as it is, a bare name in the folder of workspaces."""
    path = Path(text).expanduser()
    if path.name == text and not path.exists():
        whole = text if text.endswith(SUFFIX) else f"{text}{SUFFIX}"
        return folder_of(settings) / whole
    return path


def folders(settings: Settings) -> list[Path]:
    """Folders in which workspaces of this user lie, or lay before they were deleted."""
    every = [folder_of(settings), *(Path(one).parent for one in settings.recent), *map(Path, settings.bins)]
    return list(dict.fromkeys(every))


def known_workspaces(settings: Settings, stopped: Callable[[], bool] = lambda: False) -> tuple[WorkspaceRow, ...]:
    """Every workspace of this user, those opened last first; blocks, and asks stopped between two."""
    found = []
    for path in _paths(settings):
        if stopped():
            break
        row = survey(path)
        opened = settings.opened.get(str(path))
        if row.state != "missing" and opened is None:
            opened = int(path.stat().st_mtime * 1_000_000)
        packets = bytes_of(path.with_name(path.name + PACKETS))
        copies = earlier_copies(path)
        found.append(
            replace(
                row, bytes=size_of(path), packets=packets, copies=len(copies), earlier=sum(map(bytes_of, copies)), opened=opened
            )
        )
    return tuple(sorted(found, key=lambda one: (one.state == "missing", -(one.opened or 0), one.path)))


def _paths(settings: Settings) -> Iterator[Path]:
    """Each once, links not followed."""
    seen: set[str] = set()
    every = [Path(one) for one in settings.recent]
    folder = folder_of(settings)
    if folder.is_dir():
        every += sorted(one for one in folder.glob(f"*{SUFFIX}") if one.is_file())[:MOST]
    for path in every:
        where = str(path.absolute())
        if where not in seen:
            seen.add(where)
            yield Path(where)


def unfed(row: WorkspaceRow, now: int) -> int | None:
    """Whole days since a sensor was last heard, when they are too many; None for a workspace that is fed, or never had one.

    now: UTC microseconds by this machine's clock.
    """
    if row.fed is None or now - row.fed < LONG:
        return None
    return (now - row.fed) // 86_400_000_000


def moved(settings: Settings, before: Path, after: Path) -> Settings:
    """Settings that know a workspace under its new path: recent ones, live sources, what was seen, whom it tells."""
    old, new = str(before), str(after)
    kept = {str(before.resolve()): str(after.resolve()), old: new}  # under either

    def renamed(some: dict[str, object]) -> dict[str, object]:
        return {(new if key == old else key): value for key, value in some.items() if key != new or old not in some}

    return replace(
        settings,
        recent=tuple(dict.fromkeys(new if one == old else one for one in settings.recent)),
        sources=renamed(settings.sources),
        visits=renamed(settings.visits),
        opened=renamed(settings.opened),
        notifications={kept.get(key, key): value for key, value in settings.notifications.items()},
    )


def forgotten(settings: Settings, path: Path, folder: Path | None = None) -> Settings:
    """Settings that do not list a workspace any more. folder: where it waits in a bin."""
    gone = str(path)
    bins = settings.bins if folder is None else tuple(dict.fromkeys((str(folder), *settings.bins)))[:KEPT]
    return replace(
        settings,
        recent=tuple(one for one in settings.recent if one != gone),
        visits={key: value for key, value in settings.visits.items() if key != gone},
        opened={key: value for key, value in settings.opened.items() if key != gone},
        bins=bins,
    )


def opened_now(settings: Settings, path: Path) -> dict[str, int]:
    """When workspaces were opened, this one now."""
    others = {key: at for key, at in settings.opened.items() if key != str(path)}
    latest = dict(sorted(others.items(), key=lambda one: one[1])[-(KEPT - 1) :])
    return {**latest, str(path): time.time_ns() // 1000}
