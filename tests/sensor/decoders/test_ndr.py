"""The reader of NDR."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sensor.decoders.ndr import Ndr, NdrError


def test_text_and_what_follows_it_are_aligned() -> None:
    text = "ab\0".encode("utf-16-le")
    r = Ndr(struct.pack("<IIII", 0x20000, 3, 0, 3) + text + b"\xaa\xaa" + struct.pack("<I", 77))
    assert r.maybe_text() == "ab"
    assert r.u32() == 77


def test_wide_counts_and_pointers() -> None:
    text = "ab\0".encode("utf-16-le")
    r = Ndr(struct.pack("<QQQQ", 0x20000, 3, 0, 3) + text + b"\xaa\xaa" + struct.pack("<I", 77), wide=True)
    assert r.maybe_text() == "ab"
    assert r.u32() == 77
    assert Ndr(struct.pack("<I", 5), wide=True).enum() == 5
    assert Ndr(struct.pack("<H", 5)).enum() == 5


def test_big_endian_values() -> None:
    r = Ndr(struct.pack(">HxxIQ", 1, 2, 3), big=True)
    assert (r.u16(), r.u32(), r.u64()) == (1, 2, 3)


def test_sid_and_guid() -> None:
    sid = struct.pack("<IBB", 2, 1, 2) + (5).to_bytes(6, "big") + struct.pack("<II", 32, 544)
    assert Ndr(sid).sid() == "S-1-5-32-544"
    assert Ndr(bytes(range(16))).guid() == "03020100-0504-0706-0809-0a0b0c0d0e0f"


def test_a_long_text_is_kept_in_part() -> None:
    assert len(Ndr(struct.pack("<III", 9000, 0, 9000) + b"a\0" * 9000).text()) == 4096


@pytest.mark.parametrize("length", [5, 1 << 21, 0xFFFFFFFF])
def test_a_length_beyond_the_end_is_refused(length: int) -> None:
    with pytest.raises(NdrError):
        Ndr(struct.pack("<III", length, 0, length) + b"a\0").text()


@given(st.binary(max_size=120), st.booleans(), st.booleans(), st.lists(st.integers(0, 10), max_size=12))
def test_any_bytes_end_in_values_or_the_one_error(data: bytes, big: bool, wide: bool, steps: list[int]) -> None:
    r = Ndr(data, big, wide)
    reads = (r.u8, r.u16, r.u32, r.u64, r.pointer, r.text, r.ascii, r.unicode, r.sid, r.guid, r.conformant)
    try:
        for step in steps:
            reads[step]()
            assert r.at <= r.size
    except NdrError:
        pass
