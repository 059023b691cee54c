"""Which segments matter: selection by port or content, and the key of a flow."""

import secrets
from collections.abc import Callable, Mapping
from mmap import mmap

import numpy as np
from msgspec import Struct

from app.sensor.conversations.conversation import Conversation
from app.sensor.frame import Array, Count, Emit, Flow
from app.sensor.packets.layers import AUX, Segments

Kind = Callable[[Flow, Emit, Count], Conversation]
_ONE, _SIXTEEN = np.uint64(1), np.uint64(16)


class Registry(Struct, frozen=True):
    """Conversations by server port, and by the first bytes of a message on other TCP ports.

    before: reads the whole input once before this one does, for what it must know in advance; what it emits is dropped.
    """

    tcp: Mapping[int, Kind]
    udp: Mapping[int, Kind]
    sniff: Callable[[bytes], Kind | None]
    before: "Registry | None" = None


def port_table(ports: Mapping[int, Kind]) -> Array:
    """65,536 truths."""
    table = np.zeros(65_536, bool)
    table[list(ports)] = True
    return table


class Keys:
    """Symmetric 64-bit keys of flows; seeded anew in each run, so that no capture can be made to collide."""

    def __init__(self) -> None:
        self._seed = [np.uint64(secrets.randbits(64)) for _ in range(3)]

    def of(self, segments: Segments, pick: Array) -> Array:
        """uint64 for each picked segment; the lowest bit is 1 when the source is the greater end."""
        wide, host = segments.wide[pick], segments.host[pick]
        extra = host >= AUX
        if extra.any():
            source, target = self._mixed(segments, wide, host, extra)
        elif not wide.any():
            source, target = self._narrow(segments.data, host)
        else:
            source, target = self._mixed(segments, wide, host, extra)
        a = self._mix(source ^ (segments.source[pick].astype(np.uint64) + self._seed[0]))
        b = self._mix(target ^ (segments.target[pick].astype(np.uint64) + self._seed[0]))
        both: Array = a + b
        both = np.where(segments.tcp[pick], both, both ^ self._seed[2])
        key: Array = (both & ~_ONE) | (a > b)
        return key

    def _narrow(self, data: bytes | mmap, host: Array) -> tuple[Array, Array]:
        words = np.ndarray((len(data) - 7,), ">u8", data, 0, (1,))[host].astype(np.uint64)
        return words >> np.uint64(32) << _SIXTEEN, (words & np.uint64(0xFFFF_FFFF)) << _SIXTEEN

    def _broad(self, data: bytes | mmap, host: Array) -> tuple[Array, Array]:
        words = np.ndarray((len(data) - 31,), "V32", data, 0, (1,))[host].view(">u8").reshape(-1, 4).astype(np.uint64)
        return self._mix(self._mix(words[:, 0] ^ self._seed[1]) + words[:, 1]), self._mix(
            self._mix(words[:, 2] ^ self._seed[1]) + words[:, 3]
        )

    def _mixed(self, segments: Segments, wide: Array, host: Array, extra: Array) -> tuple[Array, Array]:
        source, target = np.zeros(len(host), np.uint64), np.zeros(len(host), np.uint64)
        for inside in (False, True):
            for broad in (False, True):
                mine = np.flatnonzero((extra == inside) & (wide == broad))
                if len(mine):
                    data = segments.extra if inside else segments.data
                    place = host[mine] - AUX if inside else host[mine]
                    source[mine], target[mine] = (self._broad if broad else self._narrow)(data, place)
        return source, target

    @staticmethod
    def _mix(x: Array) -> Array:
        """A bijection that spreads every bit (Stafford's variant 13 of the finaliser of MurmurHash3)."""
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        mixed: Array = x ^ (x >> np.uint64(31))
        return mixed


WORDS = (b"GET ", b"POST", b"PUT ", b"HTTP", b"RPC_", b"OPTI")
HTTP = np.array([int.from_bytes(word, "big") for word in WORDS], np.uint32)
SMB = np.array([int.from_bytes(word, "big") for word in (b"\xffSMB", b"\xfeSMB", b"\xfdSMB")], np.uint32)


def binds(head: bytes) -> bool:
    """How a connection of DCE/RPC begins: a bind in one fragment (C706 section 12.6.3.1); all that is looked for where somebody
    sends it in little pieces."""
    return head[:3] == b"\x05\0\x0b" and len(head) > 3 and head[3] & 3 == 3


def _words(data: bytes | mmap, at: Array) -> Array:
    """Eight bytes from each offset."""
    return np.ndarray((max(len(data) - 7, 0),), ">u8", data, 0, (1,))[at].astype(np.uint64)


def heads(segments: Segments, pick: Array) -> Array:
    """Of the picked segments those whose payload starts as some message does that Registry.sniff may know."""
    size = segments.size[pick]
    short = pick[(size >= 4) & (size < 8)]
    if len(short):
        short = np.array([at for at in short.tolist() if _begins(segments, segments.start.item(at))], np.int64)
    pick = pick[size >= 8]
    start = segments.start[pick]
    own = start < AUX
    if own.all():
        words = _words(segments.data, start)
    else:
        words = np.zeros(len(pick), np.uint64)
        words[own], words[~own] = _words(segments.data, start[own]), _words(segments.extra, start[~own] - AUX)
    upper, lower = (words >> np.uint64(32)).astype(np.uint32), words.astype(np.uint32)
    # DCE/RPC: version 5.0 or 5.1, packet type, flags, data representation 10 00 00 00 or 00 00 00 00 (C706 section 12.6.3.1)
    rpc = ((upper & 0xFFFE0000) == 0x05000000) & ((lower & 0xEFFFFFFF) == 0)
    smb = (upper >> 24 == 0) & ((lower == SMB[0]) | (lower == SMB[1]) | (lower == SMB[2]))
    found: Array = rpc | smb
    for word in HTTP:
        found |= upper == word
    return np.concatenate((pick[found], short)) if len(short) else pick[found]


def _begins(segments: Segments, start: int) -> bool:
    data, start = (segments.extra, start - AUX) if start >= AUX else (segments.data, start)
    return binds(data[start : start + 4])


def starts_known(head: bytes) -> bool:
    """The same for one payload: heads() finds the flow, this the segment at which it begins, whatever the window."""
    if len(head) < 8:
        return binds(head)
    if head[0] == 5 and head[1] <= 1:
        return head[4] & 0xEF == 0 and head[5:8] == b"\0\0\0"
    return (head[0] == 0 and head[4:8] in (b"\xffSMB", b"\xfeSMB", b"\xfdSMB")) or head[:4] in WORDS


def says_reply(head: bytes) -> bool:
    """True when a message that starts so comes from a server."""
    if head[:2] in (b"\x05\x00", b"\x05\x01"):
        return len(head) > 2 and head[2] in (2, 3, 12, 13, 15)  # response, fault, bind_ack, bind_nak, alter_context_resp
    if head[4:8] == b"\xfeSMB":
        return len(head) > 20 and bool(head[20] & 1)  # SMB2_FLAGS_SERVER_TO_REDIR (MS-SMB2 section 2.2.1)
    if head[4:8] == b"\xffSMB":
        return len(head) > 13 and bool(head[13] & 0x80)  # SMB_FLAGS_REPLY (MS-CIFS section 2.2.3.1)
    return head[:4] == b"HTTP"
