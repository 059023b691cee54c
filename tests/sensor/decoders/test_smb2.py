import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sensor.decoders import smb2

HEAD = bytes(64)
DECODERS = [
    smb2.negotiate_request, smb2.negotiate_response, smb2.session_setup_request, smb2.session_setup_response,
    smb2.tree_connect_request, smb2.tree_connect_response, smb2.create_request, smb2.create_response, smb2.ioctl_request,
    smb2.ioctl_response, smb2.copied, smb2.set_info,
]  # fmt: skip


def test_the_header() -> None:
    raw = struct.pack("<4sHHIHHIIQIIQ16s", b"\xfeSMB", 64, 1, 0xC0000022, 5, 1, 0x1, 120, 9, 0xFEFF, 3, 0x1122334455, b"s")

    assert smb2.header(raw, 0) == (0xC0000022, 5, 1, 120, 9, 3, 0x1122334455)


def test_a_guid_is_read_as_windows_writes_it() -> None:
    assert smb2.guid(bytes(range(16))) == "03020100-0504-0706-0809-0a0b0c0d0e0f"
    assert smb2.guid(bytes(16)) is None


def test_names_that_reach_past_the_message_are_marked() -> None:
    body = struct.pack("<HBBIQQIIIIIHHII", 57, 0, 0, 2, 0, 0, 1, 0, 7, 1, 0, 120, 60000, 0, 0) + "abc".encode("utf-16-le")
    data = HEAD + body

    assert smb2.create_request(data, 0, len(data)) == (1, 0, "abc…")
    assert smb2.create_request(data, 0, len(data) - 6) == (1, 0, "…")


def test_a_lone_surrogate_is_replaced() -> None:
    body = struct.pack("<HBBIQQIIIIIHHII", 57, 0, 0, 2, 0, 0, 1, 0, 7, 1, 0, 120, 4, 0, 0) + b"a\x00\x00\xd8"
    data = HEAD + body
    asked = smb2.create_request(data, 0, len(data))

    assert asked is not None
    asked[2].encode()
    assert asked[2][0] == "a"


def test_no_text_is_longer_than_4096_characters() -> None:
    raw = ("a" * 20000).encode("utf-16-le")

    assert len(smb2.text(raw, 0, len(raw))) == 4096


@pytest.mark.parametrize("level", [10, 65])
def test_rename(level: int) -> None:
    raw = "new\\name.txt".encode("utf-16-le")
    data = struct.pack("<B7xQI", 1, 0, len(raw)) + raw

    assert smb2.information(data, 0, len(data), level) == ("rename", "new\\name.txt")


@pytest.mark.parametrize(("level", "data", "wish"), [(13, b"\1", "delete"), (13, b"\0", "keep"), (64, b"\3\0\0\0", "delete")])
def test_disposition(level: int, data: bytes, wish: str) -> None:
    assert smb2.information(data, 0, len(data), level) == (wish, None)


def test_other_information_says_nothing() -> None:
    assert smb2.information(bytes(40), 0, 40, 4) is None


@given(st.binary(max_size=220))
def test_no_bytes_raise(body: bytes) -> None:
    data = b"\0\0\0\0\xfeSMB" + bytes(60) + body
    for decode in DECODERS:
        decode(data, 4, len(data))


@given(st.binary(max_size=60), st.integers(0, 255))
def test_no_information_raises(data: bytes, level: int) -> None:
    smb2.information(data, 0, len(data), level)
