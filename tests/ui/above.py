"""What opens above or beside pages, each opened by the mouse or its key: `python tests/ui/shots.py CASE OUT --above all`.

Menus, lists and dialogs are windows of their own; they are painted over the window where they stand on the screen.
"""

import shutil
from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QContextMenuEvent, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from app.session import workspaces
from app.ui import keys
from app.ui.main_window import MainWindow
from app.ui.pages.activities import ActivitiesPage
from app.ui.shelf.doing import to_bin
from app.ui.tables.table import Table
from app.ui.widgets.buttons import LinkButton, MenuButton

Settle = Callable[[MainWindow], None]
Open = Callable[[MainWindow, Settle], None]


def worst(window: MainWindow) -> str:
    """The gravest alert."""
    order = ("high", "medium", "low")
    return min(window.desk.alerts, key=lambda one: (order.index(one.severity), one.id)).id


def first_of(window: MainWindow) -> str:
    """The entity of most alerts."""
    session = window.desk.session
    rows = session.queries.entities(None, "", "alerts", 0, 1) if session is not None else ()
    return rows[0].ref.key if rows else ""


def press(window: MainWindow, action: str) -> None:
    """The key of an action where the focus is; the action where it has none."""
    written = keys.of(action)
    if written:
        QTest.keySequence(QApplication.focusWidget() or window, written[0])
    else:
        window.do_by_id(action)


def typed(text: str) -> None:
    """Letters into what has the focus."""
    QTest.keyClicks(QApplication.focusWidget(), text)


def click(part: QWidget, at: QPoint | None = None) -> None:
    """The left button."""
    QTest.mouseClick(part, Qt.MouseButton.LeftButton, pos=at or part.rect().center())


def ask_menu(part: QWidget, at: QPoint) -> None:
    """The right button."""
    QApplication.sendEvent(part, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, part.mapToGlobal(at)))


