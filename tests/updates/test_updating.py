"""Updates from the maker to the machine: what is believed, what is refused and why, what is done and what is left to do."""

import http.server
import io
import json
import os
import ssl
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import zstandard

from app import __version__, settings
from app.command import main
from app.model.sensor import SensorConfig
from app.sensor.service.configuration import write_config
from app.settings import Updates
from app.updates import Refused, check, fetch, fetching, go_back, install, replacing, verify
from app.updates.installed import Installation, here, installation
from tests.updates.maker import DAY, Maker, body, script

DEB = "wardlight_9.0.0_amd64.deb"
CONTENT = b"!<arch>\n" + bytes(range(256)) * 40


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WARDLIGHT_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture(scope="session")
def shared_maker(tmp_path_factory: pytest.TempPathFactory) -> Maker:
    return Maker(tmp_path_factory.mktemp("maker"))


@pytest.fixture
def maker(shared_maker: Maker) -> Maker:
    return shared_maker


@pytest.fixture
def where(maker: Maker) -> Updates:
    return Updates(keys=str(maker.keys))


def of(kind: str, place: Path = Path("/usr/lib/wardlight"), version: str = "0.1.0") -> Installation:
    return Installation(version=version, kind=kind, platform="linux-x86_64", place=str(place))  # type: ignore[arg-type]


def called(*words: object) -> int:
    return main.run(["update", *map(str, words)], lambda text, out: None)


# ---- what is believed


def test_an_update_file_says_what_it_holds(maker: Maker, where: Updates, capsys: pytest.CaptureFixture[str]) -> None:
    notes = maker.folder / "notes.txt"
    notes.write_text("Finds more.\n\x1b[31mred")
    file = maker.update(
        "9.0.0", maker.package(DEB, CONTENT), maker.package("wardlight-9.0.0-py3-none-any.whl", b"PK"), notes=notes
    )
    found = verify(file, where)
    assert found.manifest.version == "9.0.0" and found.newer
    assert [(one.kind, one.platform) for one in found.holds] == [("wheel", "any"), ("deb", "linux-x86_64")] or len(
        found.holds
    ) == 2
    assert called("verify", file, "--keys", maker.keys) == 0
    out = capsys.readouterr().out
    assert "Genuine: Wardlight 9.0.0, newer than" in out and DEB in out and "\x1b" not in out
    assert called("verify", file, "--keys", maker.keys, "--json") == 0
    assert json.loads(capsys.readouterr().out)["key"] == script().trust.named(script().public(str(maker.pem("release"))))


def test_this_program_believes_nobody_as_long_as_no_maker_built_his_keys_into_it(
    maker: Maker, capsys: pytest.CaptureFixture[str]
) -> None:
    file = maker.update("9.0.0", maker.package(DEB, CONTENT))
    assert called("verify", file) == 1
    assert "built without the keys of a maker" in capsys.readouterr().err


def test_other_keys_are_not_believed(maker: Maker, where: Updates) -> None:
    for key in ("stranger", "root", "release2"):
        with pytest.raises(Refused, match="not signed by the maker"):
            verify(maker.update("9.0.0", maker.package(DEB, CONTENT), key=key), where)


def test_a_signature_of_one_kind_of_statement_is_none_of_the_other(maker: Maker, where: Updates, tmp_path: Path) -> None:
    file = tmp_path / "x.wardupdate"
    script().carrying.write(file, maker.signed(body(), kind=b"wardlight update keys\n"), [])
    with pytest.raises(Refused, match="not signed by the maker"):
        verify(file, where)


