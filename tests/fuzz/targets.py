"""What is fuzzed: every conversation with its decoders, fed as the packets stage feeds it, and the readers of files.

A conversation's input is a script: one byte (bit 0: from the client), two bytes of length, that many bytes of payload,
again and again. Real scripts are taken from captures, so that mutations reach deep.
"""

import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

import dpkt

from app.model.activity import Activity, Endpoint
from app.sensor.conversations.registry import TCP, UDP, Kind
from app.sensor.frame import Flow
from app.sensor.sensor import read_input
from app.sensor.sources.inputs import Found, find_inputs

Target = Callable[[bytes], None]
LONGEST = 1 << 20


def script(pieces: Iterable[tuple[bool, bytes]]) -> bytes:
    """A conversation's input from (from client, payload) pairs."""
    return b"".join(bytes([client]) + len(data[:65535]).to_bytes(2, "big") + data[:65535] for client, data in pieces)


def pieces(data: bytes) -> list[tuple[bool, bytes]]:
    """The pairs of a script; the last may be cut."""
    out, at = [], 0
    while at + 3 <= len(data) and len(out) < 400:
        size = int.from_bytes(data[at + 1 : at + 3], "big")
        out.append((bool(data[at] & 1), data[at + 3 : at + 3 + size]))
        at += 3 + size
    return out


def converse(kind: Kind, transport: str, port: int, data: bytes) -> list[Activity]:
    """Feed a script to one conversation; checks what must hold of everything that comes out."""
    emitted: list[Activity] = []
    counted: list[tuple[str, int]] = []
    flow = Flow("fuzz", Endpoint("10.0.0.1", 50000), Endpoint("10.0.0.2", port), "tcp" if transport == "tcp" else "udp")
    talk = kind(flow, emitted.append, lambda what, frame: counted.append((what, frame)))
    buffers = {True: b"", False: b""}
    for number, (client, payload) in enumerate(pieces(data), 1):
        at = 1_700_000_000_000_000 + number * 1000
        if transport == "udp":
            talk.message(client, payload, at, (number,), 0)
            continue
        buffers[client] += payload
        offset = 0
        while offset < len(buffers[client]):
            length, wanted = talk.measure(client, buffers[client], offset, len(buffers[client]))
            if length == 0:
                break
            if length < 0:
                talk.lost(client)
                offset = len(buffers[client])
                break
            assert 0 < wanted <= length
            if offset + length > len(buffers[client]):
                break
            talk.message(client, buffers[client][offset : offset + wanted], at, (number,), offset)
            offset += length
        buffers[client] = buffers[client][offset:][-LONGEST:]
        if number % 50 == 0:
            talk.expire(at)
    talk.close()
    for one in emitted:
        assert one.frames
        assert one.at <= one.until
        assert one.result in ("success", "failure", "unanswered")
    assert all(what and len(what) < 120 for what, _ in counted)
    return emitted


def read_file(data: bytes) -> None:
    """The bytes as a file of unknown kind."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "input"
        path.write_bytes(data)
        for found in find_inputs([path]):
            if isinstance(found, Found):
                read_input(found, lambda batch: None, lambda *_: None, lambda: False)


def _target(kind: Kind, transport: str, port: int) -> Target:
    def target(data: bytes) -> None:
        converse(kind, transport, port, data)

    return target


TARGETS: dict[str, Target] = {
    **{f"tcp-{kind.__name__}": _target(kind, "tcp", port) for port, kind in TCP.items()},
    **{f"udp-{kind.__name__}": _target(kind, "udp", port) for port, kind in UDP.items()},
    "file": read_file,
}


def seeds(path: Path, most: int = 60) -> dict[str, list[bytes]]:
    """Target name to real scripts, one for each flow of a pcap of Ethernet frames; in capture order, no reassembly."""
    flows: dict[tuple[object, ...], list[tuple[bool, bytes]]] = {}
    with path.open("rb") as file:
        try:
            reader = (
                dpkt.pcapng.Reader(file)
                if file.read(4) == b"\n\r\r\n" and not file.seek(0)
                else (file.seek(0), dpkt.pcap.Reader(file))[1]
            )
            for _, frame in reader:
                _add(flows, bytes(frame))
        except (ValueError, dpkt.dpkt.Error):
            pass
    out: dict[str, list[bytes]] = {}
    for (transport, port, *_), talk in flows.items():
        table = TCP if transport == "tcp" else UDP
        name = f"{transport}-{table[port].__name__}"
        if len(out.setdefault(name, [])) < most:
            out[name].append(script(talk[:60]))
    return out


def _add(flows: dict[tuple[object, ...], list[tuple[bool, bytes]]], frame: bytes) -> None:
    ip = dpkt.ethernet.Ethernet(frame).data
    inner = getattr(ip, "data", None)
    if not isinstance(inner, dpkt.tcp.TCP | dpkt.udp.UDP) or not inner.data:
        return
    transport = "tcp" if isinstance(inner, dpkt.tcp.TCP) else "udp"
    table = TCP if transport == "tcp" else UDP
    for port, client, peer in ((inner.dport, True, inner.sport), (inner.sport, False, inner.dport)):
        if port in table:
            ends = (ip.src, ip.dst) if client else (ip.dst, ip.src)
            flows.setdefault((transport, port, peer, *ends), []).append((client, bytes(inner.data)))
            return
