"""Live capture on Linux: AF_PACKET with a TPACKET_V3 ring that is mapped into the process (packet(7), linux/if_packet.h)."""

import ctypes
import errno
import mmap
import os
import select
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from msgspec import Struct

from app.sensor.frame import Array, Records
from app.sensor.sources.kernel_filter import ETHERNET, RAW, compiled, identity_filter, nothing
from app.sensor.sources.living import Cannot

BLOCK, BLOCKS = 1 << 20, 64
"""Bytes of a block, and blocks of the ring of one interface: what may wait while the process is busy."""
BEHIND = BLOCKS // 4
"""Blocks of a ring that wait until its reader is behind."""
RETIRE = 60
"""Milliseconds after which a block that is not full is handed over."""
PACKETS = 16_384
"""Packets of a window at most, but for the last block of it."""
IDLE = 0.2
"""Seconds between two looks when nothing comes."""
COUNTED = 0.5
"""Seconds between two readings of the kernel's counters, which are 32 bits wide and begin anew at each reading."""
DRAIN = 1.0
"""Seconds that what already came may still take after stop."""
SOL_PACKET, ETH_P_ALL = 263, 3
ADD_MEMBERSHIP, RX_RING, STATISTICS, VERSION, IGNORE_OUTGOING = 1, 5, 6, 10, 23
SO_ATTACH_FILTER, TPACKET_V3, PROMISCUOUS, OUTGOING = 26, 2, 1, 4
USER, VLAN_VALID, TPID_VALID = 1, 1 << 4, 1 << 6
MAP_SHARED, MAP_FIXED, IFF_UP = 1, 0x10, 1
MISSED = ("rx_missed_errors", "rx_fifo_errors", "rx_over_errors")
KINDS = {1: ETHERNET, 772: ETHERNET, 65534: RAW, 768: RAW, 769: RAW, 776: RAW, 778: RAW}
"""ARPHRD_ number of an interface to what its frames begin with; 65534 are tunnels of programs."""
START, SIZE, LENGTH, AT, TAG, LINK, BLOCK_ID = range(7)
"""Columns of a table of packets."""


class Window(Struct, frozen=True):
    """Packets that lie in the ring until the next window is asked for.

    spans: (first byte, byte after the last) of the blocks they lie in. tags: VLAN tag that the kernel took off each packet,
    as TPID << 16 | TCI, 0 where there was none.
    """

    records: Records
    spans: tuple[tuple[int, int], ...]
    tags: Array


