"""Forms that collectors give an event in JSON beside those of Windows' own tools, turned into one that json_forms reads.

Wazuh's agent, OpenTelemetry's receiver, Logstash and old Fluentd (names in lower case), PowerShell's list of strings, GELF of
NXLog, Graylog's flat names of Beats, Kibana's "fields", osquery, Splunk's fields, XML made JSON by xml2js, and events as XML
inside a text of any of them. What holds the event is looked into a few levels deep.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from app.sensor.events.splunk import BEGIN, pairs, provider_of
from app.sensor.events.templates import TEMPLATES
from app.sensor.events.values import number_of, text_of

Object = Mapping[str, Any]
CARRIERS = ("_source", "result", "data", "document", "attributes", "body", "fields", "columns", "event", "Event", "log", "json")
"""Names under which a collector keeps what it was given."""
TEXTS = (
    "message",
    "Message",
    "_raw",
    "original",
    "event",
    "xml",
    "Xml",
    "XML",
    "EventXml",
    "raw",
    "@rawstring",
    "full_log",
    "log",
)
DEEP = 4
_FLAT = ("winlogbeat_winlog_", "filebeat_winlog_", "winlog_")
_MOST = 1024
_SHORT = {
    "Sec": "Security", "Sys": "System", "Sysmon": "Microsoft-Windows-Sysmon/Operational",
    "PwSh": "Microsoft-Windows-PowerShell/Operational", "PwShClassic": "Windows PowerShell",
    "TaskSch": "Microsoft-Windows-TaskScheduler/Operational",
}  # fmt: skip
"""Logs as Hayabusa writes them."""


def understood(object: Object) -> Object | str | None:
    """The event as an object in another form, or as the text of its XML; None when there is none in it."""
    for _ in range(DEEP):
        for name in TEXTS:
            text = object.get(name)
            if isinstance(text, str) and text[:64].lstrip().startswith("<Event"):
                return text[: text.rfind("</Event>") + 8].lstrip()
        for form in _FORMS:
            found = form(object)
            if found is not None:
                return found
        inner = next((object[one] for one in CARRIERS if isinstance(object.get(one), dict)), None)
        if inner is None:
            return None
        object = inner if "@timestamp" in inner or "@timestamp" not in object else {"@timestamp": object["@timestamp"], **inner}
        if isinstance(object.get("System"), dict):
            return object
    return None


def _wazuh(object: Object) -> Object | None:
    """{"win": {"system": ..., "eventdata": ...}}; the agent writes each name with a small first letter, and values without a
    name in one text with commas between.
    """
    win = object.get("win")
    system = win.get("system") if isinstance(win, dict) else None
    if not isinstance(win, dict) or not isinstance(system, dict) or "eventID" not in system:
        return None
    event_id, data = number_of(system.get("eventID")), dict[str, Any]()
    for part, values in list(win.items())[:8]:
        if part == "system" or not isinstance(values, dict):
            continue
        for name, value in list(values.items())[:_MOST]:
            if part == "eventdata" and name == "data" and isinstance(value, str):
                many = len(TEMPLATES.get(event_id, ())) or _MOST
                data |= {f"param{place}": one for place, one in enumerate(value.split(", ", many - 1), 1)}
            elif name:
                data[name if name[:5] == "param" else name[:1].upper() + name[1:]] = value
    at = system.get("systemTime") or object.get("@timestamp") or object.get("timestamp")
    told = {
        "event_id": event_id, "channel": system.get("channel"), "provider_name": system.get("providerName"),
        "computer_name": system.get("computer"), "record_id": system.get("eventRecordID"), "event_data": data,
        "keywords": system.get("keywords") or system.get("severityValue"),
    }  # fmt: skip
    return {"@timestamp": at, "winlog": told, "message": text_of(system.get("message")).strip('"')}


def _first(object: Object, *names: str) -> Any:
    for name in names:
        value = object.get(name)
        if isinstance(value, dict):
            value = value.get("name", value.get("id", value.get("Name")))
        if value is not None and value != "" and not isinstance(value, list):
            return value
    return None


def _lower(object: Object) -> Object | None:
    """Names in lower case: OpenTelemetry (event_id and provider are objects), Logstash, Fluentd, osquery."""
    event_id = _first(object, "event_id", "eventid", "event_code")
    channel = _first(object, "channel", "log_name")
    provider = _first(object, "provider_name", "provider", "source_name")
    if event_id is None or (channel is None and provider is None):
        return None
    data: Any = object.get("event_data", object.get("string_inserts", object.get("data")))
    if isinstance(data, str) and data[:1] == "{":
        data = _decoded(data)
    user = object.get("user_data")
    if isinstance(data, dict) and ("EventData" in data or "UserData" in data):
        data, user = data.get("EventData"), data.get("UserData")
    if isinstance(data, dict) and isinstance(data.get("data"), list):
        data = data["data"]
    if isinstance(data, list):
        data = _listed(data)
    told = {
        "event_id": event_id, "channel": _log(channel), "provider_name": provider,
        "computer_name": _first(object, "computer_name", "computer", "hostname", "host"),
        "record_id": _first(object, "record_id", "record_number", "event_record_id"),
        "event_data": data, "user_data": user, "user": object.get("user"),
        "keywords": object.get("keywords") or object.get("event_type"),
    }  # fmt: skip
    times = ("system_time", "time_created", "datetime", "@timestamp", "time_generated", "timestamp", "time_written", "time")
    message = _first(object, "message", "description")
    return {"@timestamp": next((object[one] for one in times if object.get(one)), None), "winlog": told, "message": message}


def _log(channel: Any) -> Any:
    return channel.title() if isinstance(channel, str) and channel in ("security", "system", "application") else channel


def _listed(values: list[Any]) -> dict[str, Any]:
    """[{"TargetUserName": "alice"}, ...] or plain strings, as named values."""
    out: dict[str, Any] = {}
    for place, one in enumerate(values[:_MOST], 1):
        if isinstance(one, dict) and len(one) == 1:
            ((name, value),) = one.items()
            out[name or f"param{place}"] = value
        elif isinstance(one, dict):
            out[text_of(one.get("Name", one.get("name"))) or f"param{place}"] = one.get(
                "value", one.get("Value", one.get("#text"))
            )
        else:
            out[f"param{place}"] = one
    return out


def _gelf(object: Object) -> Object | None:
    """GELF: additional fields have an underscore before their name."""
    if "_EventID" not in object:
        return None
    out = {name[1:]: value for name, value in list(object.items())[:_MOST] if name[:1] == "_" and name != "_id"}
    for name, value in (("Message", object.get("full_message", object.get("short_message"))), ("Hostname", object.get("host"))):
        out.setdefault(name, value)
    if "EventTime" not in out:
        out["EventTime"] = object.get("timestamp")
    return out


def _graylog(object: Object) -> Object | None:
    """Graylog joins the names of Beats with underscores and puts the collector's before them."""
    start = next((one for one in _FLAT if f"{one}event_id" in object), None)
    if start is None:
        return None
    data, told = {}, {}
    for name, value in list(object.items())[:_MOST]:
        if name.startswith(f"{start}event_data_"):
            data[name[len(start) + 11 :]] = value
        elif name.startswith(start):
            told[name[len(start) :]] = value
    keywords = told.get("keywords")
    at = object.get("@timestamp", object.get("timestamp"))
    return {"@timestamp": at, "winlog": {**told, "keywords": keywords, "event_data": data}, "message": object.get("message")}


