"""Qt's own dialog of files, where the system has none: opened by its key, readable and whole at every text size."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QPushButton, QToolButton, QTreeView, QWidget

from app.ui import file_dialog, theme
from app.ui.main_window import MainWindow

from .above import press

Settle = Callable[[MainWindow], None]


def opened(window: MainWindow, action: str, look: Callable[[QFileDialog], None]) -> None:
    """Press the key of an action, look at its dialog, close it again."""
    seen: list[QFileDialog] = []

    def modal() -> None:
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, QFileDialog):
            seen.append(dialog)
            try:
                look(dialog)
            finally:
                dialog.reject()

    QTimer.singleShot(400, modal)
    press(window, action)
    assert seen, "a dialog came"


@pytest.mark.parametrize("zoom", [1.0, 1.5, 2.0])
def test_what_the_dialog_of_files_shows_grows_with_the_text(
    window: MainWindow, settle: Settle, qapp: QApplication, zoom: float, monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:
    file_dialog.follow(qapp)
    window.desk.set_look(zoom=zoom)
    settle(window)
    (tmp_path / "evidence-of-the-first-day.pcapng").write_bytes(bytes(2_000_000))
    monkeypatch.chdir(tmp_path)
    faults: list[str] = []

    def look(dialog: QFileDialog) -> None:
        QTest.qWait(100)
        tree = dialog.findChild(QTreeView, "treeView")
        header, room = tree.header(), dialog.screen().availableGeometry()
        if not room.contains(dialog.geometry()):
            faults.append(f"beyond the screen: {dialog.geometry()}")
        for column, words in ((0, "evidence"), (1, "1,023.99 KiB"), (3, "27 Nov 2026")):
            if header.sectionSize(column) < tree.fontMetrics().horizontalAdvance(words):
                faults.append(f"column {column} is {header.sectionSize(column)} wide")
        if tree.iconSize().height() != theme.px(16):
            faults.append(f"icons of {tree.iconSize()}")
        shown = [one for kind in (QPushButton, QToolButton, QLineEdit) for one in dialog.findChildren(kind) if one.isVisible()]
        for one in shown:
            if isinstance(one.parentWidget(), QLineEdit):  # the cross that empties it
                continue
            if one.height() < theme.px(24):
                faults.append(f"{one} is {one.height()} high")
        buttons = [one for one in shown if isinstance(one, QPushButton)]
        if len({one.height() for one in (*buttons, _combo(dialog))}) != 1:
            faults.append("buttons and lists differ in height")
        if tree.visualRect(tree.model().index(0, 0, tree.rootIndex())).height() < theme.line_height():
            faults.append("rows are lower than their words")

    opened(window, "open.files", look)
    assert not faults


def _combo(dialog: QFileDialog) -> QWidget:
    return next(one for one in dialog.findChildren(QWidget, "fileTypeCombo"))


def test_the_dialog_of_files_has_room_for_names_beside_the_rest(window: MainWindow, settle: Settle, qapp: QApplication) -> None:
    file_dialog.follow(qapp)
    found: list[tuple[int, int, bool]] = []

    def look(dialog: QFileDialog) -> None:
        tree = dialog.findChild(QTreeView, "treeView")
        found.append((dialog.width(), tree.header().sectionSize(0), tree.horizontalScrollBar().maximum() == 0))

    opened(window, "open.files", look)
    width, names, whole = found[0]
    assert width >= min(theme.px(file_dialog.SIZE[0]), qapp.primaryScreen().availableSize().width() * 0.94)
    assert names >= theme.px(150) and whole
