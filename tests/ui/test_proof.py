"""The page of an alert saves its proof."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from app.session import replay
from app.ui.main_window import MainWindow
from app.ui.pages.alert import AlertPage

Settle = Callable[[MainWindow], None]


def alert_page(window: MainWindow, settle: Settle) -> AlertPage:
    assert window.desk.session is not None
    alert = next(one for one in window.desk.session.queries.alerts() if one.detector == "kerberoasting")
    window.desk.go("alert", alert.id)
    settle(window)
    page = window.page()
    assert isinstance(page, AlertPage)
    return page


def test_a_proof_is_found_by_its_words_and_written(
    window: MainWindow, settle: Settle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = alert_page(window, settle)
    out = tmp_path / "proof.zip"
    asked = []

    def ask(parent: object, title: str, name: str, kinds: str) -> tuple[str, str]:
        asked.append(name)
        return str(out), kinds

    monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)
    window.focus_search()
    QTest.keyClicks(window.focusWidget(), "save proof")
    settle(window)
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Return)
    settle(window)

    assert page.alert is not None and asked == [f"kerberoasting-{page.alert.id}.zip"]
    assert replay(out).same and "Proof saved as proof.zip" in window.statusbar.said.text()


def test_what_cannot_be_proven_is_told(window: MainWindow, settle: Settle, tmp_path: Path) -> None:
    page = alert_page(window, settle)

    page.write_proof(tmp_path / "no" / "proof.zip")
    settle(window)

    assert window.statusbar.said.text() and "Errno" not in window.statusbar.said.text()
