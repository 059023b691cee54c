"""One search result entry as it comes over LDAP (RFC 4511 section 4.5.2), in one pass over its BER."""

ENTRY = 0x64
"""Tag of SearchResultEntry, [APPLICATION 4]."""


class Malformed(Exception):
    """The bytes are no LDAP message or no entry."""


def span(data: bytes | bytearray, at: int, most: int) -> int:
    """Bytes of the element at this offset with its head, 0 when its head is not all there. Raises Malformed over most bytes."""
    if at + 2 > len(data):
        return 0
    size = data[at + 1]
    if size < 0x80:
        return size + 2
    count = size & 0x7F
    if not 0 < count <= 5:
        raise Malformed
    if at + 2 + count > len(data):
        return 0
    size = int.from_bytes(data[at + 2 : at + 2 + count], "big")
    if size > most:
        raise Malformed
    return size + 2 + count


def envelope(data: bytes | bytearray) -> tuple[int, int, int]:
    """(message id, tag of the operation, offset of the operation) of one whole LDAPMessage. Raises Malformed."""
    try:
        at = _content(data, 0, 0x30)[0]
        start, end = _content(data, at, 0x02)
        return int.from_bytes(data[start:end], "big", signed=True), data[end], end
    except IndexError:
        raise Malformed from None


def entry(data: bytes, at: int) -> tuple[str, dict[str, list[bytes]]]:
    """(distinguished name, values by attribute in lower case) of the SearchResultEntry at this offset. Raises Malformed."""
    try:
        start, _ = _content(data, at, ENTRY)
        name, end = _content(data, start, 0x04)
        dn = data[name:end].decode("utf-8", "replace")
        at, stop = _content(data, end, 0x30)
        out: dict[str, list[bytes]] = {}
        while at < stop:
            kind, after = _content(data, at, 0x30)
            start, end = _content(data, kind, 0x04)
            key = data[start:end].decode("ascii", "replace").lower()
            place, last = _content(data, end, 0x31)
            values: list[bytes] = []
            while place < last:
                size = data[place + 1]
                if size < 0x80 and data[place] == 0x04:  # nearly all are short
                    start = place + 2
                    place = start + size
                else:
                    start, place = _content(data, place, 0x04)
                values.append(data[start:place])
            if values:
                out[key] = values
            at = after
    except IndexError:
        raise Malformed from None
    return dn, out


def _content(data: bytes | bytearray, at: int, tag: int) -> tuple[int, int]:
    """Where the content of an element begins and ends. Raises Malformed, IndexError."""
    if data[at] != tag:
        raise Malformed
    size, start = data[at + 1], at + 2
    if size >= 0x80:
        count = size & 0x7F
        if not 0 < count <= 5:
            raise Malformed
        size = int.from_bytes(data[start : start + count], "big")
        start += count
    if start + size > len(data):
        raise Malformed
    return start, start + size
