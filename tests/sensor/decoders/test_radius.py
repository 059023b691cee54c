"""RADIUS packets and the forms of a user name."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.sensor.decoders import radius, radius_secret
from tests.sensor.decoders.test_ldap import damaged


def packet(code: int, *attributes: tuple[int, bytes], number: int = 9, authenticator: bytes = b"A" * 16) -> bytes:
    body = b"".join(bytes([kind, len(value) + 2]) + value for kind, value in attributes)
    return bytes([code, number]) + (20 + len(body)).to_bytes(2, "big") + authenticator + body


ACCOUNTING = packet(
    4, (40, b"\0\0\0\x03"), (1, b"CORP\\anna"), (8, bytes([10, 9, 0, 5])), (31, b"203.0.113.9"),
    (30, b"vpn"), (4, bytes([10, 0, 0, 3])),
    (32, b"gw.corp.test"), (44, b"S1"), (46, b"\0\0\0\x3c"), (66, b"\x00198.51.100.4"),
)  # fmt: skip


def test_accounting() -> None:
    found = radius.decode(ACCOUNTING)
    assert found is not None
    assert (found.status, found.framed_ip, found.calling_station, found.called_station) == (
        "Interim-Update", "10.9.0.5", "203.0.113.9", "vpn",
    )  # fmt: skip
    assert (found.nas, found.nas_identifier, found.session, found.session_seconds) == ("10.0.0.3", "gw.corp.test", "S1", 60)
    assert found.tunnel_client == "198.51.100.4"


def test_password_is_not_kept() -> None:
    found = radius.decode(packet(1, (1, b"anna"), (2, b"HIDDENPASSWORD16"), (8, b"\xff\xff\xff\xfe"), (79, b"\x02")))
    assert found is not None and found.eap and found.framed_ip is None
    assert "HIDDEN" not in repr(found)


@pytest.mark.parametrize(
    "user, name, domain",
    [
        ("CORP\\anna", "anna", "CORP"),
        ("anna@corp.test", "anna", "corp.test"),
        ("anna", "anna", None),
        ("host/ws1.x", "host/ws1.x", None),
    ],
)
def test_user_names(user: str, name: str, domain: str | None) -> None:
    found = radius.account(user)
    assert found is not None and (found.name, found.domain) == (name, domain)


@settings(deadline=None)
@given(st.binary(max_size=200) | damaged([ACCOUNTING]))
def test_any_bytes_are_survived(raw: bytes) -> None:
    radius.decode(raw)
    radius.decode(ACCOUNTING[:20] + raw)


@pytest.mark.parametrize(
    ("text", "error"), [(b"E=691 R=0 C=00 V=3", 691), (b"E=649", 649), (b"E=x", None), (b"", None), (b"E=691R", None)]
)
def test_why_it_was_refused(text: bytes, error: int | None) -> None:
    found = radius.decode(packet(3, vendor(311, 2, b"\x07" + text)))
    assert found is not None and found.error == error


def vendor(number: int, kind: int, value: bytes) -> tuple[int, bytes]:
    return 26, number.to_bytes(4, "big") + bytes([kind, len(value) + 2]) + value


def test_all_that_accounting_tells() -> None:
    found = radius.decode(packet(
        4, (40, b"\0\0\0\1"), (61, b"\0\0\0\5"), (55, (1_700_000_000).to_bytes(4, "big")), (41, b"\0\0\0\x1e"),
        vendor(311, 35, b"MSRASV5.20"), vendor(311, 34, b"LAPTOP7\0"), vendor(9, 1, b"mdm-tlv=x"),
        vendor(9, 1, b"ip:source-ip=203.0.113.9"), (33, b"a"), (33, b"b"), (80, b"x" * 16),
    ))  # fmt: skip
    assert found is not None
    assert (found.client_name, found.tunnel_client, found.nas_port_type) == ("LAPTOP7", "203.0.113.9", 5)
    assert (found.event_at, found.delay_seconds) == (1_700_000_000_000_000, 30)
    assert found.proxy_states == (b"a", b"b") and found.signed


@pytest.mark.parametrize(
    ("attributes", "address"),
    [
        ([(168, bytes.fromhex("20010db8000000000000000000000005"))], "2001:db8::5"),
        ([(97, b"\0\x40" + bytes.fromhex("20010db800010000")), (96, b"\0" * 7 + b"\x09")], "2001:db8:1::9"),
        ([(97, b"\0\x80" + bytes.fromhex("20010db8000000000000000000000007"))], "2001:db8::7"),
        ([(97, b"\0\x40" + bytes.fromhex("20010db800010000"))], None),
        ([(97, b"\0\xff\x20")], None),
        ([(8, bytes([10, 9, 0, 5])), (168, bytes(16))], "10.9.0.5"),
    ],
)
def test_framed_addresses_of_both_families(attributes: list[tuple[int, bytes]], address: str | None) -> None:
    found = radius.decode(packet(4, *attributes))
    assert found is not None and found.framed_ip == address


@settings(deadline=None)
@given(st.binary(max_size=100))
def test_any_vendor_attribute_is_survived(raw: bytes) -> None:
    for number in (9, 311, 0):
        radius.decode(packet(4, (26, number.to_bytes(4, "big") + raw), (33, raw), (97, raw), (96, raw)))


@settings(deadline=None)
@given(st.binary(max_size=120) | damaged([ACCOUNTING]), st.binary(max_size=8))
def test_no_bytes_break_the_check_of_the_secret(raw: bytes, secret: bytes) -> None:
    for data in (raw, ACCOUNTING[:20] + raw):
        radius_secret.is_genuine(data, secret)
        radius_secret.is_signed_well(data, secret)
        if radius.decode(data) is not None:
            assert radius.decode(radius_secret.answer_to(data, secret)) is not None
