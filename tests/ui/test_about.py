"""About: the program, its parts, every licence; found by any word of it."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from app import __version__, licences
from app.ui.main_window import MainWindow

Settle = Callable[[MainWindow], None]


def test_it_opens_from_the_menu_without_a_case_and_shows_our_licence(make_window, settle: Settle) -> None:
    window = make_window(None)
    window.do_by_id("help.about")
    settle(window)
    page = window.page()

    assert page.name == "about" and len(page.list.rows_model().rows) == len(licences.notices())
    assert __version__ in page.title.text() and "Apache License" in page.text.toPlainText()
    assert "without a text" in page.count.text()


def test_a_word_of_a_text_finds_its_part_and_the_place(window: MainWindow, settle: Settle) -> None:
    window.desk.go("about")
    settle(window)
    page = window.page()
    QTest.keyClicks(page.search, "lesser")
    QTest.qWait(200)
    settle(window)
    names = [one.name for one in page.list.rows_model().rows]
    assert "Qt" in names and "networkx" not in names and page.count.text().startswith(f"{len(names)} of ")

    QTest.keyClick(page.search, Qt.Key.Key_Down)
    assert page.title.text().startswith(names[1]) and page.text.textCursor().selectedText().lower() == "lesser"

    QTest.keyClicks(page.search, " nosuchword")
    QTest.qWait(200)
    settle(window)
    assert page.side.currentWidget() is page.nothing and page.text.toPlainText() == ""

    QTest.keyClick(page.search, Qt.Key.Key_Escape)
    QTest.qWait(200)
    settle(window)
    assert len(page.list.rows_model().rows) == len(licences.notices())


def test_a_part_is_found_again_by_its_route(window: MainWindow, settle: Settle) -> None:
    window.desk.go("about", "numpy")
    settle(window)
    page = window.page()

    assert page.title.text().startswith("numpy ") and "NumPy Developers" in page.text.toPlainText()
    page.list.move(-1)
    assert window.here().key == page.list.current_row().name != "numpy"


def test_what_it_is_can_be_copied(window: MainWindow, settle: Settle) -> None:
    window.desk.go("about")
    settle(window)
    window.page().copy_facts()

    assert QGuiApplication.clipboard().text().startswith(f"Wardlight {__version__}\n")