def _kibana(object: Object) -> Object | None:
    """Dotted names, each with a list of its values."""
    return object if "winlog.event_id" in object or "event.code" in object else None


def _strings(object: Object) -> Object | None:
    """PowerShell's Get-EventLog: the values alone, in order; the type of the entry is that of the audit."""
    values = object.get("ReplacementStrings")
    if not isinstance(values, list) or "EventID" not in object:
        return None
    audit = {8: "success", 16: "failure", "SuccessAudit": "success", "FailureAudit": "failure"}
    entry = object.get("EntryType")
    return {
        "EventID": object["EventID"], "SourceName": object.get("Source"), "Channel": object.get("LogName", object.get("Log")),
        "Computer": object.get("MachineName"), "RecordNumber": object.get("Index"), "Message": object.get("Message"),
        "TimeCreated": object.get("TimeGenerated") or object.get("TimeWritten"), "EventData": values,
        "Keywords": audit.get(entry, "") if isinstance(entry, int | str) else "",
    }  # fmt: skip


def _splunk(object: Object) -> Object | None:
    """Fields as Splunk takes them out of a message, or the message itself in a text."""
    text = object.get("_raw", object.get("event"))
    if isinstance(text, str) and BEGIN.search(text[:512]):
        object = {**object, **pairs(text)}
    if "EventCode" in object and "Channel" in object:  # taken out of the event's XML, attributes with their quotes
        at, provider = text_of(object.get("SystemTime")).strip("'\""), text_of(object.get("Name")).strip("'\"")
        told = {"EventID": object["EventCode"], "SourceName": provider if "-" in provider else "", "Type": "", "SystemTime": ""}
        return {**object, **told, "TimeCreated": at or object.get("_time")}
    if "EventCode" not in object or not ("LogName" in object or "SourceName" in object):
        return None
    source = provider_of(text_of(object.get("SourceName")))
    return {
        "EventID": object["EventCode"], "Channel": object.get("LogName"), "SourceName": source,
        "Computer": object.get("ComputerName") or object.get("host"), "RecordNumber": object.get("RecordNumber"),
        "Message": object.get("Message"), "Keywords": object.get("Keywords"),
        "TimeCreated": object.get("_time") or object.get("time") or object.get("TimeGenerated"),
    }  # fmt: skip