class _Ring:
    """The ring of one interface.

    base: where it lies in the mapping. next: block that the kernel fills or has filled next. told: of its missed() so far.
    """

    def __init__(self, name: str, code: str, ports: tuple[Sequence[int], Sequence[int]]) -> None:
        self.name, self.base, self.next, self.told = name, 0, 0, 0
        try:
            kind = int(Path("/sys/class/net", name, "type").read_text())
            flags = int(Path("/sys/class/net", name, "flags").read_text(), 16)
        except (OSError, ValueError) as error:
            raise Cannot(f"there is no interface {name}") from error
        if not flags & IFF_UP:
            raise Cannot(f"the interface {name} is down")
        if kind not in KINDS:
            raise Cannot(f"the frames of {name} (hardware type {kind}) are not read")
        link = KINDS[kind]
        self.link = 101 if link == RAW else 1  # LINKTYPE_RAW, LINKTYPE_ETHERNET
        program = compiled(code, link) if code else identity_filter(*ports, link)
        try:
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        except PermissionError as error:
            raise Cannot("capturing needs the right to do so: root, or the capability CAP_NET_RAW") from error
        try:
            self._open(kind, program)
        except OSError as error:
            self.socket.close()
            raise Cannot(f"{name} cannot be captured: {os.strerror(error.errno or 0)}") from error

    def _open(self, kind: int, program: bytes) -> None:
        own = self.socket
        self.filter(program)
        own.setsockopt(SOL_PACKET, VERSION, TPACKET_V3)
        frame = 2048
        own.setsockopt(SOL_PACKET, RX_RING, struct.pack("=7I", BLOCK, BLOCKS, frame, BLOCK // frame * BLOCKS, RETIRE, 0, 0))
        self.loopback = kind == 772
        if self.loopback:  # what is sent there comes back as received; an old kernel does not know the option
            try:
                own.setsockopt(SOL_PACKET, IGNORE_OUTGOING, 1)
                self.loopback = False
            except OSError:
                pass
        else:
            index = socket.if_nametoindex(self.name)
            own.setsockopt(SOL_PACKET, ADD_MEMBERSHIP, struct.pack("=iHH8s", index, PROMISCUOUS, 0, b""))
        own.bind((self.name, ETH_P_ALL))
        self.told = self.missed()

    def filter(self, program: bytes) -> None:
        """Let the kernel run this program on every packet from now on."""
        buffer = ctypes.create_string_buffer(program, len(program))
        described = struct.pack("@HP", len(program) // 8, ctypes.addressof(buffer))
        self.socket.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, described)

    def missed(self) -> int:
        """Packets that the interface lost since the system started, full of others (statistics of the driver)."""
        total = 0
        for name in MISSED:
            try:
                total += int(Path("/sys/class/net", self.name, "statistics", name).read_text())
            except (OSError, ValueError):  # it went away
                return self.told
        return total

    def counters(self) -> tuple[int, int]:
        """(packets that passed the filter, of them dropped because the ring was full) since the last call."""
        packets, drops, _freezes = struct.unpack("=3I", self.socket.getsockopt(SOL_PACKET, STATISTICS, 12))
        return packets, drops


class Rings:
    """Interfaces that are being captured. Raises Cannot when one of them cannot be.

    filter: pcap filter text, "" for identity traffic on these (TCP, UDP) ports. on_drop(interface, packets) is called for each
    loss, on_missed for packets that the interface itself lost before any filter. first: number of the first packet.
    passed, lost: packets by the kernel's own count; left: not read in time at the end.
    """

    def __init__(
        self,
        interfaces: Sequence[str],
        filter: str,
        ports: tuple[Sequence[int], Sequence[int]],
        on_drop: Callable[[str, int], None],
        on_missed: Callable[[str, int], None] = lambda interface, packets: None,
        first: int = 1,
    ) -> None:
        if not interfaces:
            raise Cannot("no interface was named")
        self.passed = self.lost = self.left = 0
        self._on_drop, self._on_missed = on_drop, on_missed
        self._rings: list[_Ring] = []
        self._frame, self._counted = first, 0.0
        try:
            for name in dict.fromkeys(interfaces):
                self._rings.append(_Ring(name, filter, ports))
            self._map()
        except BaseException:
            self.close()
            raise
        self._poll = select.poll()
        for ring in self._rings:
            self._poll.register(ring.socket, select.POLLIN | select.POLLERR)

    def _map(self) -> None:
        """All rings behind one another in one mapping, so that a window may hold packets of several."""
        size = BLOCK * BLOCKS
        self._data = mmap.mmap(-1, size * len(self._rings))
        place = ctypes.c_char.from_buffer(self._data)
        address = ctypes.addressof(place)
        del place  # or the mapping could not be closed
        libc = ctypes.CDLL(None, use_errno=True)
        libc.mmap.restype = ctypes.c_void_p
        libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
        for number, ring in enumerate(self._rings):
            ring.base = number * size
            flags, rights = MAP_SHARED | MAP_FIXED, mmap.PROT_READ | mmap.PROT_WRITE
            got = libc.mmap(address + ring.base, size, rights, flags, ring.socket.fileno(), 0)
            if got != address + ring.base:
                raise Cannot(f"the ring of {ring.name} cannot be mapped: {os.strerror(ctypes.get_errno())}")
        blocks = BLOCKS * len(self._rings)
        self._status: Array | None = np.ndarray((blocks,), np.uint32, self._data, 8, (BLOCK,))

    @property
    def behind(self) -> bool:
        """True when so much waits, with the last window, that a pause could fill a ring."""
        assert self._status is not None
        waiting = np.count_nonzero((self._status & USER).reshape(-1, BLOCKS), axis=1)
        return int(waiting.max()) > BEHIND

    def windows(self, stop: threading.Event) -> Iterator[Window | None]:
        """Windows as they come, None now and then when nothing does; ends when stop is set and what came is read.

        The blocks of a window go back to the kernel when the next one is asked for: keep nothing that points into it.
        Raises OSError when an interface is gone.
        """
        several = len(self._rings) > 1
        table, held = np.zeros((0, 7), np.int64), set[int]()
        spans: dict[int, tuple[int, int]] = {}
        until: float | None = None
        while True:
            now = time.monotonic()
            if stop.is_set() and until is None:
                until = now + DRAIN
                quiet = now + 3 * RETIRE / 1000
                for ring in self._rings:
                    ring.filter(nothing())
            if now - self._counted >= COUNTED:
                self._count()
            taken = self._take(held)
            for number in taken:
                spans[number], rows = self._walk(number)
                table = np.concatenate((table, rows)) if len(table) else rows
            # Packets of several interfaces are put in order of time; those of the last moments wait for the other ring's.
            cutoff = int((time.time() - 2 * RETIRE / 1000) * 1e6)
            if not several or until is not None or len(held) > len(self._rings) * BLOCKS // 2:
                cutoff = 1 << 62
            ready = table if not several or not len(table) else table[table[:, AT] <= cutoff]
            if len(ready):
                rest = table[:0] if len(ready) == len(table) else table[table[:, AT] > cutoff]
                if several:
                    ready = ready[np.argsort(ready[:, AT], kind="stable")]
                table = rest
                yield self._window(ready, spans)
            left = set(np.unique(table[:, BLOCK_ID]).tolist()) if len(table) else set[int]()
            for number in held - left:
                self._give(number)
                spans.pop(number, None)
            held &= left
            if until is not None and ((not taken and time.monotonic() > quiet) or time.monotonic() > until):
                break
            if not taken:
                if not len(ready):
                    yield None
                self._wait(0.02 if until is not None else RETIRE / 1000 if len(table) else IDLE)
        self._end()

    def _take(self, held: set[int]) -> list[int]:
        """Numbers of the blocks that the kernel has handed over since, in order, never past the end of a ring."""
        assert self._status is not None
        taken: list[int] = []
        packets = 0
        for number, ring in enumerate(self._rings):
            while packets < PACKETS:
                block = number * BLOCKS + ring.next
                if block in held or not int(self._status[block]) & USER:
                    break
                packets += struct.unpack_from("=I", self._data, block * BLOCK + 12)[0]
                held.add(block)
                taken.append(block)
                ring.next = (ring.next + 1) % BLOCKS
                if not ring.next:
                    break
        return taken

    def _walk(self, number: int) -> tuple[tuple[int, int], Array]:
        """(where its packets lie, table of its packets) of one block: struct tpacket_block_desc, tpacket3_hdr, sockaddr_ll."""
        base, ring = number * BLOCK, self._rings[number // BLOCKS]
        count, first, used = struct.unpack_from("=III", self._data, base + 12)
        heads: list[int] = []
        at, data, read = base + first, self._data, struct.Struct("=I").unpack_from
        for _ in range(count):
            heads.append(at)
            at += read(data, at)[0]
        rows = np.zeros((count, 7), np.int64)
        if not count:
            return (base, base), rows
        places = np.array(heads, np.int64)
        table = np.ndarray((len(data) - 63,), "V64", data, 0, (1,))[places]
        words, halves = table.view(np.uint32).reshape(-1, 16).astype(np.int64), table.view(np.uint16).reshape(-1, 32)
        rows[:, START] = places + halves[:, 12]
        rows[:, SIZE], rows[:, LENGTH] = words[:, 3], words[:, 4]
        rows[:, AT] = words[:, 1] * 1_000_000 + words[:, 2] // 1000
        tagged = words[:, 5] & VLAN_VALID != 0
        if tagged.any():
            kind = np.where(words[:, 5] & TPID_VALID != 0, halves[:, 18].astype(np.int64), 0x8100)
            rows[:, TAG] = np.where(tagged, kind << 16 | words[:, 8] & 0xFFFF, 0)
        rows[:, LINK], rows[:, BLOCK_ID] = ring.link, number
        if ring.loopback:
            rows = rows[table.view(np.uint8).reshape(-1, 64)[:, 58] != OUTGOING]
        return (base, base + max(used, first)), rows

    def _window(self, rows: Array, spans: dict[int, tuple[int, int]]) -> Window:
        links = rows[:, LINK]
        records = Records(
            data=self._data,
            first=self._frame,
            link=int(links[0]) if (links == links[0]).all() else links,
            start=rows[:, START].copy(),
            size=rows[:, SIZE].copy(),
            length=rows[:, LENGTH].copy(),
            at=rows[:, AT].copy(),
        )
        self._frame += len(rows)
        blocks: list[int] = np.unique(rows[:, BLOCK_ID]).tolist()
        return Window(records, tuple(spans[one] for one in blocks), rows[:, TAG].copy())

    def _give(self, number: int) -> None:
        assert self._status is not None
        self._status[number] = 0  # TP_STATUS_KERNEL

    def _wait(self, seconds: float) -> None:
        for descriptor, event in self._poll.poll(seconds * 1000):
            if event & (select.POLLERR | select.POLLHUP):
                ring = next(one for one in self._rings if one.socket.fileno() == descriptor)
                why = ring.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) or errno.ENETDOWN
                raise OSError(why, os.strerror(why), ring.name)

    def _count(self) -> None:
        """Read the kernel's counters."""
        self._counted = time.monotonic()
        for ring in self._rings:
            packets, drops = ring.counters()
            self.passed += packets
            self.lost += drops
            if drops:
                self._on_drop(ring.name, drops)
            missed = ring.missed()
            if missed > ring.told:
                self._on_missed(ring.name, missed - ring.told)
            ring.told = missed

    def _end(self) -> None:
        """What was not read in time is counted as well, so that read + lost + left is all that passed."""
        self._count()
        assert self._status is not None
        for number in np.flatnonzero(self._status & USER).tolist():
            self.left += struct.unpack_from("=I", self._data, number * BLOCK + 12)[0]

    def close(self) -> None:
        """Give the interfaces back; the last window is not valid any more."""
        self._status = None
        for ring in self._rings:
            ring.socket.close()
        self._rings = []
        if hasattr(self, "_data"):
            self._data.close()


def interface_names() -> list[str]:
    """Interfaces of this machine that can be captured, by name."""
    out: list[str] = []
    for _, name in socket.if_nameindex():
        try:
            kind = int(Path("/sys/class/net", name, "type").read_text())
        except (OSError, ValueError):
            continue
        if kind in KINDS:
            out.append(name)
    return sorted(out)
