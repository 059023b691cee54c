"""The macOS application as far as it can be made without a Mac: its layout, lists and scripts."""

import os
import plistlib
import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from installer import pictures
from installer.macos import bundle

ROOT = Path(__file__).resolve().parent.parent.parent
HERE = ROOT / "installer" / "macos"
CODE = b"\xcf\xfa\xed\xfe" + bytes(60)


@pytest.fixture
def frozen(tmp_path: Path) -> Path:
    """A folder as PyInstaller leaves it, with every odd thing that matters."""
    files = {
        "wardlight": CODE, "wardlight-inspector": CODE, "_internal/Python": CODE, "_internal/libz.1.dylib": CODE,
        "_internal/base_library.zip": b"PK", "_internal/resources/themes/dark.toml": b"x", "_internal/numpy/core.so": CODE,
        "_internal/numpy/version.txt": b"1", "_internal/python3.11/lib-dynload/_ssl.so": CODE,
        "_internal/python3.11/data.txt": b"d",
        "_internal/thing-1.0.dist-info/METADATA": b"Name", "_internal/PySide6/Qt/lib/QtCore.framework/Versions/A/QtCore": CODE,
        "_internal/PySide6/Qt/lib/QtCore.framework/Versions/A/Resources/Info.plist": b"p",
    }  # fmt: skip
    for name, content in files.items():
        path = tmp_path / "frozen" / "wardlight" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    framework = tmp_path / "frozen/wardlight/_internal/PySide6/Qt/lib/QtCore.framework"
    (framework / "QtCore").symlink_to("Versions/A/QtCore")
    (tmp_path / "frozen/wardlight/_internal/libz.dylib").symlink_to("libz.1.dylib")
    (tmp_path / "icon.icns").write_bytes(b"icns")
    return tmp_path / "frozen" / "wardlight"


def made(frozen: Path) -> Path:
    app = frozen.parent.parent / "Wardlight.app"
    bundle.bundle(frozen, frozen.parent.parent / "icon.icns", app, "1.2.3")
    return app


def test_everything_is_found_where_the_program_looks_for_it(frozen: Path) -> None:
    app = made(frozen)
    for one in (frozen / "_internal").rglob("*"):
        if one.is_file():
            there = app / "Contents" / "Frameworks" / one.relative_to(frozen / "_internal")
            assert there.read_bytes() == one.read_bytes(), one
    assert sorted(one.name for one in (app / "Contents" / "MacOS").iterdir()) == ["wardlight", "wardlight-inspector"]


def test_code_and_the_rest_are_apart_as_signing_wants_it(frozen: Path) -> None:
    contents = made(frozen) / "Contents"
    for one in (contents / "Frameworks").rglob("*"):
        inside = any(part.endswith(".framework") for part in one.relative_to(contents).parts)
        if one.is_file() and not one.is_symlink() and not inside:
            assert bundle.is_code(one), one
        if one.is_dir() and not one.is_symlink() and not inside:
            assert "." not in one.name, "a folder with a full stop would be taken for a bundle"
    for one in (contents / "Resources").rglob("*"):
        assert one.is_dir() or one.is_symlink() or not bundle.is_code(one)
    links = [one for one in contents.rglob("*") if one.is_symlink()]
    assert links and all(not one.readlink().is_absolute() and one.exists() for one in links)
    assert all(one.resolve().is_relative_to(contents.resolve()) for one in links)


def test_the_innermost_is_signed_first_and_the_application_last(frozen: Path) -> None:
    app = made(frozen)
    order = bundle.to_sign(app)
    names = [one.relative_to(app.parent).as_posix() for one in order]
    assert names[-1] == "Wardlight.app" and len(set(names)) == len(names)
    assert not any(one.endswith("MacOS/wardlight") for one in names), "the program is signed with the application"
    assert names.index(next(one for one in names if one.endswith("Versions/A/QtCore"))) < names.index(
        next(one for one in names if one.endswith("QtCore.framework"))
    )
    code = {one.resolve() for one in app.rglob("*") if one.is_file() and bundle.is_code(one)}
    assert code == {one.resolve() for one in order if one.is_file()} | {(app / "Contents/MacOS/wardlight").resolve()}


def test_the_list_of_the_application_is_complete(frozen: Path) -> None:
    app = made(frozen)
    about = plistlib.loads((app / "Contents" / "Info.plist").read_bytes())
    assert about["CFBundleShortVersionString"] == about["CFBundleVersion"] == "1.2.3"
    assert (app / "Contents" / "MacOS" / about["CFBundleExecutable"]).is_file()
    assert (app / "Contents" / "Resources" / about["CFBundleIconFile"]).is_file()
    own, others = about["CFBundleDocumentTypes"]
    (exported,) = about["UTExportedTypeDeclarations"]
    assert own["LSItemContentTypes"] == [exported["UTTypeIdentifier"]] and own["LSHandlerRank"] == "Owner"
    assert exported["UTTypeTagSpecification"]["public.filename-extension"] == ["wardlight"]
    assert {"pcap", "pcapng", "evtx"} <= set(others["CFBundleTypeExtensions"]) and others["LSHandlerRank"] == "Alternate"


def test_the_entitlements_are_the_least() -> None:
    rights = plistlib.loads((HERE / "entitlements.plist").read_bytes())
    assert rights == {"com.apple.security.cs.allow-unsigned-executable-memory": True}


def test_what_is_no_frozen_program_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    with pytest.raises(ValueError, match="no frozen program"):
        bundle.bundle(tmp_path / "x", tmp_path / "i", tmp_path / "a.app")


def test_the_icon_of_macos_holds_every_size() -> None:
    data = pictures.icns()
    assert data[:4] == b"icns" and struct.unpack_from(">I", data, 4)[0] == len(data)
    at, found = 8, {}
    while at < len(data):
        length = struct.unpack_from(">I", data, at + 4)[0]
        assert data[at + 8 : at + 16] == b"\x89PNG\r\n\x1a\n"
        found[data[at : at + 4].decode()] = struct.unpack_from(">I", data, at + 24)[0]
        at += length
    assert found == pictures.ICNS


@pytest.mark.parametrize("script", [HERE / "build.sh"], ids=lambda one: one.name)
def test_the_script_is_sound(script: Path) -> None:
    assert subprocess.run(["bash", "-n", str(script)]).returncode == 0
    assert os.access(script, os.X_OK)
    if shutil.which("shellcheck"):
        done = subprocess.run(["shellcheck", str(script)], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout
    refused = subprocess.run([str(script), "/nonexistent/out"], capture_output=True, text=True)
    assert refused.returncode != 0


def test_files_that_macos_asks_to_open_are_read() -> None:
    from types import SimpleNamespace

    from PySide6.QtCore import QEvent, QObject

    from app.ui.application import OpenRequests

    read: list[list[Path]] = []
    window = QObject()
    asked = OpenRequests(window)  # type: ignore[arg-type]
    asked._window = SimpleNamespace(read=read.append)  # type: ignore[assignment]
    event = SimpleNamespace(type=lambda: QEvent.Type.FileOpen, file=lambda: "/cases/x.wardlight")
    assert asked.eventFilter(window, event) is True and read == [[Path("/cases/x.wardlight")]]  # type: ignore[arg-type]
    assert asked.eventFilter(window, QEvent(QEvent.Type.Timer)) is False
