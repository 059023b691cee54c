"""A workspace under another name or in another folder of the same disk, with all that belongs to it."""

import errno
import json
import os
from contextlib import suppress
from pathlib import Path

from app.engine.store import StoreError
from app.engine.store.presence import alone
from app.engine.store.roles import guard, record
from app.workspaces.companions import SUFFIX, companions, plain_file

JOURNAL = ".moving"
"""Ends the name of a note beside the new file while what belongs to it is on its way."""


def named(name: str) -> str:
    """A file name of a workspace, with its suffix. Raises OSError with one sentence for what can be no name."""
    name = name.strip()
    whole = name if name.endswith(SUFFIX) else f"{name}{SUFFIX}"
    stem = whole[: -len(SUFFIX)]
    if not stem.strip(". ") or Path(whole).name != whole or any(one in whole for one in '\\/:*?"<>|') or not whole.isprintable():
        raise OSError(f"{name[:80]!r} cannot be the name of a workspace.")
    if len(os.fsencode(whole)) > 180:
        raise OSError("The name is too long: what belongs to the workspace needs room behind it.")
    return whole


def rename(workspace: Path, target: Path) -> Path:
    """Move a workspace to this file, on the same disk; returns it. The workspace must not be open.

    Raises OSError, StoreError with one sentence; then all is where it was. Killed in the middle, finish() brings the rest.
    """
    target = target.with_name(named(target.name))
    finish(workspace)
    plain_file(workspace)
    guard(workspace)
    if not target.parent.is_dir():
        raise FileNotFoundError(f"There is no folder {target.parent}.")
    if target.exists() or target.is_symlink() or companions(target):
        raise FileExistsError(f"There is something called {target.name} already.")
    with alone(workspace):
        record(workspace, "renamed", f"from {workspace.name} to {target}")
        move_all(workspace, target)
    return target


def move_all(workspace: Path, target: Path) -> None:
    """Move the file first, then what belongs to it; whoever calls is alone with it. Raises OSError; then nothing was moved.

    Broken off by anything else, such as Ctrl-C, nothing was moved either.
    """
    note = target.with_name(target.name + JOURNAL)
    ways = [(one, target.with_name(target.name + one.name[len(workspace.name) :])) for one in (workspace, *companions(workspace))]
    begun: list[tuple[Path, Path]] = []
    try:
        note.write_text(json.dumps(str(workspace.absolute())), encoding="utf-8")
        for one, there in ways:
            begun.append((one, there))
            os.rename(one, there)  # noqa: PTH104  never replaces a folder, and a link is moved itself
    except BaseException as error:
        for one, there in reversed(begun):
            if not os.path.lexists(one):  # it may have been broken off on either side of the last one's move
                with suppress(OSError):
                    there.rename(one)
        note.unlink(missing_ok=True)
        if not isinstance(error, OSError):
            raise
        if error.errno == errno.EXDEV:
            raise OSError(f"{target.parent} is on another disk: pack the workspace, and unpack it there.") from error
        raise OSError(f"{workspace} cannot be moved: {error.strerror or error}.") from error
    with suppress(OSError):  # finish() removes it the next time
        note.unlink(missing_ok=True)


def finish(workspace: Path) -> None:
    """Bring what belongs to a workspace after it, when moving it was broken off."""
    note = workspace.with_name(workspace.name + JOURNAL)
    if not note.is_file() or note.is_symlink() or not workspace.is_file():
        return
    with suppress(OSError, ValueError, TypeError, StoreError):
        before = Path(json.loads(note.read_text(encoding="utf-8")[:10_000]))
        if before.name and not before.exists() and before.absolute() != workspace.absolute():
            for one in companions(before):
                there = workspace.with_name(workspace.name + one.name[len(before.name) :])
                if not there.exists() and not there.is_symlink():
                    one.rename(there)
        note.unlink()
