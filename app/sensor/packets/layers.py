"""From frames to transport headers: link layers and IP, one window of packets at a time."""

from collections.abc import Callable
from mmap import mmap

import numpy as np
from msgspec import Struct

from app.sensor.frame import Array, Records
from app.sensor.packets.fragments import Fragments
from app.sensor.packets.links import ETHERNET, RARE, RAW, SEALED, TYPED
from app.sensor.packets.unwrap import IP_LINKS, MPLS, MPLS_MANY, PPPOE, TAGS, TUNNELS, Inner, Place, unwrap

NULL, HDLC, LOOP, ENC, COOKED, COOKED2 = 0, 104, 108, 109, 113, 276
"""LINKTYPE_ numbers (https://www.tcpdump.org/linktypes.html)."""
AHEAD = {
    ETHERNET: (14, True), COOKED: (16, True), COOKED2: (20, False), NULL: (4, False), LOOP: (4, False), HDLC: (4, True),
    ENC: (12, False),
} | dict.fromkeys(IP_LINKS, (0, False))  # fmt: skip
"""Link type to (bytes before the IP header, whether the last two of them are an EtherType)."""
NET = 14
"""Column of the IP header in the rows that are looked at; an Ethernet header stands before it."""
HEAD = 80
"""Bytes of a row: 14 of Ethernet, 40 of IPv6, 20 of TCP and a few of what follows."""
AUX = 1 << 60
"""Offsets from here on lie in Segments.extra (reassembled datagrams), others in Segments.data."""
FIN, SYN, RST, ACK = 1, 2, 4, 16
Slow = list[tuple[Array, Array, int]]
"""(rows, where they begin, link type) of what is read one by one."""
Tally = Callable[[str, int, int], None]
"""Count problems: (what, frame of the first, how many)."""


class Segments(Struct):
    """Columns of TCP segments and UDP datagrams of a window, ascending by row.

    row: which packet of the window. wide: IPv6. host: offset of the source address, the destination's follows.
    source, target: ports. start, size: captured payload. wire: payload bytes on the wire.
    ident: IP identification, -1 when there is none.
    frames: all packets of reassembled datagrams, by row.
    """

    data: bytes | mmap
    extra: bytes
    frames: dict[int, tuple[int, ...]]
    row: Array
    tcp: Array
    wide: Array
    host: Array
    source: Array
    target: Array
    start: Array
    size: Array
    wire: Array
    flags: Array
    seq: Array
    ack: Array
    ident: Array


def _members(size: int, numbers: tuple[int, ...]) -> Array:
    """size truths: which numbers are among those."""
    table = np.zeros(size, bool)
    table[list(numbers)] = True
    return table


_TUNNEL = _members(65_536, TUNNELS)
_TAG = _members(65_536, TAGS)
_ODD = _members(65_536, (PPPOE, MPLS, MPLS_MANY, *range(8, 1536)))
"""EtherTypes behind which IP may stand, and lengths in their place (IEEE 802.3), which are read one by one."""
_FOUR, _SIX = _members(256, (4, 6, 17, 41, 47, 51)), _members(256, (0, 4, 6, 17, 41, 43, 44, 47, 51, 60, 135))
"""Protocols behind an IP header that are read one by one when nothing quicker fits."""
COLUMNS = ("row", "tcp", "wide", "host", "source", "target", "start", "size", "wire", "flags", "seq", "ack", "ident")
Block = tuple[Array, ...]
"""Arrays in the order of COLUMNS."""


def transport(records: Records, fragments: Fragments, tally: Tally) -> Segments:
    """All TCP segments and UDP datagrams of a window, whatever they are wrapped in."""
    blocks: list[Block] = []
    slow: Slow = []
    rows = np.arange(len(records.start), dtype=np.int64)
    links = records.link
    kinds = [(links, rows)] if isinstance(links, int) else [(int(one), np.flatnonzero(links == one)) for one in np.unique(links)]
    for link, mine in kinds:
        start = records.start[mine]
        end = start + records.size[mine]
        if link in AHEAD:
            ahead, typed = AHEAD[link]
            if link == COOKED2:  # the type stands in front; a tag that it names, behind the header
                tagged = _tagged(records.data, start)
                if tagged.any():
                    _network(records, mine[tagged], start[tagged] + 24, end[tagged], True, blocks, slow, tally, 0)
                    mine, start, end = mine[~tagged], start[~tagged], end[~tagged]
            _network(records, mine, start + ahead, end, typed, blocks, slow, tally, 0)
        elif link in RARE:
            slow.append((mine, start, link))
        elif len(mine):
            tally(f"link type {link} is not read", records.first + int(mine[0]), len(mine))
    extra, frames = _slowly(records, slow, fragments, blocks, tally)
    if not blocks:
        empty = np.zeros(0, np.int64)
        columns: tuple[Array, ...] = (empty, empty.astype(bool), empty.astype(bool), *([empty] * 10))
    elif len(blocks) == 1:
        columns = blocks[0]
    else:
        columns = tuple(np.concatenate(parts) for parts in zip(*blocks, strict=True))
        order = np.argsort(columns[0], kind="stable")
        columns = tuple(one[order] for one in columns)
    return Segments(records.data, extra, frames, *columns)