def _hayabusa(object: Object) -> Object | None:
    """A timeline with all fields of its events; one without them holds parts under names of its own."""
    data = object.get("AllFieldInfo")
    if "RuleTitle" not in object or not isinstance(data, dict):
        return None
    channel = text_of(object.get("Channel"))
    return {
        "EventID": object.get("EventID"), "Channel": _SHORT.get(channel, channel), "Computer": object.get("Computer"),
        "EventRecordID": object.get("RecordID"), "TimeCreated": object.get("Timestamp"), "EventData": data,
    }  # fmt: skip


def _xml2js(object: Object) -> Object | None:
    """Each element is a list of itself, its attributes stand under "$", its text under "_"."""
    event = object.get("Event", object)
    if not isinstance(event, dict) or not isinstance(event.get("System"), list):
        return None
    plain = _plain(event, 0)
    return {"Event": plain} if isinstance(plain, dict) and isinstance(plain.get("System"), dict) else None


def _plain(value: Any, depth: int) -> Any:
    if depth > 8:
        return None
    if isinstance(value, list):
        return _plain(value[0], depth + 1) if len(value) == 1 else [_plain(one, depth + 1) for one in value[:_MOST]]
    if not isinstance(value, dict):
        return value
    out: dict[str, Any] = {}
    for name, one in list(value.items())[:_MOST]:
        if name == "$" and isinstance(one, dict):
            out |= {f"@{attribute}": said for attribute, said in one.items()}
        elif name == "_":
            out["#text"] = one
        else:
            out[name] = _plain(one, depth + 1)
    return out


def _decoded(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.MsgspecError, RecursionError):
        return None


_FORMS: tuple[Callable[[Object], Object | None], ...] = (
    _wazuh, _kibana, _lower, _gelf, _graylog, _strings, _splunk, _hayabusa, _xml2js,
)  # fmt: skip
