"""Addresses under a key: the same networks stay together, and the holder of the key gets them back."""

import ipaddress

from hypothesis import given
from hypothesis import strategies as st

from app.engine.privacy.addresses import KEPT, Addresses

KEY = bytes(range(32))


def test_the_published_vectors() -> None:
    """The sample trace of Crypto-PAn's authors, with their key."""
    key = bytes([21, 34, 23, 141, 51, 164, 207, 128, 19, 10, 91, 22, 73, 144, 125, 16,
                 216, 152, 143, 131, 121, 121, 101, 39, 98, 87, 76, 45, 42, 132, 34, 2])  # fmt: skip
    some = Addresses(key)
    vectors = {
        "128.11.68.132": "135.242.180.132", "129.118.74.4": "134.136.186.123", "130.132.252.244": "133.68.164.234",
        "141.223.7.43": "141.167.8.160", "24.0.250.221": "100.15.198.226",
    }  # fmt: skip
    assert {one: some.hide(one) for one in vectors} == vectors


@given(st.ip_addresses())
def test_every_address_comes_back(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    some = Addresses(KEY)
    assert some.reveal(some.hide(str(address))) == str(address)


@given(st.integers(0, 2**32 - 1), st.integers(0, 31))
def test_neighbours_stay_neighbours(value: int, bit: int) -> None:
    some, other = ipaddress.IPv4Address(value), ipaddress.IPv4Address(value ^ 1 << bit)
    if any(one in net for one in (some, other) for net in KEPT if net.version == 4):
        return
    hidden = [int(ipaddress.ip_address(Addresses(KEY)._once(int(one), 32, False))) for one in (some, other)]
    assert (hidden[0] ^ hidden[1]).bit_length() == bit + 1


def test_addresses_of_nobody_stay() -> None:
    for one in ("127.0.0.1", "0.0.0.0", "255.255.255.255", "224.0.0.252", "::1", "::", "ff02::1", "no address"):
        assert Addresses(KEY).hide(one) == one
