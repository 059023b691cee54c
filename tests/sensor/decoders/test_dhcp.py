"""DHCP messages: names, addresses, hardware."""

from hypothesis import given
from hypothesis import strategies as st

from app.sensor.decoders import dhcp
from tests.sensor.decoders.test_ldap import damaged

MAC = bytes.fromhex("0800270a0b0c")


def packet(
    message: int, *options: tuple[int, bytes], reply: bool = False, own: bytes = bytes(4), given: bytes = bytes(4)
) -> bytes:
    head = bytes([2 if reply else 1, 1, 6, 0]) + b"\x11\x22\x33\x44" + bytes(4) + own + given + bytes(8) + MAC.ljust(16, b"\0")
    body = b"".join(bytes([code, len(value)]) + value for code, value in ((53, bytes([message])), *options))
    return head.ljust(236, b"\0") + b"\x63\x82\x53\x63" + body + b"\xff"


REQUEST = packet(3, (12, b"WS1"), (50, bytes([10, 0, 0, 9])), (81, b"\0\0\0ws1.corp.test"))


def test_request() -> None:
    found = dhcp.decode(REQUEST)
    assert found == dhcp.DhcpMessage(False, 0x11223344, dhcp.REQUEST, "10.0.0.9", "ws1.corp.test", "08:00:27:0a:0b:0c")


def test_name_in_wire_form_and_renewal() -> None:
    found = dhcp.decode(packet(3, (81, b"\x04\0\0\x03ws1\x04corp\x04test\0"), own=bytes([10, 0, 0, 9])))
    assert found is not None and (found.host, found.address) == ("ws1.corp.test", "10.0.0.9")


def test_acknowledgement() -> None:
    found = dhcp.decode(packet(5, (81, b"\x03\xff\xff"), reply=True, given=bytes([10, 0, 0, 9])))
    assert found is not None and (found.reply, found.message, found.address, found.host) == (True, dhcp.ACK, "10.0.0.9", None)


@given(st.binary(max_size=400) | damaged([REQUEST]))
def test_any_bytes_are_survived(raw: bytes) -> None:
    dhcp.decode(raw)
    dhcp.decode(REQUEST[:240] + raw)