@pytest.mark.parametrize(
    "wrong",
    [
        {"packages": [{"name": "../x.deb", "kind": "deb", "platform": "any", "bytes": 1, "sha256": "0" * 64}]},
        {"packages": [{"name": ".x.deb", "kind": "deb", "platform": "any", "bytes": 1, "sha256": "0" * 64}]},
        {"packages": [{"name": "x.deb\n", "kind": "deb", "platform": "any", "bytes": 1, "sha256": "0" * 64}]},
        {"packages": [{"name": "x.deb", "kind": "deb", "platform": "any", "bytes": 1 << 40, "sha256": "0" * 64}]},
        {"packages": [{"name": "x.deb", "kind": "deb", "platform": "any", "bytes": -1, "sha256": "0" * 64}]},
        {"packages": [{"name": "x.deb", "kind": "virus", "platform": "any", "bytes": 1, "sha256": "0" * 64}]},
        {"packages": [{"name": "x.deb", "kind": "deb", "platform": "any", "bytes": 1, "sha256": "zz"}]},
        {"packages": [{"name": n, "kind": "deb", "platform": "any", "bytes": 1, "sha256": "0" * 64} for n in ("a.deb", "A.deb")]},
        {"packages": [{"name": "manifest.json", "kind": "deb", "platform": "any", "bytes": 1, "sha256": "0" * 64}]},
        {"version": "9.0; rm -rf /"}, {"version": "9" * 50}, {"version": "9.0.0\n"},
        {"serial": 0}, {"serial": "9"}, {"made": 1 << 60},
        {"until": 0}, {"notes": "x" * 5_000}, {"more": 1}, {"packages": None},
    ],
)  # fmt: skip
def test_what_a_manifest_cannot_say_is_refused_even_when_it_is_signed(
    wrong: dict[str, object], maker: Maker, where: Updates, tmp_path: Path
) -> None:
    file = tmp_path / "x.wardupdate"
    script().carrying.write(file, maker.signed(body(**wrong)), [])
    with pytest.raises(Refused):
        verify(file, where)


# ---- time, replay, going down


def test_an_old_statement_is_not_shown_again(maker: Maker, where: Updates, tmp_path: Path) -> None:
    deb, now = maker.package(DEB, CONTENT), int(time.time())
    older, newer = maker.update("9.0.0", deb, serial=now), maker.update("9.0.0", deb, serial=now + 1)
    other = maker.update("9.0.0", deb, serial=now + 1, days=7)
    install(newer, where, folder=tmp_path, here=of("deb"))
    install(newer, where, folder=tmp_path, here=of("deb"))
    for one in (older, other):
        with pytest.raises(Refused, match="showing an old one again"):
            install(one, where, folder=tmp_path, here=of("deb"))
        with pytest.raises(Refused, match="showing an old one again"):
            verify(one, where)


def test_what_only_was_looked_at_binds_nobody(maker: Maker, where: Updates, tmp_path: Path) -> None:
    deb, now = maker.package(DEB, CONTENT), int(time.time())
    older, newer = maker.update("9.0.0", deb, serial=now), maker.update("9.0.0", deb, serial=now + 1)
    verify(newer, where)
    install(older, where, folder=tmp_path, here=of("deb"))


def test_nothing_older_and_nothing_that_runs_already_is_installed(maker: Maker, where: Updates, tmp_path: Path) -> None:
    file = maker.update("9.0.0", maker.package(DEB, CONTENT))
    with pytest.raises(Refused, match=r"older than 9\.1 that runs here"):
        install(file, where, folder=tmp_path, here=of("deb", version="9.1"))
    with pytest.raises(Refused, match="runs here already"):
        install(file, where, folder=tmp_path, here=of("deb", version="9.0"))
    assert not (tmp_path / DEB).exists()


def test_a_statement_holds_for_its_time_only(
    maker: Maker, where: Updates, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = maker.update("9.0.0", maker.package(DEB, CONTENT), days=10)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 11 * DAY)
    with pytest.raises(Refused, match="no longer holds"):
        verify(file, where)
    monkeypatch.setattr(time, "time", lambda: now - 3 * DAY)
    with pytest.raises(Refused, match="in the future by the clock"):
        verify(file, where)


