"""Help inside the program: found, read and linked offline; every page of the window has its part."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QGuiApplication, QTextDocument
from PySide6.QtTest import QTest

from app.paths import detector_pages, documents
from app.ui.help import library
from app.ui.main_window import MainWindow
from app.ui.page_table import PAGES
from app.ui.widgets.document import DocumentView

Settle = Callable[[MainWindow], None]


def test_every_page_of_the_window_has_its_part() -> None:
    text = library.article("window").text
    headings = {line[3:] for line in text.splitlines() if line.startswith("## ")}
    assert {one.words for one in PAGES} <= headings


def test_all_documents_and_detectors_are_there() -> None:
    keys = [one.key for one in library.library()]
    assert len(keys) == len(set(keys))
    assert {"window", "glossary", "about", "query", "codes", "alerts", "coverage", "sources/keys"} <= set(keys)
    assert sum(key.startswith("detector/") for key in keys) == len(list(detector_pages().glob("*.md"))) > 60
    assert documents().is_dir() and all(one.title and one.text.strip() for one in library.library())


def test_links_between_documents_are_followed_and_others_are_not() -> None:
    window, alerts = library.article("window"), library.article("alerts")
    assert library.target(window, "alerts.md") == ("alerts", "")
    assert library.target(window, "alerts.md#lists") == ("alerts", "Lists")
    assert library.target(alerts, "../README.md") == ("about", "")
    for link in ("../../../../etc/passwd", "decisions/0013-life-of-alerts.md", "", "..", "https://example.test"):
        assert library.target(window, link)[0] in ("", "window")


def test_words_are_found_wherever_they_stand() -> None:
    assert library.find("suppressed seven quiet")[0].article.key in ("alerts", "glossary", "window")
    assert library.find("2006")[0].article.key in ("detections", "detector/dcsync")
    assert [one.article.key for one in library.find("0xc000006a")] == ["codes"]
    assert library.find("") == [] and library.find("no such words anywhere xyzzy") == []


def test_f1_opens_the_help_at_the_page_on_screen(window: MainWindow, settle: Settle) -> None:
    window.desk.go("coverage")
    settle(window)
    QTest.keyClick(window, Qt.Key.Key_F1)
    settle(window)
    page = window.page()
    assert page.name == "help" and page.route.option("section") == "Coverage"
    assert page.document.verticalScrollBar().value() > 0
    window.back()
    settle(window)
    assert window.page().name == "coverage"


def test_help_is_searched_and_its_places_are_walked(window: MainWindow, settle: Settle) -> None:
    window.desk.go("help")
    settle(window)
    page = window.page()
    QTest.keyClicks(page.search, "ticket")
    QTest.qWait(200)
    settle(window)
    assert page.side.currentWidget() is page.results and page.results.rows()
    QTest.keyClick(page.search, Qt.Key.Key_Return)
    settle(window)
    assert page.document.textCursor().selectedText().lower() == "ticket", page.route
    first = page.document.textCursor().position()
    QTest.keyClick(window, Qt.Key.Key_F3)
    assert page.document.textCursor().position() != first
    QTest.keyClick(window, Qt.Key.Key_F3, Qt.KeyboardModifier.ShiftModifier)
    assert page.document.textCursor().position() == first
    page.search.setFocus()
    QTest.keyClick(page.search, Qt.Key.Key_Escape)
    QTest.qWait(200)
    assert page.side.currentWidget() is page.list


def test_an_address_is_copied_not_opened(window: MainWindow, settle: Settle) -> None:
    window.desk.go("help", "alerts")
    settle(window)
    window.page().document.followed.emit("https://example.test/x")
    assert QGuiApplication.clipboard().text() == "https://example.test/x"
    assert window.page().name == "help"
    window.page().document.followed.emit("coverage.md")
    settle(window)
    assert window.page().route.key == "coverage"


def test_help_works_without_a_case(make_window, settle: Settle) -> None:
    window = make_window(None)
    window.do_by_id("help.glossary")
    settle(window)
    assert window.page().name == "help" and "KDC" in window.page().document.toPlainText()


@pytest.mark.parametrize("kind", [one for one in QTextDocument.ResourceType if one.value < 100])
def test_a_document_loads_nothing(qapp, kind) -> None:
    view = DocumentView("x")
    view.show_markdown("![picture](file:///etc/hostname) <script>alert(1)</script>\n\n## One\n\ntext\n")
    assert view.loadResource(kind.value, QUrl("file:///etc/hostname")) is None
    assert "script" in view.toPlainText() and view.headings() == ["One"]
    assert view.go_to_heading("one") and not view.go_to_heading("two")
