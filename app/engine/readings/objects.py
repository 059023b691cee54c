"""Objects of the directory that a person only read, as an audit of reads tells it (4662)."""

from app.engine.context import Context
from app.engine.forms import OBJECT_CHECKED, READ_PROPERTY
from app.engine.readings.sessions import by_system
from app.model.activity import Activity
from app.model.events import EventObjectAccess


def object_read(activity: Activity, ctx: Context) -> str:
    """The object that a person read, by its number or name; empty for writes, other rights, computers and systems.

    Windows audits reads of no object by itself, nor does what is advised for security: somebody chose the object.
    """
    event = activity.detail
    if (
        not isinstance(event, EventObjectAccess)
        or event.event_id != OBJECT_CHECKED
        or event.number("AccessMask") != READ_PROPERTY
    ):
        return ""
    if (event.text("ObjectServer") or "DS").upper() != "DS" or activity.result == "failure" or by_system(activity):
        return ""
    account = ctx.account(activity)
    if account is None or account.kind != "user":
        return ""
    return (event.text("ObjectName") or "").strip("%{}").lower()[:300]
