"""Reader of FreeRADIUS detail files: accounting requests as text, a paragraph for each."""

import re
from collections.abc import Generator, Iterable, Iterator
from ipaddress import ip_address
from mmap import mmap

from app.model.activity import Activity, Endpoint
from app.sensor.conversations.radius_accounting import ASTRAY, accounting, is_astray
from app.sensor.decoders import radius
from app.sensor.decoders.instants import Timed
from app.sensor.events.syslog_time import number_of, time_of
from app.sensor.frame import Emit
from app.sensor.sources.dated import Dated
from app.sensor.sources.reading import Note, Opening, Step

STEP = 1000
"""Records between two steps."""
LONGEST, ATTRIBUTES = 4096, 512
"""Characters of a line that are looked at, and lines of a record."""
_PAIR = re.compile(r'\s+([\w.\-]{1,128})(?::\d{1,2})?\s{0,4}(?::=|\+=|=)\s{0,4}("(?:[^"\\]|\\.)*"|\'[^\']*\'|.*)')
_ESCAPED = re.compile(r"\\([0-7]{3}|.)")
_KNOWN = {"n": "\n", "r": "\r", "t": "\t"}
_STATUS = {name.lower(): name for name in radius.STATUS.values()} | {"alive": "Interim-Update"}
_PORTS = {"async": 0, "sync": 1, "isdn": 2, "virtual": 5, "xdsl": 16, "ethernet": 15, "cable": 17, "wireless-802.11": 19,
          "pppoa": 30, "pppoe": 31, "pppoeoa": 30}  # fmt: skip
"""NAS-Port-Type (RFC 2865 section 5.41 and the registry) by its usual names."""
_QUARTER = 900_000_000


class Paragraph(Timed, frozen=True, kw_only=True, gc=False):
    """One record of a file. line: where its first one, the title, stands."""

    line: int
    title: str
    pairs: dict[str, str]


def read_detail(opening: Opening, emit: Emit, note: Note) -> Generator[Step, None, None]:
    """A Reader. Times are those of "Timestamp", else the paragraph's own line, which is then read as UTC."""
    records = 0
    first: int | None = None
    last: int | None = None
    dated = Dated[Paragraph](note)

    def tell(some: Iterable[Paragraph]) -> None:
        nonlocal first, last
        for one in some:
            first = one.at if first is None else min(first, one.at)
            last = one.at if last is None else max(last, one.at)
            packet = _packet(one.title, one.pairs, one.at)
            if is_astray(packet, one.at):
                note(ASTRAY, f"line {one.line}")
            emit(_activity(opening.key, one, packet))

    for number, (line, end, title, pairs) in enumerate(_paragraphs(opening.data, note), 1):
        at = _time(title, pairs)
        kind = pairs.get("Packet-Type", "Accounting-Request")
        if kind not in ("Accounting-Request", "4"):
            note("RADIUS record that is no accounting request", f"line {line}: {kind[:40]}")
        elif "Acct-Status-Type" not in pairs:
            note("RADIUS record without its status", f"line {line}")
        elif at is None:
            note("RADIUS record without a time", f"line {line}")
        else:
            tell(dated.take(Paragraph(at=at, line=line, title=title, pairs=pairs), f"line {line}"))
        records += 1
        if number % STEP == 0:
            yield Step(end, records, first, last)
            records, first, last = 0, None, None
    tell(dated.rest())
    yield Step(len(opening.data), records, first, last)


