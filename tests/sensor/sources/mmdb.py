"""A writer of tiny MaxMind DB files (format 2.0, IPv6 tree, records of 32 bits), for tests."""

from ipaddress import ip_network
from pathlib import Path
from typing import Any

MARKER = b"\xab\xcd\xefMaxMind.com"


def _field(kind: int, size: int) -> bytes:
    head = kind if kind <= 7 else 0
    extended = b"" if kind <= 7 else bytes([kind - 7])
    if size < 29:
        return bytes([head << 5 | size]) + extended
    return bytes([head << 5 | 29]) + extended + bytes([size - 29])


_TYPES = {"node_count": 6, "build_epoch": 9}
"""Of the metadata that are no 16-bit numbers."""


def _value(value: Any, kind: int = 5) -> bytes:
    if isinstance(value, str):
        raw = value.encode()
        return _field(2, len(raw)) + raw
    if isinstance(value, int):
        raw = value.to_bytes((value.bit_length() + 7) // 8, "big")
        return _field(kind, len(raw)) + raw
    if isinstance(value, list):
        return _field(11, len(value)) + b"".join(map(_value, value))
    return _field(7, len(value)) + b"".join(_value(key) + _value(one, _TYPES.get(key, 5)) for key, one in value.items())


def write(path: Path, places: dict[str, dict[str, Any]]) -> Path:
    """A file in which each network has its record."""
    data, offsets = b"", {}
    for network, record in places.items():
        offsets[network] = len(data)
        data += _value(record)
    nodes: list[list[tuple[str, int] | None]] = [[None, None]]
    for network, offset in offsets.items():
        one = ip_network(network)
        bits = format(int(one.network_address), "0128b")[: one.prefixlen + (96 if one.version == 4 else 0)]
        at = 0
        for bit in bits[:-1]:
            after = nodes[at][int(bit)]
            if after is None:
                nodes.append([None, None])
                nodes[at][int(bit)] = after = ("node", len(nodes) - 1)
            at = after[1]
        nodes[at][int(bits[-1])] = ("data", offset)
    count = len(nodes)

    def number(record: tuple[str, int] | None) -> int:
        if record is None:
            return count
        return record[1] if record[0] == "node" else count + 16 + record[1]

    tree = b"".join(number(side).to_bytes(4, "big") for node in nodes for side in node)
    about: dict[str, Any] = {
        "binary_format_major_version": 2,
        "binary_format_minor_version": 0,
        "build_epoch": 1,
        "database_type": "Test-City",
        "description": {"en": "test"},
        "ip_version": 6,
        "languages": ["en"],
        "node_count": count,
        "record_size": 32,
    }
    path.write_bytes(tree + b"\0" * 16 + data + MARKER + _value(about))
    return path
