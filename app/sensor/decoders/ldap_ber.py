"""BER elements as LDAP writes them: definite lengths of every form (RFC 4511 section 5.1)."""


class Malformed(ValueError):
    """The bytes are no BER element; caught inside the LDAP decoders, never seen outside."""


def element(data: bytes, at: int, end: int) -> tuple[int, int, int]:
    """(tag, first byte of the contents, byte after them) of the element at data[at]; contents are clipped to end.

    Raises Malformed or IndexError. Indefinite lengths and tags of several bytes do not occur in LDAP.
    """
    if at >= end:
        raise Malformed
    tag = data[at]
    length = data[at + 1]
    at += 2
    if length < 128:
        stop = at + length
        if stop <= end:
            return tag, at, stop
    if length & 0x80:
        # Microsoft writes 0x84 and four bytes even for short contents.
        count = length & 0x7F
        if not 1 <= count <= 8:
            raise Malformed
        length = int.from_bytes(data[at : at + count], "big")
        at += count
    stop = at + length
    if stop > end:
        stop = end
    if at > stop:
        raise Malformed
    return tag, at, stop


def integer(data: bytes, at: int, stop: int) -> int:
    """Signed integer of at most eight bytes of contents; longer ones are cut."""
    return int.from_bytes(data[at : min(stop, at + 8)], "big", signed=True)
