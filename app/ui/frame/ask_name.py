"""A small panel over the window that asks for one name; Enter takes it, Esc leaves it."""

from collections.abc import Callable

import shiboken6
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.ui import theme
from app.ui.widgets.buttons import Button
from app.ui.widgets.words import Words

WIDTH = 380


class AskName(QFrame):
    """take(name) returns "" when the name was taken, or one sentence that says why not; then the panel stays."""

    def __init__(self, window: QWidget, title: str, name: str, verb: str, take: Callable[[str], str], most: int = 60) -> None:
        super().__init__(window)
        self._take, self._before = take, window.focusWidget()
        self.setObjectName("popup")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(title)
        self.field = QLineEdit(name)
        self.field.setAccessibleName(title)
        self.field.setMaxLength(most)
        self.field.returnPressed.connect(self._done)
        self.field.installEventFilter(self)
        self.why = Words("", look="high", wrap=True)
        self.why.hide()
        self.button = Button(verb, primary=True, on_click=self._done)
        column = QVBoxLayout(self)
        pad = theme.px(16)
        column.setContentsMargins(pad, theme.px(12), pad, pad)
        column.setSpacing(theme.px(8))
        column.addWidget(Words(title, "strong"))
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        row.addWidget(self.field, 1)
        row.addWidget(self.button)
        column.addLayout(row)
        column.addWidget(self.why)

    def open(self) -> None:
        """Show it in the upper middle of the window."""
        self.setFixedWidth(min(theme.px(WIDTH), self.parentWidget().width() - theme.px(16)))
        self.adjustSize()
        self.move((self.parentWidget().width() - self.width()) // 2, theme.px(96))
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def dismiss(self) -> None:
        """Away with it; the focus goes back."""
        self.hide()
        self.deleteLater()
        if self._before is not None and shiboken6.isValid(self._before):
            self._before.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Esc closes; a click elsewhere, too."""
        if event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Escape:
            self.dismiss()
            return True
        return super().eventFilter(watched, event)

    def _done(self) -> None:
        why = self._take(self.field.text())
        if why:
            self.why.say(why)
            self.why.show()
            self.adjustSize()
        else:
            self.dismiss()
