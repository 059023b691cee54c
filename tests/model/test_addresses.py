"""Addresses in every spelling of logs."""

import pytest

from app.model.addresses import is_loopback, parsed


@pytest.mark.parametrize(
    ("text", "address", "port"),
    [
        ("10.0.0.5", "10.0.0.5", ""),
        (" 10.0.0.5 ", "10.0.0.5", ""),
        ("::ffff:10.0.0.5", "10.0.0.5", ""),
        ("10.0.0.5:50123", "10.0.0.5", "50123"),
        ("::ffff:10.0.0.5:50123", "10.0.0.5", "50123"),
        ("[2001:DB8::1]:50123", "2001:db8::1", "50123"),
        ("[fe80::1%5]", "fe80::1", ""),
        ("fe80::1%5", "fe80::1", ""),
        ("2001:db8::1:443", "2001:db8::1:443", ""),
    ],
)
def test_an_address_is_found(text: str, address: str, port: str) -> None:
    found = parsed(text)

    assert found is not None and (str(found[0]), found[1]) == (address, port)


@pytest.mark.parametrize(
    "text", ["", "-", "LOCAL", "10.0.0", "10.0.0.5:", "10.0.0.5:x", "10.0.0.5:80:80", "x" * 300, "1" * 65, ":80"]
)
def test_what_is_none_is_none(text: str) -> None:
    assert parsed(text) is None


def test_the_computer_itself() -> None:
    assert all(map(is_loopback, ("127.0.0.1", "127.9.9.9:3389", "::1", "[::1]:3389", "::ffff:127.0.0.1")))
    assert not any(map(is_loopback, (None, "", "LOCAL", "10.0.0.1", "::")))