def _paragraphs(data: bytes | mmap, note: Note) -> Iterator[tuple[int, int, str, dict[str, str]]]:
    """(its line, offset behind it, first line, attributes) of each record."""
    at, size, line, began = 0, len(data), 0, 0
    title, pairs = "", dict[str, str]()
    while at < size:
        end = data.find(b"\n", at)
        end = size if end < 0 else end
        text = data[at : min(end, at + LONGEST)].decode("utf-8", "replace").rstrip("\r")
        begin, at, line = at, end + 1, line + 1
        if text[:1] in ("\t", " ") and text.strip():
            if (found := _PAIR.match(text)) and len(pairs) < ATTRIBUTES:
                name, value = found[1], _value(found[2])
                if name == "Cisco-AVPair":  # one attribute for many facts
                    name, _, value = value.partition("=")
                pairs.setdefault(name, value)
            else:
                note("line of a RADIUS record not understood", f"line {line}")
            continue
        if pairs:
            yield began, begin, title, pairs
            title, pairs = "", {}
        if text.strip():
            title, began = text.strip(), line
    if pairs:
        yield began, size, title, pairs


def _value(text: str) -> str:
    text = text.strip()
    if text[:1] in "\"'" and text[:1] == text[-1:] and len(text) > 1:
        text = text[1:-1]
        return _ESCAPED.sub(lambda one: chr(int(one[1], 8)) if len(one[1]) == 3 else _KNOWN.get(one[1], one[1]), text)
    return text


def _time(title: str, pairs: dict[str, str]) -> int | None:
    return number_of(pairs.get("Timestamp", "")) or time_of(title)


def _event(title: str, pairs: dict[str, str], at: int) -> int | None:
    """Event-Timestamp, which is written in the zone of the paragraph's own line."""
    text = pairs.get("Event-Timestamp", "")
    if (counted := number_of(text)) is not None:
        return counted
    local, shown = time_of(text), time_of(title)
    if local is None or shown is None or "UTC" in text or "GMT" in text:
        return local
    return local - round((shown - at) / _QUARTER) * _QUARTER


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 11 else None


def _address(text: str | None) -> str | None:
    try:
        return radius.address(ip_address((text or "").partition("/")[0]).packed)
    except ValueError:
        return None


def _packet(title: str, pairs: dict[str, str], at: int) -> radius.RadiusPacket:
    status = pairs["Acct-Status-Type"]
    port = pairs.get("NAS-Port-Type", "")
    return radius.RadiusPacket(
        code=radius.ACCOUNTING_REQUEST,
        id=0,
        authenticator=b"",
        user=pairs.get("User-Name") or None,
        nas=_address(pairs.get("NAS-IP-Address")) or _address(pairs.get("NAS-IPv6-Address")),
        nas_identifier=pairs.get("NAS-Identifier"),
        framed_ip=_address(pairs.get("Framed-IP-Address")) or _address(pairs.get("Framed-IPv6-Address")),
        calling_station=pairs.get("Calling-Station-Id"),
        called_station=pairs.get("Called-Station-Id"),
        tunnel_client=pairs.get("Tunnel-Client-Endpoint") or pairs.get("ip:source-ip") or pairs.get("source-ip"),
        status=_STATUS.get(status.lower()) or radius.STATUS.get(_number(status) or 0) or status[:40],
        session=pairs.get("Acct-Session-Id"),
        session_seconds=_number(pairs.get("Acct-Session-Time")),
        client_name=pairs.get("MS-RAS-Client-Name") or None,
        nas_port_type=_PORTS.get(port.lower(), _number(port)),
        event_at=_event(title, pairs, at),
        delay_seconds=_number(pairs.get("Acct-Delay-Time")),
    )


def _activity(key: str, one: Paragraph, packet: radius.RadiusPacket) -> Activity:
    client = next((found for name in _CLIENT if (found := _address(one.pairs.get(name)))), None)
    return Activity(
        at=one.at,
        until=one.at,
        input=key,
        record=one.line,
        source=Endpoint(client) if client else None,
        account=radius.account(packet.user),
        detail=accounting(packet, one.at),
    )


_CLIENT = ("Packet-Src-IP-Address", "Packet-Src-IPv6-Address", "Client-IP-Address", "NAS-IP-Address")
"""Who sent it, by the best of what the server wrote down."""
