"""Units of DCE/RPC."""

import struct
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.sensor.decoders import dcerpc
from tests.sensor.conversations.rpc_units import FEATURES, NDR32, NDR64, SAMR, SVCCTL, bind, bind_ack, fault, request


def test_bind_names_all_contexts() -> None:
    data = bind(7, (0, SAMR, NDR32), (1, SAMR, NDR64), (2, SVCCTL, FEATURES))
    head = dcerpc.header(data)
    assert head and head.call_id == 7 and head.type == dcerpc.BIND and head.length == len(data)
    contexts = dcerpc.bind(head, data)
    assert [(one.id, one.interface, one.version, one.transfers) for one in contexts] == [
        (0, SAMR, "1.0", (NDR32,)),
        (1, SAMR, "1.0", (NDR64,)),
        (2, SVCCTL, "1.0", (FEATURES,)),
    ]
    assert [one.offset for one in contexts] == [28, 72, 116]


def test_bind_ack_gives_results_in_order() -> None:
    data = bind_ack(7, (0, 0, NDR32), (2, 1, NDR64))
    head = dcerpc.header(data)
    assert head
    assert [(one.result, one.reason, one.transfer) for one in dcerpc.bind_ack(head, data)] == [(0, 0, NDR32), (2, 1, NDR64)]


def test_request_of_a_big_endian_client() -> None:
    target = "00112233-4455-6677-8899-aabbccddeeff"
    body = struct.pack(">IHH", 4, 3, 26) + UUID(target).bytes + b"stub"
    data = struct.pack(">BBBBIHHI", 5, 0, 0, 0x83, 0, 16 + len(body), 0, 9) + body
    head = dcerpc.header(data)
    assert head and head.big and head.call_id == 9 and head.length == len(data)
    assert dcerpc.request(head, data) == (3, 26, target, 40)
    assert dcerpc.unit_length(data, 0) == len(data)


def test_verifier_and_padding() -> None:
    data = request(1, 5, b"abcde", trailer=b"T" * 16, pad=3)
    head = dcerpc.header(data)
    assert head
    trailer = dcerpc.verifier(head, data)
    assert trailer and (trailer.type, trailer.level, trailer.pad, trailer.context) == (10, 6, 3, 1)
    assert trailer.token == b"T" * 16 and data[24 : trailer.start - trailer.pad] == b"abcde"
    assert dcerpc.verifier(head, data[:-1]) is None


def test_fault_status() -> None:
    data = fault(3, 0x1C010002)
    head = dcerpc.header(data)
    assert head and dcerpc.fault(head, data) == 0x1C010002


def test_what_is_no_unit() -> None:
    good = request(1, 0)
    for place, value in ((0, 4), (1, 7), (2, 99), (4, 0x77), (5, 9), (6, 1)):
        bad = bytearray(good)
        bad[place] = value
        assert dcerpc.header(bytes(bad)) is None
    assert dcerpc.header(good[:15]) is None
    assert not dcerpc.plausible(b"", 0, 0)


def test_netlogon_token_names_the_computer() -> None:
    assert dcerpc.netlogon_token(struct.pack("<II", 0, 3) + b"CORP\0WS1\0") == ("WS1", "CORP")
    assert dcerpc.netlogon_token(struct.pack("<II", 1, 0)) is None
    assert dcerpc.netlogon_token(b"\xff" * 30) is None


@given(
    st.binary(max_size=300), st.sampled_from([bind(1, (0, SAMR, NDR32)), bind_ack(1, (0, 0, NDR32)), request(1, 2, b"x" * 40)])
)
def test_any_bytes_are_read_without_harm(noise: bytes, real: bytes) -> None:
    for data in (noise, real[: len(noise)], real[:20] + noise, noise[:3] + real[3:]):
        dcerpc.plausible(data, 0, len(data))
        head = dcerpc.header(data)
        if head is not None:
            for read in (dcerpc.bind, dcerpc.bind_ack, dcerpc.bind_nak, dcerpc.request, dcerpc.fault, dcerpc.verifier):
                read(head, data)
        dcerpc.netlogon_token(data)
