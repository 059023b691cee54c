"""What is done with one workspace from the page: in a job, alone with the file, the window following where it goes."""

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QMutex, QMutexLocker

from app.model.workspace import Binned
from app.ui import wording
from app.ui.desk import Desk

_deleting = QMutex()
PATIENCE, PAUSE = 6.0, 0.1
"""Seconds that are waited for the window's own session to let go of a workspace, and between two tries."""


def alone(desk: Desk, window: Any, path: Path, work: Callable[[], Path | None], words: str, done: Callable[[Any], None]) -> None:
    """Do something for which nobody may have the workspace open; one that is open here is closed before and opened after.

    work returns where the workspace is then, None when it is gone. done gets that; what goes wrong is said in the status bar.
    """
    session = desk.session
    here = session is not None and not session.is_temporary and session.path.absolute() == path.absolute()
    if here and (desk.bridge.reading or desk.bridge.listening):
        desk.tell("Stop reading and the live sources first.", True)
        return
    if here:
        window.set_session(None)

    def patient() -> Path | None:
        from app.session import IN_USE, StoreError

        until = time.monotonic() + (PATIENCE if here else 0)
        while True:
            try:
                return work()
            except StoreError as error:
                if not str(error).endswith(IN_USE) or time.monotonic() > until:
                    raise
                time.sleep(PAUSE)

    def ended(where: Path | None) -> None:
        if here:
            window.open_case(where)
        done(where)

    def failed(error: str) -> None:
        if here:
            window.open_case(path)
        desk.refuse(error)

    desk.jobs.run(patient, ended, failed, desk, words)


def to_bin(path: Path, folders: Iterable[Path], told: Iterable[Binned]) -> tuple[Binned, ...]:
    """For a job: move a workspace to the bin, when no others go for good than those that were told; else returns which would go.

    One at a time, so that nothing goes between the look and the move.
    """
    from app.session import workspaces

    every, known = [*folders, path.parent], {one.place for one in told}
    with QMutexLocker(_deleting):
        going = workspaces.leaving(every)
        if {one.place for one in going} <= known:
            workspaces.delete(path, every)
            return ()
    return going


def follow(desk: Desk, before: Path, after: Path | None, bin_of: Path | None = None) -> None:
    """Let the settings know a workspace where it is now; None: it is in the bin of a folder, or gone."""
    from app.session import workspaces

    old = desk.settings
    new = workspaces.moved(old, before, after) if after is not None else workspaces.forgotten(old, before, bin_of)
    names = ("recent", "sources", "visits", "opened", "notifications", "bins")
    desk.keep(**{one: getattr(new, one) for one in names})


def pack(desk: Desk, path: Path, out: Path) -> None:
    """Write a workspace as one file, also while it is open."""

    def work() -> int:
        from app.session import workspaces

        return workspaces.pack(path, out)

    done = lambda number: desk.tell(f"Packed as {out.name}, {wording.size(number)}.")  # noqa: E731
    desk.jobs.run(work, done, desk.refuse, desk, f"Packing {path.name}")


def unpack(desk: Desk, archive: Path, then: Callable[[Path], object]) -> None:
    """Bring a packed workspace to the folder of workspaces; then is told where it is."""
    settings = desk.settings

    def work() -> Path:
        from app.session import workspaces

        folder = workspaces.folder_of(settings)
        folder.mkdir(parents=True, exist_ok=True)
        return workspaces.unpack(archive, folder)

    def done(path: Path) -> None:
        desk.tell(f"{path.name} is in {path.parent}.")
        then(path)

    desk.jobs.run(work, done, desk.refuse, desk, f"Unpacking {archive.name}")


def drop_copies(desk: Desk, path: Path, then: Callable[[], object]) -> None:
    """Remove the copies from before a workspace was brought up to date."""

    def work() -> tuple[int, int]:
        from app.session import workspaces

        return workspaces.drop_copies(path)

    def done(gone: tuple[int, int]) -> None:
        desk.tell(f"{path.name}: {wording.count(gone[0], 'copy', 'copies')} removed, {wording.size(gone[1])} free again.")
        then()

    desk.jobs.run(work, done, desk.refuse, desk, f"Removing copies of {path.name}")
