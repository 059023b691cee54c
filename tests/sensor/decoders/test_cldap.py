"""Netlogon answers in their three forms."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from app.sensor.decoders.cldap import netlogon_reply
from tests.sensor.decoders.test_ldap import damaged


def name(*labels: str) -> bytes:
    return b"".join(bytes([len(one)]) + one.encode() for one in labels) + b"\0"


def wide(text: str) -> bytes:
    return text.encode("utf-16-le") + b"\0\0"


# Opcode, Sbz, Flags, DomainGuid: 24 bytes; then the forest at 24 ("corp" at 24, "test" at 29).
EXTENDED = (
    struct.pack("<HHI", 23, 0, 0x3FD) + bytes(16) + name("corp", "test") + b"\xc0\x18" + b"\x03dc1\xc0\x18" + name("CORP")
    + name("DC1") + name("anna") + name("Default-First-Site-Name") + b"\xc0" + bytes([24 + 11 + 2 + 6 + 6 + 5 + 6])
    + struct.pack("<IHH", 5, 0xFFFF, 0xFFFF)
)  # fmt: skip
OLD = struct.pack("<H", 21) + wide("\\\\DC1") + wide("nobody") + wide("CORP") + struct.pack("<IHH", 1, 0xFFFF, 0xFFFF)
MIDDLE = (
    struct.pack("<H", 19) + wide("\\\\DC1") + wide("anna") + wide("CORP") + bytes(32) + name("corp", "test")
    + name("corp", "test") + name("dc1", "corp", "test") + bytes([10, 0, 0, 1]) + struct.pack("<IIHH", 0x1FD, 3, 0xFFFF, 0xFFFF)
)  # fmt: skip


def test_extended_answer_with_pointers() -> None:
    reply = netlogon_reply(EXTENDED)
    assert reply is not None
    assert (reply.opcode, reply.flags, reply.forest, reply.domain, reply.host) == (
        23,
        0x3FD,
        "corp.test",
        "corp.test",
        "dc1.corp.test",
    )
    assert (reply.netbios_domain, reply.netbios_server, reply.user) == ("CORP", "DC1", "anna")
    assert reply.server_site == reply.client_site == "Default-First-Site-Name"


def test_answers_of_old() -> None:
    reply = netlogon_reply(OLD)
    assert reply is not None
    assert (reply.opcode, reply.netbios_server, reply.user, reply.netbios_domain, reply.flags) == (
        21,
        "DC1",
        "nobody",
        "CORP",
        None,
    )
    reply = netlogon_reply(MIDDLE)
    assert reply is not None
    assert (reply.opcode, reply.host, reply.flags, reply.forest) == (19, "dc1.corp.test", 0x1FD, "corp.test")


def test_a_pointer_to_itself_ends() -> None:
    assert netlogon_reply(EXTENDED[:24] + b"\xc0\x18" * 8) is not None


@given(st.binary(max_size=200) | damaged([EXTENDED, OLD, MIDDLE]))
def test_any_bytes_are_survived(raw: bytes) -> None:
    netlogon_reply(raw)
    netlogon_reply(b"\x17\0" + raw)
