"""What logs tell is the same in every spelling that Windows and forwarders have for it: capitals, numbers, short names."""

import dataclasses
import re
from collections.abc import Callable

import pytest

from app.engine.detector import Detector
from app.engine.detectors import DETECTORS
from app.model.activity import Activity
from app.model.events import WindowsEvent
from app.sensor.events.record import AUDIT_FAILURE, AUDIT_SUCCESS, EventRecord
from app.sensor.events.translate import activities_of
from tests.cases.case import Case
from tests.cases.table import FIRES, STAYS_QUIET
from tests.engine.detectors.test_detectors import alerts

Fields = dict[str, str]
NUMBER = re.compile(r"0x[0-9a-f]{1,8}", re.I)
NAMES = frozenset({
    "AccountName", "AdditionalInfo", "AttributeLDAPDisplayName", "AuthenticationPackageName", "DestinationDRA", "DnsHostName",
    "DomainName", "Filter", "Identity", "LogonProcessName", "MemberName", "NewTargetUserName", "ObjectClass", "ObjectDN",
    "ObjectName", "ObjectType", "OldTargetUserName", "PackageName", "Properties", "RelativeTargetName", "Requester",
    "ServiceName", "ServicePrincipalNames", "ShareName", "SourceAddr", "StartingNode", "SubcategoryGuid", "SubjectDomainName",
    "SubjectUserName", "TargetDomainName", "TargetServerName", "TargetUserName", "TransmittedServices", "User",
    "UserPrincipalName", "Workstation", "WorkstationName",
})  # fmt: skip
"""Fields whose letters may be large or small: names, and numbers of objects."""
NOTHING_TIES = "without a full name of a computer nothing ties EXAMPLE to example.org"
WRITTEN_SO = {
    ("golden_ticket_anomaly", "a realm as it is typed, in the log"): "the letters of the realm are what tells the ticket",
    ("golden_ticket_anomaly", "a realm as it is typed in part, in the log"): "the letters of the realm are what tells the ticket",
    ("golden_ticket_anomaly", "in the log, a realm as the KDC writes it"): "the letters of the realm are what tells the ticket",
    ("golden_ticket_anomaly", "revoked, in the log"): NOTHING_TIES,
    ("golden_ticket_anomaly", "revoked, in the log, of anybody who is there"): NOTHING_TIES,
    ("spn_added", "its own in the log"): NOTHING_TIES,
}
"""Cases of which the spelling is the point, or the only thing that ties two names."""


def same(value: str) -> str:
    return value


def letters(change: Callable[[str], str]) -> Callable[[Fields], Fields]:
    """Names in other letters; numbers of messages, SIDs and hexadecimal numbers are left alone."""
    return lambda fields: {
        name: change(value) if name in NAMES and not value.startswith(("%%", "S-1-", "0x")) else value
        for name, value in fields.items()
    }


def numbers(change: Callable[[str], str]) -> Callable[[Fields], Fields]:
    return lambda fields: {
        name: change(value) if NUMBER.fullmatch(value) and not name.endswith("LogonId") else value
        for name, value in fields.items()
    }


def sessions(fields: Fields) -> Fields:
    """Numbers of sessions with all their digits, as some collectors write them."""
    return {
        name: f"0x{int(value, 16):016X}" if name.endswith("LogonId") and value.startswith("0x") else value
        for name, value in fields.items()
    }


WORDS = {
    "%%1793": "<value not set>", "%%1795": "Enabled", "%%1796": "Disabled", "%%1842": "Yes", "%%1843": "No",
    "%%7684": "Read Property", "%%7685": "Write Property", "%%7688": "Control Access",
    "%%8448": "Success removed", "%%8449": "Success Added", "%%8450": "Failure removed", "%%8451": "Failure added",
    "%%14592": "Inbound", "%%14593": "Outbound",
    "%%14674": "Value Added", "%%14675": "Value Deleted", "%%14676": "Active Directory Domain Services",
    "%%14678": "Value Added With Expiration Time", "%%14679": "Value Deleted With Expiration Time",
    "%%14680": "Value Auto Deleted With Expiration Time",
}  # fmt: skip
"""Messages by their numbers (message table of adtschema), and the words that a forwarder of texts sends for them."""


def in_words(fields: Fields) -> Fields:
    return {name: re.sub(r"%%\d+", lambda one: WORDS.get(one[0], one[0]), value) for name, value in fields.items()}


