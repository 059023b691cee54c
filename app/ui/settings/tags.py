"""Who is sensitive, who is a honeytoken, which domain is known to be bad: found by the program, given or taken away by hand."""

from collections.abc import Sequence

from PySide6.QtCore import QStringListModel, Qt, QTimer
from PySide6.QtWidgets import QCompleter, QLineEdit, QVBoxLayout, QWidget

from app.model.entity import EntityRef
from app.model.rows import Tagged
from app.model.tags import HONEYTOKEN, KNOWN_BAD, SENSITIVE
from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.jobs import Job
from app.ui.settings.section import Item, Section, Segments
from app.ui.tables.cells import Column
from app.ui.tables.table import Table
from app.ui.widgets.buttons import Button
from app.ui.widgets.empty import Empty
from app.ui.widgets.flow import FlowLayout
from app.ui.widgets.words import Line, PageHeading, Words

TYPING_MS = 150
MOST = 12
MOST_TYPED = 100_000
"""Characters: a list of domains may be pasted."""
CHOICES = tuple((one, one) for one in (SENSITIVE, HONEYTOKEN, KNOWN_BAD))


def _how(row: Tagged) -> str:
    if row.by_hand is None:
        return f"found: {row.why}"
    return "given by hand" if row.by_hand else "taken away by hand"


COLUMNS = (
    Column("Who", lambda row: row.ref, 240, "entity", stretch=True, dim=lambda row: row.by_hand is False),
    Column("Tag", lambda row: row.tag, 110, dim=lambda row: row.by_hand is False, firm=True),
    Column("How", _how, 300, "quiet", stretch=True),
)


