"""The query bar: one line of text, coloured as it is read, green when valid, with a sentence when it is not."""

from collections.abc import Callable

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtGui import QKeyEvent, QSyntaxHighlighter, QTextCharFormat, QTextOption
from PySide6.QtWidgets import QCompleter, QFrame, QHBoxLayout, QPlainTextEdit, QSizePolicy, QVBoxLayout, QWidget

from app.model.filter import tokens
from app.ui import theme
from app.ui.widgets.words import Words

ROLES = {"key": "accent", "operator": "chart-3", "error": "high", "value": "text", "word": "text"}


class _Colours(QSyntaxHighlighter):
    def highlightBlock(self, text: str) -> None:
        for start, length, role in tokens(text):
            shape = QTextCharFormat()
            shape.setForeground(theme.colour(ROLES.get(role, "text")))
            self.setFormat(start, length, shape)


class _Line(QPlainTextEdit):
    entered = Signal()
    escaped = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.escaped.emit()
        elif event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def insertFromMimeData(self, source) -> None:
        """Pasted lines become one."""
        self.insertPlainText(" ".join(source.text().split()))


class QueryBar(QWidget):
    """changed when the text changed; complete(text, cursor) gives the words that could come next."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.complete: Callable[[str, int], list[str]] = lambda _text, _cursor: []
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
        self.edit.setViewportMargins(0, theme.px(2), 0, 0)
        self.edit.setPlaceholderText("from:10.0.0.66 kind:kerberos not result:success")
        self.edit.setAccessibleName("Query")
        self._colours = _Colours(self.edit.document())
        self.verdict = Words("", "quiet", "good")
        self.error = Words("", "quiet", "high")
        self.error.hide()
        row = QHBoxLayout(self.frame)
        row.setContentsMargins(theme.px(8), 0, theme.px(8), 0)
        row.addWidget(self.edit, 1)
        row.addWidget(self.verdict)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(2))
        column.addWidget(self.frame)
        column.addWidget(self.error)
        self._words = QStringListModel(self)
        self._completer = QCompleter(self._words, self)
        self._completer.setWidget(self.edit)
        self._completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._completer.activated.connect(self._insert)
        self.edit.textChanged.connect(self._edited)
        self.edit.escaped.connect(self._escape)
        self.edit.entered.connect(self._take)
        self._quiet = False
        self._border("line-strong")

    def text(self) -> str:
        """The query."""
        return self.edit.toPlainText().strip()

    def words(self) -> list[str]:
        """The query cut at blanks outside of quotes."""
        out, word, quoted = [], "", False
        for letter in self.text():
            if letter == '"':
                quoted = not quoted
            if letter.isspace() and not quoted:
                out.append(word)
                word = ""
            else:
                word += letter
        return [one for one in (*out, word) if one]

    def set_text(self, text: str, tell: bool = False) -> None:
        """Put another query in; tell: as if it were typed."""
        self._quiet = not tell
        self.edit.setPlainText(text)
        self._quiet = False

    def say_right(self, words: str) -> None:
        """The query is valid."""
        self.verdict.say(words)
        self.error.hide()
        self._border("good" if words else "line-strong")

    def say_wrong(self, sentence: str) -> None:
        """The query cannot be read, and why."""
        self.verdict.say("")
        self.error.say(sentence)
        self.error.show()
        self._border("high")

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
        cursor = self.edit.textCursor().position()
        found = self.complete(self.edit.toPlainText(), cursor)[:12] if self.edit.hasFocus() else []
        self._words.setStringList(found)
        if found:
            box = self.edit.cursorRect()
            box.setWidth(theme.px(240))
            self._completer.complete(box)
        else:
            self._completer.popup().hide()

    def _insert(self, word: str) -> None:
        cursor = self.edit.textCursor()
        text, end = self.edit.toPlainText(), cursor.position()
        start = max(text.rfind(" ", 0, end), text.rfind("(", 0, end)) + 1
        if ":" in text[start:end] and not word.startswith(text[start:end].split(":")[0] + ":"):
            start = text.rfind(":", start, end) + 1
        cursor.setPosition(start)
        cursor.setPosition(end, cursor.MoveMode.KeepAnchor)
        cursor.insertText(word)

    def _take(self) -> None:
        popup = self._completer.popup()
        if popup.isVisible() and popup.currentIndex().isValid():
            self._insert(popup.currentIndex().data())
        popup.hide()
        self.changed.emit()

    def _escape(self) -> None:
        if self._completer.popup().isVisible():
            self._completer.popup().hide()
        else:
            self.edit.clearFocus()
