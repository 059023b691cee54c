"""The list below the search field: commands, pages, what the case knows."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, QTimer
from PySide6.QtWidgets import QFrame, QLineEdit, QVBoxLayout, QWidget

from app.model.alert import Alert
from app.model.entity import EntityRef
from app.model.rows import ActivityRow, EntityRow
from app.ui import keys, theme, wording
from app.ui.actions import Action, matching
from app.ui.desk import Desk
from app.ui.widgets.two_line_list import TwoLineList, TwoLines
from app.ui.widgets.words import Words

TYPING_MS = 120
MOST_COMMANDS = 4
MOST_FOUND = 20
MOST_VISIBLE = 9


class Palette(QFrame):
    """Belongs to the field: opens when it is used, Esc or a choice closes it."""

    def __init__(self, window: QWidget, field: QLineEdit, desk: Desk, can_do: Callable[[Action], bool]) -> None:
        super().__init__(window)
        self._window, self._field, self._desk, self._can_do = window, field, desk, can_do
        self.setObjectName("popup")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, theme.px(6), 1, theme.px(6))
        column.setSpacing(0)
        self.list = TwoLineList(self._chosen, scrolls=True, dense=True, pad=12)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.nothing = Words("Nothing of that name.", look="quiet")
        self.nothing.setContentsMargins(theme.px(12), theme.px(6), theme.px(12), theme.px(6))
        column.addWidget(self.list)
        column.addWidget(self.nothing)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(TYPING_MS)
        self._timer.timeout.connect(self._search)
        self._job = None
        field.textEdited.connect(self._typed)
        field.installEventFilter(self)
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrow keys, Enter, Esc of the field are for the list."""
        if watched is self._field:
            if event.type() == QEvent.Type.FocusIn:
                self._typed(self._field.text())
            elif event.type() == QEvent.Type.FocusOut and not self.underMouse():
                self.hide()
            elif event.type() == QEvent.Type.KeyPress:
                return self._key(event.key())
        return super().eventFilter(watched, event)

    def _key(self, key: int) -> bool:
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.list.move(1 if key == Qt.Key.Key_Down else -1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.isVisible():
                self.list.open_current()
        elif key == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            return False
        return True

    def dismiss(self) -> None:
        """Close, give the focus back to the page."""
        self._timer.stop()
        self._field.clear()
        self._field.clearFocus()
        self.hide()

    def _typed(self, text: str) -> None:
        self._show(self._commands(text, MOST_COMMANDS if text else 60), text)
        if text.strip():
            self._timer.start()

    def _search(self) -> None:
        session, text = self._desk.session, self._field.text().strip()
        if session is None or not text:
            return
        if self._job is not None:
            self._job.cancel()
        self._job = self._desk.jobs.run(
            lambda: list(session.queries.search(text, MOST_FOUND)), lambda found: self._arrived(text, found), owner=self
        )

    def _arrived(self, text: str, found: list[object]) -> None:
        if text == self._field.text().strip() and self._field.hasFocus():
            rows = [row for row in (_of_found(one) for one in (*self._alerts(text), *found)) if row is not None]
            self._show([*rows, *self._commands(text, MOST_COMMANDS)], text)

    def _commands(self, text: str, most: int) -> list[TwoLines]:
        return [_of_action(one) for one in matching(text) if self._can_do(one)][:most]

    def _alerts(self, text: str) -> list[Alert]:
        words = text.lower().split()
        return [one for one in self._desk.alerts if all(word in one.title.lower() for word in words)][:MOST_COMMANDS]

    def _show(self, rows: list[TwoLines], text: str) -> None:
        self.list.setVisible(bool(rows))
        self.nothing.setVisible(not rows)
        self.list.show_rows(rows)
        if rows and not self.list.currentIndex().isValid():
            self.list.move(1)
        shown = min(len(rows), MOST_VISIBLE)
        high = shown * theme.space("row-two-line") + theme.px(14) if rows else theme.px(50)
        corner = self._field.mapTo(self._window, QPoint(0, self._field.height() + 4))
        width = max(self._field.width(), theme.px(420))
        left = min(corner.x(), self._window.width() - width - theme.px(8))
        self.setGeometry(
            QRect(max(theme.px(8), left), corner.y(), width, min(high, self._window.height() - corner.y() - theme.px(40)))
        )
        self.show()
        self.raise_()

    def _chosen(self, target: object) -> None:
        self.dismiss()
        if isinstance(target, Action):
            self._desk.command(target.id)
        elif isinstance(target, Alert):
            self._desk.go("alert", target.id)
        elif isinstance(target, ActivityRow):
            self._desk.go("activities", target.id) if self._desk.can_go("activities") else self._desk.inspect(target)
        elif isinstance(target, EntityRef):
            self._desk.go("entity", target.key) if self._desk.can_go("entity") else self._desk.inspect(target)


def _of_action(action: Action) -> TwoLines:
    return TwoLines("", action.words, "Command", keys.shown(action.id), target=action)


def _of_found(found: object) -> TwoLines | None:
    if isinstance(found, EntityRow):
        words = f"{wording.entity_kind(found.ref.kind)}, {wording.count(found.activities, 'activity', 'activities')}"
        return TwoLines(f"entity:{found.ref.kind}", found.ref.label, words, target=found.ref)
    if isinstance(found, EntityRef):
        return TwoLines(f"entity:{found.kind}", found.label, wording.entity_kind(found.kind), target=found)
    if isinstance(found, Alert):
        return TwoLines(
            f"severity:{found.severity}", found.title, wording.period(found.finding.first, found.finding.last), target=found
        )
    if isinstance(found, ActivityRow):
        return TwoLines("", found.what or wording.kind(found.kind), wording.moment(found.at), target=found)
    return None
