"""Named pipes that a person opened on another computer, where its log tells only that (5145): what is reached through each."""

from app.engine.context import Context
from app.engine.readings.sessions import by_system, is_elsewhere
from app.model.activity import Activity
from app.model.events import EventShare

FILE_CHECKED = 5145
CONTROL = {"svcctl": "the service manager", "atsvc": "the task scheduler"}
"""Pipes through which a computer is made to run something (MS-SCMR, MS-TSCH, MS-ATSVC section 2.1)."""
WHO_IS_THERE = frozenset({"srvsvc", "wkssvc", "winreg", "samr", "lsarpc"})
"""Pipes through which collectors ask who has sessions, who is signed in, whose profiles are loaded, who administers."""
SESSIONS = "srvsvc"


def pipe_opened(activity: Activity, ctx: Context) -> str:
    """The pipe that a person opened from another computer; empty for computers, systems, files, and what was refused."""
    event = activity.detail
    if not isinstance(event, EventShare) or event.event_id != FILE_CHECKED or activity.result == "failure":
        return ""
    if not (event.text("ShareName") or "").upper().endswith("IPC$"):
        return ""
    account = ctx.account(activity)
    if account is None or account.kind != "user" or by_system(activity) or not is_elsewhere(activity, ctx):
        return ""
    return (event.text("RelativeTargetName") or "").lower().rpartition("\\")[2]
