"""One packet at a time: tunnels, extension headers, options and fragments, down to TCP or UDP."""

import struct
from mmap import mmap

from msgspec import Struct

from app.sensor.packets.fragments import Fragments
from app.sensor.packets.links import ETHERNET, PPP, RAW, SEALED, TYPED, inside, snap
from app.sensor.packets.links import MPLS as MPLS_LINK

DEPTH = 8
"""Headers inside headers that are followed."""
TCP, UDP, IP4, IP6, GRE = 6, 17, 4, 41, 47
HOP, ROUTING, FRAGMENT, AUTHENTICATION, OPTIONS, MOBILITY = 0, 43, 44, 51, 60, 135
"""Protocol numbers (IANA); the second line are IPv6 extension headers (RFC 8200 section 4)."""
VXLAN, VXLAN_GPE, VXLAN_LINUX, GENEVE, MPLS_UDP, TZSP = 4789, 4790, 8472, 6081, 6635, 37008
"""UDP ports: RFC 7348; draft-ietf-nvo3-vxlan-gpe; Linux before it had one; RFC 8926; RFC 7510; TZSP of mirrors."""
TUNNELS = (VXLAN, VXLAN_GPE, VXLAN_LINUX, GENEVE, MPLS_UDP, TZSP)
ETHER_IP4, ETHER_IP6, BRIDGED = 0x0800, 0x86DD, 0x6558
TAGS = (0x8100, 0x88A8, 0x9100, 0x9200)
ERSPAN2, ERSPAN3 = 0x88BE, 0x22EB
PPPOE, MPLS, MPLS_MANY = 0x8864, 0x8847, 0x8848
IP_LINKS = (12, 14, RAW, 228, 229)
"""Link types of raw IP; 12 and 14 are what some systems write for it."""
_U16 = struct.Struct(">H").unpack_from


class Inner(Struct, frozen=True):
    """A TCP segment or UDP datagram: where in data it lies, and data when it is not the capture's own.

    host: offset of the source address, the destination's follows. start: transport header. end, stated: captured end, and where
    it was on the wire.
    """

    protocol: int
    wide: bool
    host: int
    start: int
    end: int
    ident: int
    data: bytes | None = None
    frames: tuple[int, ...] = ()
    stated: int = 0


class Place(Struct, frozen=True):
    """Where the packet stands: frame number, UTC microseconds, and the input's fragments."""

    frame: int
    at: int
    fragments: Fragments


def unwrap(link: int, data: bytes | mmap, start: int, end: int, place: Place) -> Inner | int | None:
    """What the frame at data[start:end] of a link type carries, None when it is neither TCP nor UDP or not whole yet.

    SEALED when it is encrypted on the link.
    """
    for _ in range(DEPTH):
        if link == ETHERNET:
            return _ethernet(data, start, end, place, 0, None, ())
        if link in IP_LINKS:
            return _ip(data, start, end, place, 0, None, ())
        if link == PPP:
            return _ppp(data, start, end, place, 0, None, ())
        if link == TYPED:
            return _typed(_U16(data, start - 2)[0], data, start, end, place, 0, None, ())
        if link == MPLS_LINK:
            return _typed(MPLS, data, start, end, place, 0, None, ())
        step = inside(link, data, start, end)
        if step is None or step[1] > end:
            return None
        if step[0] == SEALED:
            return SEALED
        link, start = step
    return None


Buffer = bytes | mmap
Own = bytes | None
Frames = tuple[int, ...]


def _ethernet(data: Buffer, start: int, end: int, place: Place, depth: int, own: Own, frames: Frames) -> Inner | None:
    if end - start < 14:
        return None
    return _typed(_U16(data, start + 12)[0], data, start + 14, end, place, depth, own, frames)


def _typed(kind: int, data: Buffer, at: int, end: int, place: Place, depth: int, own: Own, frames: Frames) -> Inner | None:
    """By EtherType."""
    for _ in range(4):
        if kind in TAGS and at + 4 <= end:
            kind, at = _U16(data, at + 2)[0], at + 4
    if kind in (ETHER_IP4, ETHER_IP6):
        return _ip(data, at, end, place, depth, own, frames)
    if kind == PPPOE and at + 8 <= end and _U16(data, at + 6)[0] in (0x21, 0x57):
        return _ip(data, at + 8, end, place, depth, own, frames)
    if kind in (MPLS, MPLS_MANY):
        for _ in range(8):
            if at + 4 > end:
                return None
            at += 4
            if data[at - 2] & 1:  # bottom of stack (RFC 3032 section 2.1)
                return _labelled(data, at, end, place, depth, own, frames)
    if kind < 1536:  # a length (IEEE 802.3 section 3.2.6)
        step = snap(data, at, end)
        if step is not None:
            return (
                _typed(_U16(data, step[1] - 2)[0], data, step[1], end, place, depth + 1, own, frames) if depth < DEPTH else None
            )
    return None


