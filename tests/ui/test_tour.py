"""The tour: offered at the first start, over the sample case, beside real parts, left at any time, blocking nothing."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtTest import QTest

from app import settings
from app.session import Session
from app.ui.actions import BY_ID
from app.ui.frame.tour import STEPS, place_beside
from app.ui.main_window import MainWindow
from app.ui.page_table import BY_NAME

Settle = Callable[[MainWindow], None]


def test_every_card_has_a_part_of_the_window_to_stand_beside(window: MainWindow, settle: Settle) -> None:
    window.do_by_id("help.tour")
    for place, step in enumerate(STEPS):
        settle(window)
        tour = window.tour
        assert tour.place == place and tour.title.text() == step.title and tour.next.hasFocus()
        assert tour.anchor() is not window.page(), step.title
        tour._follow()
        assert window.rect().contains(tour.geometry()) and tour._veil.hole.width() > 10
        assert "{key" not in tour.words.text()
        QTest.keyClick(tour.next, Qt.Key.Key_Return)
    assert window.tour is None and window.desk.settings.toured


def test_keys_go_on_back_and_away(window: MainWindow, settle: Settle) -> None:
    window.do_by_id("help.tour")
    settle(window)
    tour = window.tour
    QTest.keyClick(tour.next, Qt.Key.Key_Right)
    settle(window)
    assert tour.place == 1 and window.page().name == "alerts"
    QTest.keyClick(tour.next, Qt.Key.Key_Left)
    assert tour.place == 0
    QTest.keyClick(tour.next, Qt.Key.Key_Escape)
    assert window.tour is None


def test_the_window_goes_on_working_below(window: MainWindow, settle: Settle) -> None:
    window.do_by_id("help.tour")
    settle(window)
    QTest.mouseClick(window.rail.items["sources"], Qt.MouseButton.LeftButton)
    settle(window)
    assert window.page().name == "sources" and window.tour is not None
    window.resize(900, 600)
    settle(window)
    assert window.rect().contains(window.tour.geometry())


def test_the_first_start_offers_it_over_the_sample_case(make_window, settle: Settle, tmp_path) -> None:
    window = make_window(Session.open())
    page = window.page()
    assert page.name == "start"
    QTest.mouseClick(page.tour_button, Qt.MouseButton.LeftButton)
    for _ in range(1200):
        if window.tour is not None:
            break
        QTest.qWait(50)
    assert window.tour is not None and window.desk.alerts and window.page().name == "overview"
    assert settings.load(tmp_path / "settings").toured
    settle(window)


def test_cards_speak_of_actions_and_pages_that_exist() -> None:
    for step in STEPS:
        assert not step.page or step.page in BY_NAME
        for id in (part.partition("}")[0] for part in step.words.split("{key:")[1:]):
            assert id in BY_ID, id


@pytest.mark.parametrize(
    "part",
    [QRect(0, 0, 70, 880), QRect(100, 60, 800, 40), QRect(1300, 850, 100, 40), QRect(0, 0, 1440, 900), QRect(700, 400, 2, 2)],
)
def test_a_card_stands_inside_the_window(part: QRect) -> None:
    whole = QRect(0, 0, 1440, 900)
    assert whole.contains(place_beside(part, 340, 180, whole, 12))
