"""A service or task that a computer's log tells: what it is, and whether another computer had it made."""

import re

from msgspec import Struct
from msgspec.structs import replace

from app.engine.context import Context
from app.engine.readings.commands import command_of, mark_of, service_mark, tossed
from app.engine.readings.hosts import value_set
from app.engine.readings.sessions import NETWORK, Logon, by_system, from_session, is_elsewhere, session_of
from app.model.activity import Activity
from app.model.events import EventService, EventTask

INSTALLED, INSTALLED_AUDITED = 7045, 4697
TASK_MADE, TASK_CHANGED = 4698, 4702
TASK_REGISTERED, TASK_DELETED = 106, 141
"""Of the task scheduler's own log, which tells neither what a task runs nor in which session it was made."""
BRIEF = 60_000_000
"""Tools take a task away as soon as it ran."""
KERNEL_DRIVERS = frozenset({1, 2, 8})
"""Service types that are drivers (MS-SCMR section 2.2.47)."""
REMOTE = 2
"""RpcCallClientLocality of 4698 and 4702 (RPC_CALL_CLIENT_LOCALITY): the caller is another computer."""
SERVICE = re.compile(r"\\services\\([^\\]{1,256})(?:\\parameters)?$")
"""The key of a service (MS-SCMR section 3.1.1)."""
SAME = 10_000_000
"""Two logs of a computer tell of one service within this time."""


class Installation(Struct, frozen=True, kw_only=True):
    """One service or task. activity: with the source of its session, where known. mark: what in it gives a tool away.

    remote: made from another computer. here: made at the computer itself. driver: part of the kernel.
    """

    activity: Activity
    task: bool
    name: str
    command: str
    mark: str
    session: Logon | None
    remote: bool
    here: bool
    driver: bool

    @property
    def from_elsewhere(self) -> bool:
        """True when another computer had it made: its session or caller says so, or a tool's mark does and nothing denies it."""
        return self.remote or (bool(self.mark) and not self.here and not by_system(self.activity))


def fleeting(activity: Activity, ctx: Context) -> Activity | None:
    """The registration of a task that is deleted within a minute, with a name of letters in no order in the topmost folder."""
    event = activity.detail
    if not isinstance(event, EventTask) or event.event_id not in (TASK_REGISTERED, TASK_DELETED):
        return None
    name = (event.text("TaskName") or "")[:300].removeprefix("\\")
    if "\\" in name or not tossed(name):
        return None
    key = ("registered", event.computer.lower(), name)
    if event.event_id == TASK_REGISTERED:
        ctx.memory.note(key, activity, activity.at)
        return None
    return ctx.memory.recall(key, Activity, activity.at, BRIEF)


def installation(activity: Activity, ctx: Context) -> Installation | None:
    """What a log tells of a service or task that was made or changed; None for other events."""
    event, session = activity.detail, session_of(activity, ctx)
    activity = from_session(activity, session)
    remote = session is not None and session.type == NETWORK and is_elsewhere(activity, ctx)
    here, driver = session is not None and not remote, False
    if isinstance(event, EventService):
        if event.event_id not in (INSTALLED, INSTALLED_AUDITED):
            return None
        name, command = event.text("ServiceName") or "", event.text("ImagePath", "ServiceFileName") or ""
        driver = event.number("ServiceType") in KERNEL_DRIVERS or "driver" in (event.text("ServiceType") or "").lower()
        mark, twin = service_mark(command, name), ("installed here", event.computer.lower(), name.lower())
        if here and event.event_id == INSTALLED_AUDITED:
            ctx.logons.note(twin, True, activity.at)
        here = here or (session is None and ctx.logons.recall(twin, bool, activity.at, SAME) is not None)
    elif isinstance(event, EventTask):
        if event.event_id not in (TASK_MADE, TASK_CHANGED):
            return None
        remote = remote or (session is None and event.number("RpcCallClientLocality") == REMOTE)
        name, command = event.text("TaskName") or "", command_of(event.text("TaskContent", "TaskContentNew") or "")
        mark = mark_of(command)
    else:
        return None
    return Installation(
        activity=activity, task=isinstance(event, EventTask), name=name, command=command, mark=mark, session=session,
        remote=remote, here=here, driver=driver,
    )  # fmt: skip


def written_service(activity: Activity) -> Installation | None:
    """The program of a service as a value of the registry says it; services.exe writes it for whoever asked, who is not told."""
    value = value_set(activity)
    if value is None or value.name not in ("imagepath", "servicedll"):
        return None
    found = SERVICE.search(value.key)
    if found is None:
        return None
    own = value.by == "services.exe" or by_system(activity)
    return Installation(
        activity=replace(activity, account=None) if own else activity, task=False, name=found.group(1), command=value.data,
        mark="", session=None, remote=False, here=False, driver=value.data.lower().endswith(".sys"),
    )  # fmt: skip
