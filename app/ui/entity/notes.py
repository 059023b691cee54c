"""Notes of an entity: what was written when and by whom, a field for the next one; all of it can be undone."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.model.note import Note
from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.widgets.buttons import Button, LinkButton
from app.ui.widgets.emptying import emptied
from app.ui.widgets.note_field import NoteField
from app.ui.widgets.words import Line, Paragraph, SectionHeading, Words

MOST = 200
HINT = "What you know of it, whom you asked, what is to be done. Ctrl+Enter keeps it."


class NotesView(QWidget):
    """Notes of one entity by its key."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._key = ""
        self._changing: int | None = None
        self._shown: tuple[Note, ...] | None = None
        self.field = NoteField(self.keep, self.leave, tr("A note of this entity"), HINT)
        self.keep_button = Button(tr("Keep note"), key="Ctrl Enter", primary=True, on_click=self.keep)
        self.leave_button = Button(tr("Cancel"), on_click=self.leave)
        self.leave_button.hide()
        margin = theme.space("margin")
        column = QVBoxLayout(self)
        column.setContentsMargins(margin, theme.space("group"), margin, margin)
        column.setSpacing(theme.px(8))
        column.addWidget(SectionHeading(tr("Notes"), "kept in the workspace, with your name and the time; in the report as well"))
        column.addWidget(self.field)
        row = QHBoxLayout()
        row.addWidget(self.keep_button)
        row.addWidget(self.leave_button)
        row.addStretch(1)
        column.addLayout(row)
        self._list = QVBoxLayout()
        self._list.setSpacing(theme.px(8))
        column.addLayout(self._list)
        column.addStretch(1)

    def show_notes(self, key: str, notes: tuple[Note, ...]) -> None:
        """Show those of an entity; what is being written for the same one stays."""
        if key != self._key:
            self._key, self._shown = key, None
            self.leave()
        if notes == self._shown:
            return
        self._shown = notes
        emptied(self._list)
        for one in notes[:MOST]:
            self._list.addWidget(self._note(one))
        if not notes:
            self._list.addWidget(Words(tr("Nothing was written down of this entity yet."), look="quiet"))

    def _note(self, note: Note) -> QWidget:
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(4))
        column.addWidget(Line())
        head = QHBoxLayout()
        head.setSpacing(theme.px(12))
        changed = f", changed {wording.moment(note.changed)[:-3]}" if note.changed > note.at else ""
        who = wording.tidy(note.who, 60) or "somebody"
        head.addWidget(Words(f"{who}, {wording.moment(note.at)[:-3]}{changed}", "quiet", "quiet"))
        head.addStretch(1)
        head.addWidget(LinkButton(tr("Change"), lambda: self.change(note), "quiet"))
        head.addWidget(LinkButton(tr("Remove"), lambda: self._desk.remove_note(note.id), "quiet"))
        column.addLayout(head)
        for line in note.text.splitlines()[:100]:
            column.addWidget(Paragraph(line or " "))
        return holder

    def change(self, note: Note) -> None:
        """Take a note back into the field."""
        self._changing = note.id
        self.field.setPlainText(note.text)
        self.keep_button.say(tr("Keep change"))
        self.leave_button.show()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def leave(self) -> None:
        """Write nothing."""
        self._changing = None
        self.field.clear()
        self.keep_button.say(tr("Keep note"))
        self.leave_button.hide()

    def keep(self) -> None:
        """Write down what is in the field."""
        words = self.field.toPlainText().strip()
        if words and self._key:
            self._desk.write_note(self._key, words, self._changing)
            self.leave()