def _gather(data: bytes | mmap, at: Array) -> Array:
    """HEAD bytes from each offset, zeros past the end of data; shape (len(at), HEAD)."""
    last = len(data) - HEAD
    if last < 0:
        data, last = data[:] + bytes(HEAD), len(data)
    if not len(at):
        return np.zeros((0, HEAD), np.uint8)
    table = np.ndarray((last + 1,), f"V{HEAD}", data, 0, (1,))
    if int(at[-1]) <= last and int(at.max()) <= last:
        return table[at].view(np.uint8).reshape(-1, HEAD)
    head: Array = table[np.minimum(at, last)].view(np.uint8).reshape(-1, HEAD)
    for one in np.flatnonzero(at > last).tolist():
        rest = data[int(at[one]) : int(at[one]) + HEAD]
        head[one] = np.frombuffer(rest + bytes(HEAD - len(rest)), np.uint8)
    return head


def _tagged(data: bytes | mmap, start: Array) -> Array:
    """Which frames begin with the EtherType of a VLAN tag."""
    return _TAG[_u2(_gather(data, start), 0)]


def _u2(head: Array, at: int) -> Array:
    return head[:, at : at + 2].view(">u2")[:, 0]


def _u4(head: Array, at: int) -> Array:
    return head[:, at : at + 4].view(">u4")[:, 0]


def _network(
    records: Records,
    rows: Array,
    net: Array,
    end: Array,
    typed: bool,
    blocks: list[Block],
    slow: Slow,
    tally: Tally,
    depth: int,
) -> None:
    """Sort packets whose IP header should be at net into what is read here, and what is read one by one.

    typed: the two bytes before net are an EtherType.
    """
    head = _gather(records.data, net - NET)
    first = head[:, NET]
    held = end - net
    if typed:
        kind = _u2(head, 12)
        four, six = kind == 0x0800, kind == 0x86DD
        if not (four.all() or depth > 3):
            other = ~(four | six)
            tagged = np.flatnonzero(_TAG[kind])
            if len(tagged):
                _network(records, rows[tagged], net[tagged] + 4, end[tagged], True, blocks, slow, tally, depth + 1)
            odd = np.flatnonzero(_ODD[kind])
            if len(odd):
                slow.append((rows[odd], net[odd], TYPED))
            if other.all() and depth == 0 and not len(tagged):
                _mislabelled(records, rows, blocks, slow, tally)
    else:
        four, six = first >> 4 == 4, first >> 4 == 6
    protocol = head[:, NET + 9]
    plain = four & (first == 0x45) & ((_u2(head, NET + 6) & 0x3FFF) == 0)
    tcp, udp = plain & (protocol == 6) & (held >= 40), plain & (protocol == 17) & (held >= 28)
    tunnel = np.zeros(len(rows), bool)
    if udp.any():
        tunnel = udp & _tunnelled(head, NET + 20)
    good = (tcp | udp) & ~tunnel
    blocks.append(_four(records, rows, net, end, head, tcp, good, tally))
    rest = four & ~good & (held >= 20) & _FOUR[protocol]
    if six.any():
        following = head[:, NET + 6]
        tcp6, udp6 = six & (following == 6) & (held >= 60), six & (following == 17) & (held >= 48)
        good6 = (tcp6 | udp6) & ~(udp6 & _tunnelled(head, NET + 40))
        blocks.append(_six(records, rows, net, end, head, tcp6, good6, tally))
        rest |= six & ~good6 & (held >= 40) & _SIX[following]
    left = np.flatnonzero(rest)
    if len(left):
        slow.append((rows[left], net[left], RAW))


def _mislabelled(records: Records, rows: Array, blocks: list[Block], slow: Slow, tally: Tally) -> None:
    """Frames said to be Ethernet of which not one is: raw IP when the lengths say so."""
    start = records.start[rows]
    head = _gather(records.data, start)
    four = (head[:, 0] >> 4 == 4) & (_u2(head, 2) == records.length[rows])
    six = (head[:, 0] >> 4 == 6) & (_u2(head, 4).astype(np.int64) + 40 == records.length[rows])
    if (four | six).any():
        tally("raw IP under an Ethernet label", records.first + int(rows[0]), 1)
        _network(records, rows, start, start + records.size[rows], False, blocks, slow, tally, 1)


def _tunnelled(head: Array, at: int) -> Array:
    """UDP headers at column at that lead into a tunnel: known ports, or VXLAN by content."""
    source, target = _u2(head, at), _u2(head, at + 2)
    found: Array = _TUNNEL[source] | _TUNNEL[target]
    if at + 12 <= HEAD:
        found |= _u4(head, at + 8) == 0x08000000
    return found