ELSEWHERE = {
    "SYSTEM": "СИСТЕМА", "ANONYMOUS LOGON": "ANONYMOUS-ANMELDUNG", "LOCAL SERVICE": "Lokaler Dienst",
    "NETWORK SERVICE": "Netzwerkdienst", "NT AUTHORITY": "NT-AUTORITÄT", "Administrators": "Administratoren",
    "Domain Admins": "Domänen-Admins", "Backup Operators": "Sicherungs-Operatoren", "Users": "Benutzer",
    "Remote Desktop Users": "Remotedesktopbenutzer", "Builtin": "VORDEFINIERT", "Guest": "Gast",
}  # fmt: skip
"""Names with which Windows is born, as it is called elsewhere; their SIDs are the same."""


def in_another_language(fields: Fields) -> Fields:
    return {
        name: ELSEWHERE.get(value, value) if name.endswith(("UserName", "DomainName")) else value
        for name, value in fields.items()
    }


IPV4 = re.compile(r"(?:::ffff:)?\d{1,3}(?:\.\d{1,3}){3}")


def with_ports(fields: Fields) -> Fields:
    """Addresses with the port behind them, as some forwarders join the two."""
    return {
        name: f"{value}:50123" if name in ("IpAddress", "ClientAddress") and IPV4.fullmatch(value) else value
        for name, value in fields.items()
    }


def with_signs(fields: Fields) -> Fields:
    """Codes as signed numbers of 32 bits."""
    return {
        name: str(int(value, 16) - (1 << 32)) if name in ("Status", "SubStatus") and value.lower().startswith("0xc") else value
        for name, value in fields.items()
    }


SPELLINGS: dict[str, tuple[Callable[[Fields], Fields], Callable[[str], str]]] = {
    "capitals": (letters(str.upper), str.upper),
    "small letters": (letters(str.lower), str.lower),
    "mixed letters": (letters(str.swapcase), str.swapcase),
    "decimal numbers": (numbers(lambda value: str(int(value, 16))), same),
    "large digits": (numbers(lambda value: "0x" + value[2:].upper()), same),
    "whole sessions": (sessions, same),
    "words for numbers of messages": (in_words, same),
    "another language": (in_another_language, same),
    "addresses with their ports": (with_ports, same),
    "codes with their sign": (with_signs, same),
    "full names with their final dot": (dict, lambda name: f"{name}." if "." in name else name),
    "short names of computers": (dict, lambda name: name.partition(".")[0].upper()),
}


def spelt(activity: Activity, fields: Callable[[Fields], Fields], computer: Callable[[str], str]) -> Activity:
    """The same event, read anew from other letters."""
    event = activity.detail
    if not isinstance(event, WindowsEvent):
        return activity
    (made,) = activities_of(
        EventRecord(
            at=activity.at, provider=event.provider, channel=event.channel, event_id=event.event_id,
            computer=computer(event.computer), record=event.record, place=event.record,
            keywords=AUDIT_FAILURE if activity.result == "failure" else AUDIT_SUCCESS,
            sid=activity.account.sid if activity.account is not None and event.channel != "Security" else None,
            fields=fields(dict(event.fields)),
        ),
        "log",
    )  # fmt: skip
    return made


def told(detector: Detector, case: Case) -> list[tuple[int, str, str]]:
    return [(one.external_id, one.severity, one.title) for one in alerts(detector, case)]


OF_EVENTS = [one for one in DETECTORS if any(issubclass(kind, WindowsEvent) for kind in one.watches)]


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("detector", OF_EVENTS, ids=lambda one: one.id)
def test_a_spelling_changes_nothing(detector: Detector, spelling: str) -> None:
    other: list[str] = []
    for name, case in (*FIRES[detector.id].items(), *STAYS_QUIET[detector.id].items()):
        if (detector.id, name) in WRITTEN_SO or not any(isinstance(one.detail, WindowsEvent) for one in case.activities):
            continue
        activities = [spelt(one, *SPELLINGS[spelling]) for one in case.activities]
        if told(detector, dataclasses.replace(case, activities=activities)) != told(detector, case):
            other.append(name)

    assert other == []


def test_every_case_that_is_left_out_is_there_and_differs() -> None:
    for (detector, name), why in WRITTEN_SO.items():
        one, case = next(found for found in OF_EVENTS if found.id == detector), (FIRES[detector] | STAYS_QUIET[detector])[name]
        every = [[spelt(activity, *way) for activity in case.activities] for way in SPELLINGS.values()]

        assert any(told(one, dataclasses.replace(case, activities=way)) != told(one, case) for way in every), name
        assert len(why) > 30
