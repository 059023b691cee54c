"""What was done in the case: by whom, when, what was before; each act can be undone, what was undone done again."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.model.act import LASTING, Act
from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.page import Page
from app.ui.tables.cells import Column
from app.ui.tables.table import Table
from app.ui.widgets.buttons import Button
from app.ui.widgets.empty import Empty
from app.ui.widgets.words import PageHeading


def _mark(act: Act) -> str:
    return "undone" if act.undone else f"reverses {act.reverses}" if act.reverses else ""


def _undone(act: Act) -> bool:
    return act.undone or bool(act.reverses)


COLUMNS = (
    Column("No.", lambda row: str(row.id), 50, "number", firm=True, dim=_undone),
    Column("When", lambda row: wording.moment(row.at), 130, firm=True, dim=_undone),
    Column("Who", lambda row: row.who, 110, "quiet", narrow=False),
    Column("What", wording.act, 320, stretch=True, dim=_undone),
    Column("Before", lambda row: _short(row, row.before), 150, "quiet", narrow=False),
    Column("After", lambda row: _short(row, row.after), 150, "quiet", narrow=False),
    Column("", _mark, 100, "quiet", firm=True),
)


def _short(act: Act, value: str | None) -> str:
    if act.what in ("exclusion", "tuning", "retention"):
        return "" if value is None else "set"
    if act.what in LASTING and act.what != "role":
        return ""
    return {"": "open" if act.what == "state" else "empty", None: "nothing"}.get(value, value or "")


class HistoryPage(Page):
    """Route key: id of an alert, key of an entity, "" for everything."""

    def __init__(self, desk: Desk, name: str) -> None:
        super().__init__(desk, name)
        self.undo_one = Button(tr("Undo this"), "back", on_click=self._undo)
        self.redo_one = Button(tr("Do again"), "forward", on_click=lambda: self._undo(True))
        self.all = Button(tr("Whole case"), on_click=lambda: desk.go("history"))
        self.heading = PageHeading(tr("History"), "", (self.undo_one, self.redo_one, self.all))
        self.table = Table(COLUMNS)
        self.table.setAccessibleName(tr("History"))
        self.table.chosen.connect(lambda _: self._enable())
        self.table.opened.connect(self._open)
        self.nothing = Empty(tr("What is said of alerts, tagged, excluded or set is listed here."), "Nothing was done yet")
        top = QWidget()
        head = QVBoxLayout(top)
        head.setContentsMargins(theme.space("margin"), theme.space("top"), theme.space("margin"), theme.px(8))
        head.setSpacing(theme.px(12))
        head.addWidget(self.heading)
        head.addWidget(self.nothing)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(top)
        column.addWidget(self.table, 1)
        self.nothing.hide()
        self.setFocusProxy(self.table)

    def refresh(self) -> None:
        """Ask for the acts."""
        session, key = self.desk.session, self.route.key or None
        if session is not None:
            self.ask("history", lambda: session.history(key), self._show)

    def _show(self, acts: tuple[Act, ...]) -> None:
        who = len({one.who for one in acts})
        said = f"{wording.count(len(acts), 'act')} by {wording.count(who, 'person', 'people')}." if acts else ""
        self.heading.sentence.say(f"{said} Of one alert or entity only." if self.route.key and acts else said)
        self.all.setVisible(bool(self.route.key))
        self.nothing.setVisible(not acts)
        self.table.setVisible(bool(acts))
        self.table.show_rows(acts, key=lambda one: one.id)
        if acts and self.table.current_row() is None:
            self.table.setCurrentIndex(self.table.model().index(0, 0))
        self._enable()

    def _enable(self) -> None:
        act = self.table.current_row()
        self.undo_one.setEnabled(act is not None and not act.undone and not act.reverses and act.what not in LASTING)
        self.redo_one.setEnabled(act is not None and act.undone and not act.reverses)

    def _undo(self, again: bool = False) -> None:
        act = self.table.current_row()
        if act is not None:
            self.desk.undo(act.id, again)

    def _open(self, act: Act) -> None:
        if act.what in ("state", "classification", "note"):
            self.desk.go("alert", act.subject)
        elif act.what in ("tag", "remark"):
            self.desk.go("entity", act.subject.rpartition("\n")[0])
        elif act.what == "health":
            self.desk.go("health", act.subject)
        elif act.what == "exclusion":
            self.desk.go("exclusions")

    # ---- commands of app.ui.actions

    def next_row(self) -> None:
        """The act before."""
        self.table.move(1)

    def previous_row(self) -> None:
        """The act after."""
        self.table.move(-1)

    def open_row(self) -> None:
        """What the act is about."""
        self.table.open_current()
