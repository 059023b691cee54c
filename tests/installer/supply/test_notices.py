"""The notices of a build tell of libraries of the system too, and a build shows them as they were written."""

import shutil
from importlib.metadata import distribution
from pathlib import Path

import pytest

from app.licences import NOTICES
from app.licences.form import read
from installer.supply import notices
from installer.supply.held import INSIDE, Held, Library


def library(name: str, package: str = "", version: str = "") -> Library:
    return Library(name, "0" * 64, package, version)


def test_libraries_are_told_by_their_package_with_its_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "libx1").mkdir()
    (tmp_path / "libx1" / "copyright").write_text("Copyright of X")
    monkeypatch.setattr(notices, "DOCUMENTS", tmp_path)
    rows = (
        library("libxb.so", "libx1", "3"),
        library("libxa.so", "libx1", "3"),
        library("liby.so", "liby2", "4"),
        library("libz.so"),
    )
    found = {one.name: one for one in notices.notices(Held((), rows, ()))}

    assert found["libx1"].texts == (("copyright", "Copyright of X"),) and "libxa.so, libxb.so" in found["libx1"].remark
    assert found["liby2"].texts == () and "No text" in found["liby2"].remark
    assert "libz.so" in found["Libraries of the system"].remark and "No text" in found["Libraries of the system"].remark


def test_what_is_put_into_a_build_is_what_its_window_reads(tmp_path: Path) -> None:
    (tmp_path / INSIDE).mkdir()
    found = Held((distribution("networkx"), distribution("scapy")), (library("libz.so"),), ())

    count = notices.put(tmp_path, found)

    rows = read((tmp_path / INSIDE / NOTICES).read_text(encoding="utf-8"))
    assert len(rows) == count and rows == notices.notices(found)
    assert [one.name for one in rows[:2]] == ["Wardlight", "Packet inspector of Wardlight"]


def test_a_sensor_which_has_no_inspector_tells_of_none() -> None:
    rows = notices.notices(Held((distribution("numpy"),), (), (), "wardlight-sensor"))

    assert [one.name for one in rows[:3]] == ["Wardlight", "Python", "numpy"]


@pytest.mark.skipif(not shutil.which("dpkg-query"), reason="no Debian")
def test_the_words_of_debian_are_there() -> None:
    (row,) = notices._libraries((library("libc.so.6", "libc6", "2"),))

    assert "GNU" in row.texts[0][1]