def test_a_clock_that_goes_back_does_not_make_an_old_statement_good(
    maker: Maker, where: Updates, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    deb, now = maker.package(DEB, CONTENT), time.time()
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(now) - 40 * DAY))
    old = maker.update("9.0.0", deb, days=10, serial=int(now) + 9)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(now)))
    install(maker.update("9.0.0", deb, serial=int(now) + 8), where, folder=tmp_path, here=of("deb"))
    monkeypatch.setattr(time, "time", lambda: now - 39 * DAY)
    with pytest.raises(Refused, match=r"no longer holds|future"):
        verify(old, where)


# ---- keys change


def test_keys_change_by_those_who_held_before(maker: Maker, where: Updates, tmp_path: Path) -> None:
    second, third = maker.folder / "change-2.json", maker.folder / "change-3.json"
    maker.call("change-keys", maker.keys, "--signed-by", maker.pem("root"), "--root", maker.pem("root2"), "--release",
               maker.pem("release2"), second)  # fmt: skip
    maker.call("change-keys", second, "--signed-by", maker.pem("root2"), "--root", maker.pem("root2"), "--root",
               maker.pem("root"), "--need", 2, "--release", maker.pem("stranger"), third)  # fmt: skip
    deb, now = maker.package(DEB, CONTENT), int(time.time())
    with pytest.raises(Refused, match="a change of keys is missing"):
        verify(maker.update("9.0.0", deb, key="stranger", keys=third), where)
    update = maker.update("9.0.0", deb, key="release2", keys=second, serial=now)
    assert verify(update, where).newer
    install(update, where, folder=tmp_path, here=of("deb"))
    with pytest.raises(Refused, match="not signed by the maker"):  # the first key is not believed again, whatever is left out
        verify(maker.update("9.0.0", deb, key="release", serial=now + 1), where)
    assert verify(maker.update("9.0.0", deb, key="release2", serial=now + 2), where).newer
    assert verify(maker.update("9.0.0", deb, key="stranger", keys=third, serial=now + 3), where).newer


