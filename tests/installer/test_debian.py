"""Debian packages: the same twice, root's, with sums that hold; the sensor's scripts and its example."""

import hashlib
import json
import re
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from app.sensor.service.configuration import understood
from installer.debian.build import PROGRAM, SENSOR
from installer.debian.package import Package, build, changelog, place
from installer.linux.files import Placed

HERE = Path(__file__).resolve().parent.parent.parent / "installer" / "debian"
SCRIPTS = sorted(one for one in HERE.glob("*/*") if one.name in ("preinst", "postinst", "prerm", "postrm"))
EXAMPLE = HERE / "wardlight-sensor" / "sensor.json"
SMALL = Package("small", "net", ("fontconfig-config",), (), ("wireshark",), ("a small one", "First.", "Second,\nwith two lines."))
AT = 1_700_000_000
tools = pytest.mark.skipif(
    shutil.which("dpkg-deb") is None or shutil.which("readelf") is None, reason="dpkg or binutils is not installed"
)


def made(folder: Path, mode: int = 0o644) -> Path:
    """A package of a program, a link to it, a page of man."""
    root = folder / "root"
    place(root, [Placed("usr/share/man/man1/small.1", b".TH SMALL 1\n"), Placed("usr/share/doc/small/readme", b"words\n")])
    (root / "usr/lib/small").mkdir(parents=True)
    shutil.copyfile("/bin/true", root / "usr/lib/small/small")
    (root / "usr/lib/small/small").chmod(0o777)
    (root / "usr/share/doc/small/readme").chmod(mode)
    (root / "usr/bin").mkdir()
    (root / "usr/bin/small").symlink_to("../lib/small/small")
    return build(root, SMALL, "1.0", "Somebody <some@body.test>", HERE / "wardlight-sensor", folder / "out", AT, fast=True)


@tools
def test_two_builds_are_the_same_bytes_whatever_the_modes_were(tmp_path: Path) -> None:
    one, two = made(tmp_path / "a"), made(tmp_path / "b", 0o600)

    assert one.name.startswith("small_1.0_") and one.read_bytes() == two.read_bytes()


@tools
def test_everything_is_roots_and_the_sums_hold(tmp_path: Path) -> None:
    package = made(tmp_path)
    raw = subprocess.run(["dpkg-deb", "--fsys-tarfile", package], capture_output=True, check=True).stdout
    (tmp_path / "data.tar").write_bytes(raw)
    with tarfile.open(tmp_path / "data.tar") as archive:
        members = {one.name: one for one in archive}
        contents = {name: archive.extractfile(one).read() for name, one in members.items() if one.isfile()}  # type: ignore[union-attr]
    sums = subprocess.run(["dpkg-deb", "--info", package, "md5sums"], capture_output=True, text=True, check=True).stdout

    assert {(one.uname, one.gname, one.mtime <= AT) for one in members.values()} == {("root", "root", True)}
    assert {oct(one.mode) for one in members.values() if not one.issym()} == {"0o755", "0o644"}
    assert members["./usr/bin/small"].linkname == "../lib/small/small"
    assert dict(reversed(line.split("  ")) for line in sums.splitlines()) == {
        name.removeprefix("./"): hashlib.md5(data).hexdigest() for name, data in contents.items()
    }


@tools
def test_the_control_file_says_what_is_needed(tmp_path: Path) -> None:
    text = subprocess.run(["dpkg-deb", "--field", made(tmp_path)], capture_output=True, text=True, check=True).stdout
    fields = dict(re.findall(r"^([\w-]+): (.*)$", text, re.M))

    assert fields["Version"] == "1.0" and fields["Suggests"] == "wireshark" and "Recommends" not in fields
    assert "libc6" in fields["Depends"] and "fontconfig-config" in fields["Depends"]
    assert int(fields["Installed-Size"]) > 20
    assert text.endswith(" First.\n .\n Second,\n with two lines.\n")


def test_what_packages_say_of_themselves_fits_the_lines_of_a_terminal() -> None:
    for package in (PROGRAM, SENSOR):
        assert len(package.about[0]) < 80 and all(len(line) < 80 for text in package.about[1:] for line in text.split("\n"))
    assert changelog("x", "1", "a <b@c.test>", AT).decode().endswith("\n -- a <b@c.test>  Tue, 14 Nov 2023 22:13:20 +0000\n")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda one: f"{one.parent.name}-{one.name}")
def test_scripts_of_a_package_are_sound_and_leave_homes_alone(script: Path) -> None:
    text = script.read_text(encoding="utf-8")
    removed = re.findall(r"rm -r?f (.*)$", text, re.M)

    subprocess.run(["sh", "-n", script], check=True, timeout=20)
    assert text.startswith("#!/bin/sh\n") and "\nset -e\n" in text and text.endswith("exit 0\n")
    assert all(word.startswith(("/etc/wardlight/", "/var/lib/wardlight-sensor")) for line in removed for word in line.split())
    assert "/home" not in text


def test_the_example_of_a_configuration_is_refused_until_it_is_edited() -> None:
    data = EXAMPLE.read_bytes()
    found = understood(data, "sensor.json")
    edited = understood(re.sub(rb"(?m)^// (?=[ {}])", b"", data), "sensor.json")

    assert found.config is None and not found.there and "only comments" in found.why
    assert edited.config is not None and [type(one).__name__ for one in edited.config.sources] == [
        "CaptureSource",
        "SyslogSource",
    ]


def test_no_comment_is_seen_inside_a_text() -> None:
    text = json.dumps({"who": "a // b"}).encode()
    config = understood(b"// one\n  // two\n" + text, "x").config

    assert config is not None and config.who == "a // b"
