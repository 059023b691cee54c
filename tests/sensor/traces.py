"""Event traces made byte by byte."""

import struct
from uuid import UUID

from app.sensor.decoders.etw import HEADER

BUFFER, START, QPC = 8192, 133_500_000_000_000_000, 5_000_000
DRSUAPI = "e3514235-4b06-11d1-ab04-00c04fc2dcd2"


def text(words: str) -> bytes:
    return words.encode("utf-16-le") + b"\0\0"


def call(interface: str = DRSUAPI, opnum: int = 3, protocol: int = 1, endpoint: str = "49155", address: str = "") -> bytes:
    """Payload of RpcServerCallStart."""
    body = UUID(interface).bytes_le + struct.pack("<II", opnum, protocol)
    return body + text(address or "NULL") + text(endpoint) + text("NULL") + struct.pack("<III", 6, 9, 3)


def event(provider: str, number: int, payload: bytes, at: int, flags: int = 0) -> bytes:
    """EVENT_HEADER and payload."""
    size = 80 + len(payload)
    head = struct.pack("<HBBHHIIQ", size, 19, 0xC0, flags, 0, 7, 8, at) + UUID(provider).bytes_le
    head += struct.pack("<HBBBBHQ", number, 1, 16, 4, 0, 0, 0) + bytes(8) + bytes(16)
    return head + payload


def classic(provider: str, opcode: int, payload: bytes, at: int) -> bytes:
    """EVENT_TRACE_HEADER and payload."""
    head = struct.pack("<HBBBBHIIQ", 48 + len(payload), 20, 0xC0, opcode, 0, 0, 7, 8, at) + UUID(provider).bytes_le
    return head + bytes(8) + payload


def buffer(*events: bytes, flag: int = 0, kind: int = 0, size: int = BUFFER) -> bytes:
    """A buffer with these events, each at a multiple of eight."""
    body = b"".join(one + bytes(-len(one) % 8) for one in events)
    end = HEADER + len(body)
    head = bytearray(HEADER)
    struct.pack_into("<III", head, 0, size, end, end)
    struct.pack_into("<IHH", head, 0x30, end, flag, kind)
    return (bytes(head) + body).ljust(size, b"\xff")


def head(lost: int = 0, buffers_lost: int = 0) -> bytes:
    """The first buffer: the trace's own header as a system event."""
    body = struct.pack("<IIIIQIIIIIIII", BUFFER, 0, 0, 2, 0, 0, 0, 0, 1, 1, 8, lost, 0)
    body += bytes(16) + bytes(172)
    body += bytes(-len(body) % 8) + struct.pack("<QQQII", 0, 10_000_000, START, 1, buffers_lost)
    system = struct.pack("<HBBHBBIIQII", 2, 2, 0xC0, 32 + len(body), 0, 0, 7, 8, QPC, 0, 0) + body
    return buffer(system, kind=4)


def trace(*events: bytes) -> bytes:
    """A whole trace, ten events in a buffer."""
    return head() + b"".join(buffer(*events[at : at + 10]) for at in range(0, len(events), 10))
