"""What a frozen folder holds is looked up among the files of the packages, and nothing is taken for what only has its name."""

import shutil
import sys
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest

from installer.supply import held
from installer.supply.held import Library


def package(folder: Path, name: str, files: tuple[str, ...]) -> Distribution:
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.4\nName: {name}\nVersion: 1.0\nLicense-Expression: MIT\n")
    (info / "RECORD").write_text("".join(f"{one},,\n" for one in files))
    return Distribution.at(info)


FILES = {
    "one": (
        "one/__init__.py",
        "one/deep/part.py",
        "one/_random.cpython-311.so",
        "one.libs/libthing-12ab.so.1",
        "../../../bin/server",
    ),
    "two": ("two.py", "space/two/__init__.py"),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    rows = [package(tmp_path / "site", name, files) for name, files in FILES.items()]
    monkeypatch.setattr(held, "distributions", lambda: rows)
    names = {"one.deep.part", "space", "json", "json.decoder", "app.paths", "_pyi_rth_utils", "stranger.module"}
    monkeypatch.setattr(held, "modules", lambda _: names)
    for name in ("libthing-12ab.so.1", "server", "libother.so.2", "python3.11/lib-dynload/_random.cpython-311.so", "app/x.md"):
        path = tmp_path / "frozen" / held.INSIDE / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    (tmp_path / "frozen" / held.INSIDE / "libagain.so").symlink_to("libthing-12ab.so.1")
    return tmp_path / "frozen"


def test_modules_and_moved_files_are_of_their_packages(folder: Path) -> None:
    found = held.held(folder)

    assert [one.metadata["Name"] for one in found.packages] == ["one"], "nothing of two is there"
    assert [one.name for one in found.libraries] == ["libother.so.2"]
    assert found.unknown == ("stranger.module",)


def test_a_module_of_python_is_of_no_package_that_has_one_of_its_name(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("libthing-12ab.so.1", "server"):
        (folder / held.INSIDE / name).unlink()
    monkeypatch.setattr(held, "modules", lambda _: {"json"})

    assert held.held(folder).packages == ()


@pytest.mark.skipif(not shutil.which("dpkg-query"), reason="no Debian")
def test_a_library_of_the_system_is_told_with_its_package() -> None:
    known, strange = held.owned([Library("libc.so.6", "0" * 64), Library("libnobody.so.7", "1" * 64)])

    assert known.package.startswith("libc6") and known.version and known.architecture
    assert strange == Library("libnobody.so.7", "1" * 64)


def test_real_packages_are_found_by_module_and_by_file() -> None:
    owners = held._Owners([distribution("numpy"), distribution("PySide6-Essentials")])

    assert owners.of_module("numpy.linalg").metadata["Name"] == "numpy"
    assert owners.of_module("json") is None and owners.is_of_python("json") and not owners.is_of_python("nobody_has_this")
    if sys.platform == "linux":
        assert owners.of_file("libQt6Core.so.6").metadata["Name"] == "PySide6_Essentials"
