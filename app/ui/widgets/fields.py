"""Fields of a form: a name, what is typed or chosen, and one line that says what it is for or what is wrong with it."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.icons import paint_icon
from app.ui.widgets.buttons import DISABLED, Button, PaintedButton
from app.ui.widgets.flow import FlowLayout
from app.ui.widgets.tips import plain_tip
from app.ui.widgets.words import Paragraph, Words

Rule = Callable[[str], str]
"""What is wrong with a text, in one sentence; "" when nothing is."""


def anything(_text: str) -> str:
    """Nothing is wrong."""
    return ""


class Field(QWidget):
    """Base: name above, hint below; the hint gives way to what is wrong, once something was typed or complain was called."""

    changed = Signal()

    def __init__(self, name: str, hint: str = "", rule: Rule = anything) -> None:
        super().__init__()
        self._hint, self._rule, self._touched = hint, rule, False
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.px(4))
        self.name = name
        self._column.addWidget(Words(name, "quiet-strong", "quiet"))
        self.note = Paragraph(hint, "quiet", "quiet")
        self.changed.connect(self._follow)

    def put(self, editor: QWidget) -> None:
        """The editor between name and hint."""
        self._column.addWidget(editor)
        self._column.addWidget(self.note)
        self.note.setVisible(bool(self._hint))

    def text(self) -> str:
        """What is typed or chosen."""
        return ""

    def problem(self) -> str:
        """What is wrong, "" for nothing; a field that is not shown is never wrong."""
        return "" if self.isHidden() else self._rule(self.text())

    def complain(self) -> str:
        """Say what is wrong, also of a field that nobody touched."""
        self._touched = True
        self._show()
        return self.problem()

    def _follow(self) -> None:
        self._touched = True
        self._show()

    def _show(self) -> None:
        wrong = self.problem() if self._touched else ""
        self.note.setVisible(bool(wrong or self._hint))
        self.note.set_role("high" if wrong else "text-quiet")
        self.note.say(wrong or self._hint)


class TextField(Field):
    """One line of text; secret: shown as dots, never given back to the screen."""

    def __init__(
        self, name: str, hint: str = "", rule: Rule = anything, value: str = "", example: str = "", secret: bool = False
    ) -> None:
        super().__init__(name, hint, rule)
        self.edit = QLineEdit(value)
        self.edit.setPlaceholderText(example)
        self.edit.setAccessibleName(name)
        self.edit.setAccessibleDescription(hint)
        if secret:
            self.edit.setEchoMode(QLineEdit.EchoMode.Password)
            self.edit.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.edit.textEdited.connect(lambda _: self.changed.emit())
        self.line = QWidget()
        self._row = QHBoxLayout(self.line)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(theme.space("related"))
        self._row.addWidget(self.edit, 1)
        self.put(self.line)

    def text(self) -> str:
        """What is typed, without blanks around it; a secret as it is."""
        return self.edit.text() if self.edit.echoMode() == QLineEdit.EchoMode.Password else self.edit.text().strip()


class FileField(TextField):
    """The path of a file, typed or chosen."""

    def __init__(self, name: str, hint: str, kinds: str, rule: Rule = anything, value: str = "", example: str = "") -> None:
        super().__init__(name, hint, rule, value, example)
        self._kinds = kinds
        self._row.addWidget(Button(tr("Browse"), on_click=self._browse))

    def _browse(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, self.name, self.text(), self._kinds)
        if name:
            self.edit.setText(name)
            self.changed.emit()


class Segment(Button):
    """One of several: filled while it is the chosen one."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.setCheckable(True)
        self.setAutoExclusive(True)

    def _colours(self):
        if self.isChecked():
            return theme.colour("accent-quiet"), theme.colour("accent"), theme.colour("accent")
        return super()._colours()


