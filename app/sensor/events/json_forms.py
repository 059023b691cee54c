"""One event as a JSON object in any usual form, as an EventRecord.

Forms: the event schema turned into JSON (evtx, evtx_dump, wevtutil converters), Winlogbeat 6 to 8 nested or with dotted names,
PowerShell's Get-WinEvent, and flat ones: NXLog, EvtxECmd, Security-Datasets, the SecurityEvent table of Azure. The wrappers
of Elastic and Splunk are taken off.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from app.sensor.events.ecs import TARGETS, channel_of, completed, is_ecs
from app.sensor.events.json_shippers import understood
from app.sensor.events.record import AUDIT_FAILURE, AUDIT_SUCCESS, EventRecord
from app.sensor.events.times import instant, placed
from app.sensor.events.values import event_data, number_of, text_of, unnamed, user_data
from app.sensor.events.xml_form import data_fields, xml_record

Doubt = Callable[[str], None]
"""Takes a short constant sentence on what is doubtful about a record."""
Object = Mapping[str, Any]
UNZONED = "times without a time zone, taken as UTC"
WRAPPERS = ("_source", "result", "Event", "event")
META = frozenset(
    {
        "@metadata", "@timestamp", "@version", "Activity", "ActivityID", "Category", "Channel", "Computer",
        "ComputerName", "Computer_", "EventData", "EventID", "EventId", "EventLevelName", "EventOriginId",
        "EventReceivedTime", "EventRecordID", "EventRecordId", "EventSourceName", "EventTime", "EventType",
        "ExecutionProcessID", "ExecutionThreadID", "HostName", "Hostname", "Keywords", "Level", "LevelDisplayName",
        "LogName", "MG", "MachineName", "ManagementGroupName", "Message", "Opcode", "OpcodeValue", "Provider",
        "ProviderGuid", "ProviderName", "RecordId", "RecordNumber", "RelatedActivityID", "Severity", "SeverityValue",
        "SourceComputerId", "SourceModuleName", "SourceModuleType", "SourceName", "SourceSystem", "SystemProcessId",
        "SystemThreadId", "SystemTime", "SystemUserId", "Task", "TenantId", "ThreadID", "TimeCollected", "TimeCreated",
        "TimeGenerated", "TimeWritten", "Type", "UserData", "Version", "_ResourceId", "_id", "_index", "host",
        "hostname", "id", "message", "port", "tags", "type",
    }
)  # fmt: skip
"""Names in flat forms that say something of the record and are no data of the event. "Message" is kept when there is no other."""
_AUDIT = (("success", AUDIT_SUCCESS), ("failure", AUDIT_FAILURE))


def _ignore(what: str) -> None:
    """Takes no notice."""


def record_of(object: Object, ordinal: int, doubt: Doubt = _ignore) -> EventRecord | None:
    """The event that this object tells, None when it is none. ordinal: its line or place in its input, from 1."""
    record = _record_of(object, ordinal, doubt)
    if record is not None:
        return record
    other = understood(object)
    if isinstance(other, str):
        return xml_record(other.encode("utf-8", "replace"), ordinal)
    return None if other is None else _record_of(other, ordinal, doubt)


def _record_of(object: Object, ordinal: int, doubt: Doubt) -> EventRecord | None:
    inner = object.get("result")
    raw = inner.get("_raw") if isinstance(inner, dict) else object.get("_raw")
    if isinstance(raw, str) and raw.startswith("<Event"):
        return xml_record(raw.encode("utf-8", "replace"), ordinal)
    for _ in range(4):
        system = object.get("System")
        if isinstance(system, dict):
            return schema_record(object, system, number_of(system.get("EventRecordID")), ordinal, doubt)
        wrapped = next((object[one] for one in WRAPPERS if isinstance(object.get(one), dict)), None)
        if not isinstance(wrapped, dict) or "winlog" in object or _told(object) or is_ecs(object):
            break
        object = wrapped
    if "winlog.event_id" in object or "event.code" in object:
        object = _nested(object)
    winlog = object.get("winlog")
    if isinstance(winlog, dict) or is_ecs(object):
        return _winlogbeat(object, winlog if isinstance(winlog, dict) else {}, ordinal, doubt)
    if "event_id" in object and ("log_name" in object or "source_name" in object):
        return _winlogbeat(object, object, ordinal, doubt)
    if "Id" in object and "ProviderName" in object:
        return _powershell(object, ordinal, doubt)
    return _flat(object, ordinal, doubt) if _told(object) and "ReplacementStrings" not in object else None


IDS = ("EventID", "EventId")
ORIGINS = ("Channel", "SourceName", "Provider", "ProviderName", "EventSourceName", "Hostname", "Computer", "LogName")
NUMBERS = ("EventRecordID", "EventRecordId", "RecordNumber", "RecordId")


def _told(object: Object) -> bool:
    return any(one in object for one in IDS) and any(one in object for one in ORIGINS)


def _attribute(value: object, name: str) -> object:
    """Attribute of an element in the spellings of the converters."""
    if not isinstance(value, dict):
        return None
    inner = value.get("#attributes")
    if isinstance(inner, dict):
        return inner.get(name)
    return value.get(f"@{name}", value.get(name, value.get(f"-{name}")))


def schema_record(event: Object, system: Object, place: int, ordinal: int, doubt: Doubt = _ignore) -> EventRecord | None:
    """An event in the schema's own shape: System beside EventData or UserData. None when System says no event id."""
    if "TimeCreated_attributes" in system:  # Chainsaw and Hayabusa keep attributes apart
        parts = ("TimeCreated", "Provider", "Security")
        system = {**system, **{one: system[f"{one}_attributes"] for one in parts if f"{one}_attributes" in system}}
    event_id = number_of(system.get("EventID"))
    created = system.get("TimeCreated")
    when = instant(_attribute(created, "SystemTime") or created)
    if when is None or "EventID" not in system:
        return None
    if not when[1]:
        doubt(UNZONED)
    provider, sid = _attribute(system.get("Provider"), "Name"), _attribute(system.get("Security"), "UserID")
    data, user = event.get("EventData"), event.get("UserData")
    fields = event_data(data) if data is not None else {}
    if user is not None:
        fields |= user_data(user)
    return EventRecord(
        at=when[0],
        provider=text_of(provider),
        event_id=event_id & 0xFFFF,
        channel=text_of(system.get("Channel")),
        computer=text_of(system.get("Computer")),
        record=number_of(system.get("EventRecordID")),
        place=place,
        ordinal=ordinal,
        keywords=number_of(system.get("Keywords")) & 0xFFFFFFFFFFFFFFFF,
        sid=text_of(sid) or None,
        fields=fields,
    )


