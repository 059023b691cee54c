"""Deleted workspaces: kept in a hidden folder beside where they were, at most three, and restored from there."""

import os
import re
import shutil
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

import msgspec

from app.engine.store.changing import user
from app.engine.store.presence import alone
from app.engine.store.roles import guard, record
from app.model.workspace import Binned
from app.workspaces.companions import companions, plain_file, size_of
from app.workspaces.moving import finish, move_all, named

BIN = ".wardlight-bin"
MOST = 3
"""Deleted workspaces that are kept, in all folders together; the oldest goes for good when another one comes."""
_PLACE = re.compile(r"\d{8}T\d{6}-[0-9a-f]{8}")
_ABOUT = "deleted.json"


class _About(msgspec.Struct, frozen=True, kw_only=True):
    """What is written beside a deleted workspace."""

    name: str
    at: int
    who: str = ""


def binned(folders: Iterable[Path]) -> tuple[Binned, ...]:
    """Deleted workspaces of these folders, the newest first."""
    found = []
    for folder in dict.fromkeys(one.absolute() for one in folders):
        place = folder / BIN
        if place.is_symlink() or not place.is_dir():
            continue
        with suppress(OSError):
            for one in sorted(place.iterdir()):
                entry = _read(one)
                if entry is not None:
                    found.append(entry)
    return tuple(sorted(found, key=lambda one: (-one.at, one.place)))


def _read(place: Path) -> Binned | None:
    """A deleted workspace; None for what is none, whatever it says of itself."""
    if not _PLACE.fullmatch(place.name) or place.is_symlink() or not place.is_dir():
        return None
    try:
        with (place / _ABOUT).open("rb") as file:
            about = msgspec.json.decode(file.read(10_000), type=_About)
        name = named(about.name)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None
    workspace = place / name
    if not workspace.is_file() or workspace.is_symlink():
        return None
    return Binned(
        place=str(place), name=name, folder=str(place.parent.parent), at=about.at, who=about.who[:200], bytes=size_of(workspace)
    )


def leaving(folders: Iterable[Path]) -> tuple[Binned, ...]:
    """Those that go for good when one more is deleted."""
    return binned(folders)[MOST - 1 :]


def delete(workspace: Path, folders: Iterable[Path]) -> Binned:
    """Move a workspace with all that belongs to it to the bin of its folder; those that are too many go for good.

    folders: others with a bin. The workspace must not be open. Raises OSError, StoreError; then nothing was deleted.
    """
    finish(workspace)
    plain_file(workspace)
    guard(workspace)
    workspace = workspace.absolute()
    every = [*folders, workspace.parent]
    with alone(workspace):
        going = leaving(every)
        bin_ = workspace.parent / BIN
        if bin_.is_symlink():
            raise OSError(f"{bin_} is a link, so nothing is moved there.")
        at = time.time_ns() // 1000
        place = bin_ / f"{time.strftime('%Y%m%dT%H%M%S', time.gmtime(at // 1_000_000))}-{token_hex(4)}"
        try:
            place.mkdir(parents=True)
            about = msgspec.json.encode(_About(name=named(workspace.name), at=at, who=user()))
            (place / _ABOUT).write_bytes(about)
        except OSError as error:
            raise OSError(f"{workspace.parent} cannot hold a bin: {error.strerror or error}.") from error
        record(workspace, "deleted", f"to the bin of {workspace.parent}")
        try:
            move_all(workspace, place / named(workspace.name))
        except BaseException:
            there = place / named(workspace.name)
            if not os.path.lexists(there) and not companions(there):  # else it lies in the bin, where it can be restored
                shutil.rmtree(place, ignore_errors=True)
            raise
    for one in going:
        purge(one)
    gone = _read(place)
    assert gone is not None
    return gone


def purge(entry: Binned) -> None:
    """Remove a deleted workspace for good; links in it are removed, never followed."""
    place = Path(entry.place)
    if _read(place) is None or place.parent.name != BIN:
        raise OSError(f"{place} holds no deleted workspace.")
    shutil.rmtree(place)
    with suppress(OSError):
        place.parent.rmdir()  # when it was the last


def restore(entry: Binned, name: str = "") -> Path:
    """Put a deleted workspace back into the folder where it was, under its name or another; returns its file.

    Raises OSError with one sentence.
    """
    place = Path(entry.place)
    now = _read(place)
    if now is None or place.parent.name != BIN:
        raise OSError(f"{place} holds no deleted workspace.")
    target = place.parent.parent / named(name or now.name)
    if target.exists() or target.is_symlink() or companions(target):
        raise FileExistsError(f"There is something called {target.name} in {target.parent}: restore it under another name.")
    workspace = place / now.name
    finish(workspace)
    with alone(workspace):
        move_all(workspace, target)
    record(target, "restored", f"from the bin as {target.name}")
    shutil.rmtree(place, ignore_errors=True)
    with suppress(OSError):
        place.parent.rmdir()
    return target
