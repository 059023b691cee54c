"""Packets and captures made byte by byte."""

import struct
from ipaddress import ip_address

import numpy as np

from app.sensor.frame import Records

A, B = "10.0.0.1", "10.0.0.2"
A6, B6 = "fd00::1", "fd00::2"
SYN, FIN, RST, ACK = 2, 1, 4, 16


def tcp(source, target, seq, data=b"", flags=ACK, ack=0, options=b""):
    return (
        struct.pack(">HHIIBBHHH", source, target, seq & 0xFFFFFFFF, ack, (20 + len(options)) // 4 << 4, flags, 8192, 0, 0)
        + options
        + data
    )


def udp(source, target, data):
    return struct.pack(">HHHH", source, target, 8 + len(data), 0) + data


def ip4(source, target, protocol, body, ident=1, fragment=0, options=b"", total=None):
    length = 20 + len(options) + len(body) if total is None else total
    head = struct.pack(">BBHHHBBH", 0x40 | (20 + len(options)) // 4, 0, length, ident, fragment, 64, protocol, 0)
    return head + ip_address(source).packed + ip_address(target).packed + options + body


def ip6(source, target, protocol, body):
    head = struct.pack(">IHBB", 6 << 28, len(body), protocol, 64)
    return head + ip_address(source).packed + ip_address(target).packed + body


def ether(body, kind=0x0800, tags=()):
    return bytes(12) + b"".join(struct.pack(">HH", tag, 7) for tag in tags) + struct.pack(">H", kind) + body


def pcap(packets, link=1, order="<", magic=0xA1B2C3D4, snap=65535, extra=b"", fraction=1_000_000, tail=b""):
    """packets: (UTC microseconds, bytes) or (microseconds, bytes, original length)."""
    out = [struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, snap, link), tail]
    for at, data, *length in packets:
        seconds, micros = divmod(at, 1_000_000)
        sub = micros * (fraction // 1_000_000)
        out += [struct.pack(order + "IIII", seconds, sub, len(data), length[0] if length else len(data)), extra, data]
    return b"".join(out)


def block(kind, body, order="<"):
    body += bytes(-len(body) % 4)
    return struct.pack(order + "II", kind, 12 + len(body)) + body + struct.pack(order + "I", 12 + len(body))


def section(order="<"):
    return block(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1), order)


def interface(link=1, order="<", snap=0, resolution=None, offset=None):
    options = b""
    if resolution is not None:
        options += struct.pack(order + "HHB3x", 9, 1, resolution)
    if offset is not None:
        options += struct.pack(order + "HHq", 14, 8, offset)
    return block(1, struct.pack(order + "HHI", link, 0, snap) + options + bytes(4), order)


def enhanced(ticks, data, which=0, order="<"):
    head = struct.pack(order + "IIIII", which, ticks >> 32, ticks & 0xFFFFFFFF, len(data), len(data))
    comment = struct.pack(order + "HH4sHH", 1, 4, b"note", 0, 0)
    return block(6, head + data + bytes(-len(data) % 4) + comment, order)


def window(packets, link=1, first=1):
    """One Records of packets as pcap() takes them."""
    data, starts = bytearray(24), []
    for _, one, *_ in packets:
        data += bytes(16)
        starts.append(len(data))
        data += one
    size = np.array([len(one[1]) for one in packets], np.int64)
    length = np.array([one[2] if len(one) > 2 else len(one[1]) for one in packets], np.int64)
    at = np.array([one[0] for one in packets], np.int64)
    return Records(data=bytes(data), first=first, link=link, start=np.array(starts, np.int64), size=size, length=length, at=at)


class Toy:
    """Messages that begin with TY and their length in two bytes; log gets everything that happens."""

    def __init__(self, flow, log, count):
        self.flow, self.log = flow, log
        log.append(("open", flow.client.ip, flow.client.port, flow.server.ip, flow.server.port))

    def measure(self, from_client, data, start, end):
        if data[start : min(start + 2, end)] != b"TY"[: end - start]:
            return -1, 0
        if end - start < 4:
            return 0, 0
        length = int.from_bytes(data[start + 2 : start + 4], "big")
        return (length, min(length, 64)) if length >= 4 else (-1, 0)

    def message(self, from_client, data, at, frames, ordinal):
        if b"BOOM" in data:
            raise RuntimeError("a mistake of ours")
        self.log.append(("message", from_client, bytes(data), at, frames, ordinal))

    def lost(self, from_client):
        self.log.append(("lost", from_client))

    def expire(self, now):
        pass

    def close(self):
        self.log.append(("close", self.flow.client.port))


def toy(text, length=None):
    """One message of the toy protocol."""
    text = text.encode() if isinstance(text, str) else text
    return b"TY" + (length or 4 + len(text)).to_bytes(2, "big") + text