def _nested(object: Object) -> dict[str, Any]:
    """Dotted names as nested objects; values that come as lists of one are taken out."""
    out: dict[str, Any] = {}
    for name, value in list(object.items())[:4096]:
        here, parts = out, name.split(".")[:16]
        for one in parts[:-1]:
            inner = here.setdefault(one, {})
            if not isinstance(inner, dict):
                break
            here = inner
        else:
            here.setdefault(parts[-1], value[0] if isinstance(value, list) and len(value) == 1 else value)
    return out


def _time(object: Object, names: tuple[str, ...], doubt: Doubt) -> int | None:
    """The first of these times; one without a zone is put right by the receiver's "@timestamp" when that has one."""
    for name in names:
        value = object.get(name)
        when = instant(_attribute(value, "SystemTime") or _attribute(value, "value") or value)
        if when is None:
            continue
        if when[1] or name.endswith("[UTC]"):
            return when[0]
        known = instant(object.get("@timestamp"))
        right = placed(when[0], known[0]) if known is not None and known[1] else None
        if right is None:
            doubt(UNZONED)
        return when[0] if right is None else right
    return None


def _keywords(value: object, *words: object) -> int:
    number = number_of(value) & 0xFFFFFFFFFFFFFFFF
    text = " ".join(text_of(one) for one in (value, *words)).lower()
    return number or next((bit for word, bit in _AUDIT if word in text), 0)


def _winlogbeat(object: Object, log: Object, ordinal: int, doubt: Doubt) -> EventRecord | None:
    event = object.get("event")
    at = _time(log, ("time_created",), doubt) or _time(object, ("@timestamp",), doubt)  # the latter may be when it came
    id_told = log.get("event_id", event.get("code") if isinstance(event, dict) else None)
    if at is None or id_told is None:
        return None
    host, user = object.get("host"), log.get("user")
    computer = log.get("computer_name") or (host.get("name") if isinstance(host, dict) else host)
    fields = event_data(log.get("event_data"))
    fields |= user_data(log.get("user_data"))
    told = event if isinstance(event, dict) else {}
    provider = text_of(log.get("provider_name", log.get("source_name", told.get("provider"))))
    fields = completed(object, number_of(id_told), provider, fields)
    record = number_of(log.get("record_id", log.get("record_number")))
    message = object.get("message")
    if not fields and isinstance(message, str):
        fields["Message"] = message
    return EventRecord(
        at=at,
        provider=provider,
        event_id=number_of(id_told) & 0xFFFF,
        channel=text_of(log.get("channel", log.get("log_name"))) or channel_of(object),
        computer=text_of(computer),
        record=record,
        place=record,
        ordinal=ordinal,
        keywords=_keywords(log.get("keywords"), told.get("outcome")),
        sid=text_of(user.get("identifier")) or None if isinstance(user, dict) else None,
        fields=fields,
    )


