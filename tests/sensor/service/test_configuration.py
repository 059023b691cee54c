"""Configurations as files: a sentence for all that can be wrong with them, whole or not at all; their record."""

import stat
import sys
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from app.link.envelope import LinkError
from app.model.sensor import Controller, SensorConfig
from app.model.source import (
    CaptureSource,
    DirectorySource,
    GrowingSource,
    HubSource,
    RadiusSource,
    ResolverSource,
    SyslogSource,
    TraceSource,
    WindowsLogSource,
)
from app.sensor.service import changes
from app.sensor.service.configuration import read_config, read_place, rooted, write_config, write_place
from app.sensor.service.files import Files, Running, write_whole
from app.sensor.service.fitness import unfit, wrong
from tests.sensor.free_port import free_port
from tests.sensor.service.running import place

GOOD = SensorConfig(
    sources=(CaptureSource(interfaces=("eth1",)), SyslogSource(port=5514), RadiusSource(secret="radius")),
    controllers=(Controller(fqdn="dc1.corp.test", addresses=("10.0.0.10",)), Controller(fqdn="dc2.corp.test")),
    directory=DirectorySource(url="ldaps://dc1.corp.test", user="reader@corp.test", secret="reader"),
    resolver=ResolverSource(),
)


def test_a_configuration_is_written_whole_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "sensor.json"
    mark = write_config(path, GOOD)
    found = read_config(path)

    assert found.config == GOOD and found.why == "" and found.mark == mark and wrong(GOOD) == []
    assert not list(tmp_path.glob("*.new"))


@pytest.mark.parametrize("cut", [0, 1, 30, 200, -2])
def test_a_half_written_file_is_said_and_nothing_is_raised(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "sensor.json"
    write_config(path, GOOD)
    path.write_bytes(path.read_bytes().rstrip()[:cut] if cut else b"")
    found = read_config(path)

    assert found.config is None and found.there
    assert ("half-written" in found.why) if cut else ("is empty" in found.why)


def test_what_is_no_configuration_is_said(tmp_path: Path) -> None:
    path = tmp_path / "sensor.json"
    missing = read_config(path)
    assert (
        missing.config is None
        and not missing.there
        and "There is no configuration" in missing.why
        and "write what the sensor reads into it" in missing.why
    )
    for data, words in (
        (b'{"sources": [{"kind": "telepathy"}]}', "telepathy"),
        (b'{"outbox": 1}', ">= 16"),
        (b'{"who": ' + b"[" * 100_000, "sensor.json"),
        (b"\xff\xfe\x00", "damaged"),
        (b'{"kind": "other"}', "other"),
        (b'{"sources": [{"kind": "trace"}]}', "no event traces"),
    ):
        path.write_bytes(data)
        found = read_config(path)
        assert found.config is None and words in found.why, found.why
    path.unlink()
    path.mkdir()
    assert "cannot be read" in read_config(path).why


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"sources": (TraceSource(),)}, "A standalone sensor has no event traces"),
        ({"kind": "sensor"}, "one controller"),
        ({"sources": (DirectorySource(url="ldaps://dc1"),)}, "stands under `directory`"),
        ({"sources": (ResolverSource(),)}, "stands under `resolver`"),
        ({"sources": (CaptureSource(interfaces=()),)}, "names no interface"),
        ({"sources": (CaptureSource(interfaces=("a",)), CaptureSource(interfaces=("a",)))}, "a is named 2 times"),
        ({"sources": (GrowingSource(path="-"),)}, "standard input"),
        ({"sources": (SyslogSource(transport="sctp"),)}, "not over sctp"),
        ({"sources": (SyslogSource(transport="tls"),)}, "needs a certificate"),
        ({"sources": (SyslogSource(port=0),)}, "0 is no port"),
        ({"sources": (SyslogSource(), SyslogSource(certificate="x"))}, "2 sources listen on UDP port 514"),
        ({"sources": (RadiusSource(),)}, "shared secret"),
        ({"sources": (HubSource(file="analyst.line"),)}, "A hub is no source of a sensor"),
        ({"sources": tuple(GrowingSource(path=f"f{one}") for one in range(65))}, "64 are the most"),
        ({"directory": DirectorySource(url="http://dc1")}, "no address of a directory"),
        ({"directory": DirectorySource(url="ldaps://dc1:99999")}, "The directory cannot be reached"),
        ({"directory": DirectorySource(url="ldaps://dc1", user="a")}, "needs the name of the secret"),
        ({"controllers": (Controller(fqdn="dc1.a"), Controller(fqdn="DC1.a."))}, "is named 2 times"),
        ({"controllers": (Controller(fqdn="dc1.a", addresses=("10.0.0",)),)}, "10.0.0 is no address"),
        ({"controllers": (Controller(fqdn="a..b"),)}, "no name of a controller"),
    ],
)
def test_what_can_run_nowhere_has_a_sentence(change: dict[str, object], words: str) -> None:
    found = wrong(replace(GOOD, **change))

    assert any(words in one for one in found), found


