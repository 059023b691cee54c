import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sensor.decoders import nbss


@pytest.mark.parametrize(
    ("first", "length"),
    [(0x85000000, 4), (0x81000044, 72), (0x82000000, 4), (0x83000001, 5), (0x84000006, 10), (0x82000001, None),
     (0x81FFFFFF, None), (0x47455420, None), (0x00000000, None)],
)  # fmt: skip
def test_lengths_of_control_packets(first: int, length: int | None) -> None:
    assert nbss.control_length(first) == length


def test_names_of_a_session_request() -> None:
    # The example of RFC 1001 section 14.1: "FRED" with spaces, here as called and as calling name.
    name = b"\x20EGFCEFEECACACACACACACACACACACACA\x00"

    assert nbss.session_request(b"\x81\x00\x00\x44" + name + name) == (("FRED", 0x20), ("FRED", 0x20))


def test_scope_labels_are_passed_over() -> None:
    name = b"\x20EGFCEFEECACACACACACACACACACACACA\x07NETBIOS\x03COM\x00"

    assert nbss.session_request(b"\x81\x00\x00\x60" + name + name) == (("FRED", 0x20), ("FRED", 0x20))


@given(st.binary(max_size=120))
def test_no_bytes_raise(data: bytes) -> None:
    nbss.session_request(b"\x81\x00\x00\x44" + data)
    nbss.session_request(b"\x81\x00\x00\x44\x20EGFCEFEECACACACACACACACACACACACA" + data)