def test_only_roots_change_keys_and_as_many_as_are_needed(
    maker: Maker, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    both = tmp_path / "both.json"
    maker.call(
        "keys", "--root", maker.pem("root"), "--root", maker.pem("root2"), "--need", 2, "--release", maker.pem("release"), both
    )
    change = ["--root", maker.pem("root"), "--release", maker.pem("release2"), tmp_path / "out.json"]
    for signers in (["root"], ["root", "root"], ["release", "root"], ["stranger", "root2"]):
        words = ["change-keys", both, *(word for one in signers for word in ("--signed-by", maker.pem(one))), *change]
        assert script().main([str(one) for one in words]) == 1
        assert "not signed by the roots" in capsys.readouterr().err
    maker.call("change-keys", both, "--signed-by", maker.pem("root"), "--signed-by", maker.pem("root2"), *change)
    words = ["keys", "--root", maker.pem("root"), "--release", maker.pem("root"), tmp_path / "one.json"]
    assert script().main([str(one) for one in words]) == 1


def test_what_was_seen_of_another_maker_is_no_measure(maker: Maker, where: Updates, tmp_path: Path) -> None:
    other = Maker(tmp_path / "other")
    deb, now = maker.package(DEB, CONTENT), int(time.time())
    install(other.update("9.0.0", deb, serial=now + 99), Updates(keys=str(other.keys)), folder=tmp_path, here=of("deb"))
    install(maker.update("9.0.0", deb, serial=now), where, folder=tmp_path, here=of("deb"))


# ---- what is done


def test_a_debian_package_is_put_down_and_the_command_is_said(maker: Maker, where: Updates, tmp_path: Path) -> None:
    done = install(maker.update("9.0.0", maker.package(DEB, CONTENT)), where, folder=tmp_path / "to", here=of("deb"))
    assert not done.done and done.command.endswith(f"apt install {tmp_path / 'to' / DEB}")
    assert (tmp_path / "to" / DEB).read_bytes() == CONTENT
    assert [one.name for one in (tmp_path / "to").iterdir()] == [DEB]


def test_a_package_that_is_not_there_is_said_with_those_that_are(maker: Maker, where: Updates, tmp_path: Path) -> None:
    file = maker.update("9.0.0", maker.package(DEB, CONTENT))
    with pytest.raises(Refused, match=r"no archive for linux-x86_64. It has deb for linux-x86_64"):
        install(file, where, here=of("archive"))
    with pytest.raises(Refused, match="a checkout"):
        install(file, where)
    manifest, out = maker.manifest("9.0.0", maker.folder / DEB), tmp_path / "thin.wardupdate"
    script().carrying.write(out, manifest.read_bytes(), [])
    with pytest.raises(Refused, match="does not hold"):
        install(out, where, folder=tmp_path, here=of("deb"))


def program(version: str, more: str = "") -> str:
    return f'#!/bin/sh\n{more}\n[ "$1" = --version ] && echo wardlight {version}\n'


def folder_of(place: Path, version: str) -> Path:
    (place / "_internal").mkdir(parents=True)
    (place / "wardlight").write_text(program(version))
    (place / "wardlight").chmod(0o755)
    (place / "_internal" / "library").write_text(version)
    return place


def archive_of(maker: Maker, version: str, how: str = "zst", **spoil: object) -> Path:
    """A folder of the program as an archive."""
    import lzma

    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, content, mode in (
            ("wardlight/wardlight", spoil.get("program", program(version)), 0o755),
            ("wardlight/_internal/library", version, 0o644),
        ):  # fmt: skip
            about = tarfile.TarInfo(name)
            about.size, about.mode = len(str(content)), mode
            tar.addfile(about, io.BytesIO(str(content).encode()))
        link = tarfile.TarInfo("wardlight/_internal/link")
        link.type, link.linkname = tarfile.SYMTYPE, "library"
        tar.addfile(link)
        for one in spoil.get("members", ()):  # type: ignore[attr-defined]
            tar.addfile(one)
    packed = {
        "zst": lambda data: zstandard.compress(data),
        "xz": lzma.compress,
        "gz": lambda data: __import__("gzip").compress(data),
    }
    return maker.package(f"wardlight-{version}-linux-x86_64.tar.{how}", packed[how](out.getvalue()))


@pytest.mark.parametrize("how", ["zst", "xz", "gz"])
def test_a_folder_is_replaced_at_once_and_goes_back(how: str, maker: Maker, where: Updates, tmp_path: Path) -> None:
    place = folder_of(tmp_path / "opt" / "wardlight", "0.1.0")
    for version in ("9.0.0", "9.1.0"):
        done = install(maker.update(version, archive_of(maker, version, how)), where, here=of("archive", place))
        assert done.done and "waits in" in done.words
        assert (place / "_internal" / "library").read_text() == version and os.access(place / "wardlight", os.X_OK)
        assert (place / "_internal" / "link").read_text() == version
    assert sorted(one.name for one in place.parent.iterdir()) == ["wardlight", "wardlight.before"]
    go_back(of("archive", place))
    assert (place / "_internal" / "library").read_text() == "9.0.0"
    go_back(of("archive", place))
    assert (place / "_internal" / "library").read_text() == "9.1.0"


def test_an_app_image_is_replaced_and_goes_back(maker: Maker, where: Updates, tmp_path: Path) -> None:
    place = tmp_path / "Wardlight.AppImage"
    place.write_text(program("0.1.0"))
    file = maker.package("wardlight-9.0.0-x86_64.AppImage", program("9.0.0").encode())
    install(maker.update("9.0.0", file), where, here=of("appimage", place))
    assert "9.0.0" in place.read_text() and os.access(place, os.X_OK)
    go_back(of("appimage", place))
    assert "0.1.0" in place.read_text()


def test_going_back_needs_something_to_go_back_to(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Refused, match="no program from before"):
        go_back(of("archive", folder_of(tmp_path / "wardlight", "0.1.0")))
    assert called("back") == 1 and "goes back by itself" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        ({"program": program("8.0")}, "does not run on this machine"),
        ({"program": program("9.0.0", "echo broken >&2; exit 3")}, r"does not run on this machine \(broken\)"),
        ({"program": "no program"}, "does not (start|run)"),
        ({"members": [tarfile.TarInfo("../escaped")]}, "cannot be unpacked"),
        ({"members": [tarfile.TarInfo("/tmp/escaped")]}, "holds no folder|cannot be unpacked"),
        ({"members": [tarfile.TarInfo("elsewhere/file")]}, "holds no folder"),
    ],
)
def test_a_program_that_is_no_good_leaves_the_old_one(
    spoil: dict[str, object], why: str, maker: Maker, where: Updates, tmp_path: Path
) -> None:
    place = folder_of(tmp_path / "opt" / "wardlight", "0.1.0")
    with pytest.raises(Refused, match=why):
        install(maker.update("9.0.0", archive_of(maker, "9.0.0", **spoil)), where, here=of("archive", place))
    assert (place / "_internal" / "library").read_text() == "0.1.0"
    assert [one.name for one in place.parent.iterdir()] == ["wardlight"] and not (tmp_path / "escaped").exists()