@pytest.mark.skipif(sys.platform == "win32", reason="there it can be read")
def test_the_event_log_of_windows_is_read_on_windows_only() -> None:
    assert "on Windows only" in " ".join(wrong(SensorConfig(sources=(WindowsLogSource(),))))


def test_what_is_not_on_this_machine_has_a_sentence(tmp_path: Path) -> None:
    import socket

    taken = free_port()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", taken))
        syslog = SyslogSource(address="127.0.0.1", port=taken)
        found = unfit(SensorConfig(sources=(syslog, CaptureSource(interfaces=("nothere0",)), GrowingSource(path="/no/file"))))
        own = unfit(SensorConfig(sources=(replace(syslog, certificate="other"),)), running=[syslog])
    words = " ".join(found)

    assert f"UDP port {taken} is in use" in words and "no interface nothere0" in words and "no file /no/file" in words
    assert own == []  # the port is that of the source which it takes the place of
    assert unfit(SensorConfig(sources=(syslog,))) == []


def test_files_that_it_names_in_short_lie_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "c.pem").touch()
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    tls = SyslogSource(transport="tls", address="127.0.0.1", port=free_port(), certificate="c.pem", key="/keys/k.pem")
    directory = DirectorySource(url="ldaps://dc1", authorities="../ca.pem")
    config = SensorConfig(sources=(tls, GrowingSource(path="a/x.pcap"), RadiusSource(secret="r")), directory=directory)
    used = rooted(config, tmp_path / "sensor.json")

    assert used.sources[0] == replace(tls, certificate=str(tmp_path / "c.pem"))
    assert used.sources[1:] == (GrowingSource(path=str(tmp_path / "a" / "x.pcap")), RadiusSource(secret="r"))
    assert used.directory is not None and Path(used.directory.authorities).resolve() == tmp_path.parent / "ca.pem"
    assert rooted(GOOD, tmp_path / "sensor.json") == GOOD
    assert "/keys/k.pem" in " ".join(unfit(used)) and "c.pem" not in " ".join(unfit(used))


def test_the_place_of_the_hub_is_for_its_owner_only(tmp_path: Path) -> None:
    files = Files(tmp_path / "sensor.json")
    assert read_place(files.place) is None
    write_place(files.place, place("s1"))

    assert read_place(files.place) == place("s1")
    assert stat.S_IMODE(files.place.stat().st_mode) == 0o600
    files.place.write_bytes(files.place.read_bytes()[:40])
    with pytest.raises(LinkError, match="join the hub again"):
        read_place(files.place)


def test_what_an_installed_sensor_keeps_does_not_lie_beside_its_configuration(tmp_path: Path) -> None:
    installed, own = Files(Path("/etc/wardlight/sensor.json")), Files(tmp_path / "sensor.json")

    assert installed.place == Path("/var/lib/wardlight-sensor/sensor.hub.json")
    assert installed.data == Path("/var/lib/wardlight-sensor/sensor.data")
    assert own.place == tmp_path / "sensor.hub.json" and own.folder == tmp_path


def test_one_sensor_runs_with_the_same_files(tmp_path: Path) -> None:
    files = Files(tmp_path / "sensor.json")
    assert not files.is_held()
    with files.hold():
        assert files.is_held()
        with pytest.raises(Running, match="already"):
            files.hold()
    assert not files.is_held()


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_whole(path, b"old")
    (tmp_path / "a.json.new").mkdir()
    with pytest.raises(OSError):
        write_whole(path, b"new")

    assert path.read_bytes() == b"old"


def test_the_record_of_changes_is_bounded_and_survives_a_cut_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "changes.jsonl"
    changes.record(path, "applied", "ann", GOOD)
    with path.open("ab") as file:
        file.write(b'{"at": "20')
        file.write(b"\n")
    changes.record(path, "refused", "bob", replace(GOOD, revision=2), "the port is in use")
    found = changes.recorded(path)

    assert [(one["what"], one["who"], one["why"]) for one in found] == [
        ("applied", "ann", ""),
        ("refused", "bob", "the port is in use"),
    ]
    assert msgspec.convert(found[1]["config"], SensorConfig).revision == 2
    monkeypatch.setattr(changes, "LARGEST", 3_000)
    for number in range(50):
        changes.record(path, "applied", "ann", replace(GOOD, revision=number))
    assert path.stat().st_size <= 3_000 and changes.older(path).stat().st_size <= 3_000
    assert changes.recorded(path)[-1]["revision"] == 49
