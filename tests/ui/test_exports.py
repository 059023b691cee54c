"""The window writes every form, and hides names everywhere at once."""

import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLabel, QWidget

from app.ui import exporting


@pytest.fixture
def chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):  # type: ignore[no-untyped-def]
    """Answers for the dialog of the system, which a test cannot press; gives what it was asked."""
    asked: list[tuple[str, str, str]] = []

    def answer(_parent, title, name, patterns):  # type: ignore[no-untyped-def]
        asked.append((title, name, patterns))
        return str(tmp_path / name), patterns.split(";;")[0]

    monkeypatch.setattr(QFileDialog, "getSaveFileName", answer)
    return asked


def test_every_button_of_the_page_writes_its_form(window, settle, qtbot, chosen, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    window.desk.go("reports")
    settle(window)
    page = window.page()
    page.buttons.pop("pcapng")
    for form, button in page.buttons.items():
        before = set(tmp_path.iterdir())
        button.setFocus()
        qtbot.keyClick(button, Qt.Key.Key_Return)
        settle(window, 60)
        made = {one for one in set(tmp_path.iterdir()) - before if one.is_file()}
        assert len(made) == 1 and next(iter(made)).stat().st_size > 50, form
        next(iter(made)).unlink()
    assert len(chosen) == len(page.buttons)


def test_a_suffix_that_is_typed_decides_the_form(window, settle, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(
        QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "x.csv"), "Excel workbook of activities (*.xlsx)")
    )
    exporting.ask(window.desk, window, ("xlsx", "csv"), "case")
    settle(window, 30)
    assert (tmp_path / "x.csv").read_bytes().startswith(b"\xef\xbb\xbfTime")


def test_what_cannot_be_written_is_said_and_nothing_is_left(window, settle, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    told: list[tuple[str, bool]] = []
    window.desk.told.connect(lambda sentence, failed: told.append((sentence, failed)))
    exporting.write(window.desk, window, tmp_path / "no" / "x.json", "stix")
    settle(window)
    assert told[-1][1] and "No such file" in told[-1][0]


def words_of(window) -> str:  # type: ignore[no-untyped-def]
    shown = [one.text() for one in window.findChildren(QLabel) if one.isVisible()]
    shown += [f"{one.accessibleName()} {one.toolTip()}" for one in window.findChildren(QWidget) if one.isVisible()]
    return " ".join((*shown, window.windowTitle())).lower()


def test_names_are_hidden_on_every_page_and_come_back(window, settle, qtbot, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    names = [one.ref.label.lower() for one in window.desk.session.queries.entities("user", limit=6) if len(one.ref.label) > 5]
    names = [one for one in names if one not in ("administrator", "krbtgt")]
    assert len(names) > 2
    window.desk.command("privacy")
    settle(window)
    assert window.desk.private and window.statusbar.privacy.isVisible()
    for page in ("overview", "alerts", "entities", "activities", "reports"):
        window.desk.go(page)
        settle(window)
        assert not [name for name in names if name in words_of(window)], page
    row = window.desk.session.queries.entities("user", limit=1)[0]
    window.desk.go("entity", row.ref.key)
    settle(window)
    assert row.ref.label in words_of(window) and row.ref.label.startswith("user-")
    exporting.write(window.desk, window, tmp_path / "a.json", "navigator")
    settle(window)
    assert not [name for name in names if name in json.dumps(json.loads((tmp_path / "a.json").read_text())).lower()]
    window.desk.command("privacy")
    settle(window)
    window.desk.go("entity", row.ref.key)
    settle(window)
    assert row.ref.label not in words_of(window) and not window.statusbar.privacy.isVisible()
    window.desk.keep(privacy=False)


def test_the_settings_have_the_switch(window, settle, qtbot) -> None:  # type: ignore[no-untyped-def]
    window.desk.go("settings", "privacy")
    settle(window)
    section = window.page().section("privacy")
    qtbot.mouseClick(section.names.segments["pseudonyms"], Qt.MouseButton.LeftButton)
    settle(window)
    assert window.desk.private
    window.desk.command("privacy")
    settle(window)
    assert not window.desk.private and not window.desk.settings.privacy
