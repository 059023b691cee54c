"""Parts that were stubs in a narrow window at the largest text size, and the name of an empty workspace."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QMenu

from app.session import Session
from app.ui import keys, theme
from app.ui.actions import ACTIONS
from app.ui.main_window import MainWindow
from app.ui.pages.activities import ActivitiesPage
from app.ui.pages.alert import AlertPage
from app.ui.pages.jobs import JobsPage
from app.ui.tables.table import Table

from .above import cell, click, press
from .places import clash, inside

Settle = Callable[[MainWindow], None]


def of_incident(window: MainWindow) -> str:
    return window.desk.incidents[0].alerts[0]


def test_a_notice_names_the_incident_below_its_words_where_there_is_no_room_beside(small: MainWindow, settle: Settle) -> None:
    small.desk.go("alert", of_incident(small))
    settle(small)
    page = small.page()
    assert isinstance(page, AlertPage)
    link = page.notices.links[0]
    assert link.width() >= min(link.maximumWidth(), theme.px(280))
    assert inside(link, page.notices).right() < page.notices.width() and link.visibleRegion().boundingRect() == link.rect()
    assert inside(link, page.notices).top() >= theme.line_height(), "below"
    small.desk.set_look(zoom=1.0)
    small.resize(1440, 900)
    settle(small)
    page = small.page()
    assert isinstance(page, AlertPage)
    link = page.notices.links[0]
    assert inside(link, page.notices).left() > theme.px(120) and link.width() <= link.maximumWidth(), "beside"


def packet(window: MainWindow, settle: Settle) -> ActivitiesPage:
    window.desk.go("activities")
    settle(window)
    page = window.page()
    assert isinstance(page, ActivitiesPage)
    click(page.table.viewport(), cell(page.table, 0))
    settle(window)
    page.table.setFocus()
    press(window, "row.open")
    settle(window)
    return page


def test_a_packet_that_is_opened_is_scrolled_to(small: MainWindow, settle: Settle) -> None:
    page = packet(small, settle)
    seen = page.proof.visibleRegion().boundingRect()
    assert page.proof.packet.tree.hasFocus() and seen.height() >= min(page.proof.height(), theme.px(100)), seen


def test_the_title_over_the_bytes_of_a_packet_is_whole(small: MainWindow, settle: Settle) -> None:
    view = packet(small, settle).proof.packet
    title = view._bytes_title
    assert title.text() and title.width() >= min(title.least(), theme.px(160))
    assert not clash([title, view.conversation, view.wireshark], view)
    assert inside(view.wireshark, view).right() < view.width()


def columns(table: Table) -> dict[str, int]:
    return {one.title: table.columnWidth(place) for place, one in enumerate(table.columns) if not table.isColumnHidden(place)}


@pytest.mark.parametrize("zoom", [1.0, 2.0])
def test_jobs_say_how_they_ended_in_a_narrow_window(window: MainWindow, settle: Settle, zoom: float) -> None:
    window.desk.set_look(zoom=zoom)
    window.resize(1000, 700)
    window.desk.go("jobs")
    settle(window)
    page = window.page()
    assert isinstance(page, JobsPage)
    table = page.view.table
    log = window.desk.jobs.log
    log.end(log.begin("ask", "What the page Overview asks for"), "done")
    page.view.refresh()
    assert "How far" not in columns(table) and "What it says" not in columns(table), "nothing of these is known"
    entry = log.begin("reading", "Reading a capture of the head office")
    entry.share, entry.detail = 0.5, "evidence-of-the-first-day.pcap"
    page.view.refresh()
    settle(window)
    shown = columns(table)
    assert shown["What it says"] >= theme.px(120) and shown["Job"] >= theme.px(120), shown
    assert sum(shown.values()) <= table.viewport().width(), "no column is cut at the edge"
    assert shown["How far"] >= theme.px(56 + 6) + theme.measure().horizontalAdvance("100 %"), "the bar and its words"
    log.end(entry, "done")


@pytest.mark.parametrize("zoom", [1.0, 2.0])
def test_a_key_stands_apart_from_its_words_in_the_menu_of_the_window(window: MainWindow, settle: Settle, zoom: float) -> None:
    window.desk.set_look(zoom=zoom)
    settle(window)
    measure = theme.measure()
    for menu in window.menu.findChildren(QMenu):
        told = [one for one in ACTIONS if one.menu == menu.title() and keys.shown(one.id)]
        if not told:
            continue
        words = max(measure.horizontalAdvance(one.said) for one in told)
        key = max(measure.horizontalAdvance(keys.shown(one.id)) for one in told)
        assert menu.sizeHint().width() - words - key >= theme.px(12 + 24 + 16), menu.title()


def test_a_workspace_that_is_open_is_named_before_anything_was_read(
    make_window: Callable[..., MainWindow], settle: Settle, tmp_path: Path
) -> None:
    window = make_window(Session.open(tmp_path / "head-office.wardlight"))
    assert window.statusbar.name.text() == "head-office.wardlight" and not window.desk.has_case
    window.set_session(None)
    settle(window)
    assert window.statusbar.name.text() == "No case"