class Tags(Section):
    """Every change can be undone; alerts follow when detection is done."""

    word, title, icon = "tags", "Tags", "pin"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._found: dict[str, EntityRef] = {}
        self._job: Job | None = None
        self.take = Button(tr("Take away"), "close", on_click=self._take)
        self.open = Button(tr("Open entity"), on_click=self._open)
        self.heading = PageHeading(tr("Tags"), "", (self.open, self.take))
        self.name = QLineEdit()
        self.name.setPlaceholderText(tr("Account, computer, group, domain or address"))
        self.name.setAccessibleName(tr("Whom to tag"))
        self.name.setMaxLength(MOST_TYPED)
        self.names = QStringListModel(self)
        completer = QCompleter(self.names, self)
        completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.name.setCompleter(completer)
        self.name.returnPressed.connect(self._add)
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(TYPING_MS)
        self._typing.timeout.connect(self._complete)
        self.name.textEdited.connect(lambda _: self._typing.start())
        self.tag = Segments(tr("Tag"), CHOICES, SENSITIVE)
        self.tag.chosen.connect(self.tag.show_value)
        self.add = Button(tr("Add"), "plus", on_click=self._add)
        self.wrong = Words("", "quiet", "high")
        self.wrong.hide()
        self.table = Table(COLUMNS)
        self.table.setAccessibleName(tr("Tags"))
        self.table.chosen.connect(lambda _: self._enable())
        self.table.opened.connect(lambda _: self._open())
        self.nothing = Empty("", "", "Open evidence", lambda: desk.command("open.files"))
        margin = theme.space("margin")
        top = QWidget()
        head = QVBoxLayout(top)
        head.setContentsMargins(margin, theme.space("top"), margin, theme.px(10))
        head.setSpacing(theme.px(8))
        head.addWidget(self.heading)
        self.name.setMinimumWidth(theme.px(240))
        self._line = QWidget()
        line = FlowLayout(self._line, 8, fills=True)
        for one in (self.name, self.tag, self.add):
            line.addWidget(one)
        head.addWidget(self._line)
        head.addWidget(self.wrong)
        below = QWidget()
        self._below = below
        inside = QVBoxLayout(below)
        inside.setContentsMargins(margin, theme.px(8), margin, 0)
        inside.addWidget(self.nothing)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(top)
        column.addWidget(Line())
        column.addWidget(self.table, 1)
        column.addWidget(below, 1)
        self._show(())

    def items(self) -> Sequence[Item]:
        """The tags that detectors go by."""
        return (
            Item("Sensitive accounts and computers", "Who may reach the whole domain.", SENSITIVE, "tag vip admin crown jewels"),
            Item("Honeytokens", "Accounts and computers that nobody has a reason to use.", HONEYTOKEN, "tag decoy canary"),
            Item("Domains known to be bad", "Who asks DNS for them is told.", KNOWN_BAD, "tag indicator ioc dns domain"),
        )

    def show_item(self, key: str) -> None:
        """The caret where one types whom."""
        if key in self.tag.segments:
            self.tag.show_value(key)
        self.name.setFocus(Qt.FocusReason.TabFocusReason)

    def refresh(self) -> None:
        """Ask who carries a tag."""
        session = self.desk.session
        if session is None or not self.desk.is_open:
            self._show(())
            return
        if self._job is not None:
            self._job.cancel()
        self._job = self.desk.jobs.run(session.queries.carriers, self._show, owner=self)

    def leave(self) -> None:
        """Nothing is awaited."""
        self._typing.stop()
        if self._job is not None:
            self._job.cancel()

    def _show(self, rows: Sequence[Tagged]) -> None:
        is_open = self.desk.is_open
        hand = sum(one.by_hand is not None for one in rows)
        self._line.setVisible(is_open)
        self.open.setVisible(is_open)
        self.take.setVisible(is_open)
        self.heading.sentence.say(
            f"{wording.count(len(rows) - hand, 'sensitive entity was', 'sensitive entities were')} found, "
            f"{wording.count(hand, 'tag')} by hand. What an analyst says comes first."
            if is_open
            else "Tags are given for each case."
        )
        self.table.setVisible(bool(rows))
        self._below.setVisible(not rows)
        self.nothing.heading.say("Nobody is tagged yet" if is_open else "No case is open")
        self.nothing.heading.show()
        self.nothing.sentence.say(
            "Sensitive accounts are found in a directory, in changes of groups, in logs; add them by name, and honeytokens."
            if is_open
            else "Open evidence or a case, then who is sensitive or a honeytoken stands here."
        )
        self.nothing.link.setVisible(not is_open)
        self.table.show_rows(rows, key=lambda one: (one.ref.key, one.tag))
        if rows and self.table.current_row() is None:
            self.table.setCurrentIndex(self.table.model().index(0, 0))
        self._enable()

    def _enable(self) -> None:
        one = self.table.current_row()
        self.open.setEnabled(one is not None)
        self.take.setEnabled(one is not None)
        by_hand = one is not None and one.by_hand is not None
        self.take.say("Leave to the program" if by_hand else "Take away")

    def _complete(self) -> None:
        session, text = self.desk.session, self.name.text().strip()
        if session is not None and text:
            self.desk.jobs.run(lambda: session.queries.search(text, MOST), lambda found: self._offer(text, found), owner=self)

    def _offer(self, text: str, found: Sequence[EntityRef]) -> None:
        if text != self.name.text().strip() or not self.name.hasFocus():
            return
        self._found = {f"{wording.tidy(one.label, 120)} ({wording.entity_kind(one.kind).lower()})": one for one in found}
        self.names.setStringList(list(self._found))
        if self._found:
            self.name.completer().complete()

    def _add(self) -> None:
        session, text = self.desk.session, self.name.text().strip()
        if session is None or not text:
            return
        tag = next(word for word, one in self.tag.segments.items() if one.isChecked())
        if tag == KNOWN_BAD:
            names = text.replace(",", " ").split()
            every = lambda: [session.key_of(one, tag) for one in names]  # noqa: E731
            self.desk.jobs.run(every, lambda keys: self._tag_domains(keys, tag), self._unknown, self)
            return
        chosen = self._found.get(text)
        work = (lambda: chosen.key) if chosen is not None else (lambda: session.key_of(text))
        self.desk.jobs.run(work, lambda key: self._tag(key, tag, True, text), self._unknown, self)

    def _unknown(self, error: str) -> None:
        self.wrong.say(f"{error.partition(': ')[2] or error} Type a name that the evidence holds, or an address.")
        self.wrong.show()

    def _tag(self, key: str, tag: str, on: bool | None, who: str) -> None:
        self.wrong.hide()
        self.name.clear()
        self.desk.tag(key, {tag: on})
        said = {True: "carries", False: "does not carry"}
        words = f"{said[on]} {tag}" if on is not None else f"carries {tag} as the program finds"
        self.desk.tell(f"{wording.tidy(who, 80)} {words}; alerts follow when detection is done.")

    def _tag_domains(self, keys: Sequence[str], tag: str) -> None:
        self.wrong.hide()
        self.name.clear()
        self.desk.tag_all(keys, tag, True)

    def _take(self) -> None:
        one = self.table.current_row()
        if one is not None:
            self._tag(one.ref.key, one.tag, None if one.by_hand is not None else False, one.ref.label)

    def _open(self) -> None:
        one = self.table.current_row()
        if one is not None:
            self.desk.go("entity", one.ref.key)

    def keyPressEvent(self, event) -> None:
        """Del takes the tag away."""
        if event.key() == Qt.Key.Key_Delete and self.table.hasFocus():
            self._take()
        else:
            super().keyPressEvent(event)
