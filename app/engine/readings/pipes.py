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