def _labelled(data: Buffer, at: int, end: int, place: Place, depth: int, own: Own, frames: Frames) -> Inner | None:
    """What lies below MPLS labels, which do not say: IP, or a frame of a pseudowire (RFC 4448) with a control word or without."""
    if at + 20 > end or depth > DEPTH:
        return None
    kind = data[at] >> 4
    length = _U16(data, at + 2)[0] if kind == 4 else _U16(data, at + 4)[0] + 40
    if (kind == 4 and 20 <= length <= end - at) or (kind == 6 and length <= end - at):
        return _ip(data, at, end, place, depth, own, frames)
    for frame in (at + 4, at) if kind == 0 else (at,):
        if frame + 14 <= end and _U16(data, frame + 12)[0] in (ETHER_IP4, ETHER_IP6, *TAGS):
            return _ethernet(data, frame, end, place, depth + 1, own, frames)
    return _ip(data, at, end, place, depth, own, frames)


def _ip(data: Buffer, start: int, end: int, place: Place, depth: int, own: Own, frames: Frames) -> Inner | None:
    if depth > DEPTH or end - start < 20:
        return None
    version = data[start] >> 4
    if version == 4:
        return _ip4(data, start, end, place, depth, own, frames)
    if version == 6 and end - start >= 40:
        return _ip6(data, start, end, place, depth, own, frames)
    return None


def _ip4(data: Buffer, start: int, end: int, place: Place, depth: int, own: Own, frames: Frames) -> Inner | None:
    header = (data[start] & 15) * 4
    total, ident, flags = struct.unpack_from(">HHH", data, start + 2)
    if header < 20 or start + header > end:
        return None
    # A length of 0 is what segmentation offload leaves in captures of the sender itself.
    stop = min(end, start + total) if total >= header else end if total == 0 else start
    protocol, body = data[start + 9], start + header
    if flags & 0x3FFF:
        if stop < start + total:
            return None
        key = (bytes(data[start + 12 : start + 20]), protocol, ident)
        return _fragment(data, start, body, stop, key, (flags & 0x1FFF) * 8, bool(flags & 0x2000), ident, place, depth, frames)
    if protocol == AUTHENTICATION and body + 12 <= stop:
        protocol, body = data[body], body + 8 + data[body + 1] * 4
    return _payload(
        protocol, False, start + 12, data, body, stop, ident, place, depth, own, frames, start + total if total else end
    )


def _ip6(data: Buffer, start: int, end: int, place: Place, depth: int, own: Own, frames: Frames) -> Inner | None:
    length, following = struct.unpack_from(">HB", data, start + 4)
    stop = min(end, start + 40 + length) if length else end
    stated = start + 40 + length if length else end
    cut = stop < stated
    at = start + 40
    for _ in range(DEPTH):
        if following in (HOP, ROUTING, OPTIONS, MOBILITY):
            if at + 8 > stop:
                return None
            following, at = data[at], at + 8 + data[at + 1] * 8
        elif following == AUTHENTICATION:
            if at + 8 > stop:
                return None
            following, at = data[at], at + 8 + data[at + 1] * 4
        elif following == FRAGMENT:
            if at + 8 > stop or cut:
                return None
            offset, ident = struct.unpack_from(">HI", data, at + 2)
            inner = data[at]
            key = (bytes(data[start + 8 : start + 40]), inner, ident)
            return _fragment(data, start, at + 8, stop, key, offset & 0xFFF8, bool(offset & 1), -1, place, depth, frames)
        else:
            break
    return _payload(following, True, start + 8, data, at, stop, -1, place, depth, own, frames, stated)


def _fragment(
    data: Buffer,
    start: int,
    body: int,
    stop: int,
    key: tuple[bytes, int, int],
    offset: int,
    more: bool,
    ident: int,
    place: Place,
    depth: int,
    frames: Frames,
) -> Inner | None:
    whole = place.fragments.add(key, offset, more, bytes(data[body:stop]), place.frame, place.at)
    if whole is None:
        return None
    addresses, protocol, _ = key
    own = addresses + whole[0]
    joined = tuple(sorted({*frames, *whole[1]}))
    return _payload(protocol, len(addresses) == 32, 0, own, len(addresses), len(own), ident, place, depth, own, joined, len(own))


def _payload(
    protocol: int,
    wide: bool,
    host: int,
    data: Buffer,
    at: int,
    end: int,
    ident: int,
    place: Place,
    depth: int,
    own: Own,
    frames: Frames,
    stated: int,
) -> Inner | None:
    if protocol == TCP:
        return Inner(TCP, wide, host, at, end, ident, own, frames, stated) if end - at >= 20 else None
    if protocol == UDP:
        if end - at < 8:
            return None
        return _udp(data, at, end, place, depth, own, frames) or Inner(UDP, wide, host, at, end, ident, own, frames, stated)
    if protocol in (IP4, IP6):
        return _ip(data, at, end, place, depth + 1, own, frames)
    if protocol == GRE:
        return _gre(data, at, end, place, depth + 1, own, frames)
    return None


