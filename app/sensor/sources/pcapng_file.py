"""Packets written as a pcapng file that any program opens, each with a comment (draft-ietf-opsawg-pcapng)."""

import struct
from collections.abc import Iterable

from app.sensor.frame import Captured
from app.sensor.sources.pcapng import ENHANCED, IF_TSRESOL, INTERFACE, MAGIC, SECTION

COMMENT, IF_NAME, SHB_USERAPPL = 1, 2, 4
"""Options (sections 3.5, 4.1, 4.2)."""
LONGEST = 4_096
"""Bytes of a comment; more than that nobody reads, and the length of an option has 16 bits."""


def pcapng_of(packets: Iterable[tuple[Captured, str]], program: str, name: str, comment: str = "") -> bytes:
    """The file of these packets in this order, the same bytes for the same packets.

    One interface for each link type and resolution of time. name: what the interfaces are called. comment: of the section.
    """
    out = [_block(SECTION, struct.pack("<IHHq", MAGIC, 1, 0, -1), (COMMENT, _text(comment)), (SHB_USERAPPL, _text(program)))]
    interfaces: dict[tuple[int, bool], int] = {}
    for one, said in packets:
        kind = (one.link, one.nano is not None)
        if kind not in interfaces:
            interfaces[kind] = len(interfaces)
            finer = (IF_TSRESOL, bytes([9 if kind[1] else 6]))
            out.append(_block(INTERFACE, struct.pack("<HHI", one.link, 0, 0), (IF_NAME, _text(name)), finer))
        ticks = one.at if one.nano is None else one.at * 1000 + one.nano
        ticks &= (1 << 64) - 1
        head = struct.pack("<IIIII", interfaces[kind], ticks >> 32, ticks & 0xFFFFFFFF, len(one.data), one.length)
        out.append(_block(ENHANCED, head + one.data + bytes(-len(one.data) % 4), (COMMENT, _text(said))))
    return b"".join(out)


def _text(text: str) -> bytes:
    """UTF-8 of bounded length; a cut character goes whole."""
    return text.encode("utf-8", "replace")[:LONGEST].decode("utf-8", "ignore").encode()


def _block(kind: int, body: bytes, *options: tuple[int, bytes]) -> bytes:
    """A block with those of the options that say something (section 3.1)."""
    said = b"".join(struct.pack("<HH", code, len(value)) + value + bytes(-len(value) % 4) for code, value in options if value)
    if said:
        said += bytes(4)  # opt_endofopt
    size = 12 + len(body) + len(said)
    return struct.pack("<II", kind, size) + body + said + struct.pack("<I", size)
