"""NetBIOS names that stations claim."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from app.sensor.decoders import netbios
from tests.sensor.decoders.test_ldap import damaged


def raw_name(text: str, suffix: int) -> bytes:
    return text.encode().ljust(15) + bytes([suffix])


def encoded(text: str, suffix: int) -> bytes:
    return b"\x20" + b"".join(bytes([0x41 + (one >> 4), 0x41 + (one & 15)]) for one in raw_name(text, suffix)) + b"\0"


def registration(text: str, suffix: int, group: bool = False, opcode: int = 5) -> bytes:
    question = encoded(text, suffix) + struct.pack(">2H", 0x20, 1)
    data = bytes([0x80 if group else 0, 0, 10, 0, 0, 7])
    return (
        struct.pack(">6H", 1, opcode << 11 | 0x110, 1, 0, 0, 1)
        + question
        + b"\xc0\x0c"
        + struct.pack(">HHIH", 0x20, 1, 0, 6)
        + data
    )


def answer(text: str, suffix: int, *addresses: bytes) -> bytes:
    data = b"".join(b"\0\0" + one for one in addresses)
    return struct.pack(">6H", 1, 0x8500, 0, 1, 0, 0) + encoded(text, suffix) + struct.pack(">HHIH", 0x20, 1, 0, len(data)) + data


def status(*names: tuple[str, int, bool]) -> bytes:
    data = bytes([len(names)]) + b"".join(
        raw_name(one, suffix) + bytes([0x84 if group else 4, 0]) for one, suffix, group in names
    )
    data += bytes.fromhex("0050562345aa") + bytes(40)
    return struct.pack(">6H", 1, 0x8400, 0, 1, 0, 0) + encoded("*", 0) + struct.pack(">HHIH", 0x21, 1, 0, len(data)) + data


def claims(raw: bytes) -> list[tuple[str, str, str]]:
    found = netbios.decode(raw)
    assert found is not None
    return [(one.address, one.name, one.role) for one in found.claims]


def test_registrations_and_roles() -> None:
    assert claims(registration("WS1", 0)) == [("10.0.0.7", "WS1", "computer")]
    assert claims(registration("WS1", 0x20, opcode=8)) == [("10.0.0.7", "WS1", "computer")]
    assert claims(registration("CORP", 0, group=True)) == [("10.0.0.7", "CORP", "domain")]
    assert claims(registration("CORP", 0x1C, group=True)) == [("10.0.0.7", "CORP", "domain")]
    assert claims(registration("ANNA", 3)) == [("10.0.0.7", "ANNA", "user")]
    assert claims(registration("CORP", 0x1E, group=True)) == []
    assert claims(registration("WS1", 0, opcode=6)) == []


def test_answers() -> None:
    assert claims(answer("DC1", 0x20, bytes([10, 0, 0, 1]), bytes([10, 0, 1, 1]))) == [
        ("10.0.0.1", "DC1", "computer"),
        ("10.0.1.1", "DC1", "computer"),
    ]


def test_node_status() -> None:
    raw = status(("WS1", 0, False), ("CORP", 0, True), ("WS1", 0x20, False), ("WS1", 3, False), ("ANNA", 3, False))
    assert claims(raw) == [("", "WS1", "computer"), ("", "CORP", "domain"), ("", "ANNA", "user")]
    found = netbios.decode(raw)
    assert found is not None and found.hardware == "00:50:56:23:45:aa"


@given(st.binary(max_size=200) | damaged([registration("WS1", 0), answer("DC1", 0x20, b"abcd"), status(("WS1", 0, False))]))
def test_any_bytes_are_survived(raw: bytes) -> None:
    netbios.decode(raw)
