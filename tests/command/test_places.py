"""Places of outside addresses, by a GeoIP file of the user's."""

import json
from pathlib import Path

from tests.material import wardlight
from tests.sensor.sources.mmdb import write

AMSTERDAM = {"city": {"names": {"en": "Amsterdam"}}, "country": {"iso_code": "NL"}}


def places(path: Path) -> set[str | None]:
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    return {one["detail"]["place"] for one in lines if one["kind"] == "radius-accounting"}


def test_a_geoip_file_tells_where_vpn_clients_are(shared: Path, tmp_path: Path) -> None:
    write(tmp_path / "p.mmdb", {"203.0.113.0/24": AMSTERDAM})
    capture = shared / "lab" / "captures" / "vpn_radius.pcap"
    for name, more in (("without", ()), ("with", ("--places", tmp_path / "p.mmdb"))):
        assert wardlight("analyze", capture, "--activities", tmp_path / name, *more).returncode in (0, 2)

    assert places(tmp_path / "without") == {None}
    assert "Amsterdam, NL" in places(tmp_path / "with")


def test_a_file_that_is_none_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "p.mmdb").write_text("no database")
    done = wardlight("analyze", tmp_path, "--places", tmp_path / "p.mmdb")

    assert done.returncode == 1
    assert done.stderr.decode().strip().splitlines()[-1] == "wardlight: The GeoIP file cannot be used: it is no MaxMind database."
