"""Rarer link layers: what stands before the frame or packet that a conversation is in (https://www.tcpdump.org/linktypes.html).

Nothing is followed here: each answer names the next layer and where it begins, so that whoever asks keeps count of the steps.
"""

import struct
from mmap import mmap

ETHERNET, PPP, RAW = 1, 9, 101
"""LINKTYPE_ numbers to which the others lead."""
TYPED = -1
"""An EtherType stands in the two bytes before."""
SEALED = -2
"""Encrypted on the air."""
PPP_HDLC, PPP_ETHER, PPP_PPPD, PPP_DIRECTION = 50, 51, 166, 204
WIFI, RADIOTAP, PPI = 105, 127, 192
PFLOG, NFLOG, PKTAP, PKTAP_USER, ERF, MPLS = 117, 239, 258, 149, 197, 219
RARE = frozenset(
    (PPP, PPP_HDLC, PPP_ETHER, PPP_PPPD, PPP_DIRECTION, WIFI, RADIOTAP, PPI, PFLOG, NFLOG, PKTAP, PKTAP_USER, ERF, MPLS)
)
NFULA_PAYLOAD = 9
ERF_ETHERNET = (2, 11, 16, 20)
"""TYPE_ETH, and with a colour, a channel or both (ERF types of Endace)."""
MANY = 64
"""Fields of one header that are walked."""

Step = tuple[int, int]
"""(link type of what lies inside, where it begins)."""


def inside(link: int, data: bytes | mmap, at: int, end: int) -> Step | None:
    """What a frame of one of RARE at data[at:end] carries; None when nothing that is read."""
    if end - at < 8:
        return None
    if link in (PPP_HDLC, MPLS):
        return (PPP, at) if link == PPP_HDLC else None
    if link == PPP_ETHER:  # RFC 2516 section 4
        return PPP, at + 6
    if link in (PPP_PPPD, PPP_DIRECTION):  # the direction stands in the place of the address field, or before it
        return PPP, at + (2 if link == PPP_PPPD else 1)
    if link == WIFI:
        return _wifi(data, at, end)
    if link == RADIOTAP:
        return WIFI, at + struct.unpack_from("<H", data, at + 2)[0]
    if link == PPI:
        size, inner = struct.unpack_from("<HI", data, at + 2)
        return (inner, at + size) if size >= 8 else None
    if link == PFLOG:  # padded to four bytes
        return RAW, at + (data[at] + 3 & ~3)
    if link == NFLOG:
        return _nflog(data, at, end)
    if link in (PKTAP, PKTAP_USER):
        size, kind, inner = struct.unpack_from("<III", data, at) if end - at >= 12 else (0, 0, 0)
        return (inner, at + size) if kind == 1 and 12 <= size <= end - at else None
    return _erf(data, at, end) if link == ERF else None


def _wifi(data: bytes | mmap, at: int, end: int) -> Step | None:
    """Data frames of IEEE 802.11-2016 section 9.2 with LLC and SNAP (RFC 1042) inside."""
    control, flags = data[at], data[at + 1]
    if control & 0x0F != 8 or control & 0x40:  # version 0, a data frame that holds some
        return None
    if flags & 0x40:
        return SEALED, at
    size = 24 + (6 if flags & 3 == 3 else 0)
    if control & 0x80:  # quality of service, and high throughput control behind it
        if at + size + 2 > end or data[at + size] & 0x80:  # several frames in one
            return None
        size += 2 + (4 if flags & 0x80 else 0)
    return snap(data, at + size, end)


def snap(data: bytes | mmap, at: int, end: int) -> Step | None:
    """LLC and SNAP with an EtherType."""
    if end - at < 8 or bytes(data[at : at + 6]) not in (b"\xaa\xaa\3\0\0\0", b"\xaa\xaa\3\0\0\xf8"):
        return None
    return TYPED, at + 8


def _nflog(data: bytes | mmap, at: int, end: int) -> Step | None:
    """Attributes of the netfilter log in the byte order of the capturing host, each padded to four bytes."""
    at += 4
    order = "<" if at + 4 <= end and struct.unpack_from("<H", data, at)[0] <= end - at else ">"
    for _ in range(MANY):
        if at + 4 > end:
            return None
        size, kind = struct.unpack_from(order + "HH", data, at)
        if kind & 0x7FFF == NFULA_PAYLOAD:
            return RAW, at + 4
        if size < 4:
            return None
        at += size + 3 & ~3
    return None


def _erf(data: bytes | mmap, at: int, end: int) -> Step | None:
    """Extensible record format: a header of 16 bytes, extension headers of 8, two bytes, the frame."""
    kind, more = (data[at + 8], data[at + 8] & 0x80) if end - at >= 18 else (0, 0)
    at += 16
    for _ in range(MANY):
        if not more or at + 8 > end:
            break
        more, at = data[at] & 0x80, at + 8
    return (ETHERNET, at + 2) if kind & 0x7F in ERF_ETHERNET and not more else None