@pytest.mark.parametrize(("kind", "target"), [(tarfile.SYMTYPE, "/etc"), (tarfile.SYMTYPE, "../../.."), (tarfile.LNKTYPE, "x"),
                                              (tarfile.FIFOTYPE, ""), (tarfile.CHRTYPE, "")])  # fmt: skip
def test_links_that_lead_out_and_what_is_no_file_are_refused(
    kind: bytes, target: str, maker: Maker, where: Updates, tmp_path: Path
) -> None:
    odd = tarfile.TarInfo("wardlight/odd")
    odd.type, odd.linkname = kind, target
    place = folder_of(tmp_path / "opt" / "wardlight", "0.1.0")
    with pytest.raises(Refused, match=r"cannot be unpacked|something else than files"):
        install(maker.update("9.0.0", archive_of(maker, "9.0.0", members=[odd])), where, here=of("archive", place))
    assert [one.name for one in place.parent.iterdir()] == ["wardlight"]


def test_a_file_system_that_cannot_exchange_two_names_takes_two_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replacing.sys, "platform", "darwin")
    one, other = folder_of(tmp_path / "one", "1"), folder_of(tmp_path / "other", "2")
    replacing.exchange(one, other)
    assert ((one / "_internal/library").read_text(), (other / "_internal/library").read_text()) == ("2", "1")
    with pytest.raises(FileNotFoundError):
        replacing.exchange(tmp_path / "none", other)
    assert (other / "_internal/library").read_text() == "1" and len(list(tmp_path.iterdir())) == 2


def test_this_checkout_knows_that_it_is_one() -> None:
    assert installation().kind is None and installation().version == __version__ and here().startswith("linux-")


# ---- asked over the network


