"""The section of updates: nothing is asked before it is pressed, update files are looked at and taken out, mistakes are said."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from app.settings import Updates
from app.ui.main_window import MainWindow
from app.updates import updating
from tests.updates.maker import Maker
from tests.updates.test_updating import CONTENT, DEB, of

Settle = Callable[[MainWindow], None]
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(scope="module")
def maker(tmp_path_factory: pytest.TempPathFactory) -> Maker:
    return Maker(tmp_path_factory.mktemp("maker"))


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WARDLIGHT_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def shown(window: MainWindow, settle: Settle) -> Any:
    window.do_by_id("update.check")
    settle(window)
    return window.page().section("updates")


def test_the_menu_leads_to_it_and_asks_nothing(window: MainWindow, settle: Settle, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(updating.fetching, "manifest", lambda *words: asked.append(words) or b"{}")
    window.desk.keep(updates=Updates(address="https://updates.example/manifest.json"))
    section = shown(window, settle)
    assert "a checkout in" in section.now.hint.text() and not section.found.isVisible()
    assert asked == []
    QTest.mouseClick(section.check, LEFT)
    settle(window)
    assert len(asked) == 1 and "no manifest of updates" in section.found.text()
    window.desk.keep(updates=Updates())


def test_without_an_address_it_says_how_to_set_one(window: MainWindow, settle: Settle) -> None:
    section = shown(window, settle)
    QTest.mouseClick(section.check, LEFT)
    settle(window)
    assert "No address is set" in section.found.text() and section.check.isEnabled()


def test_a_file_is_looked_at_and_its_package_taken_out(
    window: MainWindow, settle: Settle, maker: Maker, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    monkeypatch.setattr(updating, "installation", lambda: of("deb"))
    monkeypatch.setattr("app.updates.installation", lambda: of("deb"))
    section = shown(window, settle)
    section.keys.setText(str(maker.keys))
    section.keys.editingFinished.emit()
    assert window.desk.settings.updates.keys == str(maker.keys)
    section.look_at(maker.update("9.0.0", maker.package(DEB, CONTENT)))
    settle(window)
    assert "is genuine: version 9.0.0" in section.found.text() and DEB in section.found.text()
    assert section.install.isVisible() and section.install.text() == "Take the package out" and not section.fetch.isVisible()
    QTest.mouseClick(section.install, LEFT)
    settle(window)
    assert (home / "updates" / DEB).read_bytes() == CONTENT
    assert section.command.isVisible() and section.command.text().endswith(f"apt install {home / 'updates' / DEB}")
    QTest.mouseClick(section.copy, LEFT)
    assert QGuiApplication.clipboard().text() == section.command.text()
    section.look_at(maker.update("9.0.0", maker.folder / DEB, key="stranger"))
    settle(window)
    assert "not signed by the maker" in section.found.text() and not section.install.isVisible()
    window.desk.keep(updates=Updates())


def test_what_cannot_be_used_is_not_kept(window: MainWindow, settle: Settle) -> None:
    section = shown(window, settle)
    section.address.setText("http://updates.example/")
    section.authorities.setText("/no/such.pem")
    section.address.editingFinished.emit()
    assert window.desk.settings.updates == Updates()
    assert "Only https" in section.address_row.hint.text() and "no such file" in section.authorities_row.hint.text()
