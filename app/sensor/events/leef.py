"""Log Event Extended Format 1.0 and 2.0 (QRadar's) with the event of a Windows computer in it."""

import re

from msgspec import Struct

from app.sensor.events.record import EventRecord
from app.sensor.events.syslog_frame import Frame
from app.sensor.events.syslog_record import FIELDS, event_number, keywords_of, long_number, record_of
from app.sensor.events.syslog_time import time_of

BEGIN = re.compile(r"LEEF:\s?[12](?:\.\d)?\|")
LONGEST = 1 << 17

_HEX = re.compile(r"(?:0x|x)([0-9a-f]{2,4})", re.I)
_KEY = re.compile(r"(?:^|(?<=\s))([A-Za-z_][\w.\-]{0,127})=")


class LeefMessage(Struct, frozen=True, kw_only=True, gc=False):
    """Header and attributes of one message; event is the header's event id, values the attributes by key."""

    vendor: str
    product: str
    version: str
    event: str
    values: dict[str, str]


def decode(text: str) -> LeefMessage | None:
    """One message that begins with "LEEF:"; None when its header is not whole. Reads LONGEST characters at most."""
    begin = BEGIN.match(text)
    if begin is None:
        return None
    newer = begin[0].removeprefix("LEEF:").strip().startswith("2")
    parts = text[begin.end() : LONGEST].split("|", 4)
    if len(parts) < 5:
        return None
    separator, rest = "\t", parts[4]
    if newer:  # the delimiter may be a character, its hexadecimal number, empty, or left out
        chosen, bar, after = rest.partition("|")
        if bar and len(chosen) <= 6 and "=" not in chosen[1:]:
            number = _HEX.fullmatch(chosen)
            separator = (chr(int(number[1], 16)) if number else chosen[:1]) or "\t"
            rest = after
    return LeefMessage(
        vendor=parts[0].strip(),
        product=parts[1].strip(),
        version=parts[2].strip(),
        event=parts[3].strip(),
        values=_attributes(rest, separator),
    )


def _attributes(text: str, separator: str) -> dict[str, str]:
    out: dict[str, str] = {}
    if separator not in text and len(keys := list(_KEY.finditer(text))) > 1:  # tabs were turned into spaces on the way
        for index, found in enumerate(keys[:FIELDS]):
            end = keys[index + 1].start() if index + 1 < len(keys) else len(text)
            out.setdefault(found[1], text[found.end() : end].strip())
        return out
    for part in text.split(separator, FIELDS)[:FIELDS]:
        key, pair, value = part.partition("=")
        if pair and key.strip():
            out.setdefault(key.strip(), value.strip())
    return out


_NAMES = {
    "usrName": "TargetUserName",
    "identHostName": "Workstation",
    "identSrc": "IpAddress",
    "src": "IpAddress",
    "srcPort": "IpPort",
    "domain": "TargetDomainName",
    "errorCode": "Status",
    "reason": "Status",
}
_META = frozenset(
    "cat sev devTime devTimeFormat Computer computer Channel EventID EventRecordID SourceName Message msg Keywords".split()  # noqa: SIM905
)


def event_of(text: str, frame: Frame, at: int, ordinal: int) -> EventRecord | str:
    """The Windows event of a message that begins with "LEEF:"; a sort of problem where it is none. at: when it came."""
    message = decode(text)
    if message is None:
        return "LEEF message without its header"
    values = message.values
    if "microsoft" not in message.vendor.lower() and "windows" not in message.product.lower():
        return "LEEF message of another product"
    number = event_number(values.get("EventID", "")) or event_number(message.event.rpartition(":")[2])
    if not number:
        return "LEEF message without an event number"
    told = time_of(values.get("devTime", ""), at)
    fields: dict[str, str] = {}
    for key, value in values.items():
        if key not in _META:
            name = _NAMES.get(key, key)
            if fields.get(name, "-") in ("", "-"):
                fields[name] = value
    return record_of(
        at=told or frame.at or at,
        ordinal=ordinal,
        event_id=number,
        provider=values.get("SourceName", "") or message.event.rpartition(":")[0],
        channel=values.get("Channel", "") or (values.get("cat", "") if values.get("cat", "") in _LOGS else ""),
        computer=values.get("Computer") or values.get("computer") or frame.host,
        record=long_number(values.get("EventRecordID", "")),
        keywords=keywords_of(values.get("Keywords", "") or values.get("cat", "")),
        message=values.get("Message", "") or values.get("msg", ""),
        fields=fields,
    )


_LOGS = ("Security", "System", "Application", "Directory Service")
