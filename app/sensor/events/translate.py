"""Windows event records to activities: which events tell something, and what."""

from collections.abc import Callable
from typing import cast

from msgspec import Struct

from app.model.activity import Activity, Result
from app.model.details import Detail
from app.model.events import EventAdfs
from app.sensor.events import (
    accounts,
    adfs,
    audit,
    certificates,
    computers,
    connections,
    database,
    desktops,
    directory_changes,
    dns,
    enumeration,
    groups,
    kerberos,
    ldap,
    logons,
    netlogon,
    nps,
    ntlm,
    objects,
    policies,
    printers,
    processes,
    remoting,
    replication,
    sam,
    scripts,
    services,
    shares,
    tasks,
)
from app.sensor.events.bulk import may_tell
from app.sensor.events.family import Family, Log, Tell, refused
from app.sensor.events.fields import computer
from app.sensor.events.message_text import fields_of
from app.sensor.events.record import EventRecord
from app.sensor.events.templates import named_fields, placed
from app.sensor.events.traces import TRACED, TRACES

FAMILIES: tuple[Family, ...] = (
    logons.FAMILY,
    *kerberos.FAMILIES,
    *ntlm.FAMILIES,
    groups.FAMILY,
    accounts.FAMILY,
    *services.FAMILIES,
    *tasks.FAMILIES,
    *processes.FAMILIES,
    *computers.FAMILIES,
    *scripts.FAMILIES,
    objects.FAMILY,
    directory_changes.FAMILY,
    shares.FAMILY,
    enumeration.FAMILY,
    *certificates.FAMILIES,
    replication.FAMILY,
    ldap.FAMILY,
    adfs.FAMILY,
    sam.FAMILY,
    netlogon.FAMILY,
    *policies.FAMILIES,
    *audit.FAMILIES,
    *dns.FAMILIES,
    database.FAMILY,
    *desktops.FAMILIES,
    printers.FAMILY,
    nps.FAMILY,
    *connections.FAMILIES,
    remoting.FAMILY,
)


class _Event(Struct, frozen=True):
    """One event of one log. other: an event of the same number in another log."""

    log: Log
    detail: Callable[..., Detail]
    tell: Tell
    names: dict[str, str]
    other: "_Event | None"


_EVENTS: dict[int, _Event] = {}
for _family in FAMILIES:
    for _id, _tell in _family.events.items():
        _names = placed(_family.names.get(_id, ""))
        _made = cast("Callable[..., Detail]", _family.detail)
        _EVENTS[_id] = _Event(_family.log, _made, _tell, _names, _EVENTS.get(_id))
WANTED: frozenset[int] = frozenset(_EVENTS) | TRACED
"""Ids of the events that can give an activity; records of others need not be translated."""
PROVIDERS: dict[str, frozenset[int]] = {}
"""The same by the provider of the events, in lower case."""
for _log, _ids in (
    *((family.log.providers, frozenset(family.events)) for family in FAMILIES),
    *((frozenset((provider.lower(),)), frozenset((number,))) for provider, number in TRACES),
):
    PROVIDERS.update((name, PROVIDERS.get(name, frozenset()) | _ids) for name in _log)
_KNOWN_CHANNELS = frozenset({"application", "setup"}).union(*(family.log.channels for family in FAMILIES))
"""Logs of Windows itself. A collector may keep an event under a channel of its own; then the provider alone decides."""


def activities_of(record: EventRecord, input: str) -> list[Activity]:
    """The activities of a record, in practice one or none. Never raises; provider and channel decide, never the id alone.

    input: content key of the input. A record without a provider is believed by its channel, one without either is not.
    """
    traced = TRACES.get((record.provider, record.event_id))
    if traced is not None:
        told = traced(record, input)
        return [] if told is None else [told]
    found = _found(record)
    if found is None:
        return []
    detail, tell = found.detail, found.tell
    fields = _named(record, found)
    if detail is EventAdfs:
        fields = adfs.with_elements(record.event_id, fields)
    facts = tell(record, fields)
    if facts is None:
        return []
    failed = refused(record) if facts.failed is None else facts.failed
    result: Result = "failure" if failed else "success"
    return [
        Activity(
            at=record.at,
            until=record.at,
            input=input,
            record=record.place,
            ordinal=record.ordinal,
            source=facts.source,
            destination=facts.destination or computer(record.computer),
            account=facts.account,
            result=result,
            code=facts.code,
            detail=detail(
                event_id=record.event_id,
                provider=record.provider,
                channel=record.channel,
                computer=record.computer.rstrip("."),  # a full name in the form of DNS
                record=record.record,
                fields=fields,
            ),
        )
    ]


def fields_in(record: EventRecord) -> dict[str, str] | None:
    """The named values of a record of a log that is read; None for others."""
    found = _found(record)
    return None if found is None else _named(record, found)


def _found(record: EventRecord) -> _Event | None:
    found = _EVENTS.get(record.event_id)
    while found is not None and not _is_from(found.log, record.provider, record.channel):
        found = found.other
    return found


def _named(record: EventRecord, found: _Event) -> dict[str, str]:
    fields = record.fields
    if len(fields) == 1 and "Message" in fields and may_tell(record.event_id, fields["Message"]):
        # the rendered text alone, as many exports have it
        fields = fields_of(record.event_id, fields["Message"]) or fields
    return named_fields(record.event_id, fields, found.names) if "param1" in fields else fields


def _is_from(log: Log, provider: str, channel: str) -> bool:
    """True when a record of this provider and channel belongs to a log."""
    name = channel.lower()
    if not provider:
        return name in log.channels
    return provider.lower() in log.providers and (name in log.channels or name not in _KNOWN_CHANNELS)
