"""The query bar: one line of text, coloured as it is read, green when valid, with a sentence and the place when it is not."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QKeyEvent,
    QPainter,
    QResizeEvent,
    QStandardItem,
    QStandardItemModel,
    QSyntaxHighlighter,
    QTextCharFormat,
    QTextOption,
)
from PySide6.QtWidgets import (
    QCompleter,
    QFrame,
    QHBoxLayout,
    QPlainTextEdit,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QVBoxLayout,
    QWidget,
)

from app.model.asking import Suggestion
from app.model.filter import completing, tokens
from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.icons import paint_icon
from app.ui.widgets.words import Words

ROLES = {"key": "accent", "operator": "chart-3", "error": "high", "value": "text", "word": "text"}
WORDS, COUNT = Qt.ItemDataRole.UserRole + 1, Qt.ItemDataRole.UserRole + 2
MOST_KEPT = 100
"""Queries that Up brings back."""


class _Colours(QSyntaxHighlighter):
    wrong = -1

    def highlightBlock(self, text: str) -> None:
        for start, length, role in tokens(text):
            shape = QTextCharFormat()
            bad = self.wrong >= 0 and start <= self.wrong < start + max(1, length)
            shape.setForeground(theme.colour("high" if bad else ROLES.get(role, "text")))
            if bad:
                shape.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
                shape.setUnderlineColor(theme.colour("high"))
            self.setFormat(start, length, shape)


class _Line(QPlainTextEdit):
    entered = Signal()
    escaped = Signal()
    tabbed = Signal()
    stepped = Signal(int)
    _hint = ""

    def show_hint(self, text: str) -> None:
        """An example, in the place of a text. It ends where the line does; by itself it would go on below, half seen."""
        self._hint = text
        room = self.viewport().width() - round(2 * self.document().documentMargin())
        self.setPlaceholderText(self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another room for the example."""
        super().resizeEvent(event)
        self.show_hint(self._hint)

    def event(self, event: QEvent) -> bool:
        """Esc is the bar's while it is typed in."""
        if event.type() == QEvent.Type.ShortcutOverride and event.key() == Qt.Key.Key_Escape:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.escaped.emit()
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.stepped.emit(1 if event.key() == Qt.Key.Key_Up else -1)
        elif event.key() == Qt.Key.Key_Tab:
            event.accept()  # ignored, it would go on to the bar, which would pass over one widget more
            self.tabbed.emit()
        elif event.key() == Qt.Key.Key_Backtab:
            event.accept()
            self.parentWidget().focusPreviousChild()  # a text keeps Tab for itself
        else:
            super().keyPressEvent(event)

    def insertFromMimeData(self, source) -> None:
        """Pasted lines become one."""
        self.insertPlainText(" ".join(source.text()[:20_000].split()))


class _Offer(QStyledItemDelegate):
    """A suggestion: what would be typed, what that is, how many activities."""

    def sizeHint(self, _option: object, _index: QModelIndex) -> QSize:
        return QSize(theme.px(200), theme.space("row"))

    def paint(self, painter: QPainter, option, index: QModelIndex) -> None:
        rect = option.rect
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, theme.colour("selection"))
        inner = rect.adjusted(theme.px(10), 0, -theme.px(10), 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        count = index.data(COUNT)
        if count:
            painter.setFont(theme.font("quiet"))
            painter.setPen(theme.colour("text-quiet"))
            painter.drawText(inner, middle | Qt.AlignmentFlag.AlignRight, count)
            inner.setRight(inner.right() - painter.fontMetrics().horizontalAdvance(count) - theme.px(12))
        painter.setFont(theme.font("mono"))
        painter.setPen(theme.colour("text"))
        text = painter.fontMetrics().elidedText(wording.tidy(index.data(), 200), Qt.TextElideMode.ElideMiddle, inner.width())
        painter.drawText(inner, middle, text)
        words = index.data(WORDS)
        if words:
            inner.setLeft(inner.left() + painter.fontMetrics().horizontalAdvance(text) + theme.px(12))
            painter.setFont(theme.font("quiet"))
            painter.setPen(theme.colour("text-quiet"))
            shown = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, max(0, inner.width()))
            painter.drawText(inner, middle, shown)


