import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sensor.decoders import der


def test_short_and_long_lengths() -> None:
    assert der.element(b"\x04\x02ab", 0, 4) == (4, 2, 4)
    assert der.element(b"\x30\x84\0\0\0\x03\x02\x01\x05", 0, 9) == (0x30, 6, 9)
    assert der.content(b"\x30\x81\x03abc", 0, 6, 0x30) == (3, 6)


def test_contents_that_reach_past_the_end_are_clipped_and_reach_says_so() -> None:
    assert der.element(b"\x04\x10ab", 0, 4) == (4, 2, 4)
    assert der.reach(b"\x04\x10ab", 0) == 18
    assert der.reach(b"\x04\x82\x01\x00ab", 0) == 260


@pytest.mark.parametrize("data", [b"", b"\x30", b"\x30\x80", b"\x30\x85\0\0\0\0\0", b"\x30\x84\0"])
def test_what_is_no_element(data: bytes) -> None:
    with pytest.raises((der.Malformed, IndexError)):
        der.element(data, 0, len(data))


def test_another_tag_than_the_wanted_one() -> None:
    with pytest.raises(der.Malformed):
        der.content(b"\x04\x00", 0, 2, 0x30)


def test_fields_by_tag_up_to_where_they_break() -> None:
    assert der.fields(b"\xa0\x01x\xa1\x00\xa0\x01y\xa2\x85", 0, 10) == {0xA0: (2, 3), 0xA1: (5, 5)}


def test_integers_have_a_sign() -> None:
    assert der.integer(b"\xff\x79", 0, 2) == -135
    assert der.inner_integer(b"\x02\x01\x80", 0, 3) == -128
    assert der.inner_integer(b"\x02\x02\x01\x00", 0, 4) == 256


def test_object_identifiers() -> None:
    assert der.object_identifier(bytes.fromhex("2a864886f712010202"), 0, 9) == "1.2.840.113554.1.2.2"
    assert der.object_identifier(bytes.fromhex("550403"), 0, 3) == "2.5.4.3"
    assert der.object_identifier(b"", 0, 0) == ""


@given(st.binary(max_size=200), st.integers(0, 40))
def test_nothing_leads_out_of_the_bytes(data: bytes, at: int) -> None:
    for start, stop in der.fields(data, at, len(data)).values():
        assert at < start <= stop <= len(data)
    assert der.object_identifier(data, 0, len(data)).count(".") < 64
    try:
        _, start, stop = der.element(data, at, len(data))
    except (der.Malformed, IndexError):
        return
    assert at < start <= stop <= len(data)
