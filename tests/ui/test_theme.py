"""Themes have the same roles, words can be read, no colour or size stands outside of them."""

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from app.paths import resources
from app.ui import theme, wording
from app.ui.actions import ACTIONS, MENUS
from app.ui.commands import Commands
from app.ui.frame.blank import Blank
from app.ui.keys import default
from app.ui.main_window import MainWindow
from app.ui.page_table import PAGES

THEMES = ("dark", "light", "contrast")
UI = Path(theme.__file__).parent


def _luminance(colour: QColor) -> float:
    parts = [
        one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4
        for one in (colour.redF(), colour.greenF(), colour.blueF())
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def _contrast(one: str, other: str) -> float:
    high, low = sorted((_luminance(QColor(one)), _luminance(QColor(other))), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_every_theme_has_the_same_roles() -> None:
    roles = [set(theme.load(name)) for name in THEMES]
    assert roles[0] == roles[1] == roles[2]


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("role", ["text", "text-quiet", "accent"])
@pytest.mark.parametrize("ground", ["surface-0", "surface-1", "surface-2", "surface-3", "selection", "hover"])
def test_words_can_be_read(name: str, role: str, ground: str) -> None:
    roles = theme.load(name)
    assert _contrast(roles[role], roles[ground]) >= 4.5


@pytest.mark.parametrize("name", THEMES)
def test_severities_can_be_read(name: str) -> None:
    roles = theme.load(name)
    for severity in ("high", "medium", "low"):
        assert _contrast(roles[severity], roles[f"{severity}-quiet"]) >= 4.5
        assert _contrast(roles[f"{severity}-fill"], roles["surface-1"]) >= 3.0


@pytest.mark.parametrize("name", THEMES)
def test_every_family_of_a_chart_has_a_colour_of_its_own_that_can_be_seen(name: str) -> None:
    roles = theme.load(name)
    colours = [roles[role] for role in wording.FAMILIES.values()]
    assert len(set(colours)) == len(colours)
    for colour in colours:
        assert _contrast(colour, roles["surface-1"]) >= 3.0
        assert _contrast(colour, roles["surface-2"]) >= 3.0


def test_no_colour_outside_of_the_themes() -> None:
    for file in UI.rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"[\"']#[0-9A-Fa-f]{3,8}[\"']", text), file.name
        assert "GlobalColor." not in text.replace("GlobalColor.transparent", ""), file.name
        assert "setPointSize" not in text, file.name


def test_every_role_that_is_named_exists() -> None:
    roles = theme.load("dark")
    for file in UI.rglob("*.py"):
        for role in re.findall(r"theme\.colour\(\"([a-z0-9-]+)\"", file.read_text(encoding="utf-8")):
            assert role in roles, f"{role} in {file.name}"
    sheet = (resources() / "themes" / "window.qss").read_text(encoding="utf-8")
    assert set(re.findall(r"@([a-z0-9-]+)@", sheet)) <= set(roles)


def test_the_theme_changes_while_the_window_is_open(window: MainWindow, settle: Callable[[MainWindow], None]) -> None:
    def ground() -> QColor:
        return window.grab().toImage().pixelColor(window.width() // 2, window.height() - 60)

    assert ground() == theme.colour("surface-1")
    dark = ground()
    window.do_by_id("theme.light")
    settle(window)
    assert theme.active() == "light" and ground() != dark and ground() == theme.colour("surface-1")
    assert window.desk.settings.theme == "light"
    window.do_by_id("theme.contrast")
    settle(window)
    assert theme.active() == "contrast"


def test_pages_that_nobody_sees_are_found_as_they_were_in_another_theme(
    window: MainWindow, settle: Callable[[MainWindow], None]
) -> None:
    window.desk.go("activities")
    settle(window)
    page = window.page()
    page.query.set_text("kind:kerberos")
    page._typed()
    settle(window)
    count = page.table.model().rowCount()
    window.desk.go("alerts")
    settle(window)
    window.do_by_id("theme.light")
    window.do_by_id("theme.contrast")  # chosen at once after it: the last one holds
    settle(window)
    assert theme.active() == "contrast" and window.updatesEnabled() and window.page().name == "alerts"
    window.back()
    settle(window)
    again = window.page()
    assert again is not page and again.name == "activities" and again.query.text() == "kind:kerberos"
    assert again.table.model().rowCount() == count > 0
    ground = window.grab().toImage().pixelColor(window.width() // 2, window.height() - 60)
    assert ground.lightness() < 40  # of the dark one


def test_larger_words_make_larger_rows(window: MainWindow, settle: Callable[[MainWindow], None]) -> None:
    window.desk.go("alerts")
    settle(window)
    before = theme.space("row-alert")
    window.do_by_id("zoom.in")
    settle(window)
    assert theme.space("row-alert") > before
    assert window.page().name == "alerts"


def test_actions_are_one_table() -> None:
    ids = [one.id for one in ACTIONS]
    assert len(ids) == len(set(ids))
    keys = [key for one in ACTIONS for key in default(one)]
    assert len(keys) == len(set(keys))
    for one in ACTIONS:
        assert one.words and (one.menu in MENUS or not one.menu)
        assert (resources() / "icons" / f"{one.icon}.svg").is_file(), one.icon
        owner, _, name = one.command.rpartition(":")
        assert owner == "page" or hasattr(Commands, name), one.command


def test_pages_are_one_table() -> None:
    names = [one.name for one in PAGES]
    assert len(names) == len(set(names))
    for one in PAGES:
        module = one.place.partition(":")[0].replace(".", "/") + ".py"
        assert (UI.parent.parent / module).is_file(), one.place
        assert one.rail or one.above in names or one.name in ("settings", "help", "about")
        assert (resources() / "icons" / f"{one.icon}.svg").is_file()


def test_threads_are_made_in_one_file() -> None:
    for file in UI.rglob("*.py"):
        if file.name != "jobs.py":
            assert not re.search(r"QThread|import threading|concurrent\.futures", file.read_text(encoding="utf-8")), file.name


def test_no_rich_text_from_data() -> None:
    for file in UI.rglob("*.py"):
        if file.name not in ("printing.py", "tips.py"):
            assert not re.search(r"setHtml|RichText|insertHtml|toHtml", file.read_text(encoding="utf-8")), file.name


def test_with_another_text_size_the_way_stays_and_what_is_on_it_is_made_anew(window: MainWindow, settle: Callable) -> None:
    for page in ("alerts", "graph", "coverage"):
        window.desk.go(page)
        settle(window)
    window.tabs.copy(window.tab())
    settle(window)
    window.desk.go("entities")
    settle(window)
    graph = window.tabs.tab(0)._pages["graph"]
    made = window.tabs
    window.set_zoom(1.3)
    window.set_zoom(1.15)  # before the first came
    settle(window)
    assert window.tabs is not made and theme.px(100) == 115 and not shiboken6.isValid(graph)
    assert [one.entry.name for one in window.tabs.every()] == ["coverage", "entities"] and window.page().name == "entities"
    window.tabs.choose(window.tabs.tab(0))
    for page in ("coverage", "graph", "alerts"):
        settle(window)
        assert window.page().name == page and window.rail.items[page].isChecked()
        window.back()
    window.set_zoom(1.0)
    settle(window)


def test_another_theme_is_shown_when_its_page_is_there(window: MainWindow, settle: Callable[[MainWindow], None]) -> None:
    class Paints(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint and isinstance(watched, QWidget) and watched.window() is window:
                painted.append(watched)
            return False

    window.desk.go("settings", "appearance")
    settle(window)
    painted: list[QWidget] = []
    paints = Paints()
    QApplication.instance().installEventFilter(paints)
    for words, name in (("Light", "light"), ("Dark", "dark")):
        button = next(one for one in window.page().findChildren(QAbstractButton) if one.text() == words and one.isVisible())
        painted.clear()
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        settle(window)
        QTest.qWait(50)
        assert theme.active() == name and window.updatesEnabled()
        assert not [one for one in painted if isinstance(one, Blank)], "nobody sees a blank page in between"
        shown = window.page()
        assert shown.name == "settings" and shown in painted, "and the page is painted in the new theme"
    QApplication.instance().removeEventFilter(paints)


def test_who_works_on_while_the_theme_changes_works_in_the_new_one(
    window: MainWindow, settle: Callable[[MainWindow], None]
) -> None:
    window.desk.go("alerts")
    settle(window)
    window.desk.set_look(theme="light")
    end = time.monotonic() + 10
    while window.updatesEnabled():  # the picture stands still from here on, until the new one is there
        assert time.monotonic() < end
        QApplication.processEvents()
    QTest.keyClick(window, Qt.Key.Key_3, Qt.KeyboardModifier.AltModifier)
    QTest.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert theme.active() == "light" or not window.updatesEnabled()
    settle(window)
    assert theme.active() == "light" and window.page().name == "timeline" and window.updatesEnabled()


def test_who_works_on_while_the_text_size_changes_gets_there_in_the_new_one(
    window: MainWindow, settle: Callable[[MainWindow], None]
) -> None:
    window.desk.go("alerts")
    settle(window)
    alerts, frame = window.page(), window.centralWidget()
    window.set_zoom(1.15)
    end = time.monotonic() + 10
    while not isinstance(window.page(), Blank):  # pages go in a round before the frame does
        assert time.monotonic() < end
        QApplication.processEvents()
    assert window.page().name == "alerts" and window.page().route.page == "alerts" and not window.updatesEnabled()
    assert window.centralWidget() is frame, "what is on screen and the frame do not go in one round"
    window.desk.summary_changed.emit()
    window.desk.go("coverage")
    QTest.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    settle(window)
    assert not shiboken6.isValid(alerts) and not shiboken6.isValid(frame) and theme.px(100) == 115
    assert window.page().name == "coverage" and window.updatesEnabled()
    window.back()
    settle(window)
    assert window.page().name == "alerts" and not isinstance(window.page(), Blank)
    window.set_zoom(1.0)
    settle(window)