def _gre(data: Buffer, at: int, end: int, place: Place, depth: int, own: Own, frames: Frames) -> Inner | None:
    """Generic routing encapsulation (RFC 2784, RFC 2890) with ERSPAN (draft-foschiano-erspan) inside."""
    if end - at < 4 or depth > DEPTH:
        return None
    flags, kind = struct.unpack_from(">HH", data, at)
    version = flags & 7
    if version == 1:  # PPTP (RFC 2637): PPP inside
        body = at + 8 + (4 if flags & 0x1000 else 0) + (4 if flags & 0x80 else 0)
        return _ppp(data, body, end, place, depth, own, frames) if kind == 0x880B else None
    body = at + 4 + (4 if flags & 0xC000 else 0) + (4 if flags & 0x2000 else 0) + (4 if flags & 0x1000 else 0)
    if body >= end or version:
        return None
    if kind == ERSPAN2:
        # Type I has neither sequence number nor header of its own, type II has both.
        return _ethernet(data, body + 8 if flags & 0x1000 else body, end, place, depth, own, frames)
    if kind == ERSPAN3:
        if body + 12 > end:
            return None
        inner = body + 12 + (8 if data[body + 11] & 1 else 0)  # O flag: a platform sub-header follows
        if (_U16(data, body + 10)[0] >> 10) & 31 == 2:  # frame type: IP packet
            return _ip(data, inner, end, place, depth, own, frames)
        return _ethernet(data, inner, end, place, depth, own, frames)
    if kind == BRIDGED:
        return _ethernet(data, body, end, place, depth, own, frames)
    return _typed(kind, data, body, end, place, depth, own, frames)


def _ppp(data: Buffer, at: int, end: int, place: Place, depth: int, own: Own, frames: Frames) -> Inner | None:
    """Point-to-point protocol (RFC 1661), address and protocol fields possibly compressed."""
    if at + 2 <= end and data[at] == 0xFF and data[at + 1] == 3:
        at += 2
    if at + 2 > end:
        return None
    kind, step = (data[at], 1) if data[at] & 1 else (_U16(data, at)[0], 2)
    return _ip(data, at + step, end, place, depth, own, frames) if kind in (0x21, 0x57) else None


def _udp(data: Buffer, at: int, end: int, place: Place, depth: int, own: Own, frames: Frames) -> Inner | None:
    """What is tunnelled in this datagram, None when nothing is."""
    source, target = struct.unpack_from(">HH", data, at)
    body = at + 8
    if depth >= DEPTH or end - body < 12:
        return None
    if TZSP in (source, target):
        return _tzsp(data, body, end, place, depth + 1, own, frames)
    if GENEVE in (source, target) and not data[body] & 0xC0 and not data[body + 1] & 0x3F and not data[body + 7]:
        kind, inner = _U16(data, body + 2)[0], body + 8 + (data[body] & 0x3F) * 4  # RFC 8926 section 3.4
        if kind == BRIDGED:
            return _ethernet(data, inner, end, place, depth + 1, own, frames)
        return _typed(kind, data, inner, end, place, depth + 1, own, frames)
    if MPLS_UDP in (source, target):
        return _typed(MPLS, data, body, end, place, depth + 1, own, frames)
    if data[body] & 0x08 and not data[body + 7] and not {source, target}.isdisjoint((VXLAN, VXLAN_LINUX, VXLAN_GPE)):
        # Flags and numbers of other kinds stand in the reserved bytes: group policy, a protocol inside.
        kind = data[body + 3] if data[body] & 0x04 and VXLAN_GPE in (source, target) else 3
        if kind in (1, 2):
            return _ip(data, body + 8, end, place, depth + 1, own, frames)
        return _ethernet(data, body + 8, end, place, depth + 1, own, frames) if kind == 3 else None
    # VXLAN (RFC 7348 section 5): flag I alone, reserved bytes zero; told by content on any port.
    if end - body >= 42 and bytes(data[body : body + 4]) == b"\x08\0\0\0" and not data[body + 7]:
        kind = _U16(data, body + 20)[0]
        if kind in (ETHER_IP4, ETHER_IP6, *TAGS):
            return _ethernet(data, body + 8, end, place, depth + 1, own, frames)
    return None


def _tzsp(data: Buffer, body: int, end: int, place: Place, depth: int, own: Own, frames: Frames) -> Inner | None:
    """TaZmen Sniffer Protocol: version 1, tagged fields up to the end tag, then the frame."""
    if data[body] != 1 or _U16(data, body + 2)[0] != 1:  # only encapsulated Ethernet
        return None
    at = body + 4
    for _ in range(64):
        if at >= end:
            return None
        tag = data[at]
        if tag == 1:
            return _ethernet(data, at + 1, end, place, depth, own, frames)
        at += 1 if tag == 0 or at + 1 >= end else 2 + data[at + 1]
    return None
