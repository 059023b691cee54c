"""A panel beside the list of sensors: title, what is in it, what can be done with it below."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.ui import theme
from app.ui.catalogue import tr
from app.ui.page import scrolled
from app.ui.widgets.buttons import Button
from app.ui.widgets.emptying import emptied
from app.ui.widgets.words import Elided, Line, Paragraph

WIDEST = 560


class Side(QWidget):
    """Base. closed: it is no longer wanted; Esc closes, Enter does the first button."""

    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("inspector")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.title = Elided("", "section", cut=Qt.TextElideMode.ElideMiddle)
        self.title.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        head = QWidget()
        row = QHBoxLayout(head)
        row.setContentsMargins(theme.px(16), theme.px(8), theme.px(4), theme.px(8))
        row.setSpacing(theme.px(4))
        row.addWidget(self.title, 1)
        row.addWidget(Button("", "close", bare=True, tip="Close", on_click=self.closed.emit))
        self.refusal = Paragraph("", look="high")
        self._foot = QWidget()
        below = QVBoxLayout(self._foot)
        below.setContentsMargins(theme.px(16), theme.px(12), theme.px(16), theme.px(12))
        below.setSpacing(theme.px(8))
        below.addWidget(self.refusal)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(theme.space("related"))
        below.addLayout(self._buttons)
        self.first: Button | None = None
        self.others: list[Button] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(1, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(head)
        self._column.addWidget(Line())
        self._middle: QWidget | None = None
        self._column.addWidget(Line())
        self._column.addWidget(self._foot)
        self.refusal.hide()

    def put(self, title: str, content: QWidget, *buttons: tuple[str, Callable[[], object]], words: str = "") -> None:
        """Show other content; words above it; buttons: (words, what they do), the first is the one that Enter does."""
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(theme.px(16), theme.px(16), theme.px(16), theme.px(16))
        column.setSpacing(theme.px(14))
        if words:
            column.addWidget(Paragraph(words, look="quiet"))
        column.addWidget(content, 1)
        content.setMaximumWidth(theme.px(WIDEST))
        self.title.say(title)
        self.refusal.hide()
        emptied(self._buttons)
        made = [Button(tr(said), primary=place == 0, on_click=act) for place, (said, act) in enumerate(buttons)]
        for one in made:
            self._buttons.addWidget(one)
        self._buttons.addStretch(1)
        self.first, self.others = (made[0] if made else None), made[1:]
        self._foot.setVisible(bool(made))
        if self._middle is not None:
            self._column.removeWidget(self._middle)
            self._middle.hide()
            self._middle.deleteLater()
        self._middle = scrolled(holder)
        self._column.insertWidget(2, self._middle, 1)
        for one in content.findChildren(QWidget):
            if one.focusPolicy() & Qt.FocusPolicy.TabFocus and one.isVisibleTo(content):
                one.setFocus(Qt.FocusReason.OtherFocusReason)
                return
        if self.first is not None:
            self.first.setFocus(Qt.FocusReason.OtherFocusReason)

    def refuse(self, why: str) -> None:
        """Say why it was not done."""
        self.refusal.say(why)
        self.refusal.show()
        if self.first is not None:
            self.first.setEnabled(True)

    def keyPressEvent(self, event) -> None:
        """Enter does the first button, Esc closes."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.first is not None and self.first.isEnabled():
            self.first.click()
        else:
            super().keyPressEvent(event)
