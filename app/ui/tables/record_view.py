"""One record of a log or a directory: its fields with what they mean on the left, its text on the right."""

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QSizePolicy, QSplitter, QStackedLayout, QVBoxLayout, QWidget

from app.model.rows import Record
from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.tables.cells import Column
from app.ui.tables.table import Table
from app.ui.tables.titled import titled
from app.ui.widgets.buttons import Button
from app.ui.widgets.words import Elided, Words

MOST_TEXT = 200_000
"""Characters of a record that are shown; more would hold up the window."""
MOST_IN_LINE = 4000


class FieldLine(NamedTuple):
    """One field."""

    name: str
    value: str
    meaning: str


COLUMNS = (
    Column("Field", lambda line: line.name, 168, "quiet"),
    Column("Value", lambda line: line.value, 200, stretch=True, cut="middle", tip=lambda line: wording.tidy(line.value, 4000)),
    Column("Meaning", lambda line: line.meaning, 150, "quiet", stretch=True, tip=lambda line: wording.tidy(line.meaning, 4000)),
)


class RecordView(QWidget):
    """Shows a Record; say(sentence) shows words instead of one."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("page")
        self.fields = Table(COLUMNS)
        self.fields.setAccessibleName(tr("Fields of the record"))
        self.text = QPlainTextEdit()
        self.text.setObjectName("record")
        self.text.setReadOnly(True)
        self.text.setFrameShape(QFrame.Shape.NoFrame)
        self.text.setFont(theme.font("mono"))
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self.text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.text.setAccessibleName(tr("Text of the record"))
        self._title, self._file = Elided("", "section"), Elided("", "mono", "text-quiet", cut=Qt.TextElideMode.ElideMiddle)
        self._title.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self._form = Elided("", "body", "text-quiet")
        self._why = Words("", look="quiet", wrap=True)
        self._why.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._why.setContentsMargins(theme.space("group"), theme.px(12), theme.space("group"), 0)
        inside = QWidget()
        self._inside = QVBoxLayout(inside)
        self._inside.setContentsMargins(0, 0, 0, 0)
        self._inside.setSpacing(0)
        self._inside.addWidget(self.text, 1)
        self._inside.addWidget(self._why, 1)
        self.copy = Button(tr("Copy"), on_click=self._copy, bare=True)
        splitter = QSplitter()
        splitter.setChildrenCollapsible(False)
        splitter.setHandleWidth(1)
        splitter.addWidget(titled(self._title, self.fields, (), self._file))
        self.right = titled(self._form, inside, (self.copy,))
        splitter.addWidget(self.right)
        splitter.setStretchFactor(0, 1)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([640, 480])
        self._words = Words("", look="quiet", wrap=True)
        self._words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._words.setContentsMargins(theme.space("margin"), theme.space("group"), theme.space("margin"), 0)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._words)
        self._stack.addWidget(splitter)

    def say(self, sentence: str) -> None:
        """Show words instead of a record."""
        self._words.say(sentence)
        self._stack.setCurrentIndex(0)

    def show_record(self, title: str, facts: Sequence[tuple[str, str, str]], record: Record, input_name: str) -> None:
        """Show fields and text; where the text cannot be had, why."""
        if not facts and not record.text:
            self.say(record.error or "This record says nothing more than its row.")
            return
        named = facts or tuple((name, value, "") for name, value in record.fields)
        self.fields.leave_out(*(() if any(one[2] for one in named) else ("Meaning",)))
        self.fields.show_rows([FieldLine(*one) for one in named])
        self._title.say(title)
        self._file.say(input_name)
        self._form.say({"xml": "XML", "json": "JSON"}.get(record.form, "Text") if record.text else "No text")
        self.text.setPlainText(shown(record.text))
        self.text.setVisible(bool(record.text))
        self._why.say(record.error)
        self._why.setVisible(not record.text)
        self.copy.setVisible(bool(record.text))
        self.right.setVisible(bool(record.text or record.error))
        self._stack.setCurrentIndex(1)

    def _copy(self) -> None:
        self.text.selectAll()
        self.text.copy()


def shown(text: str) -> str:
    """Text of a record made safe to show, line by line: no invisible or reordering characters, indents kept."""
    lines = []
    for line in text[:MOST_TEXT].splitlines():
        bare = line.lstrip(" ")
        lines.append(" " * min(len(line) - len(bare), 80) + wording.tidy(bare, MOST_IN_LINE))
    if len(text) > MOST_TEXT:
        lines.append(f"… {wording.count(len(text) - MOST_TEXT, 'more character')}")
    return "\n".join(lines)
