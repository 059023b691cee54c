"""Windows event records to activities: which events tell something."""

from app.model.activity import Account, Activity, named
from app.model.details import Detail
from app.model.events import EventAccount, EventGroup, EventLogon, EventNtlm, EventService
from app.sensor.events.record import AUDIT_FAILURE, EventRecord

_FAMILIES: dict[int, type] = {
    4776: EventNtlm,
    7045: EventService,
    **dict.fromkeys((4624, 4625), EventLogon),
    **dict.fromkeys((4720, 4726), EventAccount),
    **dict.fromkeys((4728, 4729, 4732, 4733, 4756, 4757), EventGroup),
}


def activities_of(record: EventRecord, input: str) -> list[Activity]:
    """The activities of a record, in practice one or none. input: content key of the input."""
    family = _FAMILIES.get(record.event_id)
    if family is None:
        return []
    detail: Detail = family(
        event_id=record.event_id,
        provider=record.provider,
        channel=record.channel,
        computer=record.computer,
        record=record.record,
        fields=record.fields,
    )
    user = record.fields.get("TargetUserName" if family in (EventNtlm, EventLogon) else "SubjectUserName")
    return [
        Activity(
            at=record.at,
            until=record.at,
            input=input,
            record=record.place,
            ordinal=record.ordinal,
            destination=named(record.computer),
            account=Account(name=user) if user else None,
            result="failure" if record.keywords & AUDIT_FAILURE else "success",
            detail=detail,
        )
    ]
