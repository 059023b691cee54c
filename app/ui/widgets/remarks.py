"""Notes of one subject: each with when and by whom, below a field for the next one."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.model.note import Note
from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.widgets.buttons import Button, LinkButton
from app.ui.widgets.emptying import emptied
from app.ui.widgets.note_field import LONGEST, NoteField
from app.ui.widgets.words import Paragraph, Words

MOST = 50


class Remarks(QWidget):
    """write(words): a note is to be added; remove(number): one is to go; leave(): back to the page, by Esc in the field.

    What is typed stays until it was added.
    """

    def __init__(self, write: Callable[[str], object], remove: Callable[[int], object], leave: Callable[[], object]) -> None:
        super().__init__()
        self._write, self._remove = write, remove
        self._shown: tuple[object, ...] | None = None
        self._subject = ""
        self._drafts: dict[str, str] = {}
        self.field = NoteField(self._add, leave, tr("Note"), tr("Write what was found; it stands in the report."))
        self.save = Button(tr("Add note"), key="Ctrl Enter", on_click=self._add)
        self.save.setEnabled(False)
        self.field.textChanged.connect(lambda: self.save.setEnabled(bool(self.field.toPlainText().strip())))
        self._list = QVBoxLayout()
        self._list.setSpacing(theme.px(10))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(8))
        column.addLayout(self._list)
        column.addWidget(self.field)
        column.addWidget(self.save, 0, Qt.AlignmentFlag.AlignLeft)

    def show_subject(self, key: str) -> None:
        """Another subject; what is typed waits for its own to come back."""
        if key == self._subject:
            return
        self._drafts[self._subject] = self.field.toPlainText()
        self._subject = key
        self.field.setPlainText(self._drafts.pop(key, ""))

    def show_notes(self, notes: Sequence[Note], older: str = "") -> None:
        """Show these, the oldest first. older: a note that a version before kept, without time and name."""
        wanted = (tuple(notes), older)
        if wanted == self._shown:
            return
        self._shown = wanted
        emptied(self._list)
        if older:
            self._list.addWidget(Paragraph(older))
        for one in sorted(notes, key=lambda note: note.id)[-MOST:]:
            self._list.addWidget(self._entry(one))

    def _entry(self, note: Note) -> QWidget:
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        by = f", {wording.tidy(note.who, 60)}" if note.who else ""
        row.addWidget(Words(f"{wording.moment(note.at)[:-3]}{by}", "quiet", "quiet"))
        row.addStretch(1)
        link = LinkButton(tr("Remove"), lambda: self._remove(note.id), "quiet")
        link.setAccessibleName(f"Remove the note of {wording.moment(note.at)}")
        row.addWidget(link)
        column.addLayout(row)
        for line in note.text.splitlines()[:200]:
            column.addWidget(Paragraph(line))
        return holder

    def _add(self) -> None:
        words = self.field.toPlainText().strip()[:LONGEST]
        if words:
            self._write(words)
            self.field.setFocus(Qt.FocusReason.OtherFocusReason)  # the button is off once there is nothing to add
            self.field.clear()
