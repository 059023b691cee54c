"""Each part has a line, and one that does not work costs the status, not the other lines."""

import runpy
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import paths
from app.__main__ import main
from app.command import parts, parts_case, selftest
from app.ui import trial


def test_a_sensor_can_be_checked_without_the_window(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "PATIENCE", 120.0)
    assert main(["selftest", "--sensor"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert all(one.startswith(parts.GOOD) for one in said)
    wanted = ("database", "start of processes", "readers of event logs", "source in a process of its own", "keyring")
    assert [sum(f"ok    {name}: " in one for one in said) for name in wanted] == [1] * len(wanted)


def test_a_part_that_fails_is_told_with_its_reason_and_the_others_are_still_tried(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> str:
        raise parts.Broken("it is not there")

    def worse() -> str:
        raise ValueError("a\x1b[31m colour")

    def checks(_: Path) -> Iterator[parts.Check]:
        yield from (("one", broken), ("two", worse), ("three", lambda: "works"))

    monkeypatch.setattr(selftest, "_sensor", checks)
    assert main(["selftest", "--sensor"]) == 1
    out = capsys.readouterr().out
    assert out == "FAIL  one: it is not there\nFAIL  two: ValueError: a\ufffd[31m colour\nok    three: works\n"


def test_a_window_that_ends_its_process_is_a_part_that_fails(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(
        parts_case.starting, "command", lambda *_: ["sh", "-c", "echo 'ok    fonts: DejaVu'; echo no display >&2; kill -6 $$"]
    )
    found = dict(parts_case.window(tmp_path))
    assert found["fonts"]() == "DejaVu"
    with pytest.raises(parts.Broken, match="status -6: no display"):
        found["window"]()


def test_a_folder_that_cannot_be_written_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("WARDLIGHT_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(parts.os, "access", lambda *_: False)
    words = dict(parts.machine())["settings folder"]()
    assert "cannot be written" in words and "WARDLIGHT_HOME" in words


def test_the_sample_log_is_what_its_maker_writes() -> None:
    maker = runpy.run_path(str(paths.resources() / "samples" / "make_log.py"))
    assert paths.sample_log().read_bytes() == maker["log"](maker["records"]())


@pytest.mark.gui
def test_an_empty_picture_is_told_from_a_painted_one(qapp: object) -> None:
    from PySide6.QtGui import QImage, QPainter

    picture = QImage(64, 64, QImage.Format.Format_ARGB32)
    picture.fill(0)
    assert trial.colours(picture) == 1
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.drawLine(0, 0, 63, 17)
    painter.end()
    assert trial.colours(picture) > 2
