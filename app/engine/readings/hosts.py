"""What a computer's log tells of its own files, pipes, values of the registry and consumers of WMI."""

import re

from msgspec import Struct

from app.engine.readings.commands import base, local_mark, mark_of
from app.engine.readings.sessions import by_system
from app.model.activity import Activity
from app.model.events import EventHost
from app.model.hosts import OUTPUT_FILES, tool_of_pipe
from app.model.messages import is_taken_away

FILE_MADE, VALUE_SET, PIPE_MADE, PIPE_OPENED, CONSUMER, BOUND = 11, 13, 17, 18, 20, 21
VALUE_AUDITED, BOUND_BY_WMI = 4657, 5861
_NUMBER = re.compile(r"^(?:DWORD|QWORD) \((0x[0-9a-f]{1,16})(?:-0x[0-9a-f]{1,8})?\)$", re.I)
"""How Sysmon writes a number; texts it writes as they are, all else as "Binary Data"."""
_ROOT = re.compile(r"^(\\registry\\machine|hklm|hkey_local_machine)\\")
_SET = re.compile(r"^system\\controlset\d{3}\\")
_KINDS = re.compile(r"\b(commandline|activescript)eventconsumer\b", re.I)
"""Classes of permanent consumers that run a command or a script (ATT&CK T1546.003)."""
_TEMPLATE = re.compile(r"\b(?:CommandLineTemplate|ExecutablePath|ScriptText)\s?=\s?\"(.{1,2000}?)\";", re.S)
BINARY = "Binary Data"


class Value(Struct, frozen=True, kw_only=True):
    """A value of the registry that was set. key: below HKLM, with the current control set, in lower case; name: likewise.

    data: as it is written; number: where it is one; by: the program that did it.
    """

    key: str
    name: str
    data: str
    number: int | None
    by: str


def value_set(activity: Activity) -> Value | None:
    """The value that an event says was set; None for other events, and for one that was deleted or refused."""
    event = activity.detail
    if not isinstance(event, EventHost) or activity.result == "failure":
        return None
    if event.event_id == VALUE_SET:
        path, data = (event.text("TargetObject") or "")[:1024], event.text("Details") or ""
        key, _, name = path.rpartition("\\")
        found = _NUMBER.match(data)
        number, by = (int(found.group(1), 16) if found is not None else None), event.text("Image") or ""
    elif event.event_id == VALUE_AUDITED and not is_taken_away(event.text("OperationType")):
        key, name = (event.text("ObjectName") or "")[:1024], event.text("ObjectValueName") or ""
        data, number, by = event.text("NewValue") or "", event.number("NewValue"), event.text("ProcessName") or ""
    else:
        return None
    key = _SET.sub(r"system\\currentcontrolset\\", _ROOT.sub("", key.lower()))
    return Value(key=key, name=name.lower(), data=data.replace("%%", "%")[:8192], number=number, by=base(by))


def file_made(activity: Activity) -> tuple[str, str]:
    """(path, the program that made it), both empty for other events."""
    event = activity.detail
    if not isinstance(event, EventHost) or event.event_id != FILE_MADE:
        return "", ""
    return (event.text("TargetFilename") or "")[:1024], event.text("Image") or ""


class Left(Struct, frozen=True, kw_only=True):
    """What remote execution leaves on a computer. what, label: words. said: name or command. tool: whose it is, if known."""

    what: str
    label: str
    said: str
    tool: str = ""


def left_behind(activity: Activity) -> Left | None:
    """The pipe of a tool, the file with a command's output, a consumer of WMI."""
    event = activity.detail
    if not isinstance(event, EventHost):
        return None
    if event.event_id in (PIPE_MADE, PIPE_OPENED):
        name = (event.text("PipeName") or "")[:300]
        tool = tool_of_pipe(name.lstrip("\\"))
        if not tool or (tool == "PsExec" and activity.source is None):  # its other pipes name who sent it, perhaps the computer
            return None
        return Left(what=f"talk through the pipe of {tool}", label=f"pipe of {tool}", said=name, tool=tool)
    if event.event_id == FILE_MADE:
        path = file_made(activity)[0]
        if not OUTPUT_FILES.search(path.rpartition("\\")[2]):
            return None
        return Left(what="run a command and keep what it said for somebody to fetch", label="output kept", said=path)
    if event.event_id in (CONSUMER, BOUND, BOUND_BY_WMI):
        return _consumer(activity, event)
    return None


def _consumer(activity: Activity, event: EventHost) -> Left | None:
    """A consumer that runs something; by the system, as products keep them, only where a mark gives it away."""
    if (event.text("Operation") or "Created").lower() == "deleted":
        return None
    said = (event.text("Destination") or "").strip("\"' ")
    kind = event.text("Type") or ""
    if event.event_id == CONSUMER and kind and kind.lower() not in ("command line", "script"):
        return None
    if event.event_id != CONSUMER:
        named = event.text("Consumer", "CONSUMER") or ""
        if not _KINDS.search(named):
            return None
        cause = _TEMPLATE.search((event.text("PossibleCause") or "")[:65536])
        said = cause.group(1).replace('\\"', '"').replace("\\\\", "\\") if cause is not None else named
    marked = mark_of(said) if by_system(activity) or activity.account is None else local_mark(said, "", False)
    person = activity.account is not None and not by_system(activity)
    if not marked and not (person and (kind or event.event_id == BOUND)):
        return None
    return Left(what="run something whenever an event comes (WMI event consumer)", label="WMI event consumer", said=said)
