"""The page of an alert: the next one of the list, buttons that classify, proof of names, notes, reasons, its text."""

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from app.model.alert import Alert, Fact, Link
from app.model.incident import Incident
from app.model.rows import ActivityRow
from app.session import Session
from app.ui import theme
from app.ui.main_window import MainWindow
from app.ui.navigation import Route
from app.ui.pages.alert import AlertPage
from app.ui.printing import plain_document
from app.ui.tables.evidence_table import AT_FIRST, RESOLVED
from app.ui.widgets.alert_text import alert_text
from app.ui.widgets.alert_why import MeasureBar
from app.ui.widgets.disclosure import Disclosure
from app.ui.widgets.related import related
from app.ui.widgets.veil import Veil
from app.ui.widgets.words import Paragraph

from .test_hostile import NAMES, alert_of

Settle = Callable[[MainWindow], None]
NONE, SHIFT, CONTROL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


def press(window: MainWindow, key: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
    """A key, where the focus is."""
    QTest.keyClick(window.focusWidget() or window, key, modifier)


def click(widget, at: QPoint | None = None) -> None:
    """A click, in the middle when nothing else is said."""
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, NONE, at or widget.rect().center())


@pytest.fixture
def own(make_window: Callable[..., MainWindow], settle: Settle, tmp_path: Path, case: Path) -> MainWindow:
    """A window on a copy of the sample case."""
    path = tmp_path / "own.wardlight"
    path.write_bytes(case.read_bytes())
    window = make_window(Session.open(path))
    settle(window)
    return window


def opened(window: MainWindow, alert: Alert, settle: Settle) -> AlertPage:
    window.desk.go("alert", alert.id)
    settle(window)
    page = window.page()
    assert isinstance(page, AlertPage) and page.alert is not None and page.alert.id == alert.id
    return page


def most_evidence(window: MainWindow) -> Alert:
    return max(window.desk.alerts, key=lambda one: len(one.finding.evidence))


def test_shift_j_and_the_arrows_go_through_the_alerts_in_the_order_of_the_list(own: MainWindow, settle: Settle) -> None:
    own.desk.go("alerts", severity="high")
    settle(own)
    order = own.desk.alert_order
    assert len(order) > 2
    page = opened(own, next(one for one in own.desk.alerts if one.id == order[0]), settle)
    assert page.place.text() == f"1 of {len(order)}" and not page.before.isEnabled()
    press(own, Qt.Key.Key_J, SHIFT)
    settle(own)
    assert page.route.key == order[1]
    click(page.after)
    settle(own)
    assert page.route.key == order[2] and page.place.text() == f"3 of {len(order)}"
    press(own, Qt.Key.Key_K, SHIFT)
    settle(own)
    assert page.route.key == order[1]


def test_a_button_classifies_and_shows_what_holds(own: MainWindow, settle: Settle) -> None:
    page = opened(own, own.desk.alerts[0], settle)
    assert not any(one.isChecked() for one in page.classes)
    click(page.classes[1])
    settle(own)
    assert page.alert is not None and page.alert.classification == "benign true positive"
    assert [one.isChecked() for one in page.classes] == [False, True, False]
    press(own, Qt.Key.Key_3)
    settle(own)
    assert [one.isChecked() for one in page.classes] == [False, False, True]
    press(own, Qt.Key.Key_Z, CONTROL)
    settle(own)
    assert [one.isChecked() for one in page.classes] == [False, True, False]


def test_how_a_name_is_known_leads_to_its_proof(own: MainWindow, settle: Settle) -> None:
    for alert in own.desk.alerts:
        page = opened(own, alert, settle)
        part = page.evidence_part
        row = next((one for one in page.rows[:AT_FIRST] if one.id in page.how and page.how[one.id].proof), None)
        if row is None:
            continue
        found = page.how[row.id]
        assert part.resolved(row) == f"{found.certainty}, {found.method}"
        place = part.table.rows_model().rows.index(row)
        column = next(number for number, one in enumerate(part.table.columns) if one.title == RESOLVED)
        assert not part.table.isColumnHidden(column)
        click(part.table.viewport(), part.table.visualRect(part.table.model().index(place, column)).center())
        settle(own)
        shown = own.inspector.shown
        assert isinstance(shown, ActivityRow) and shown.id == found.proof
        return
    pytest.fail("no evidence with a name that is proved")


