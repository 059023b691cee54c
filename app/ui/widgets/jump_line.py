"""One line in which a moment or the number of a row is typed to go there."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from app.ui import theme
from app.ui.catalogue import tr
from app.ui.widgets.words import Words


class JumpLine(QWidget):
    """asked(text): Enter; Esc closes. Hidden until it is opened."""

    asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        margin = theme.space("margin")
        row.setContentsMargins(margin, theme.px(2), margin, theme.px(2))
        row.setSpacing(theme.space("related"))
        self.edit = QLineEdit()
        self.edit.setFixedWidth(theme.px(240))
        self.edit.setAccessibleName(tr("Go to a time or a row"))
        self.edit.setPlaceholderText(tr("14:02, 2026-01-05T14:02, -2h, 1,200"))
        self.edit.returnPressed.connect(lambda: self.asked.emit(self.edit.text().strip()))
        self.note = Words("", "quiet", "high")
        row.addWidget(Words(tr("Go to"), "quiet"))
        row.addWidget(self.edit)
        row.addWidget(self.note)
        row.addStretch(1)
        self.hide()

    def open(self, text: str) -> None:
        """Show it with a text that is typed over."""
        self.note.say("")
        self.edit.setText(text)
        self.edit.selectAll()
        self.show()
        self.edit.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def complain(self, sentence: str) -> None:
        """What was typed is no place."""
        self.note.say(sentence)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes."""
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
        else:
            super().keyPressEvent(event)
