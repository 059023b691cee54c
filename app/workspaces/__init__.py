"""Workspaces as files: listed, renamed, deleted to a bin, restored, packed, compacted, checked."""

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.workspaces.bin import binned, delete, leaving, purge, restore
from app.workspaces.companions import SUFFIX, companions, earlier_copies, size_of
from app.workspaces.known import LONG, folder_of, folders, forgotten, known_workspaces, moved, opened_now, place_of, unfed
from app.workspaces.moving import finish, named, rename

if TYPE_CHECKING:
    from app.workspaces.tending import check, compact, drop_copies, mend, repack

__all__ = [
    "LONG", "PACK", "SUFFIX", "binned", "check", "compact", "companions", "delete", "drop_copies", "earlier_copies", "finish",
    "folder_of", "folders", "forgotten", "known_workspaces", "leaving", "mend", "moved", "named", "opened_now", "pack",
    "place_of", "purge", "rename", "repack", "restore", "size_of", "unfed", "unpack",
]  # fmt: skip
PACK = ".wardlight-pack"
"""Suffix of a packed workspace."""
Told = Callable[[int, int], None]
_TENDING = frozenset({"check", "compact", "drop_copies", "mend", "repack"})


def __getattr__(name: str) -> Any:
    """What checks and compacts, loaded when first asked for: no start of the window waits for it."""
    if name in _TENDING:
        return getattr(importlib.import_module("app.workspaces.tending"), name)
    raise AttributeError(name)


def pack(workspace: Path, out: Path, packets: bool = True, told: Told = lambda done, total: None) -> int:
    """See app.workspaces.packing.pack, which loads what few need."""
    from app.workspaces import packing

    return packing.pack(workspace, out, packets, told)


def unpack(archive: Path, folder: Path, name: str = "", told: Told = lambda done, total: None) -> Path:
    """See app.workspaces.packing.unpack, which loads what few need."""
    from app.workspaces import packing

    return packing.unpack(archive, folder, name, told)
