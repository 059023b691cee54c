"""Windows events that NXLog or Winlogbeat wrote as one JSON object."""

from app.sensor.events.record import EventRecord
from app.sensor.events.syslog_record import event_number, keywords_of
from app.sensor.events.syslog_record import record_of as _record
from app.sensor.events.syslog_time import time_of

_META = frozenset(
    """EventTime EventReceivedTime Hostname Keywords EventType SeverityValue Severity EventID SourceName ProviderGuid Version
    TaskValue Task OpcodeValue Opcode RecordNumber ActivityID ProcessID ThreadID Channel Message Category SourceModuleName
    SourceModuleType ExecutionProcessID ExecutionThreadID""".split()  # noqa: SIM905
)


def record_of(object: dict[str, object], ordinal: int) -> EventRecord | None:
    """The event of one object; None when it is none of a known form. ordinal: its number from 1."""
    inner = object.get("winlog")
    if isinstance(inner, dict):
        data = inner.get("event_data")
        fields = {str(key): _text(value) for key, value in data.items()} if isinstance(data, dict) else {}
        outcome = inner.get("keywords")
        return _made(
            ordinal,
            when=_text(object.get("@timestamp")),
            number=_text(inner.get("event_id")),
            provider=_text(inner.get("provider_name")),
            channel=_text(inner.get("channel")),
            computer=_text(inner.get("computer_name")),
            record=_text(inner.get("record_id")),
            keywords=" ".join(map(_text, outcome)) if isinstance(outcome, list) else _text(outcome),
            message=_text(object.get("message")),
            fields=fields,
        )
    if "EventID" not in object or not ("Channel" in object or "SourceName" in object):
        return None
    return _made(
        ordinal,
        when=_text(object.get("EventTime")),
        number=_text(object.get("EventID")),
        provider=_text(object.get("SourceName")),
        channel=_text(object.get("Channel")),
        computer=_text(object.get("Hostname")),
        record=_text(object.get("RecordNumber")),
        keywords=_text(object.get("EventType")),
        message=_text(object.get("Message")),
        fields={key: _text(value) for key, value in object.items() if key not in _META},
    )


def _text(value: object) -> str:
    return "" if value is None else value if isinstance(value, str) else str(value)


def _made(
    ordinal: int,
    *,
    when: str,
    number: str,
    provider: str,
    channel: str,
    computer: str,
    record: str,
    keywords: str,
    message: str,
    fields: dict[str, str],
) -> EventRecord | None:
    at = time_of(when)
    event_id = event_number(number)
    if at is None or not event_id:
        return None
    return _record(
        at=at,
        ordinal=ordinal,
        event_id=event_id,
        provider=provider,
        channel=channel,
        computer=computer,
        record=int(record) if record.isdecimal() and len(record) < 19 else 0,
        keywords=keywords_of(keywords),
        message=message,
        fields=fields,
    )