def cell(table: Table, row: int, column: int = 0) -> QPoint:
    """A place in the words of a cell."""
    rect = table.visualRect(table.model().index(row, column))
    return QPoint(rect.left() + min(rect.width() // 2, 60), rect.center().y())


def on(page: str, key: str | Callable[[MainWindow], str] = "", then: Open | None = None, **view: str) -> Open:
    """Go to a page, then open."""

    def go(window: MainWindow, settle: Settle) -> None:
        window.desk.go(page, key(window) if callable(key) else key, **view)
        settle(window)
        window.activateWindow()
        window.page().setFocus()
        if then is not None:
            then(window, settle)

    return go


def pressed(action: str, *then: str) -> Open:
    """The key of an action, then letters."""

    def do(window: MainWindow, settle: Settle) -> None:
        press(window, action)
        settle(window)
        for text in then:
            typed(text)
            settle(window)

    return do


def button(*path: str) -> Open:
    """Press the button of the page that is found over these names."""

    def do(window: MainWindow, settle: Settle) -> None:
        part: object = window.page()
        for name in path:
            part = part[name] if isinstance(part, dict) else getattr(part, name)
        assert isinstance(part, QWidget)
        click(part)

    return do


def mail_link(window: MainWindow) -> QWidget:
    """What begins with the form of a mail destination."""
    return next(one for one in window.page().findChildren(LinkButton) if "mail" in one.text() and one.isVisible())


def menu_of(words: str) -> Open:
    """Drop the menu of the button with these words."""

    def do(window: MainWindow, settle: Settle) -> None:
        found = [one for one in window.page().findChildren(MenuButton) if one.text() == words and one.isVisible()]
        click(found[0])

    return do


def row_menu(name: str, row: int = 0, column: int = 0) -> Open:
    """Right click on a cell."""

    def do(window: MainWindow, settle: Settle) -> None:
        table = getattr(window.page(), name)
        at = cell(table, row, column)
        click(table.viewport(), at)
        settle(window)
        ask_menu(table.viewport(), at)

    return do


def card(window: MainWindow, settle: Settle) -> None:
    """Rest on the first name of a table."""
    table = window.page().table
    at = cell(table, 0)
    for step in (0, 2):
        QTest.mouseMove(table.viewport(), at + QPoint(step, 0))
    for _ in range(100):
        QTest.qWait(20)
        if window.cards.card is not None:
            return


def columns(window: MainWindow, settle: Settle) -> None:
    page = window.page()
    assert isinstance(page, ActivitiesPage)
    header = page.table.horizontalHeader()
    ask_menu(header.viewport(), QPoint(header.sectionViewportPosition(2) + 20, header.height() // 2))


def packet(window: MainWindow, settle: Settle) -> None:
    """The packet of the first row."""
    table = window.page().table
    click(table.viewport(), cell(table, 0))
    settle(window)
    window.page().open_row()


def tour(place: int) -> Open:
    """A card of the tour."""

    def do(window: MainWindow, settle: Settle) -> None:
        window.do_by_id("help.tour")
        settle(window)
        for _ in range(place):
            QTest.keyClick(window.tour.next, Qt.Key.Key_Right)
            settle(window)

    return do


def told(sentence: str, failed: bool) -> Open:
    return lambda window, _: window.desk.tell(sentence, failed)


def saved(window: MainWindow, settle: Settle) -> None:
    page = window.page()
    assert isinstance(page, ActivitiesPage)
    typed("kind:kerberos result:failure")
    settle(window)
    press(window, "query.saved")
    settle(window)
    name = "Password guessing / Refused tickets of every account of the head office, by day"
    page.saved.panel.name.setText(name)
    QTest.keyClick(page.saved.panel.name, Qt.Key.Key_Return)
    settle(window)
    press(window, "query.saved")


def purge(window: MainWindow, settle: Settle) -> None:
    """A workspace of the bin is to go for good."""
    session = window.desk.session
    assert session is not None
    window.desk.remember(session.path)
    other = session.path.with_name("first-week-of-the-head-office.wardlight")
    shutil.copy(session.path, other)
    to_bin(other, workspaces.folders(window.desk.settings), ())
    window.desk.go("workspaces", "bin")
    settle(window)
    press(window, "alert.delete")


def private(window: MainWindow, settle: Settle) -> None:
    window.do_by_id("privacy")
    settle(window)
    window.desk.go("alerts")


WRONG = "evidence-of-the-first-day-from-the-head-office.pcapng cannot be read: it is cut off in the midst of a packet."
ABOVE: dict[str, Open] = {
    "menu": lambda window, _: click(window.rail.mark),
    "open-evidence": pressed("open.files"),
    "save-report": on("overview", then=pressed("report.save")),
    "save-activities": on("activities", then=pressed("activities.export")),
    "exclude": on("alert", worst, pressed("alert.exclude")),
    "add-exclusion": on("exclusions", then=lambda window, _: window.page()._show_panel(())),
    "palette": pressed("go.search"),
    "palette-found": pressed("go.search", "dc"),
    "palette-nothing": pressed("go.search", "qqqq"),
    "join-hub": on("sensors", then=lambda window, _: window.page().join_hub()),
    "add-sensor": on("sensors", "add"),
    "add-source": on("sources", "add"),
    "keys": on("alert", worst, pressed("help.keys")),
    "keys-found": on("alert", worst, pressed("help.keys", "alert")),
    "keys-nothing": on("alert", worst, pressed("help.keys", "qqqq")),
    "columns": on("activities", then=button("column_button")),
    "count-by": on("activities", then=button("count_button")),
    "column-menu": on("activities", then=columns),
    "suggestions": on("activities", then=pressed("filter.focus", "kind:ker")),
    "saved": on("activities", then=lambda window, settle: (pressed("filter.focus")(window, settle), saved(window, settle))),
    "saved-none": on("activities", then=pressed("query.saved")),
    "value-menu": on("activities", then=row_menu("table", 1, 1)),
    "sql": on("activities", then=pressed("query.sql")),
    "jump": on("activities", then=pressed("time.jump")),
    "packet": on("activities", then=packet),
    "alert-menu": on("alerts", then=lambda window, _: ask_menu(window.page().list.viewport(), QPoint(200, 60))),
    "alert-state": on("alert", worst, button("state")),
    "alert-more": on("alert", worst, button("more")),
    "alerts-filter": on("alerts", then=button("menus", "detector")),
    "alert-deleted": on("alert", worst, pressed("alert.delete")),
    "entity-tags": on("entity", first_of, button("head", "tag_button")),
    "card": on("entities", then=card),
    "entity-menu": on("entities", then=row_menu("table")),
    "graph-start": on("graph", first_of, button("start_button")),
    "graph-look": on("graph", first_of, button("look_button")),
    "graph-edges": on("graph", first_of, button("edges_button")),
    "graph-keep": on("graph", first_of, lambda window, _: window.do_by_id("graph.save.keep")),
    "around": on("alert", worst, lambda window, settle: (press(window, "around"), settle(window))),
    "zones": lambda window, _: click(window.topbar.zone),
    "layout": lambda window, _: window.do_by_id("layout.save"),
    "command": on("alerts", then=lambda window, _: window.do_by_id("copy.command")),
    "jobs": on("overview", then=pressed("pane.jobs")),
    "problems": on("overview", then=pressed("pane.problems")),
    "date": on("paths", then=lambda window, _: window.do_by_id("paths.date")),
    "workspace-menu": on("workspaces", then=button("more")),
    "workspace-rename": on("workspaces", then=lambda window, _: window.page().rename()),
    "workspace-purge": purge,
    "notify-mail": on("settings", "notifications", lambda window, _: click(mail_link(window))),
    "told": told("The report of the head office is saved as report-of-the-first-day.html.", False),
    "told-failed": told(WRONG, True),
    "privacy": private,
    "tour": tour(0),
    "tour-alert": tour(2),
    "tour-last": tour(7),
}  # fmt: skip
"""By name. What asks for a file is modal, see grab."""


def grab(window: MainWindow) -> QImage:
    """The window with all that stands over it."""
    picture = window.grab().toImage()
    painter = QPainter(picture)
    corner = window.mapToGlobal(QPoint(0, 0))
    for one in QApplication.topLevelWidgets():
        if one.isVisible() and one is not window and one.windowType() != Qt.WindowType.Desktop:
            painter.drawImage(one.mapToGlobal(QPoint(0, 0)) - corner, one.grab().toImage())
    painter.end()
    return picture


def shoot(window: MainWindow, name: str, settle: Settle) -> QImage:
    """A picture of the window after one of ABOVE was opened; what is modal is closed again."""
    taken: list[QImage] = []

    def modal() -> None:
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, QDialog):
            taken.append(grab(window))
            dialog.reject()

    timer = QTimer()
    timer.setInterval(600)
    timer.timeout.connect(modal)
    timer.start()
    ABOVE[name](window, settle)
    settle(window)
    timer.stop()
    return taken[0] if taken else grab(window)
