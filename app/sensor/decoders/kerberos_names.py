"""Small parts of Kerberos messages: principal names, times, flags (RFC 4120 section 5.2)."""

from functools import lru_cache

from app.sensor.decoders.der import TEXT_KEPT, content, element, fields, inner_integer

_MOST_PARTS = 16
_MOST_ADDRESSES = 16
_SHORT = 96
"""Bytes of a name that is remembered."""
_SHORT_TYPE = b"\xa0\x03\x02\x01"
"""[0] name-type with an INTEGER of one byte."""
_DAYS_BEFORE = (0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)


def principal(data: bytes, start: int, end: int) -> tuple[int | None, str]:
    """(name type, name with its components joined by "/") of the PrincipalName in data[start:end] (section 5.2.2)."""
    return _remembered(data[start:end]) if end - start <= _SHORT else _principal(data, start, end)


@lru_cache(maxsize=4096)
def _remembered(name: bytes) -> tuple[int | None, str]:
    """The same for a short name: a few services and accounts make up nearly all of a network's."""
    return _principal(name, 0, len(name))


def _principal(data: bytes, start: int, end: int) -> tuple[int | None, str]:
    if 11 <= end - start < 128 and data[start + 2 : start + 6] == _SHORT_TYPE and data[start + 7] == 0xA1:
        # The usual case: every length in its short form, the type in one byte.
        at = start + 11
        stop = at + data[start + 10]
        names: list[bytes] = []
        while at + 1 < stop <= end and (size := data[at + 1]) < 128 and len(names) < _MOST_PARTS:
            names.append(data[at + 2 : at + 2 + size])
            at += 2 + size
        if at == stop:
            kind = data[start + 6]
            return kind if kind < 128 else kind - 256, b"/".join(names).decode("utf-8", "replace")
    _, at, stop = element(data, start, end)
    told: int | None = None
    parts: list[str] = []
    while at + 1 < stop:
        tag, start, at = element(data, at, stop)
        if tag == 0xA0:
            told = inner_integer(data, start, at)
        elif tag == 0xA1:
            _, one, last = element(data, start, at)
            while one + 1 < last and len(parts) < _MOST_PARTS:
                _, start, one = element(data, one, last)
                parts.append(data[start:one].decode("utf-8", "replace"))
    return told, "/".join(parts)[:TEXT_KEPT]


def bits(data: bytes, start: int, end: int) -> int:
    """First 32 flags of the BIT STRING in data[start:end], bit 0 the highest (section 5.2.8)."""
    if data[start + 1] == 5 and end - start == 7:
        return int.from_bytes(data[start + 3 : end], "big")
    _, start, end = element(data, start, end)
    flags = data[start + 1 : min(end, start + 5)]
    return int.from_bytes(flags, "big") << 8 * (4 - len(flags))


def time_of(data: bytes, start: int, end: int) -> int | None:
    """UTC microseconds of the KerberosTime in data[start:end] (section 5.2.3), "YYYYMMDDHHMMSSZ"."""
    if end - start == 17 and data[start + 1] == 15:
        return _moment(data[start + 2 : start + 16])
    _, start, end = element(data, start, end)
    return _moment(data[start : start + 14]) if end - start == 15 else None


@lru_cache(maxsize=4096)
def _moment(digits: bytes) -> int | None:
    """UTC microseconds of "YYYYMMDDHHMMSS"; remembered, because most requests ask for the same end of time."""
    if not digits.isdigit():
        return None
    packed = int(digits)
    clock = packed % 1000000
    year, month, day = packed // 10000000000, packed // 100000000 % 100, packed // 1000000 % 100
    if not 1 <= month <= 12 or not 1 <= day <= 31:
        return None
    # Days since 1970-01-01 in the Gregorian calendar; January and February belong to the leap years before them.
    past = year if month > 2 else year - 1
    days = 365 * year + past // 4 - past // 100 + past // 400 + _DAYS_BEFORE[month] + day - 719528
    return (days * 86400 + clock // 10000 * 3600 + clock // 100 % 100 * 60 + clock % 100) * 1000000


def addresses(data: bytes, start: int, end: int) -> tuple[str, ...]:
    """HostAddresses (section 7.5.3): NetBIOS names and IPv4 addresses as text, others as "type:hex"."""
    at, stop = content(data, start, end, 0x30)
    named: list[str] = []
    while at + 2 < stop and len(named) < _MOST_ADDRESSES:
        _, start, at = element(data, at, stop)
        one = fields(data, start, at)
        if 0xA0 in one and 0xA1 in one:
            kind = inner_integer(data, *one[0xA0])
            first, last = content(data, *one[0xA1], 0x04)
            value = data[first : min(last, first + 256)]
            if kind == 20:
                named.append(value.decode("utf-8", "replace").rstrip(" \0"))
            elif kind == 2 and len(value) == 4:
                named.append(".".join(map(str, value)))
            else:
                named.append(f"{kind}:{value.hex()}")
    return tuple(named)
