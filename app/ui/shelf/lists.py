"""Columns of the lists of workspaces and of the bin, and what is said of one workspace."""

import time
from collections.abc import Callable
from pathlib import Path

from app.model.workspace import Binned, Retention, WorkspaceRow
from app.ui import wording
from app.ui.tables.cells import Column

STATES = {
    "ready": "", "in use": "open elsewhere", "read-only": "reading only", "older": "older version", "newer": "newer version",
    "damaged": "damaged", "missing": "not there",
}  # fmt: skip


def quiet_days(row: WorkspaceRow) -> int | None:
    """Days since a sensor was last heard, when they are too many; None for a workspace that is fed or never was."""
    from app.session import workspaces  # loaded already: it made the row

    return workspaces.unfed(row, time.time_ns() // 1000)


def state_words(row: WorkspaceRow, here: str) -> str:
    """What is odd about a workspace, in a few words. here: path of the one that is open in this window."""
    if row.path == here:
        return "open here"
    days = quiet_days(row)
    return STATES[row.state] or (f"no sensor {days:,} d" if days is not None else "")


def span_words(row: WorkspaceRow) -> str:
    """From which day to which day it holds activities."""
    if row.first is None or row.last is None:
        return ""
    first, last = wording.day(row.first, year=True), wording.day(row.last, year=True)
    return first if first == last else f"{first} – {last}"


def limit_words(limits: Retention) -> str:
    """How long activities are kept, as a sentence."""
    parts = [f"for {wording.count(limits.days, 'day')}"] if limits.days else []
    parts += [f"while the file takes at most {limits.mb:,} MB"] if limits.mb else []
    return f"Activities are kept {wording.listed(parts)}." if parts else "Activities are kept without a limit."


def about(row: WorkspaceRow) -> str:
    """What there is to know of one workspace beside its columns."""
    parts = [row.why] if row.why and row.state != "in use" else []
    days = quiet_days(row)
    if days is not None:
        parts.append(
            f"No sensor was heard for {wording.count(days, 'day')}: connect its sensors again, or delete it when it is not "
            "needed any more."
        )
    if row.packets:
        parts.append(f"{wording.size(row.packets)} of its {wording.size(row.bytes)} are packets kept of live traffic.")
    if row.copies:
        copies = wording.count(row.copies, "copy", "copies")
        parts.append(f"{wording.size(row.earlier)} more are {copies} from before it was brought up to date.")
    if row.state not in ("missing", "damaged"):
        parts.append(limit_words(row.retention))
        if row.role != "administrator":
            parts.append(f"You are a {row.role} of it.")
    return " ".join(parts)


def drop_words(row: WorkspaceRow) -> str:
    """The question before copies of earlier versions are removed."""
    what = f"{wording.count(row.copies, 'copy', 'copies')} of {Path(row.path).stem}, {wording.size(row.earlier)}"
    return f"Remove {what}? They are the way back to an older Wardlight."


def columns(here: Callable[[], str]) -> tuple[Column, ...]:
    """Of the list of workspaces. here: path of the one that is open in this window."""

    def dim(row: WorkspaceRow) -> bool:
        return row.state in ("missing", "damaged")

    return (
        Column("Name", lambda row: Path(row.path).stem, 200, "strong", stretch=True, dim=dim, tip=lambda row: row.path),
        Column("State", lambda row: state_words(row, here()), 130, "quiet", dim=dim, tip=lambda row: row.why),
        Column("Open alerts", lambda row: wording.number(row.alerts) if row.alerts else "", 90, "number", dim=dim),
        Column("Activities", lambda row: wording.number(row.activities) if row.activities else "", 96, "number", dim=dim),
        Column("Span", span_words, 190, "quiet", dim=dim, narrow=False),
        Column("Sensors", lambda row: wording.number(row.sensors) if row.sensors else "", 76, "number", dim=dim, narrow=False),
        Column("Size", lambda row: wording.size(row.bytes) if row.bytes else "", 84, "number", dim=dim, firm=True),
        Column("Last opened", lambda row: wording.moment(row.opened) if row.opened else "", 140, "quiet", dim=dim, firm=True),
        Column("Folder", lambda row: str(Path(row.path).parent), 180, "quiet", dim=dim, cut="middle", narrow=False,
               tip=lambda row: row.path),
    )  # fmt: skip


BINNED = (
    Column("Name", lambda row: Path(row.name).stem, 200, "strong", stretch=True, tip=lambda row: row.place),
    Column("Deleted", lambda row: wording.moment(row.at), 150, firm=True),
    Column("By", lambda row: row.who, 110, "quiet"),
    Column("Size", lambda row: wording.size(row.bytes), 90, "number", firm=True),
    Column("From", lambda row: row.folder, 260, "quiet", cut="middle", tip=lambda row: row.folder),
)


def bin_words(entries: tuple[Binned, ...], going: tuple[Binned, ...]) -> str:
    """What the bin holds. going: those that the next one would push out."""
    if not entries:
        return "The bin is empty. A deleted workspace waits here until three others were deleted."
    held = f"{wording.count(len(entries), 'deleted workspace')}, the newest first. Three are kept"
    names = wording.listed([Path(one.name).stem for one in going])
    return f"{held}: the next one that is deleted removes {names} for good." if names else f"{held}."
