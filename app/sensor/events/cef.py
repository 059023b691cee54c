"""ArcSight Common Event Format (CEF implementation standard, revision 25) with the event of a Windows computer in it."""

import re

from msgspec import Struct

from app.sensor.events.record import EventRecord
from app.sensor.events.syslog_frame import Frame
from app.sensor.events.syslog_record import FIELDS, event_number, keywords_of, long_number, record_of
from app.sensor.events.syslog_time import time_of

BEGIN = re.compile(r"CEF:\s?\d{1,3}\|")
LONGEST = 1 << 17

_PART = re.compile(r"((?:[^|\\]++|\\.)*+)\|", re.S)
_KEY = re.compile(r"(?:^|(?<=\s))([A-Za-z_][\w.\-\[\]]{0,127})[ \t]{0,4}=")
_NUMBER = re.compile(r"(?:^|:)(\d{1,10})$")
_HEAD_ESCAPE = re.compile(r"\\([\\|])")
_VALUE_ESCAPE = re.compile(r"\\([\\=nr|])")
_ESCAPES = {"n": "\n", "r": "\r"}


class CefMessage(Struct, frozen=True, kw_only=True, gc=False):
    """Header and extension of one message. values: by key as sent; where a key has a label, also by that label."""

    vendor: str
    product: str
    version: str
    signature: str
    name: str
    severity: str
    values: dict[str, str]


def decode(text: str) -> CefMessage | None:
    """One message that begins with "CEF:"; None when its header is not whole. Reads LONGEST characters at most."""
    begin = BEGIN.match(text)
    if begin is None:
        return None
    text = text[:LONGEST]
    at, head = begin.end(), []
    for _ in range(6):
        part = _PART.match(text, at)
        if part is None:
            break
        head.append((_HEAD_ESCAPE.sub(r"\1", part[1]) if "\\" in part[1] else part[1]).strip())
        at = part.end()
    if len(head) == 5:  # severity with nothing behind it
        head.append(text[at:].strip())
        at = len(text)
    if len(head) < 6:
        return None
    return CefMessage(
        vendor=head[0],
        product=head[1],
        version=head[2],
        signature=head[3],
        name=head[4],
        severity=head[5],
        values=_extension(text[at:]),
    )


def _extension(text: str) -> dict[str, str]:
    """Pairs in any order; a value runs to the last white space before the next key (an "=" in a value is escaped)."""
    parts = _KEY.split(text, FIELDS)
    out: dict[str, str] = {}
    labels: list[str] = []
    for key, value in zip(parts[1::2], parts[2::2], strict=True):
        if key in out:
            continue
        value = value.strip()
        out[key] = _VALUE_ESCAPE.sub(_unescaped, value) if "\\" in value else value
        if key.endswith("Label"):
            labels.append(key)
    for key in labels:
        if (label := out[key]) and key[:-5] in out:
            out.setdefault(label, out[key[:-5]])
    return out


def _unescaped(found: re.Match[str]) -> str:
    return _ESCAPES.get(found[1], found[1])


def event_of(text: str, frame: Frame, at: int, ordinal: int) -> EventRecord | str:
    """The Windows event of a message that begins with "CEF:"; a sort of problem where it is none. at: when it came."""
    message = decode(text)
    if message is None:
        return "CEF message without its header"
    values = message.values
    if "microsoft" not in message.vendor.lower() and "windows" not in message.product.lower():
        return "CEF message of another product"
    provider, _, tail = message.signature.rpartition(":")
    number = event_number(values.get("externalId", "")) or event_number(tail)
    if not number:
        return "CEF message without an event number"
    told = next((time for key in _TIMES if (time := time_of(values.get(key, ""), at))), None)
    return record_of(
        at=told or frame.at or at,
        ordinal=ordinal,
        event_id=number,
        provider=values.get("EventSource", "") or provider or values.get("sourceServiceName", ""),
        channel=_channel(values),
        computer=values.get("dvchost") or values.get("dhost") or values.get("deviceNtDomain") or frame.host,
        record=long_number(values.get("ad.EventRecordID", "")),
        keywords=keywords_of(
            " ".join((values.get("outcome", ""), values.get("categoryOutcome", ""), values.get("ad.Keywords", "")))
        ),
        message=values.get("msg", "") or message.name,
        fields=_fields(number, values),
    )


