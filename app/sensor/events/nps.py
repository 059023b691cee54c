"""A network policy server (NPS), Windows' RADIUS server: whom it let in, or did not (6272, 6273, 6277, 6278, 6279)."""

from app.model.events import EventNps
from app.sensor.events.family import SECURITY, Facts, Family
from app.sensor.events.fields import Fields, account, address, number, split_account, subject, text
from app.sensor.events.record import EventRecord


def _answered(record: EventRecord, fields: Fields) -> Facts:
    """Who asked is the RADIUS client (gateway, access point); the code is the server's own reason, 0 for none."""
    client = address(text(fields, "ClientIPAddress")) or address(text(fields, "NASIPv4Address", "NASIPv6Address"))
    who = subject(fields)
    if who is None or who.name == who.sid:  # without a name where the server does not know it: it stands in the full one then
        who = split_account(text(fields, "FullyQualifiedSubjectUserName")) or who
    return Facts(who, client, None, record.event_id == 6273, number(text(fields, "ReasonCode")))


def _locked(record: EventRecord, fields: Fields) -> Facts:
    """The account was locked out of remote access; who asked is not told."""
    return Facts(account(text(fields, "SubjectUserName"), text(fields, "SubjectDomainName"), text(fields, "SubjectUserSid")))


FAMILY = Family(EventNps, SECURITY, {**dict.fromkeys((6272, 6273, 6277, 6278), _answered), 6279: _locked})
