"""What lies beside a workspace and belongs to it: all of it goes where the workspace goes."""

import os
import re
import stat
from pathlib import Path

SUFFIX = ".wardlight"
JOURNALS = ("-wal", "-shm", "-journal")
PACKETS = ".packets"
"""The folder of packets of live traffic, see app.sensor.sources.evidence."""
_BESIDE = re.compile(
    r"\.(?:packets|part|reports|notices(?:-wal|-shm|-journal)?|version-\d{1,4}(?:-\d{1,2})?(?:\.part(?:-journal)?)?"
    r"|[a-z][a-z-]{0,40}-[0-9a-f]{12}(?:-[0-9a-f]{12})?(?:\.[a-z0-9]{1,12})?)"
)
"""Packets, reports by schedule, notices that wait for other systems, copies of earlier versions, and what sources remember of
this workspace (kind, identity of the workspace, which)."""
_COPY = re.compile(r"\.version-\d{1,4}(?:-\d{1,2})?")
LOCKS = (".lock", ".open")
"""Marks of who has it open; they are never moved."""


def is_companion(suffix: str) -> bool:
    """Whether a file whose name is that of the workspace with this behind it belongs to the workspace."""
    return suffix in JOURNALS or _BESIDE.fullmatch(suffix) is not None


def companions(workspace: Path) -> list[Path]:
    """Files and folders beside a workspace that belong to it, by name; links too, which are never followed."""
    name = workspace.name
    try:
        with os.scandir(workspace.parent) as entries:
            found = [one.name for one in entries if one.name.startswith(name) and is_companion(one.name[len(name) :])]
    except OSError:
        return []
    return [workspace.with_name(one) for one in sorted(found)]


def earlier_copies(workspace: Path) -> list[Path]:
    """Copies from before the workspace was brought up to date, by name; files only."""
    return [one for one in companions(workspace) if _COPY.fullmatch(one.name[len(workspace.name) :]) and one.is_file()]


def bytes_of(path: Path) -> int:
    """Bytes of a file, or of all regular files in a folder; links are not followed, what is gone meanwhile counts nothing."""
    try:
        about = path.lstat()
    except OSError:
        return 0
    if stat.S_ISREG(about.st_mode):
        return about.st_size
    if not stat.S_ISDIR(about.st_mode):
        return 0
    total = 0
    for folder, _, files in os.walk(path):
        for one in files:
            try:
                inside = os.lstat(os.path.join(folder, one))  # noqa: PTH118  many files, and a Path for each costs more than the call
            except OSError:
                continue
            total += inside.st_size if stat.S_ISREG(inside.st_mode) else 0
    return total


def size_of(workspace: Path) -> int:
    """Bytes of a workspace with all that belongs to it."""
    return bytes_of(workspace) + sum(map(bytes_of, companions(workspace)))


def plain_file(workspace: Path) -> None:
    """Raises OSError with one sentence unless this is a file itself, not a link to one."""
    try:
        about = workspace.lstat()
    except FileNotFoundError:
        raise FileNotFoundError(f"There is no workspace {workspace}.") from None
    if stat.S_ISLNK(about.st_mode):
        raise OSError(f"{workspace} is a link: name the file that it leads to.")
    if not stat.S_ISREG(about.st_mode):
        raise OSError(f"{workspace} is no file.")
