"""Events to activities (stand-in: logons only)."""

from app.model.activity import Activity
from app.model.events import EventLogon
from app.sensor.events.record import EventRecord


def activities_of(record: EventRecord, input: str) -> list[Activity]:
    """The activities that one event tells."""
    if record.event_id != 4624:
        return []
    detail = EventLogon(
        event_id=record.event_id,
        provider=record.provider,
        channel=record.channel,
        computer=record.computer,
        record=record.record,
        fields=record.fields,
    )
    return [Activity(at=record.at, until=record.at, input=input, record=record.place, ordinal=record.ordinal, detail=detail)]
