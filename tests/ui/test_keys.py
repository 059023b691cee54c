"""Keys: one table, changed by the user, shown wherever a key is shown; a key typed into a field stays text."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from app import settings
from app.ui import keys
from app.ui.actions import ACTIONS, BY_ID, CONTEXTS, FIXED
from app.ui.frame.keys_sheet import KeyLine
from app.ui.main_window import MainWindow

Settle = Callable[[MainWindow], None]
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture(autouse=True)
def own_keys():
    """No test leaves keys behind."""
    keys.use({})
    yield
    keys.use({})


def test_a_key_belongs_to_one_action_whatever_a_settings_file_says() -> None:
    own = {"report.save": ("Ctrl+O", "Ctrl+O", "Esc"), "gone.action": ("Ctrl+1",), "undo": ("Ctrl+O",)}
    found = keys.bound(own)
    assert set(found) == set(BY_ID)
    every = [key for held in found.values() for key in held]
    assert len(every) == len(set(every)) and "Esc" not in every
    holders = [id for id, held in found.items() if "Ctrl+O" in held]
    assert len(holders) == 1 and holders[0] in own


def test_rebinding_takes_the_key_from_its_holder_and_leaves_it_the_rest() -> None:
    own = keys.rebound({}, "undo", ("E",))
    found = keys.bound(own)
    assert found["undo"] == ("E",) and found["alert.exclude"] == ("X",)
    assert keys.rebound(own, "undo", keys.default(BY_ID["undo"])) == {"alert.exclude": ("X",)}


@pytest.mark.parametrize(("key", "words"), [("Ctrl+Shift+O", "Ctrl Shift O"), ("Ctrl++", "Ctrl +"), ("/", "/"), ("+", "+")])
def test_keys_are_written_for_people(key: str, words: str) -> None:
    assert keys.written(key) == words


def test_fixed_keys_and_contexts_are_sound() -> None:
    assert not {key for key, _ in FIXED} & {key for one in ACTIONS for key in keys.default(one)}
    for groups in CONTEXTS.values():
        ids = [id for group in groups for id in group]
        assert len(ids) == len(set(ids)) and set(ids) <= set(BY_ID)


def test_the_context_menu_of_an_alert_is_made_from_the_table(window: MainWindow, settle: Settle) -> None:
    window.desk.go("alerts")
    settle(window)
    window.desk.set_keys({"alert.suppress": ("Ctrl+9",)})
    page = window.page()
    page.next_row()
    at = page.list.visualRect(page.list.currentIndex()).center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, page.list.viewport().mapToGlobal(at))
    QApplication.sendEvent(page.list.viewport(), event)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    words = [one.text() for one in menu.actions() if not one.isSeparator()]
    assert keys.beside(BY_ID["alert.suppress"].words, "Ctrl 9") in words and keys.beside(BY_ID["alert.true"].words, "1") in words
    menu.close()


def test_a_key_typed_into_a_field_stays_text(window: MainWindow, settle: Settle) -> None:
    window.desk.go("settings", "appearance")
    settle(window)
    before = [one.state for one in window.desk.alerts]
    field = window.page().search
    field.setFocus()
    for sign in "jks/?15ex":
        QTest.keyClicks(field, sign)
    settle(window)
    assert field.text() == "jks/?15ex" and window.page().name == "settings" and window.sheet is None
    assert [one.state for one in window.desk.alerts] == before


def test_a_key_is_changed_on_the_page_and_holds_everywhere(window: MainWindow, settle: Settle, tmp_path) -> None:
    window.desk.go("settings", "keys", item="go.history")
    settle(window)
    section = window.page().section("keys")
    assert section.table.current_row().id == "go.history"
    QTest.keyClick(section.table, Qt.Key.Key_Return)
    assert section.taker.hasFocus()
    QTest.keyClick(section.taker, Qt.Key.Key_E, CTRL)  # held by another action, which is told before it loses it
    assert section.take.isVisible() and BY_ID["activities.export"].words in section.note.text()
    assert keys.of("activities.export") == ("Ctrl+E",)
    QTest.keyClick(section.take, Qt.Key.Key_Return)
    assert keys.of("go.history") == ("Ctrl+E",) and keys.of("activities.export") == ()
    assert settings.load(tmp_path / "settings").keys == {"go.history": ("Ctrl+E",), "activities.export": ()}
    QTest.keyClick(window, Qt.Key.Key_H, CTRL)
    settle(window)
    assert window.page().name == "settings"
    QTest.keyClick(window, Qt.Key.Key_E, CTRL)
    settle(window)
    assert window.page().name == "history"
    window.desk.go("settings", "keys")
    settle(window)
    QTest.mouseClick(section.all_back, Qt.MouseButton.LeftButton)
    assert keys.of("go.history") == ("Ctrl+H",) and window.desk.settings.keys == {}


def test_keys_that_mean_the_same_everywhere_are_refused(window: MainWindow, settle: Settle) -> None:
    window.desk.go("settings", "keys", item="undo")
    settle(window)
    section = window.page().section("keys")
    section.taker.setFocus()
    QTest.keyClick(section.taker, Qt.Key.Key_Return)
    assert keys.of("undo") == ("Ctrl+Z",) and not section.take.isVisible()
    QTest.keyClick(section.taker, Qt.Key.Key_Question, SHIFT)  # of the sheet: told, not taken, and the sheet does not open
    assert section.take.isVisible() and window.sheet is None
    QTest.keyClick(section.taker, Qt.Key.Key_Escape)
    assert section.table.hasFocus()


def test_the_sheet_shows_the_keys_of_the_page_first_and_finds_them(window: MainWindow, settle: Settle) -> None:
    window.desk.go("alerts")
    settle(window)
    QTest.keyClick(window.page().list, Qt.Key.Key_Question)  # platforms take away the Shift that made the sign
    sheet = window.sheet
    assert sheet is not None and sheet.isVisible() and sheet.search.hasFocus()
    of_page = [one.words for one in sheet.groups[0].lines]
    assert BY_ID["alert.true"].words in of_page and BY_ID["open.files"].words not in of_page
    QTest.keyClicks(sheet.search, "classify benign")
    shown = [one for one in sheet.findChildren(KeyLine) if one.isVisible()]
    assert [one.words for one in shown] == [BY_ID["alert.benign"].words] and shown[0].written == ("2",)
    QTest.keyClick(sheet.search, Qt.Key.Key_Escape)
    assert window.sheet is None and window.page().list.hasFocus()
    window.do_by_id("help.keys")
    assert window.sheet is not None and window.sheet.isVisible()
    window.do_by_id("help.keys")
    assert window.sheet is None


def test_the_sheet_fits_the_smallest_window(make_window, case, settle: Settle) -> None:
    from app.session import Session

    window = make_window(Session.open(case), 860, 560)
    window.do_by_id("help.keys")
    assert window.rect().contains(window.sheet.geometry())
    assert window.sheet.mapTo(window, QPoint(0, 0)).y() >= 0
