"""Scheduled tasks: made, deleted, enabled, disabled, changed, as the audit tells it.

The scheduler itself tells that they were registered (106), updated (140), deleted (141), and not what they run.
"""

from app.model.events import EventTask
from app.sensor.events.family import SECURITY, Facts, Family, Log, by_subject
from app.sensor.events.fields import Fields, account, split_account, text
from app.sensor.events.record import EventRecord

_SCHEDULER = "microsoft-windows-taskscheduler"
_LOG = Log(frozenset({_SCHEDULER}), frozenset({f"{_SCHEDULER}/operational"}))
_NAMES = {106: "TaskName UserContext", **dict.fromkeys((140, 141), "TaskName UserName")}


def _named(record: EventRecord, fields: Fields) -> Facts:
    """By name or by SID, as the scheduler could tell it."""
    who = text(fields, "UserContext", "UserName")
    return Facts(account(None, None, who) if who is not None and who.startswith("S-1-") else split_account(who))


FAMILIES = (
    Family(EventTask, SECURITY, dict.fromkeys(range(4698, 4703), by_subject)),
    Family(EventTask, _LOG, dict.fromkeys(_NAMES, _named), _NAMES),
)