def test_evidence_is_sorted_by_a_header_and_shown_whole_when_asked(own: MainWindow, settle: Settle) -> None:
    alert = most_evidence(own)
    page = opened(own, alert, settle)
    part, number = page.evidence_part, min(500, len(alert.finding.evidence))
    assert number > AT_FIRST + 3 and part.table.model().rowCount() == AT_FIRST and part.every.isVisible()
    header = part.table.horizontalHeader()
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, NONE, QPoint(header.sectionViewportPosition(0) + 30, 8))
    assert part.table.sorted_by == ("time", True)
    times = [one.at for one in part.table.rows_model().rows]
    assert times == sorted((one.at for one in page.rows), reverse=True)[:AT_FIRST]
    page.evidence.setFocus()
    for _ in range(AT_FIRST + 2):
        press(own, Qt.Key.Key_J)
    assert part.table.model().rowCount() == number and not part.every.isVisible()
    route = page.route
    assert route.option("row") == part.table.current_row().id
    own.desk.go("overview")
    settle(own)
    own.desk.went.emit(route)
    settle(own)
    assert part.table.current_row().id == route.option("row")


def test_notes_have_a_time_and_a_name_and_are_removed_and_brought_back(own: MainWindow, settle: Settle) -> None:
    one, other = own.desk.alerts[:2]
    page = opened(own, one, settle)
    for words in ("asked the owner", "it was nobody"):
        page.note.setFocus()
        QTest.keyClicks(page.note, words)
        click(page.save_note)
        settle(own)
    assert own.desk.session is not None
    notes = own.desk.session.notes(one.id)
    assert [note.text for note in notes] == ["it was nobody", "asked the owner"] and all(note.at for note in notes)
    assert len(page.acts.findChildren(type(page.acts.link))) == 1 and "asked the owner" in page.text()
    own.desk.remove_note(notes[1].id)
    settle(own)
    assert [note.text for note in page._notes] == ["it was nobody"]
    own.desk.undo()
    settle(own)
    assert len(page._notes) == 2
    page.note.setPlainText("not done yet")
    opened(own, other, settle)
    assert not page.note.toPlainText() and not page._notes
    opened(own, one, settle)
    assert page.note.toPlainText() == "not done yet", "what is typed waits at its alert"


def test_what_else_says_why(own: MainWindow, settle: Settle) -> None:
    alerts = own.desk.alerts
    for alert in alerts:
        for one in related(alert, alerts, None):
            assert one.reason and one.party is not None and one.party.kind not in ("controller", "domain")
    incident = own.desk.incidents[0]
    member = next(one for one in alerts if one.id == incident.alerts[0])
    found = {one.alert.id: one.reason for one in related(member, alerts, incident)}
    assert set(incident.alerts) - {member.id} <= found.keys()
    assert all("same incident" in found[id] for id in incident.alerts if id != member.id)


def test_a_number_is_drawn_against_its_limit(own: MainWindow, settle: Settle) -> None:
    alert = next(one for one in own.desk.alerts if any(fact.seen is not None for fact in one.finding.facts))
    page = opened(own, alert, settle)
    bars = [one for one in page.why.findChildren(MeasureBar) if one.isVisible()]
    counted = [fact for fact in alert.finding.facts if fact.seen is not None and fact.limit is not None]
    assert len(bars) == len(counted) and all(fact.seen >= fact.limit for fact in counted)
    assert bars[0].accessibleName().endswith(f"reported from {counted[0].limit:,g} on")
    assert MeasureBar(Fact(text=(), seen=2_000_000, limit=1_000_000, unit="bytes")).words.startswith("2.0 MB seen")


