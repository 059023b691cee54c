"""Menus: signs and the room before keys grow with the text."""

from collections.abc import Callable

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QMenu

from app.paths import resources
from app.ui import keys, theme
from app.ui.actions import BY_ID
from app.ui.context_menu import fill
from app.ui.main_window import MainWindow

Settle = Callable[[MainWindow], None]


@pytest.mark.parametrize("name", ["dark", "light", "contrast"])
@pytest.mark.parametrize(("sign", "role"), [("check", "text"), ("right", "text"), ("down", "text-quiet")])
def test_signs_that_qt_draws_are_ours_in_the_colours_of_the_theme(name: str, sign: str, role: str) -> None:
    ours = (resources() / "icons" / f"{sign}.svg").read_text(encoding="utf-8")
    held = (resources() / theme.SIGNS / f"{name}-{sign}.svg").read_text(encoding="utf-8")
    assert held == ours.replace("currentColor", theme.load(name)[role])


def ink(picture: QImage, left: int, right: int) -> int:
    """Width of what is painted there in another colour than the ground, in pixels."""
    ground = picture.pixelColor(picture.width() // 2, 3).rgb()
    rows = range(6, picture.height() - 6)
    found = [x for x in range(left, right) if any(_far(picture.pixel(x, y), ground) for y in rows)]
    return found[-1] - found[0] + 1 if found else 0


def _far(one: int, other: int) -> bool:
    return any(abs((one >> shift & 255) - (other >> shift & 255)) > 60 for shift in (0, 8, 16))


@pytest.mark.parametrize("zoom", [1.0, 2.0])
def test_the_tick_and_the_arrow_of_a_menu_grow_with_the_text(qapp: QApplication, zoom: float) -> None:
    theme.apply("dark", zoom)
    menu = QMenu()
    entry = menu.addAction("Open")
    entry.setCheckable(True)
    entry.setChecked(True)
    menu.ensurePolished()
    menu.resize(menu.sizeHint())
    picture = menu.grab().toImage()
    assert ink(picture, 3, theme.px(22)) >= theme.px(7), "the tick"
    other = QMenu()
    other.addMenu("More").addAction("One")
    other.ensurePolished()
    other.resize(other.sizeHint())
    picture = other.grab().toImage()
    wide = picture.width()
    assert theme.px(3) <= ink(picture, wide - theme.px(20), wide - 3) <= theme.px(14), "the arrow"


def test_a_key_stands_apart_from_the_longest_words_of_its_menu(window: MainWindow, settle: Settle) -> None:
    window.desk.set_look(zoom=2.0)
    window.desk.go("alerts")
    settle(window)
    menu = QMenu(window)
    fill(menu, window.desk, "alert")
    longest = max(menu.actions(), key=lambda one: theme.measure().horizontalAdvance(one.text().partition("\t")[0]))
    words, _, key = longest.text().partition("\t")
    assert words == BY_ID["alert.suppress"].said and key.strip() == keys.shown("alert.suppress")
    measure = theme.measure()
    used = measure.horizontalAdvance(words) + measure.horizontalAdvance(key.strip())
    assert menu.sizeHint().width() - used >= theme.px(12 + 24 + 12), "padding at both sides, and a gap between"
    assert measure.horizontalAdvance(key) - measure.horizontalAdvance(key.strip()) >= theme.px(5)
    menu.deleteLater()