class _Glass(QWidget):
    """The sign of a search at the left of the line."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(theme.px(16), theme.px(16))

    def paintEvent(self, _event: object) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_icon(painter, QRectF(self.rect()), "search", theme.colour("text-quiet"))


class QueryBar(QWidget):
    """changed: the text changed. asked: Enter. wanted(text, cursor): suggestions for the piece at the cursor, see offer."""

    changed = Signal()
    asked = Signal()
    wanted = Signal(str, int)

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.frame = QFrame()
        self.frame.setObjectName("query")
        self.edit = _Line()
        self.edit.setObjectName("query-edit")
        self.edit.setFont(theme.font("mono"))
        self.edit.setWordWrapMode(QTextOption.WrapMode.NoWrap)
        self.edit.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.edit.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.edit.setFixedHeight(theme.px(28))
        self.edit.document().setDocumentMargin(theme.px(3))
        self.edit.setViewportMargins(0, theme.px(3), 0, 0)
        self.edit.show_hint(tr("account:alice protocol:kerberos etype:rc4 time:>-2h not computer:dc*"))
        self.edit.setAccessibleName(tr("Query"))
        self._colours = _Colours(self.edit.document())
        self.verdict = Words("", "quiet", "good")
        self.error = Words("", "quiet", "high")
        self.error.hide()
        self.extras = QHBoxLayout()
        self.extras.setSpacing(theme.px(2))
        row = QHBoxLayout(self.frame)
        row.setContentsMargins(theme.px(10), 0, theme.px(4), 0)
        row.setSpacing(theme.px(6))
        row.addWidget(_Glass())
        row.addWidget(self.edit, 1)
        row.addWidget(self.verdict)
        row.addLayout(self.extras)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(2))
        column.addWidget(self.frame)
        column.addWidget(self.error)
        self._offers = QStandardItemModel(self)
        self._completer = QCompleter(self._offers, self)
        self._completer.setWidget(self.edit)
        self._completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._completer.setMaxVisibleItems(14)
        self._completer.activated.connect(self._insert)
        self._completer.popup().setItemDelegate(_Offer(self))
        self._completer.popup().setAccessibleName(tr("Suggestions"))
        self._completer.popup().setObjectName("popup")
        self._completer.popup().setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.edit.textChanged.connect(self._edited)
        self.edit.escaped.connect(self._escape)
        self.edit.entered.connect(self._take)
        self.edit.tabbed.connect(self._tab)
        self.edit.stepped.connect(self._step)
        self._quiet = False
        self._settled = ""
        self._back = -1
        self._draft = ""
        self.history: list[str] = []
        """Queries that were asked, newest first."""
        self._border("line-strong")

    @property
    def offering(self) -> bool:
        """Whether suggestions are on screen."""
        return self._completer.popup().isVisible()

    def text(self) -> str:
        """The query."""
        return self.edit.toPlainText().strip()

    def set_text(self, text: str, tell: bool = False) -> None:
        """Put another query in; tell: as if it were typed."""
        self._quiet = not tell
        self.edit.setPlainText(" ".join(text.split("\n")))
        self._quiet = False
        cursor = self.edit.textCursor()
        cursor.movePosition(cursor.MoveOperation.End)
        self.edit.setTextCursor(cursor)
        self._completer.popup().hide()

    def settle(self) -> None:
        """What is typed now is what is shown: Esc comes back to it, and it is remembered."""
        text = self.text()
        self._settled, self._back = text, -1
        if text:
            self.history = [text, *(one for one in self.history if one != text)][:MOST_KEPT]

    def say_right(self, words: str) -> None:
        """The query is valid."""
        self.verdict.say(words)
        self.error.hide()
        self._mark(-1)
        self._border("good" if words else "line-strong")

    def say_wrong(self, sentence: str, place: int = -1) -> None:
        """The query cannot be read, why and from which character on."""
        self.verdict.say("")
        self.error.say(sentence)
        self.error.show()
        self._mark(place)
        self._border("high")

    def offer(self, text: str, cursor: int, some: Sequence[Suggestion]) -> None:
        """Suggestions for a text and a cursor; nothing happens when something else is typed by now."""
        if not self.edit.hasFocus() or (text, cursor) != (self.edit.toPlainText(), self.edit.textCursor().position()):
            return
        self._offers.clear()
        for one in some:
            item = QStandardItem(one.text)
            item.setData(one.words, WORDS)
            item.setData(wording.number(one.count) if one.count is not None else "", COUNT)
            spoken = f"{one.text}, {one.words}" if one.words else one.text
            held = f", {wording.count(one.count, 'activity', 'activities')}" if one.count is not None else ""
            item.setAccessibleText(spoken + held)
            self._offers.appendRow(item)
        if not some:
            self._completer.popup().hide()
            return
        start, _ = completing(text, cursor)
        first = self.edit.textCursor()
        first.setPosition(min(start, len(text)))
        box = QRect(self.edit.cursorRect(first))
        box.setWidth(theme.px(520))
        box.translate(-theme.px(10), theme.px(8))  # the words of the list stand below the words of the line
        self._completer.complete(box)
        self._completer.popup().setCurrentIndex(QModelIndex())  # Enter asks; only who chose a suggestion takes it

    def _mark(self, place: int) -> None:
        if place != self._colours.wrong:
            self._colours.wrong = place
            self._quiet, was = True, self._quiet
            self._colours.rehighlight()
            self._quiet = was

    def _border(self, role: str) -> None:
        colour, corner = theme.colour(role).name(), theme.space("corner")
        self.frame.setStyleSheet(
            f"QFrame#query {{ border: 1px solid {colour}; border-radius: {corner}px; }}"
            "QPlainTextEdit#query-edit { border: none; background: transparent; padding: 0; }"
        )

    def _edited(self) -> None:
        if self._quiet:
            return
        self.changed.emit()
        if self.edit.hasFocus():
            self.wanted.emit(self.edit.toPlainText(), self.edit.textCursor().position())

    def _insert(self, word: str) -> None:
        cursor = self.edit.textCursor()
        text, end = self.edit.toPlainText(), cursor.position()
        start, _ = completing(text, end)
        cursor.setPosition(start)
        cursor.setPosition(end, cursor.MoveMode.KeepAnchor)
        cursor.insertText(word if word.endswith(":") else f"{word} ")
        self.edit.setTextCursor(cursor)

    def _tab(self) -> None:
        popup = self._completer.popup()
        if popup.isVisible():
            index = popup.currentIndex() if popup.currentIndex().isValid() else popup.model().index(0, 0)
            self._insert(str(index.data()))
        else:
            self.focusNextChild()

    def _take(self) -> None:
        popup = self._completer.popup()
        if popup.isVisible() and popup.currentIndex().isValid():
            self._insert(popup.currentIndex().data())
            return
        popup.hide()
        self.changed.emit()
        self.asked.emit()

    def _step(self, step: int) -> None:
        """Up brings back what was asked before, Down what came after."""
        if self._back < 0:
            self._draft = self.text()
        others = [one for one in self.history if one != self._draft]
        place = max(-1, min(len(others) - 1, self._back + step))
        if place != self._back:
            self._back = place
            self.set_text(self._draft if place < 0 else others[place])
            self._back = place
            self.changed.emit()

    def _escape(self) -> None:
        if self._completer.popup().isVisible():
            self._completer.popup().hide()
        elif self.text() != self._settled:
            self.set_text(self._settled)
            self.changed.emit()
        else:
            self.edit.clearFocus()
