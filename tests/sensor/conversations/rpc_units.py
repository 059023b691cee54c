"""Builds RPC units for tests, little-endian, as C706 section 12.6 has them."""

import struct
from uuid import UUID

SAMR = "12345778-1234-abcd-ef00-0123456789ac"
SVCCTL = "367abb81-9844-35f1-ad32-98f038001003"
NDR32 = "8a885d04-1ceb-11c9-9fe8-08002b104860"
NDR64 = "71710533-beba-4937-8319-b5dbef9ccc36"
FEATURES = "6cb71c2c-9812-4540-0300-000000000000"


def unit(
    kind: int, call: int, body: bytes, flags: int = 3, trailer: bytes = b"", pad: int = 0, level: int = 6, sort: int = 10
) -> bytes:
    """One unit; trailer is the token of a security trailer."""
    end = b""
    if trailer:
        end = bytes(pad) + struct.pack("<BBBBI", sort, level, pad, 0, 1) + trailer
    return struct.pack("<BBBBIHHI", 5, 0, kind, flags, 0x10, 16 + len(body) + len(end), len(trailer), call) + body + end


def bind(
    call: int, *contexts: tuple[int, str, str], kind: int = 11, trailer: bytes = b"", sort: int = 10, level: int = 6
) -> bytes:
    """Bind or alter-context; contexts are (id, interface, transfer syntax)."""
    body = struct.pack("<HHIBBH", 5840, 5840, 0, len(contexts), 0, 0)
    for number, interface, transfer in contexts:
        body += struct.pack("<HBB", number, 1, 0) + UUID(interface).bytes_le + struct.pack("<HH", 1, 0)
        body += UUID(transfer).bytes_le + struct.pack("<I", 2)
    return unit(kind, call, body, trailer=trailer, sort=sort, level=level)


def bind_ack(call: int, *results: tuple[int, int, str], trailer: bytes = b"") -> bytes:
    """Bind-ack; results are (result, reason, transfer syntax)."""
    body = struct.pack("<HHIH", 5840, 5840, 1, 4) + b"135\0" + bytes(2) + struct.pack("<BBH", len(results), 0, 0)
    for result, reason, transfer in results:
        body += struct.pack("<HH", result, reason) + UUID(transfer).bytes_le + struct.pack("<I", 2)
    return unit(12, call, body, trailer=trailer)


def request(
    call: int, opnum: int, stub: bytes = b"", context: int = 0, flags: int = 3, trailer: bytes = b"", pad: int = 0
) -> bytes:
    """Request."""
    return unit(0, call, struct.pack("<IHH", len(stub), context, opnum) + stub, flags, trailer, pad)


def response(call: int, stub: bytes = b"", flags: int = 3, trailer: bytes = b"", pad: int = 0) -> bytes:
    """Response."""
    return unit(2, call, struct.pack("<IHBB", len(stub), 0, 0, 0) + stub, flags, trailer, pad)


def fault(call: int, status: int) -> bytes:
    """Fault."""
    return unit(3, call, struct.pack("<IHBBII", 0, 0, 0, 0, status, 0))