class Shop(http.server.BaseHTTPRequestHandler):
    """Gives files of a folder, and answers that nobody should."""

    folder = Path()
    asked: list[tuple[str, str]] = []

    def do_GET(self) -> None:
        self.asked.append((self.path, str(self.headers)))
        name = self.path.rpartition("/")[2]
        if name in ("plain", "turn"):
            self.send_response(302)
            self.send_header("Location", "http://localhost/x.json" if name == "plain" else "/turn")
            self.end_headers()
        elif name == "endless":
            self.send_response(200)
            self.end_headers()
            while True:
                self.wfile.write(bytes(65_536))
        elif name == "slow":
            self.send_response(200)
            self.end_headers()
            while True:
                self.wfile.write(b" ")
                self.wfile.flush()
                time.sleep(0.05)
        elif name == "short":
            self.send_response(200)
            self.send_header("Content-Length", "100")
            self.end_headers()
            self.wfile.write(b"{")
        elif (self.folder / name).is_file():
            data = (self.folder / name).read_bytes()
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)
        else:
            self.send_error(404)

    def handle(self) -> None:
        try:
            super().handle()
        except OSError:  # whoever asked has heard enough
            self.close_connection = True

    def log_message(self, *_: object) -> None: ...


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("tls")
    made = [folder / "certificate.pem", folder / "key.pem"]
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
         "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", str(made[1]), "-out", str(made[0])],
        check=True, capture_output=True,
    )  # fmt: skip
    return made[0], made[1]


