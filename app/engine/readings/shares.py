"""What is done to files of the administrators' shares and to pipes of another computer, whether packets or its log tell it."""

import re
from typing import Any

from msgspec import Struct

from app.engine.context import Context
from app.engine.forms import CHANGES
from app.engine.readings.sessions import by_system, is_elsewhere
from app.model.activity import Activity
from app.model.details import SmbFile
from app.model.events import EventShare
from app.model.hosts import OUTPUT_FILES, tool_of_pipe

FILE_CHECKED = 5145
HOUR, SOON = 3_600_000_000, 600_000_000
PROGRAMS = (".exe", ".dll", ".ps1", ".bat", ".cmd", ".vbs", ".js", ".hta", ".msi", ".sys", ".scr", ".xll", ".xsl", ".sct", ".wll")
WRITE_DATA = 0x2 | 0x4
"""FILE_WRITE_DATA and FILE_APPEND_DATA (MS-SMB2 section 2.2.13.1.1)."""
INSTALLED = re.compile(r"^(?:program files(?: \(x86\))?|programdata\\package cache)\\", re.I)
"""Where products lie whose files are replaced by hand, and whose services are started anew then."""
TASK_OUTPUT = re.compile(r"^(windows\\)?temp\\[a-z]{8}\.tmp$", re.I)
"""The same of tools that use the task scheduler; only together with its pipe."""
USE_PIPE = "use the program of "
NAMES_FILES = (r"system32\drivers\etc\hosts", r"system32\drivers\etc\lmhosts")
FETCHED = "run a command and fetch what it said"


class Touched(Struct, frozen=True):
    """A file or pipe of another computer. share: its last part in capitals; name: in lower case. writes: it was written, or
    asked for to be; reads: to be read."""

    share: str
    name: str
    writes: bool
    reads: bool


def touched(activity: Activity) -> Touched | None:
    """What an activity tells of one, unless it was refused or is none of a share whose name ends with a dollar sign."""
    detail: Any = activity.detail
    if activity.result == "failure":
        return None
    if isinstance(detail, SmbFile):
        share, name = detail.path, detail.name
        if detail.directory or share[-1:] != "$" or not name:
            return None
        writes, reads = detail.action in CHANGES, detail.action == "read"
    elif isinstance(detail, EventShare) and detail.event_id == FILE_CHECKED:
        share, name = detail.text("ShareName") or "", detail.text("RelativeTargetName") or ""
        if share[-1:] != "$" or not name:
            return None
        writes, reads = bool((detail.number("AccessMask") or 0) & WRITE_DATA), True
    else:
        return None
    return Touched(share.rpartition("\\")[2].upper(), name[:1024].replace("/", "\\").lstrip("\\").lower(), writes, reads)


def is_drive(share: str) -> bool:
    """True for the Windows folder and for whole drives, where only administrators get."""
    return share == "ADMIN$" or (len(share) == 2 and share[0].isalpha())


def fetched(activity: Activity, ctx: Context) -> tuple[str, str] | None:
    """What tools leave: the file with a command's output, the pipe of their program; a program that was put there is kept."""
    file = touched(activity)
    if file is None:
        return None
    if file.share == "IPC$":
        if file.name == "atsvc":
            ctx.memory.note(("atsvc", *_ends(activity, ctx)), True, activity.at)
        tool = tool_of_pipe(file.name)
        return (f"{USE_PIPE}{tool}", f"pipe of {tool}") if tool else None
    if file.reads and OUTPUT_FILES.search(file.name):
        return FETCHED, "output fetched"
    if file.reads and TASK_OUTPUT.match(file.name):
        asked = ctx.memory.recall(("atsvc", *_ends(activity, ctx)), bool, activity.at, SOON)
        if asked:
            return f"{FETCHED}, by a scheduled task", "output fetched"
    if is_program_put(file) and not INSTALLED.match(file.name):
        ctx.memory.note(("put", *_ends(activity, ctx)), file.name[:300], activity.at)
    return None


def _ends(activity: Activity, ctx: Context) -> tuple[str, str]:
    return ctx.place(activity.source, activity.at), ctx.place(activity.destination, activity.at)


def is_program_put(file: Touched) -> bool:
    """True for a program or script that is written where only administrators may."""
    return file.writes and is_drive(file.share) and file.name.endswith(PROGRAMS)


def names_written(file: Touched) -> bool:
    """True where the file that gives other computers' names their addresses is written on another computer."""
    return file.writes and is_drive(file.share) and file.name.endswith(NAMES_FILES)


def program_put(activity: Activity, ctx: Context) -> str:
    """The program put onto this computer by that one within the hour before, "" for none."""
    return ctx.memory.recall(("put", *_ends(activity, ctx)), str, activity.at, HOUR) or ""


def program_written(file: Touched, activity: Activity, ctx: Context) -> str:
    """The program that a person wrote to a share of the administrators of another computer; empty for anything else."""
    if not is_program_put(file):
        return ""
    account = ctx.account(activity)
    if by_system(activity) or not is_elsewhere(activity, ctx):
        return ""
    if account is None or account.kind != "user":
        return ""
    detail: Any = activity.detail
    return str(detail.name if isinstance(detail, SmbFile) else detail.text("RelativeTargetName"))[:300]
