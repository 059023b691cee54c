"""Bounded walk over DER and BER elements: tag, first byte of the contents, byte after them."""


class Malformed(ValueError):
    """The bytes are no element of the kind that was looked for; caught inside the decoders, never seen outside."""


TEXT_KEPT = 4096
"""Characters kept of any single text."""

_FIELDS = range(64)
"""So many elements of one sequence are looked at."""


def element(data: bytes, at: int, end: int) -> tuple[int, int, int]:
    """(tag, start, stop) of the element at data[at] (X.690 section 8.1.3); contents that reach past end are clipped to it.

    Raises Malformed or IndexError. Indefinite lengths and tags of several bytes do not occur in what is read here.
    """
    length = data[at + 1]
    if length < 128:
        start = at + 2
        stop = start + length
    elif length == 0x82:
        start = at + 4
        stop = start + (data[at + 2] << 8 | data[at + 3])
    elif length == 0x81:
        start = at + 3
        stop = start + data[at + 2]
    else:
        stop = end + 1
    if stop <= end:
        return data[at], start, stop
    if at >= end:
        raise Malformed
    start = at + 2
    stop = start + length
    if length > 127:
        # Microsoft writes 0x84 and four bytes even for short contents.
        count = length & 127
        if not 1 <= count <= 4:
            raise Malformed
        start += count
        stop = start + int.from_bytes(data[at + 2 : start], "big")
    if stop > end:
        if start > end:
            raise Malformed
        stop = end
    return data[at], start, stop


def reach(data: bytes, at: int) -> int:
    """Byte after the element at data[at] as its length says, whether so much is there or not. Raises as element()."""
    length = data[at + 1]
    if length < 128:
        return at + 2 + length
    count = length & 127
    if not 1 <= count <= 4:
        raise Malformed
    return at + 2 + count + int.from_bytes(data[at + 2 : at + 2 + count], "big")


def content(data: bytes, at: int, end: int, tag: int) -> tuple[int, int]:
    """(start, stop) of the element at data[at], which must have this tag. Raises Malformed or IndexError."""
    if data[at] != tag:
        raise Malformed
    # The body of element() once more: these two are called more often than all else here.
    length = data[at + 1]
    if length < 128:
        start = at + 2
        stop = start + length
    elif length == 0x82:
        start = at + 4
        stop = start + (data[at + 2] << 8 | data[at + 3])
    elif length == 0x81:
        start = at + 3
        stop = start + data[at + 2]
    else:
        stop = end + 1
    if stop <= end:
        return start, stop
    _, start, stop = element(data, at, end)
    return start, stop


def fields(data: bytes, at: int, end: int) -> dict[int, tuple[int, int]]:
    """tag → (start, stop) of the elements between at and end, the first of each tag; a broken one ends the walk."""
    found: dict[int, tuple[int, int]] = {}
    for _ in _FIELDS:
        if at + 1 >= end:
            break
        # The body of element(), repeated here because most of the time of every decoder goes into this loop.
        tag = data[at]
        length = data[at + 1]
        start = at + 2
        if length > 127:
            count = length & 127
            if not 1 <= count <= 4:
                break
            start += count
            if start > end:
                break
            length = data[at + 2] if count == 1 else int.from_bytes(data[at + 2 : start], "big")
        at = start + length
        if at > end:
            if start > end:
                break
            at = end
        if tag not in found:
            found[tag] = (start, at)
    return found


def integer(data: bytes, start: int, stop: int) -> int:
    """Signed integer in contents data[start:stop]; of a longer one the last eight bytes."""
    if stop - start == 1:
        value = data[start]
        return value if value < 128 else value - 256
    return int.from_bytes(data[max(start, stop - 8) : stop], "big", signed=True)


def inner_integer(data: bytes, start: int, stop: int) -> int:
    """Signed integer of the INTEGER or ENUMERATED element that fills data[start:stop] (an explicit tag's contents)."""
    if data[start + 1] == 1 and start + 3 <= stop:
        value = data[start + 2]
        return value if value < 128 else value - 256
    _, start, stop = element(data, start, stop)
    return integer(data, start, stop)


def text(data: bytes, start: int, stop: int) -> str:
    """Text in contents data[start:stop]; invalid bytes are replaced, the length is bounded."""
    return data[start : min(stop, start + TEXT_KEPT)].decode("utf-8", "replace")


def inner_text(data: bytes, start: int, stop: int) -> str:
    """Text of the string element that fills data[start:stop] (an explicit tag's contents)."""
    if data[start + 1] == stop - start - 2 < 128:
        return data[start + 2 : stop].decode("utf-8", "replace")
    _, start, stop = element(data, start, stop)
    return text(data, start, stop)


def object_identifier(data: bytes, start: int, stop: int) -> str:
    """Dotted text of an OBJECT IDENTIFIER's contents (X.690 section 8.19), at most 32 arcs."""
    if start >= stop:
        return ""
    first = data[start]
    arcs = [min(first // 40, 2), first - 40 * min(first // 40, 2)]
    value = 0
    for byte in data[start + 1 : min(stop, start + 128)]:
        value = (value & 0xFFFFFFFFFFFF) << 7 | byte & 127
        if byte < 128:
            arcs.append(value)
            value = 0
            if len(arcs) >= 32:
                break
    return ".".join(map(str, arcs))