@pytest.fixture
def shop(maker: Maker, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    for one in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(one, raising=False)
    server = http.server.ThreadingHTTPServer(("localhost", 0), Shop)
    Shop.folder, Shop.asked = maker.folder, []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"https://localhost:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_what_is_asked_fetched_and_installed(
    shop: str,
    maker: Maker,
    where: Updates,
    certificate: tuple[Path, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    archive, deb = archive_of(maker, "9.0.0"), maker.package(DEB, CONTENT)
    name = maker.manifest("9.0.0", archive, deb).name
    assert called("set", "--address", f"{shop}/{name}", "--authorities", certificate[0], "--trust", maker.keys) == 0
    assert settings.load().updates.address == f"{shop}/{name}"
    assert called("check", "--kind", "archive") == 2
    assert "Version 9.0.0" in capsys.readouterr().out
    sensor = tmp_path / "sensor.json"
    for delayed, expected in ((True, 0), (False, 2)):
        write_config(sensor, SensorConfig(delayed=delayed))
        assert called("check", "--kind", "archive", "--sensor", sensor) == expected
        told = capsys.readouterr().out
        assert "Version 9.0.0" in told and ("it is due there from" in told) is delayed
    with monkeypatch.context() as later:
        write_config(sensor, SensorConfig(delayed=True))
        clock = time.time
        later.setattr("app.command.update.time.time", lambda: clock() + 73 * 3600)
        assert called("check", "--kind", "archive", "--sensor", sensor) == 2
    capsys.readouterr()
    assert called("check", "--sensor", tmp_path / "nothere") == 1 and "nothere" in capsys.readouterr().err
    sensor.unlink()
    assert called("check", "--json") == 2 and json.loads(capsys.readouterr().out)["newer"] is True
    assert called("fetch", "--to", tmp_path, "--kind", "deb", "--platform", "linux-x86_64") == 0
    file = Path(capsys.readouterr().out.strip())
    assert verify(file, settings.load().updates).holds[0].name == DEB
    again = fetch(settings.load().updates, tmp_path, "archive", "linux-x86_64")
    place = folder_of(tmp_path / "opt" / "wardlight", "0.1.0")
    assert install(again, where, here=of("archive", place)).done
    heads = [one for _, one in Shop.asked]
    assert len(heads) == 9 and not any(__version__ in one or "Cookie" in one or "Python" in one for one in heads)
    assert {one.name for one in tmp_path.iterdir()} == {"home", "opt", file.name, again.name}


def test_what_a_server_should_not_do(
    shop: str, where: Updates, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = msgspec.structs.replace(where, authorities=str(certificate[0]))
    for name, why in (
        ("plain", "no https address"), ("turn", "answers 302"), ("endless", "larger than a manifest"),
        ("short", "ended in the middle"),
        ("none", "answers 404"), ("keys.json", "no manifest of updates"),
    ):  # fmt: skip
        with pytest.raises(Refused, match=why):
            check(msgspec.structs.replace(asked, address=f"{shop}/{name}"))
    with pytest.raises(Refused, match="too slow"):
        fetching.manifest(f"{shop}/slow", str(certificate[0]), within=0.4)
    with pytest.raises(Refused, match=r"self.signed certificate"):
        check(msgspec.structs.replace(where, address=f"{shop}/keys.json"))
    with pytest.raises(Refused, match=r"cannot be asked: .*(IP address mismatch|certificate)"):
        check(msgspec.structs.replace(asked, address=f"{shop.replace('localhost', '127.0.0.1')}/keys.json"))
    with pytest.raises(Refused, match="cannot be used"):
        check(msgspec.structs.replace(where, address=f"{shop}/x", authorities="/no/file.pem"))


def test_a_package_that_was_changed_on_the_server_is_not_kept(
    shop: str, maker: Maker, where: Updates, certificate: tuple[Path, Path], tmp_path: Path
) -> None:
    name = maker.manifest("9.0.0", maker.package(DEB, CONTENT)).name
    asked = msgspec.structs.replace(where, authorities=str(certificate[0]), address=f"{shop}/{name}")
    for spoiled in (CONTENT[:-1], CONTENT + b"x", b"y" + CONTENT[1:]):
        (maker.folder / DEB).write_bytes(spoiled)
        with pytest.raises(Refused, match=r"not the file that was signed|larger than its manifest"):
            fetch(asked, tmp_path, "deb", "linux-x86_64")
    assert {one.name for one in tmp_path.iterdir()} <= {"home"}


@pytest.mark.parametrize("address", ["http://localhost/x", "file:///etc/passwd", "ftp://x/y", "https://", "https://u:p@h/x",
                                     "https://h/\n", "https://[x/", "x", "https://h:0/", "https://" + "h" * 3000])  # fmt: skip
def test_only_https_is_asked(address: str, where: Updates, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Refused, match="no https address"):
        check(msgspec.structs.replace(where, address=address))
    assert called("set", "--address", address) == 1 and settings.load().updates.address == ""


def test_without_an_address_it_is_said_how_to_set_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert called("check") == 1
    assert "wardlight update set --address" in capsys.readouterr().err
    assert called("set") == 0 and "none: nothing is asked" in capsys.readouterr().out


def test_nothing_is_asked_by_itself() -> None:
    """Only the command and the window's section of updates reach the network part."""
    names = [
        str(one) for one in Path("app").rglob("*.py")
        if any(word in one.read_text() for word in ("updates.check(", "updates.fetch(", "import fetching", ", fetching,"))
    ]  # fmt: skip
    assert set(names) <= {"app/command/update.py", "app/ui/settings/updates.py", "app/updates/updating.py"}


def test_the_maker_keeps_his_keys_to_himself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARDLIGHT_KEY_PASSPHRASE", "correct horse battery")
    assert script().main(["new-key", str(tmp_path / "key.pem")]) == 0
    assert (tmp_path / "key.pem").stat().st_mode & 0o777 == 0o600 and b"ENCRYPTED" in (tmp_path / "key.pem").read_bytes()
    assert len(script().public(str(tmp_path / "key.pem"))) == 44
    assert script().main(["new-key", str(tmp_path / "key.pem")]) == 1
    monkeypatch.setenv("WARDLIGHT_KEY_PASSPHRASE", "wrong")
    with pytest.raises(ValueError):
        script().private(tmp_path / "key.pem")
    assert script().main(["new-key", str(tmp_path / "short.pem")]) == 1 and not (tmp_path / "short.pem").exists()


def test_the_script_runs_by_itself(maker: Maker, tmp_path: Path) -> None:
    words = [sys.executable, str(Path(script().__file__)), "manifest", "--key", str(maker.pem("release")), "--version", "9.1",
             str(tmp_path / "m.json"), str(maker.package(DEB, CONTENT))]  # fmt: skip
    run = subprocess.run(words, capture_output=True, text=True, cwd=tmp_path)
    assert run.returncode == 1 and f"{DEB} is not of version 9.1" in run.stderr
