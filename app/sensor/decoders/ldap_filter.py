"""LDAP search filters: from BER (RFC 4511 section 4.5.1.7) to the text of RFC 4515."""

from app.sensor.decoders.ldap_ber import Malformed, element
from app.sensor.decoders.ldap_values import TEXT_LIMIT, assertion_text, plain

DEPTH_LIMIT = 64
NODE_LIMIT = 4096
"""Filter items rebuilt of one filter; what lies beyond is shown as an ellipsis."""

_BEYOND = "(…)"
_LISTS = {0xA0: "(&", 0xA1: "(|"}
_NOT = 0xA2
_EQUALITY = 0xA3
_SUBSTRINGS = 0xA4
_COMPARED = {0xA3: "=", 0xA5: ">=", 0xA6: "<=", 0xA8: "~="}
_PRESENT = 0x87
_EXTENSIBLE = 0xA9
_AND = 0xA0


def filter_text(data: bytes, at: int, end: int) -> tuple[str, int]:
    """(text, byte after the filter) of the filter at data[at]; at most TEXT_LIMIT characters. Raises as element does."""
    _, _, stop = element(data, at, end)
    pieces: list[str] = []
    _write(data, at, end, pieces, 0)
    return "".join(pieces)[:TEXT_LIMIT], stop


def equalities(data: bytes, at: int, end: int) -> dict[str, bytes]:
    """Attribute (lower case) to value of the equality items of a conjunction, at most 64; a ping's elements."""
    found: dict[str, bytes] = {}
    tag, start, stop = element(data, at, end)
    if tag == _EQUALITY:
        start, stop = at, stop
    elif tag != _AND:
        return found
    while start < stop and len(found) < 64:
        tag, inner, start = element(data, start, stop)
        if tag == _EQUALITY:
            _, a, b = element(data, inner, start)
            _, c, d = element(data, b, start)
            found[plain(data[a:b]).lower()] = data[c:d]
    return found


def _write(data: bytes, at: int, end: int, pieces: list[str], depth: int) -> int:
    """Appends the text of the filter at data[at]; returns the byte after it."""
    tag, start, stop = element(data, at, end)
    if depth > DEPTH_LIMIT or len(pieces) > NODE_LIMIT:
        pieces.append(_BEYOND)
        return stop
    sign = _COMPARED.get(tag)
    if sign is not None:
        _, a, b = element(data, start, stop)
        _, c, d = element(data, b, stop)
        attribute = plain(data[a:b])
        pieces.append(f"({attribute}{sign}{assertion_text(attribute, data[c:d])})")
    elif tag in _LISTS:
        pieces.append(_LISTS[tag])
        while start < stop and len(pieces) <= NODE_LIMIT:
            start = _write(data, start, stop, pieces, depth + 1)
        if start < stop:
            pieces.append(_BEYOND)
        pieces.append(")")
    elif tag == _PRESENT:
        pieces.append(f"({plain(data[start:stop])}=*)")
    elif tag == _NOT:
        pieces.append("(!")
        _write(data, start, stop, pieces, depth + 1)
        pieces.append(")")
    elif tag == _SUBSTRINGS:
        pieces.append(_substrings(data, start, stop))
    elif tag == _EXTENSIBLE:
        pieces.append(_extensible(data, start, stop))
    else:
        raise Malformed
    return stop


def _substrings(data: bytes, at: int, end: int) -> str:
    _, a, b = element(data, at, end)
    attribute = plain(data[a:b])
    _, at, end = element(data, b, end)
    text = ""
    count = 0
    final = False
    while at < end and count < 64:
        tag, start, at = element(data, at, end)
        value = assertion_text(attribute, data[start:at])
        # initial [0] has no star before it, final [2] none after it
        text += value if tag == 0x80 and not count else f"*{value}"
        final = tag == 0x82
        count += 1
    return f"({attribute}={text}{'' if final else '*'})"


def _extensible(data: bytes, at: int, end: int) -> str:
    rule = attribute = value = b""
    dn = False
    for _ in range(4):
        if at >= end:
            break
        tag, start, at = element(data, at, end)
        if tag == 0x81:
            rule = data[start:at]
        elif tag == 0x82:
            attribute = data[start:at]
        elif tag == 0x83:
            value = data[start:at]
        elif tag == 0x84:
            dn = any(data[start:at])
    name = plain(attribute)
    middle = f":{plain(rule)}" if rule else ""
    return f"({name}{':dn' if dn else ''}{middle}:={assertion_text(name, value)})"