_TIMES = ("rt", "deviceReceiptTime", "end", "start")
_GROUPS = frozenset((4728, 4729, 4732, 4733, 4746, 4747, 4751, 4752, 4756, 4757, 4761, 4762))
_SUBJECT = {"suser": "SubjectUserName", "sntdom": "SubjectDomainName", "suid": "SubjectLogonId"}
_TARGET = {"duser": "TargetUserName", "dntdom": "TargetDomainName"}
_ADDRESS = {"src": "IpAddress", "spt": "IpPort"}
_LOGON = {**_SUBJECT, **_TARGET, **_ADDRESS, "shost": "WorkstationName"}
_TICKET = {**_TARGET, **_ADDRESS, "destinationServiceName": "ServiceName", "Reason or Error Code": "Status"}
_MEMBER = {**_SUBJECT, **_TARGET, "duid": "TargetSid", "cs6": "MemberName", "Member": "MemberName", "Member Name": "MemberName"}
_PROGRAM = ("sproc", "dproc", "deviceProcessName", "sourceProcessName", "destinationProcessName")
_NAMES: dict[int, dict[str, str]] = {
    3: {
        "src": "SourceIp",
        "spt": "SourcePort",
        "dst": "DestinationIp",
        "dpt": "DestinationPort",
        "suser": "User",
        "duser": "User",
        **dict.fromkeys(_PROGRAM, "Image"),
    },
    5156: {
        "src": "SourceAddress",
        "spt": "SourcePort",
        "dst": "DestAddress",
        "dpt": "DestPort",
        "deviceDirection": "Direction",
        **dict.fromkeys(_PROGRAM, "Application"),
        "filePath": "Application",
    },
    4776: {
        "duser": "TargetUserName",
        "shost": "Workstation",
        "Reason or Error Code": "Status",
        "Authentication Package Name": "PackageName",
    },
    7045: {
        "destinationServiceName": "ServiceName",
        "Service Name": "ServiceName",
        "filePath": "ImagePath",
        "Service File Name": "ImagePath",
        "Service Account": "AccountName",
    },
    4624: _LOGON,
    4648: _LOGON,
    4625: {**_LOGON, "Reason or Error Code": "Status"},
    4768: _TICKET,
    4769: _TICKET,
    4770: _TICKET,
    4771: _TICKET,
}
"""What the connectors for Windows call the template's fields; "ad." stands before the template's own names."""
_ELSE = {**_SUBJECT, **_TARGET, **_ADDRESS}
_LOGS = ("Security", "System", "Application", "Directory Service")


def _channel(values: dict[str, str]) -> str:
    named = values.get("cat", "") or values.get("ad.Channel", "")
    return named or next((values[key] for key in ("cs2", "EventlogCategory") if values.get(key) in _LOGS), "")


def _fields(number: int, values: dict[str, str]) -> dict[str, str]:
    names = _MEMBER if number in _GROUPS else _NAMES.get(number, _ELSE)
    out: dict[str, str] = {}
    if number in _GROUPS and (group := values.get("Group") or values.get("Group Name")):  # then duser is the member
        out = {"TargetUserName": group, "MemberName": values.get("duser", "")}
    for key, value in values.items():
        if key.startswith("ad.") and len(key) > 3:
            out[key[3:]] = value
        elif (name := names.get(key)) is not None and out.get(name, "-") in ("", "-"):
            if name in ("TargetSid", "MemberSid") and not value.startswith("S-1-"):
                continue
            out[name] = value
    return out
