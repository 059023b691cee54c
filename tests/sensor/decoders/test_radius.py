"""RADIUS packets and the forms of a user name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sensor.decoders import radius
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


@given(st.binary(max_size=200) | damaged([ACCOUNTING]))
def test_any_bytes_are_survived(raw: bytes) -> None:
    radius.decode(raw)
    radius.decode(ACCOUNTING[:20] + raw)
