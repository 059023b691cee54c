"""Read-only SQL over the workspace: a statement, its answer as a table, the views that may be asked."""

import csv
import io
from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from app.model.asking import SqlAnswer
from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.jobs import Stop
from app.ui.page import Page
from app.ui.tables.cells import Column
from app.ui.tables.table import RowsModel, Table
from app.ui.widgets.buttons import Button
from app.ui.widgets.words import Elided

MOST_COLUMNS = 40
FIRST = "SELECT kind, count(*) AS activities FROM activity GROUP BY kind ORDER BY activities DESC"


class _Text(QPlainTextEdit):
    run = Signal()
    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.run.emit()
        elif event.key() == Qt.Key.Key_Tab:
            self.focusNextChild()
        else:
            super().keyPressEvent(event)


class SqlConsole(QWidget):
    """Statement above, answer below. closed: back to the rows."""

    closed = Signal()

    def __init__(self, page: Page, menu_for: Callable[[Table], object]) -> None:
        super().__init__()
        self._page, self._menu_for = page, menu_for
        self._stop = Stop()
        self._answer = SqlAnswer()
        self.about = Elided("", role="text-quiet")
        self.edit = _Text(FIRST)
        self.edit.setObjectName("sql")
        self.edit.setFont(theme.font("mono"))
        self.edit.setAccessibleName(tr("SQL statement"))
        self.edit.setFixedHeight(theme.px(92))
        self.sentence = Elided("", role="text-quiet")
        self.run_button = Button(tr("Run"), key="Ctrl Enter", on_click=self.run, tip="Run the statement")
        self.stop_button = Button(tr("Stop"), icon="stop", on_click=self.stop)
        self.copy_button = Button(tr("Copy all"), icon="export", on_click=self.copy, tip="Copy the answer as CSV")
        margin = theme.space("margin")
        head, foot = QHBoxLayout(), QHBoxLayout()
        head.addWidget(self.about, 1)
        head.addWidget(Button(tr("Back to the rows"), icon="close", bare=True, on_click=self.closed.emit))
        foot.setSpacing(theme.space("related"))
        foot.addWidget(self.run_button)
        foot.addWidget(self.stop_button)
        foot.addWidget(self.sentence, 1)
        foot.addWidget(self.copy_button)
        top = QVBoxLayout()
        top.setContentsMargins(margin, 0, margin, theme.px(4))
        top.setSpacing(theme.px(6))
        top.addLayout(head)
        top.addWidget(self.edit)
        top.addLayout(foot)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addLayout(top)
        self.table = self._make(())
        self.edit.run.connect(self.run)
        self.stop_button.hide()
        self.copy_button.setEnabled(False)

    def open(self, statement: str = "", words: str = "") -> None:
        """Show a statement; words say what it is."""
        if statement:
            self.edit.setPlainText(statement)
            self.sentence.say(words)
        session = self._page.desk.session
        if session is not None and not self.about.text():
            self._page.ask("views", session.queries.sql_views, self._views)
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def run(self) -> None:
        """Ask; the answer comes when it is there."""
        session, statement = self._page.desk.session, self.edit.toPlainText()
        if session is None:
            return
        self.stop()
        stop = self._stop = Stop()
        self.stop_button.show()
        self.sentence.say(tr("Asking…"))
        self._page.ask("sql", lambda: session.queries.ask_sql(statement, stop.is_set), self._arrived)

    def stop(self) -> None:
        """Let go of what is being asked."""
        self._stop.set()

    def copy(self) -> None:
        """The answer as CSV, with its header."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(self._answer.columns)
        writer.writerows(self._answer.rows)
        QGuiApplication.clipboard().setText(out.getvalue())
        self._page.desk.tell(f"{wording.count(len(self._answer.rows), 'row')} copied as CSV.")

    def hideEvent(self, event) -> None:
        """Nobody looks any more."""
        self.stop()
        super().hideEvent(event)

    def _views(self, views: dict[str, tuple[str, tuple[str, ...]]]) -> None:
        self.about.say(
            "Only reading. Views: " + "; ".join(f"{name} ({', '.join(columns)})" for name, (_, columns) in views.items())
        )

    def _arrived(self, answer: SqlAnswer) -> None:
        self.stop_button.hide()
        self._answer = answer
        self.copy_button.setEnabled(bool(answer.rows))
        if answer.error:
            self.sentence.say(answer.error)
            self.sentence.setProperty("wrong", True)
            return
        took = f"{answer.seconds * 1000:.0f} ms" if answer.seconds < 1 else f"{answer.seconds:.1f} s"
        more = f", only the first {wording.number(len(answer.rows))} are shown" if answer.cut else ""
        self.sentence.say(f"{wording.count(len(answer.rows), 'row')}{more}, {took}")
        old = self.table
        self.table = self._make(answer.columns[:MOST_COLUMNS], answer.rows)
        self.table.model().show_rows(answer.rows)
        old.hide()
        old.deleteLater()

    def _make(self, titles: tuple[str, ...], rows: tuple[tuple[object, ...], ...] = ()) -> Table:
        columns = _columns(titles, rows) or [Column("", lambda _: "", 100)]
        table = Table(columns, RowsModel(columns))
        table.setAccessibleName(tr("Answer"))
        self._menu_for(table)
        self._column.addWidget(table, 1)
        return table


def _columns(titles: tuple[str, ...], rows: tuple[tuple[object, ...], ...]) -> list[Column]:
    """As wide as what the first rows hold; numbers at the right."""
    found = []
    for place, title in enumerate(titles):
        some = [row[place] for row in rows[:60] if row[place] is not None]
        look = "number" if some and all(isinstance(one, int | float) for one in some) else "text"
        longest = max((len(str(one)) for one in some), default=0)
        wide = 34 + 8 * min(48, max(longest, len(title)))
        found.append(Column(title[:60], _cell(place), wide, look, term=lambda _: "", key=""))
    widest = max(range(len(found)), key=lambda place: found[place].width * (found[place].look == "text"), default=0)
    return [one._replace(stretch=place == widest) for place, one in enumerate(found)]


def _cell(place: int) -> Callable[[tuple[object, ...]], str]:
    def words(row: tuple[object, ...]) -> str:
        value = row[place]
        if value is None:
            return ""
        return value[:200].hex(" ") if isinstance(value, bytes) else str(value)

    return words
