"""Named pipes that a person opened on another computer, where its log alone tells it (5145): what is reached through each."""

from collections.abc import Container

from app.engine.context import Context
from app.engine.readings.sessions import by_system, is_elsewhere
from app.model.activity import Activity
from app.model.details import SmbTree
from app.model.events import EventShare

FILE_CHECKED = 5145
CONTROL = {"svcctl": "the service manager", "atsvc": "the task scheduler"}
"""Pipes through which a computer is made to run something (MS-SCMR, MS-TSCH, MS-ATSVC section 2.1)."""
WHO_IS_THERE = frozenset({"srvsvc", "wkssvc", "winreg", "samr", "lsarpc"})
"""Pipes through which collectors ask who has sessions, who is signed in, whose profiles are loaded, who administers."""
SESSIONS = "srvsvc"


PROGRAMS = (".exe", ".dll", ".ps1", ".bat", ".cmd", ".vbs", ".js", ".hta", ".msi", ".sys", ".scr")
WRITE_DATA = 0x2 | 0x4
"""FILE_WRITE_DATA and FILE_APPEND_DATA (MS-SMB2 section 2.2.13.1.1)."""


READ = 3_600_000_000
"""So long after packets showed the share of pipes connected, they show what is asked through a pipe as well."""


def remember(activity: Activity, ctx: Context) -> None:
    """Keep that packets of a computer can be read at another one's share of pipes: what is asked there is told by them."""
    tree = activity.detail
    if not isinstance(tree, SmbTree) or tree.name.upper() != "IPC$" or tree.encrypted or activity.source is None:
        return
    if activity.result == "success":
        ctx.logons.note(("pipes", activity.source.ip, ctx.place(activity.destination, activity.at)), True, activity.at)


def in_packets(activity: Activity, ctx: Context) -> bool:
    """True when packets tell what was asked through a pipe that a log tells opened."""
    source, there = activity.source, ctx.place(activity.destination, activity.at)
    return source is not None and ctx.logons.recall(("pipes", source.ip, there), bool, activity.at, READ) is not None


def program_written(activity: Activity, ctx: Context) -> str:
    """The program that a person wrote to a share of the administrators of another computer; empty for anything else."""
    event = activity.detail
    if not isinstance(event, EventShare) or event.event_id != FILE_CHECKED or activity.result == "failure":
        return ""
    share, name = (event.text("ShareName") or "").upper(), event.text("RelativeTargetName") or ""
    hidden = share.endswith("ADMIN$") or (share.endswith("$") and share[-3:-2] == "\\")
    if not hidden or not name.lower().endswith(PROGRAMS) or not (event.number("AccessMask") or 0) & WRITE_DATA:
        return ""
    account = ctx.account(activity)
    if account is None or account.kind != "user" or by_system(activity) or not is_elsewhere(activity, ctx):
        return ""
    return name[:300]


def pipe_opened(activity: Activity, ctx: Context, wanted: Container[str]) -> str:
    """Which of some pipes a person opened from another computer; empty for others, for computers, systems, what was refused,
    and where packets of the two can be read: they tell what was asked, or that it was nothing worth telling.
    """
    event = activity.detail
    if not isinstance(event, EventShare) or event.event_id != FILE_CHECKED or activity.result == "failure":
        return ""
    if not (event.text("ShareName") or "").upper().endswith("IPC$"):
        return ""
    pipe = (event.text("RelativeTargetName") or "").lower().rpartition("\\")[2]
    if pipe not in wanted:
        return ""
    account = ctx.account(activity)
    if account is None or account.kind != "user" or by_system(activity) or not is_elsewhere(activity, ctx):
        return ""
    return "" if in_packets(activity, ctx) else pipe
