import struct

from hypothesis import given
from hypothesis import strategies as st

from app.sensor.decoders import rdp


def unit(kind: int, variable: bytes) -> bytes:
    body = bytes([6 + len(variable), kind, 0, 0, 0, 0, 0]) + variable
    return struct.pack(">BBH", 3, 0, 4 + len(body)) + body


def conference(name: str) -> bytes:
    """An MCS connect-initial as far as it is read."""
    core = struct.pack("<HHIHHHHII", 0xC001, 216, 0x80004, 1024, 768, 0xCA01, 0xAA03, 1033, 2600)
    core = (core + name.encode("utf-16-le").ljust(32, b"\0")).ljust(216, b"\0")
    return struct.pack(">BBH", 3, 0, 300) + b"\x02\xf0\x80\x7f\x65\x82\x01\x00" + b"Duca\x80\xd8" + core


def test_a_request_with_cookie_and_protocols() -> None:
    data = unit(0xE0, b"Cookie: mstshash=alice\r\n" + struct.pack("<BBHI", 1, 0, 8, 3))

    assert rdp.decode(data) == rdp.Request("alice", 3)


def test_requests_that_say_less() -> None:
    assert rdp.decode(unit(0xE0, b"")) == rdp.Request()
    assert rdp.decode(unit(0xE0, struct.pack("<BBHI", 1, 0, 8, 11))) == rdp.Request(None, 11)
    assert rdp.decode(unit(0xE0, b"Cookie: msts=3640205228.15629.0000\r\n")) == rdp.Request()


def test_confirms() -> None:
    assert rdp.decode(unit(0xD0, struct.pack("<BBHI", 2, 0x1F, 8, 2))) == rdp.Confirm(protocol=2)
    assert rdp.decode(unit(0xD0, struct.pack("<BBHI", 3, 0, 8, 5))) == rdp.Confirm(failure=5)
    assert rdp.decode(unit(0xD0, b"")) == rdp.Confirm()


def test_the_name_of_the_clients_computer() -> None:
    assert rdp.client_name(conference("WS1")) == "WS1"
    assert rdp.client_name(conference("")) is None
    assert rdp.client_name(conference("WS1")[:60]) is None


def test_other_units() -> None:
    assert rdp.decode(unit(0xF0, b"\x80data")) is None
    assert rdp.decode(b"\x03\0\0") is None


@given(st.binary(max_size=200), st.sampled_from([0xE0, 0xD0]))
def test_random_bytes(data: bytes, kind: int) -> None:
    rdp.decode(unit(kind, data))
    rdp.decode(data)
    rdp.client_name(b"Duca" + data)
    rdp.client_name(b"Duca\x01" + b"\x02\xc0\x04\x00" * 20 + data)