class ChoiceField(Field):
    """One of a few words, side by side as far as there is room. choices: (value, words)."""

    def __init__(self, name: str, choices: Sequence[tuple[str, str]], value: str, hint: str = "") -> None:
        super().__init__(name, hint)
        self.segments: dict[str, Button] = {}
        holder = QWidget()
        row = FlowLayout(holder, gap=4)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        holder.setSizePolicy(policy)
        for word, words in choices:
            segment = self.segments[word] = Segment(words)
            segment.setChecked(word == value)
            segment.toggled.connect(lambda on: on and self.changed.emit())
            row.addWidget(segment)
        self.put(holder)

    def text(self) -> str:
        """The chosen value."""
        return next((word for word, one in self.segments.items() if one.isChecked()), "")


class Check(PaintedButton):
    """A box to tick with words and a quiet note beside it."""

    def __init__(self, words: str, note: str = "", on: bool = False) -> None:
        super().__init__(wording.tidy(words, 120))
        self._note = wording.tidy(note, 120)
        self.setCheckable(True)
        self.setChecked(on)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleDescription(self._note)
        if note:
            self.setToolTip(plain_tip(f"{self.text()}  {self._note}"))

    def sizeHint(self) -> QSize:
        """Room for the words and the note."""
        wide = theme.px(24) + theme.measure().horizontalAdvance(self.text()) + 2
        if self._note:
            wide += theme.px(8) + theme.measure().horizontalAdvance(self._note)
        return QSize(wide, theme.space("row"))

    def minimumSizeHint(self) -> QSize:
        """What is cut of them is in the tooltip."""
        return QSize(min(theme.px(120), self.sizeHint().width()), theme.space("row"))

    def paintEvent(self, _event: object) -> None:
        """Paint box, words, note."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(1.0 if self.isEnabled() else DISABLED)
        side = theme.px(16)
        box = QRectF(0.5, (self.height() - side) / 2 + 0.5, side - 1, side - 1)
        on = self.isChecked()
        painter.setPen(QPen(theme.colour("accent" if on else "line-strong"), 1))
        ground = theme.colour("accent") if on else theme.colour("hover") if self.underMouse() else Qt.BrushStyle.NoBrush
        painter.setBrush(ground)
        painter.drawRoundedRect(box, theme.space("chip-corner"), theme.space("chip-corner"))
        if on:
            paint_icon(painter, box.adjusted(1.5, 1.5, -1.5, -1.5), "check", theme.colour("text-inverse"))
        left = side + theme.px(8)
        painter.setFont(theme.font())
        painter.setPen(theme.colour("text"))
        measure = painter.fontMetrics()
        words = measure.elidedText(self.text(), Qt.TextElideMode.ElideMiddle, self.width() - left)
        painter.drawText(self.rect().adjusted(left, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, words)
        beside = left + measure.horizontalAdvance(words) + theme.px(8)
        if self._note and beside < self.width():
            painter.setPen(theme.colour("text-quiet"))
            note = measure.elidedText(self._note, Qt.TextElideMode.ElideRight, self.width() - beside)
            painter.drawText(self.rect().adjusted(beside, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, note)
        self.paint_ring(painter, QRectF(self.rect()), 3)


class ChecksField(Field):
    """Any of several. text: the ticked values, a line each; what is ticked but not offered stays ticked and is told as gone."""

    def __init__(self, name: str, hint: str = "", rule: Rule = anything, ticked: Sequence[str] = ()) -> None:
        super().__init__(name, hint, rule)
        self._ticked = set(ticked)
        self.boxes: dict[str, Check] = {}
        holder = QWidget()
        self._list = QVBoxLayout(holder)
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(0)
        self.put(holder)

    def offer(self, choices: Sequence[tuple[str, str, str]]) -> None:
        """(value, words, note) of each."""
        there = {value for value, _, _ in choices}
        gone = [(value, value, "is not there now") for value in sorted(self._ticked - there)]
        for value, words, note in (*choices, *gone):
            box = self.boxes[value] = Check(words, note, value in self._ticked)
            box.toggled.connect(lambda _: self.changed.emit())
            self._list.addWidget(box)

    def values(self) -> tuple[str, ...]:
        """The ticked ones, in the order in which they are offered."""
        return tuple(value for value, box in self.boxes.items() if box.isChecked())

    def text(self) -> str:
        """The ticked ones."""
        return "\n".join(self.values())