def _four(records: Records, rows: Array, net: Array, end: Array, head: Array, tcp: Array, good: Array, tally: Tally) -> Block:
    if not good.all():
        pick = np.flatnonzero(good)
        rows, net, end, head, tcp = rows[pick], net[pick], end[pick], head[pick], tcp[pick]
    total = _u2(head, NET + 2).astype(np.int64)
    stated = net + total
    cut = stated > end
    if cut.any():
        tally("packets cut short by the capture", records.first + int(rows[np.argmax(cut)]), int(cut.sum()))
    # A total length of 0 is what segmentation offload leaves in captures of the sender itself.
    stated = np.where(total == 0, end, stated)
    return _ports(
        rows,
        net,
        stated,
        np.minimum(stated, end),
        head,
        tcp,
        NET + 20,
        np.zeros(len(rows), bool),
        net + 12,
        _u2(head, NET + 4).astype(np.int64),
    )


def _six(records: Records, rows: Array, net: Array, end: Array, head: Array, tcp: Array, good: Array, tally: Tally) -> Block:
    pick = np.flatnonzero(good)
    rows, net, end, head, tcp = rows[pick], net[pick], end[pick], head[pick], tcp[pick]
    length = _u2(head, NET + 4).astype(np.int64)
    stated = net + 40 + length
    cut = stated > end
    if cut.any():
        tally("packets cut short by the capture", records.first + int(rows[np.argmax(cut)]), int(cut.sum()))
    stated = np.where(length == 0, end, stated)
    none = np.full(len(rows), -1, np.int64)
    return _ports(rows, net, stated, np.minimum(stated, end), head, tcp, NET + 40, np.ones(len(rows), bool), net + 8, none)


def _ports(
    rows: Array, net: Array, stated: Array, stop: Array, head: Array, tcp: Array, at: int, wide: Array, host: Array, ident: Array
) -> Block:
    """Columns from transport headers at column at; flags, seq and ack of a datagram mean nothing."""
    header = np.where(tcp, (head[:, at + 12] >> 4).astype(np.int64) * 4, 8)
    start = net + (at - NET) + header
    size, wire = np.maximum(stop - start, 0), np.maximum(stated - start, 0)
    short = tcp & (header < 20)
    if short.any():
        size[short] = wire[short] = 0
    return (
        rows,
        tcp,
        wide,
        host,
        _u2(head, at).astype(np.int64),
        _u2(head, at + 2).astype(np.int64),
        start,
        size,
        wire,
        head[:, at + 13].astype(np.int64),
        _u4(head, at + 4).astype(np.int64),
        _u4(head, at + 8).astype(np.int64),
        ident,
    )


def _slowly(
    records: Records, slow: Slow, fragments: Fragments, blocks: list[Block], tally: Tally
) -> tuple[bytes, dict[int, tuple[int, ...]]]:
    """Read the other packets one by one, in frame order; (bytes of reassembled datagrams, their frames by row)."""
    if not slow:
        return b"", {}
    todo: list[tuple[int, int, int]] = []
    for rows, starts, kind in slow:
        todo += zip(rows.tolist(), starts.tolist(), [kind] * len(rows), strict=True)
    todo.sort()
    extra = bytearray()
    frames: dict[int, tuple[int, ...]] = {}
    out: list[tuple[int, ...]] = []
    lost = fragments.lost
    data = records.data
    for row, start, kind in todo:
        end = int(records.start[row] + records.size[row])
        frame = records.first + row
        place = Place(frame, int(records.at[row]), fragments)
        inner = unwrap(kind, data, start, end, place)
        if not isinstance(inner, Inner):
            if inner == SEALED:
                tally("frames encrypted on the air", frame, 1)
            continue
        base = 0
        if inner.data is not None:
            base = AUX + len(extra)
            extra += inner.data
        if inner.frames:
            frames[row] = inner.frames
        if inner.stated > inner.end:
            tally("packets cut short by the capture", frame, 1)
        out.append(_scalar(row, inner, inner.data if inner.data is not None else data, base))
    if fragments.lost > lost:
        tally("IP fragments without the rest", records.first + todo[0][0], fragments.lost - lost)
    if out:
        table = np.array(out, np.int64)
        blocks.append(tuple(table[:, at].astype(bool) if at in (1, 2) else table[:, at] for at in range(len(COLUMNS))))
    return bytes(extra), frames


def _scalar(row: int, inner: Inner, data: bytes | mmap, base: int) -> tuple[int, ...]:
    """One line of COLUMNS."""
    at = inner.start
    head = bytes(data[at : at + 20]) + bytes(20)
    tcp = inner.protocol == 6
    header = (head[12] >> 4) * 4 if tcp else 8
    size = max(inner.end - at - header, 0) if header >= 20 or not tcp else 0
    wire = max(inner.stated - at - header, 0) if header >= 20 or not tcp else 0
    numbers = [int.from_bytes(head[a:b], "big") for a, b in ((0, 2), (2, 4), (4, 8), (8, 12))]
    return (
        row,
        int(tcp),
        int(inner.wide),
        base + inner.host,
        numbers[0],
        numbers[1],
        base + at + header,
        size,
        wire,
        head[13],
        numbers[2],
        numbers[3],
        inner.ident,
    )