def test_the_page_of_the_detector_opens_part_by_part(own: MainWindow, settle: Settle) -> None:
    page = opened(own, own.desk.alerts[0], settle)
    parts = page.findChildren(Disclosure)
    blind = next(one for one in parts if one.head.text() == "What it cannot see" and one.isVisible())
    assert blind._body is None
    blind.head.setFocus(Qt.FocusReason.TabFocusReason)
    press(own, Qt.Key.Key_Return)
    assert blind._body is not None and blind._body.isVisible()
    assert page.coverage.count() > 1


def test_the_text_of_an_alert_is_copied_whole(own: MainWindow, settle: Settle) -> None:
    alert = own.desk.alerts[-1]
    page = opened(own, alert, settle)
    press(own, Qt.Key.Key_C, CONTROL | Qt.KeyboardModifier.AltModifier)
    text = QGuiApplication.clipboard().text()
    assert text.startswith(alert.title) and alert.id in text and "Evidence" in text and "What to do" in text
    assert all(f"{row.input_name}" in text for row in page.rows[:5])


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_hostile_names_stay_words(own: MainWindow, settle: Settle, name: str) -> None:
    alert = alert_of(name)
    text = alert_text(alert, (), {}, ())
    document = plain_document(text)
    assert "\u202e" not in text and document.toPlainText().splitlines() == text.splitlines()
    many = tuple(replace(ref, key=f"{ref.key}{place}") for place in range(20) for ref in alert.finding.sources[:1])
    page = opened(own, own.desk.alerts[0], settle)
    page.strip.show_steps(alert.finding.steps, many)
    page.strip.grab()
    page.why.show_facts((Fact(text=(Link(name),), seen=3, limit=2, unit=name),))
    page.why.grab()
    story = Incident(id="x", title=name, severity="high", first=0, last=1, phases=(), alerts=(alert.id, "y"), shared=())
    own.desk.alerts = (alert, replace(alert, id="y"))
    page.other.show_near(alert, story)
    page.other.grab()
    own.desk.went.emit(Route("alert", "gone"))
    settle(own)
    assert own.page().name == "alerts"


def test_an_alert_is_seen_once_its_words_have_their_heights(
    own: MainWindow, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    heights: list[tuple[int, int]] = []
    lift = Veil._lift

    def lifted(veil: Veil) -> None:
        page = own.page()
        shown = (one for one in page.findChildren(Paragraph) if one.isVisible())
        heights.extend((one.height(), one.heightForWidth(one.width())) for one in shown)
        lift(veil)

    monkeypatch.setattr(Veil, "_lift", lifted)
    own.desk.go("alert", most_evidence(own).id)
    own.setMinimumSize(800, 600)
    settle(own)
    page = own.page()
    QTest.qWait(100)
    assert len(heights) > 3 and all(height >= needed for height, needed in heights)
    assert not [one for one in page.findChildren(Veil) if one.isVisible()], "and stays seen"
    own.desk.go("alert", own.desk.alerts[0].id)
    settle(own)
    assert not page.findChildren(Veil)


def test_a_narrow_window_leaves_the_title_the_room_of_a_button_that_is_in_the_menu(own: MainWindow, settle: Settle) -> None:
    page = opened(own, next(one for one in own.desk.alerts if "password spray" in one.title), settle)
    assert page.exclude.isVisible()
    own.resize(1000, 700)
    settle(own)
    assert not page.exclude.isVisible()
    title = page.heading.title
    assert title.width() >= theme.measure(title.kind_now()).horizontalAdvance(title.text()), "the whole title can be read"
    click(page.more)
    menu = next(one for one in page.more.findChildren(QMenu) if one.isVisible())
    chosen = next(one for one in menu.actions() if one.text() == "Exclude…")
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, NONE, menu.actionGeometry(chosen).center())
    settle(own)
    assert own.page().name == "exclusions"
