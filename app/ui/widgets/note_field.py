"""Where a note is written."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPlainTextEdit

from app.ui import theme

LONGEST = 20_000


class NoteField(QPlainTextEdit):
    """Ctrl+Enter keeps what is written, by calling kept; Esc leaves it, by calling left."""

    def __init__(self, kept: Callable[[], object], left: Callable[[], object], name: str, hint: str) -> None:
        super().__init__()
        self._kept, self._left = kept, left
        self.setObjectName("note")
        self.setPlaceholderText(hint)
        self.setAccessibleName(name)
        self.setTabChangesFocus(True)
        self.setFixedHeight(theme.px(84))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keep, leave, or type."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._kept()
        elif event.key() == Qt.Key.Key_Escape:
            self._left()
        elif len(self.toPlainText()) < LONGEST or not event.text() or event.key() in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete):
            super().keyPressEvent(event)