def _powershell(object: Object, ordinal: int, doubt: Doubt) -> EventRecord | None:
    at = _time(object, ("TimeCreated",), doubt)
    if at is None:
        return None
    fields: dict[str, str] = {}
    properties = object.get("Properties")
    if isinstance(properties, list):
        unnamed(fields, [one.get("Value") if isinstance(one, dict) else one for one in properties])
    message = object.get("Message")
    if isinstance(message, str) and message:
        fields["Message"] = message
    record = number_of(object.get("RecordId"))
    return EventRecord(
        at=at,
        provider=text_of(object.get("ProviderName")),
        event_id=number_of(object.get("Id")) & 0xFFFF,
        channel=text_of(object.get("LogName")),
        computer=text_of(object.get("MachineName")),
        record=record,
        place=record,
        ordinal=ordinal,
        keywords=_keywords(object.get("Keywords"), object.get("KeywordsDisplayNames")),
        sid=text_of(object.get("UserId")) or None,
        fields=fields,
    )


def _first(object: Object, *names: str) -> str:
    for name in names:
        value = object.get(name)
        if isinstance(value, dict):
            value = _attribute(value, "Name") or value.get("name")
        if value is not None and value != "" and not isinstance(value, dict | list):
            return text_of(value)
    return ""


def _payload(text: str) -> dict[str, str]:
    """Data that EvtxECmd keeps as JSON inside of JSON; {} when it is none."""
    try:
        inner = msgspec.json.decode(text)
    except (msgspec.MsgspecError, RecursionError):
        return {}
    return event_data(inner.get("EventData")) | user_data(inner.get("UserData")) if isinstance(inner, dict) else {}


def _flat(object: Object, ordinal: int, doubt: Doubt) -> EventRecord | None:
    at = _time(object, ("EventTime", "TimeCreated", "SystemTime", "TimeGenerated", "TimeGenerated [UTC]", "@timestamp"), doubt)
    if at is None:
        return None
    fields = {name: text_of(value) for name, value in object.items() if name not in META and not isinstance(value, dict | list)}
    data = object.get("EventData", object.get("StringInserts"))
    if isinstance(data, list):  # Fluentd and Fluent Bit: all else is of the record
        fields = {}
    if isinstance(data, str) and data[:1] == "{":  # a column of a table that holds objects
        fields |= _payload(f'{{"EventData":{data}}}')
    elif isinstance(data, str):
        fields |= data_fields(data)
    elif data is not None:
        fields |= event_data(data)
    fields |= user_data(object.get("UserData"))
    payload = object.get("Payload")
    if isinstance(payload, str) and payload.startswith(('{"EventData"', '{"UserData"')):
        fields = _payload(payload) or fields
    message = object.get("Message") or object.get("Description") or object.get("RenderedDescription")
    if not fields and isinstance(message, str):
        fields["Message"] = message
    record = number_of(next((object[one] for one in NUMBERS if one in object), 0))
    log = ("Source",) if "EventLog" in object else ()  # the table "Event" of Azure
    table = object.get("Type") == "SecurityEvent"
    if table and isinstance(object.get("Account"), str) and fields.keys().isdisjoint(("TargetUserName", "SubjectUserName")):
        domain, _, name = object["Account"].rpartition("\\")
        whose = "Target" if number_of(object.get("EventID")) in TARGETS else "Subject"
        fields |= {f"{whose}UserName": name, f"{whose}DomainName": domain}
    return EventRecord(
        at=at,
        provider=_first(object, *("SourceName", "ProviderName", "Provider", "EventSourceName", *log)),
        event_id=number_of(object.get("EventID", object.get("EventId"))) & 0xFFFF,
        channel=_first(object, "Channel", "LogName", "EventLog") or ("Security" if table else ""),
        computer=_first(object, "Hostname", "HostName", "Computer", "ComputerName", "MachineName", "hostname", "host"),
        record=record,
        place=record,
        ordinal=ordinal,
        keywords=_keywords(object.get("Keywords"), object.get("EventType")),
        sid=_first(object, "UserID", "UserId") or None,
        fields=dict(list(fields.items())[:512]),
    )
