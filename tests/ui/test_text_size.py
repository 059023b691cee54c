"""The window at the largest text size, and narrow: words wrap or are cut with an ellipsis, nothing is painted over its edge."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtTest import QTest

from app.model.alert import Link
from app.model.entity import EntityRef
from app.ui import theme
from app.ui.frame.topbar import LENS, SearchField
from app.ui.main_window import MainWindow
from app.ui.pages.alert import AlertPage
from app.ui.pages.alerts import AlertsPage
from app.ui.pages.coverage import CoveragePage
from app.ui.pages.entity import EntityPage
from app.ui.pages.incident import IncidentPage
from app.ui.pages.overview import OverviewPage
from app.ui.pages.settings import SettingsPage
from app.ui.plots.legend import Legend
from app.ui.settings.detectors import Detectors
from app.ui.settings.tags import Tags
from app.ui.tables.alert_filter import PHASES
from app.ui.tables.table import Table
from app.ui.widgets.buttons import LinkButton
from app.ui.widgets.sentence import SentenceView, lay_out
from app.ui.widgets.words import Elided, Words

from .places import inside

Settle = Callable[[MainWindow], None]
LARGEST = 2.0
DC = "computer:dc1.corp.test"


@pytest.fixture
def large(window: MainWindow, settle: Settle) -> MainWindow:
    """The window of the sample at twice the text size."""
    window.desk.set_look(zoom=LARGEST)
    settle(window)
    assert theme.px(100) == 200
    return window


def entity(window: MainWindow, settle: Settle) -> EntityPage:
    window.desk.go("entity", DC)
    settle(window)
    page = window.page()
    assert isinstance(page, EntityPage)
    return page


def test_the_head_of_an_entity_has_its_lines_whole(large: MainWindow, settle: Settle) -> None:
    page = entity(large, settle)
    sentences = page.head.findChildren(SentenceView)
    assert sentences
    for one in sentences:
        assert one.height() >= one.heightForWidth(one.width()), one.text()
    head = page.head
    assert head.risk is not None and head.short is not None
    assert not head.risk.isVisible() and head.short.isVisible(), "no room beside"
    told = [one for one in head.short.findChildren(Words) if one.toolTip()]
    assert [one.text() for one in told] == ["4 more"] and told[0].toolTip().count("+15") == 4
    assert page.legend.height() >= page.legend.heightForWidth(page.legend.width())
    assert page.head.geometry().bottom() < page.tabs.geometry().top()
    QTest.mouseClick(head.short.findChildren(LinkButton)[0], Qt.MouseButton.LeftButton)
    settle(large)
    assert isinstance(large.page(), AlertPage), "the reason leads to its alert"


def test_the_risk_stands_beside_where_there_is_room(large: MainWindow, settle: Settle) -> None:
    head = entity(large, settle).head
    assert head.risk is not None and head.short is not None
    for width, beside in ((1800, True), (1440, False), (1900, True)):
        large.resize(width, 1000)
        settle(large)
        assert (head.risk.isVisible(), head.short.isVisible()) == (beside, not beside), width


def test_every_word_of_the_kill_chain_has_room(large: MainWindow, settle: Settle) -> None:
    large.desk.go("incident", large.desk.incidents[0].id)
    settle(large)
    page = large.page()
    assert isinstance(page, IncidentPage) and page.incident is not None
    chain = page.steps
    assert chain.beside() < len(PHASES) and chain.height() == chain.sizeHint().height()
    metrics = QFontMetrics(theme.font("quiet-strong"))
    rects = [chain.rect_of(place) for place in range(len(PHASES))]
    for phase, rect in zip(PHASES, rects, strict=True):
        room = chain._inner(rect, 1).width()
        assert all(metrics.horizontalAdvance(word) <= room for word in phase.split()), phase
        assert rect.bottom() <= chain.height() and rect.right() <= chain.width() + 0.5
    assert not any(one.intersects(other) for one in rects for other in rects if one != other)
    phase = page.incident.phases[-1]
    assert rects[PHASES.index(phase)].top() > 0, "it is one of the second strip"
    QTest.mouseClick(chain, Qt.MouseButton.LeftButton, pos=rects[PHASES.index(phase)].center().toPoint())
    settle(large)
    alerts = large.page()
    assert isinstance(alerts, AlertsPage) and {one.phase for one in alerts._found.shown} == {phase}


def test_the_kill_chain_is_one_strip_where_there_is_room(window: MainWindow, settle: Settle) -> None:
    window.desk.go("incident", window.desk.incidents[0].id)
    settle(window)
    page = window.page()
    assert isinstance(page, IncidentPage)
    assert page.steps.beside() == len(PHASES)
    assert page.steps._at(QPointF(page.steps.width() + 50.0, 5.0)) == -1


def test_a_legend_takes_the_lines_that_its_names_need(qapp: object) -> None:
    legend = Legend({"Kerberos": "chart-1", "RPC and SMB": "chart-4", "DNS and names": "chart-6"})
    whole = legend.sizeHint().width()
    one_line = legend.places(whole)
    assert len({rect.top() for rect in one_line.values()}) == 1 and legend.heightForWidth(whole) == legend.sizeHint().height()
    narrow = legend.places(whole - 1)
    assert len({rect.top() for rect in narrow.values()}) == 2 and legend.heightForWidth(whole - 1) > legend.sizeHint().height()
    least = legend.minimumSizeHint().width()
    assert len({rect.top() for rect in legend.places(least).values()}) == 3
    for width in (whole, whole - 1, least):
        assert all(rect.left() >= 0 and rect.right() < width for rect in legend.places(width).values())
        assert max(rect.bottom() for rect in legend.places(width).values()) < legend.heightForWidth(width)


def test_a_legend_is_measured_again_when_what_it_shows_or_the_text_size_changes(qapp: object) -> None:
    legend = Legend({"Kerberos": "chart-1", "RPC and SMB": "chart-4"})
    before = legend.places(400)
    legend.show_series(("RPC and SMB",))
    assert set(legend.places(400)) == {"RPC and SMB"} and legend.places(400)["RPC and SMB"] != before["Kerberos"]
    legend.show_series(("Kerberos", "RPC and SMB"))
    assert legend.places(400) == before
    name = theme.active() or "dark"
    try:
        theme.apply("dark", 2.0)
        larger = legend.places(400)
        assert all(larger[one].width() > before[one].width() for one in before)
    finally:
        theme.apply(name)  # type: ignore[arg-type]
    assert legend.places(400) == before


def test_the_legend_of_coverage_says_every_share(large: MainWindow, settle: Settle) -> None:
    large.desk.go("coverage")
    settle(large)
    page = large.page()
    assert isinstance(page, CoveragePage)
    told = [one for one in page.findChildren(Words) if one.text().endswith("%") and one.isVisible()]
    assert len(told) >= 3
    for one in told:
        assert one.width() >= one.sizeHint().width(), one.text()
        assert not inside(one, page).intersects(inside(page.others, page)), one.text()


def test_whom_to_tag_can_be_read_while_it_is_typed(large: MainWindow, settle: Settle) -> None:
    large.desk.go("settings", "tags")
    settle(large)
    tags = large.page().findChild(Tags)
    assert isinstance(large.page(), SettingsPage) and tags is not None
    assert tags.name.width() >= theme.px(240)
    places = [inside(one, tags) for one in (tags.name, tags.tag, tags.add)]
    assert not any(one.intersects(other) for one in places for other in places if one != other)
    assert max(one.right() for one in places) < tags.width() and max(one.bottom() for one in places) < tags.table.y()
    QTest.keyClicks(tags.name, "evil.example")
    QTest.mouseClick(tags.tag.segments["Known bad"], Qt.MouseButton.LeftButton)
    QTest.mouseClick(tags.add, Qt.MouseButton.LeftButton)
    settle(large)
    model = tags.table.model()
    shown = {tuple(model.index(row, column).data() for column in (0, 1)) for row in range(model.rowCount())}
    assert ("evil.example", "Known bad") in shown


def test_a_detectors_severity_is_whole_and_its_name_in_the_tooltip(large: MainWindow, settle: Settle) -> None:
    large.desk.go("settings", "detectors")
    settle(large)
    page = large.page().findChild(Detectors)
    assert page is not None
    model = page.table.model()
    titles = [one.title for one in page.table.columns]
    place = titles.index("Severity")
    room = page.table.columnWidth(place) - theme.px(page.table.columns[place].gap)
    assert theme.measure("body").horizontalAdvance("Medium") <= room
    name, tip = model.index(0, 0).data(), model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert name in [one.title for one in page.rows] and name in tip


@pytest.mark.parametrize("width", range(180, 460, 7))
def test_an_ellipsis_stands_over_no_word(qapp: object, width: int) -> None:
    name = EntityRef("computer", "computer:ws1", "ATTACKER")
    pieces = (
        Link("ATTACKER", entity=name),
        Link(" presented a ticket of an account that does not exist in the directory of the domain."),
    )
    runs, _ = lay_out(pieces, width, one_line=True)
    assert runs[-1].text == "…" and len(runs) >= 2
    assert runs[-2].rect.right() <= runs[-1].rect.left() + 0.5 and runs[-1].rect.right() <= width + 0.5


def test_the_overview_fits_its_width(large: MainWindow, settle: Settle) -> None:
    large.desk.go("overview")
    settle(large)
    page = large.page()
    assert isinstance(page, OverviewPage)
    assert page.legend.height() >= page.legend.heightForWidth(page.legend.width())


@pytest.mark.parametrize("page", ["sources", "sensors"])
def test_names_in_tables_can_be_read(large: MainWindow, settle: Settle, page: str) -> None:
    large.desk.go(page)
    settle(large)
    table = large.page().table
    assert isinstance(table, Table) and table.columnWidth(0) >= theme.px(120)
    shown = [place for place in range(len(table.columns)) if not table.isColumnHidden(place)]
    assert sum(table.columnWidth(place) for place in shown) <= table.viewport().width()


def test_a_note_that_says_nothing_takes_no_room(qapp: object) -> None:
    assert Elided("").minimumSizeHint().width() == 0
    assert 0 < Elided("a").minimumSizeHint().width() < Elided("a longer word").minimumSizeHint().width() == theme.px(24)


def test_the_lens_grows_with_the_words_and_stands_before_them(large: MainWindow) -> None:
    field = large.findChild(SearchField)
    assert field is not None and field.lens().height() == theme.px(LENS) == 32
    assert field.lens().right() <= theme.px(8) + field.textMargins().left() + theme.px(8)
    picture = field.grab().toImage()
    rect, ground = field.lens().toRect(), picture.pixelColor(field.width() // 2, 6)
    painted = {picture.pixelColor(x, y).rgb() for x in range(rect.left(), rect.right()) for y in range(rect.top(), rect.bottom())}
    assert painted - {ground.rgb()}, "the sign is there"


def test_long_names_give_first_so_that_one_line_says_what_was_done() -> None:
    who = EntityRef("user", "user:a", "alexandra-wilhelmina.von-hohenzollern-sigmaringen")
    where = EntityRef("computer", "computer:b", "laptop-of-a-guest-who-was-not-announced")
    pieces = (
        Link(who.label, entity=who),
        Link(" on "),
        Link(where.label, entity=where),
        Link(" asked for tickets of 11 services."),
    )
    whole, _ = lay_out(pieces, 2000, one_line=True)
    assert who.label in [run.text for run in whole], "nothing is cut where there is room"
    cut, _ = lay_out(pieces, 420, one_line=True)
    words = " ".join(run.text for run in cut)
    assert words.count("…") == 3 and "asked" in words and cut[-1].rect.right() <= 420
    wrapped, _ = lay_out(pieces, 420)
    assert who.label in [run.text for run in wrapped], "nor where there are more lines"
