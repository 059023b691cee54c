"""The sheet of keys: those of the page on screen, then those of everywhere, by what they are for; found as one types."""

from collections.abc import Callable

import shiboken6
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.ui import keys, theme
from app.ui.actions import ACTIONS, FIXED, MENUS, Action
from app.ui.catalogue import tr
from app.ui.page import Page, scrolled
from app.ui.page_table import BY_NAME
from app.ui.widgets.buttons import Button, paint_key
from app.ui.widgets.words import Elided, Line, Words

WIDE, HIGH = 860, 620
MOST_KEYS = 3
TWO_FROM = 600
"""Width of the sheet in pixels of the design from which it has two columns; else what keys do would be cut."""


class KeyCaps(QWidget):
    """Keys in frames, from the right edge."""

    def __init__(self, words: tuple[str, ...]) -> None:
        super().__init__()
        self._words = words
        self.setAccessibleName(", ".join(words))

    def sizeHint(self) -> QSize:
        """Room for all of them."""
        measure = theme.measure("quiet")
        wide = sum(measure.horizontalAdvance(one) + theme.px(14) for one in self._words)
        return QSize(max(theme.px(8), wide), theme.space("row"))

    def paintEvent(self, _event: object) -> None:
        """Paint them."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        right = float(self.width())
        for one in reversed(self._words):
            right -= theme.measure("quiet").horizontalAdvance(one) + theme.px(10)
            paint_key(painter, right, self.height() / 2, one, theme.colour("text"))
            right -= theme.px(4)


class KeyLine(QWidget):
    """What is done, and the keys that do it."""

    def __init__(self, words: str, written: tuple[str, ...]) -> None:
        super().__init__()
        self.words, self.written = words, written
        self.setFixedHeight(theme.space("row"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.space("related"))
        row.addWidget(Elided(words), 1)
        row.addWidget(KeyCaps(written))

    def matches(self, text: str) -> bool:
        """Whether all words of a text are in it, or it is the key."""
        held = f"{self.words} {' '.join(self.written)}".lower()
        return all(one in held for one in text.lower().replace("+", " ").split())


class _Group(QWidget):
    def __init__(self, title: str, lines: list[KeyLine]) -> None:
        super().__init__()
        self.lines = lines
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, theme.px(14))
        column.setSpacing(0)
        column.addWidget(Words(title, "quiet-strong", "quiet"))
        column.addSpacing(theme.px(4))
        for one in lines:
            column.addWidget(one)

    def find(self, text: str) -> int:
        """Show the lines that match; how many do."""
        shown = 0
        for one in self.lines:
            one.setVisible(one.matches(text))
            shown += one.matches(text)
        self.setVisible(bool(shown))
        return shown


class KeysSheet(QFrame):
    """Over the window, never blocking it: Esc, the cross or its own key close it, and the page gets the focus back."""

    closed = Signal()

    def __init__(self, window: QWidget, page: Page, can_do: Callable[[Action], bool]) -> None:
        super().__init__(window)
        self._page = page
        self.setObjectName("popup")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(tr("Keys"))
        title = BY_NAME[page.name].said
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Find a key or what it does"))
        self.search.setAccessibleName(tr("Find a key or what it does"))
        self.search.setMaxLength(80)
        self.search.textChanged.connect(self._find)
        head = QHBoxLayout()
        head.setContentsMargins(theme.px(20), theme.px(12), theme.px(12), theme.px(12))
        head.setSpacing(theme.px(16))
        head.addWidget(Words(tr("Keys"), "section"))
        head.addWidget(self.search, 1)
        head.addWidget(Button("", "close", bare=True, tip=tr("Close the sheet of keys"), on_click=self.dismiss))
        self.groups = [_Group(tr("On this page: {title}", title=title), _of_page(page, can_do)), *_everywhere()]
        self.groups[0].setAccessibleName(tr("On this page"))
        self.nothing = Words(tr("No key does that. The palette finds every command."), look="quiet")
        self.nothing.hide()
        content = QWidget()
        sides = QHBoxLayout(content)
        sides.setContentsMargins(theme.px(20), theme.px(14), theme.px(20), theme.px(6))
        sides.setSpacing(theme.px(40))
        columns = tuple(QVBoxLayout() for _ in range(2 if _wide(window) >= theme.px(TWO_FROM) else 1))
        for one in columns:
            one.setSpacing(0)  # else that between the columns, which a layout takes over from the one around it
        filled = [0] * len(columns)
        for one in self.groups:
            place = filled.index(min(filled))
            filled[place] += len(one.lines) + 2
            columns[place].addWidget(one)
        for column in columns:
            column.addStretch(1)
            sides.addLayout(column, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(Line())
        column.addWidget(self.nothing)
        self.nothing.setContentsMargins(theme.px(20), theme.px(14), 0, 0)
        column.addWidget(scrolled(content), 1)
        column.addWidget(Line())
        foot = QHBoxLayout()
        foot.setContentsMargins(theme.px(20), theme.px(8), theme.px(12), theme.px(8))
        foot.addWidget(Elided(tr("Every key can be changed in Settings, Keys."), "quiet", "text-quiet"), 1)
        change = Button(tr("Change keys"), on_click=lambda: (self.dismiss(), page.desk.go("settings", "keys")))
        foot.addWidget(change)
        column.addLayout(foot)

    def open(self) -> None:
        """Show it in the middle of the window."""
        window = self.parentWidget()
        wide = _wide(window)
        high = min(theme.px(HIGH), window.height() - theme.px(48))
        self.setGeometry((window.width() - wide) // 2, (window.height() - high) // 2, wide, high)
        self.show()
        self.raise_()
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def dismiss(self) -> None:
        """Away with it."""
        self.hide()
        self.closed.emit()
        self.deleteLater()
        if shiboken6.isValid(self._page):  # its tab may have been closed below
            self._page.setFocus(Qt.FocusReason.OtherFocusReason)

    def _find(self, text: str) -> None:
        found = sum(one.find(text) for one in self.groups)
        self.nothing.setVisible(not found)

    def keyPressEvent(self, event) -> None:
        """Esc, and the sheet's own key where no text is typed, close it."""
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)


def _wide(window: QWidget) -> int:
    return min(theme.px(WIDE), window.width() - theme.px(48))


def _line(action: Action) -> KeyLine:
    return KeyLine(action.said, tuple(keys.written(one) for one in keys.of(action.id)[:MOST_KEYS]))


def _of_page(page: Page, can_do: Callable[[Action], bool]) -> list[KeyLine]:
    own = [one for one in ACTIONS if one.command.startswith("page:") and can_do(one) and keys.of(one.id)]
    return [*(_line(one) for one in own), *(KeyLine(tr(words), (keys.written(key),)) for key, words in (*page.more_keys, *FIXED))]


def _everywhere() -> list[_Group]:
    """Groups by menu; what pages do stands above, whether this page does it or not."""
    found = []
    for menu in (*MENUS, ""):
        some = [one for one in ACTIONS if one.menu == menu and not one.command.startswith("page:") and keys.of(one.id)]
        if some:
            found.append(_Group(tr(menu) if menu else tr("Elsewhere"), [_line(one) for one in some]))
    return found
