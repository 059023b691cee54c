"""Places of addresses come from the user's file, and private addresses are told as such."""

from pathlib import Path

import pytest

from app.model.activity import Activity
from app.model.details import RadiusAccounting
from app.sensor.sources.living import Cannot
from app.sensor.sources.places import PRIVATE, open_places, outside, placed
from tests.sensor.sources.mmdb import write

AMSTERDAM = {"city": {"names": {"en": "Amsterdam", "nl": "Amsterdam"}}, "country": {"iso_code": "NL"}}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write(
        tmp_path / "places.mmdb",
        {
            "203.0.113.0/24": AMSTERDAM,
            "198.51.100.0/24": {"registered_country": {"iso_code": "DE"}},
            "2001:db8:1::/48": {"country": "FR", "city": "Paris"},
            "192.0.2.0/24": {"location": "nowhere"},
        },
    )


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("203.0.113.9", "Amsterdam, NL"),
        ("198.51.100.7", "DE"),
        ("2001:db8:1::7", "Paris, FR"),
        ("192.0.2.7", None),
        ("8.8.8.8", None),
        ("10.1.2.3", PRIVATE),
        ("100.64.0.1", PRIVATE),
        ("100.128.0.1", None),
        ("fd00::1", PRIVATE),
        ("00-11-22-33-44-55", None),
    ],
)
def test_places(file: Path, address: str, place: str | None) -> None:
    assert open_places(str(file))(address) == place


def test_without_a_file_only_private_addresses_are_told() -> None:
    places = open_places("")
    assert places("10.0.0.1") == PRIVATE and places("203.0.113.9") is None


def test_a_file_that_is_none_is_told_in_a_sentence(tmp_path: Path, file: Path) -> None:
    for damaged in (b"", b"not a database", file.read_bytes()[:200]):
        path = tmp_path / "bad.mmdb"
        path.write_bytes(damaged)
        with pytest.raises(Cannot, match="GeoIP file cannot be used"):
            open_places(str(path))
    with pytest.raises(Cannot, match="GeoIP file cannot be used"):
        open_places(str(tmp_path / "none.mmdb"))


def test_a_damaged_file_gives_no_place_and_no_error(tmp_path: Path, file: Path) -> None:
    whole = bytearray(file.read_bytes())
    for at in range(0, len(whole) - 150, 3):
        broken = whole.copy()
        broken[at] ^= 0xFF
        path = tmp_path / f"{at}.mmdb"
        path.write_bytes(broken)
        for address in ("203.0.113.9", "2001:db8:1::7"):
            try:
                found = open_places(str(path))(address)
            except Cannot:
                continue
            assert found is None or isinstance(found, str)


def test_the_outside_address_is_where_the_gateway_put_it() -> None:
    assert outside(RadiusAccounting(calling_station="203.0.113.9")) == "203.0.113.9"
    assert outside(RadiusAccounting(calling_station="203.0.113.9:500")) == "203.0.113.9"
    assert outside(RadiusAccounting(calling_station="00-11-22-33-44-55", tunnel_client="198.51.100.7")) == "198.51.100.7"
    assert outside(RadiusAccounting(calling_station="[2001:db8:1::7]")) == "2001:db8:1::7"
    assert outside(RadiusAccounting(calling_station="+4912345")) is None


def test_an_activity_is_placed(file: Path) -> None:
    places = open_places(str(file))
    one = Activity(at=1, until=1, input="in", record=1, detail=RadiusAccounting(tunnel_client="203.0.113.9"))
    detail = placed(one, places).detail
    assert isinstance(detail, RadiusAccounting) and detail.place == "Amsterdam, NL"
