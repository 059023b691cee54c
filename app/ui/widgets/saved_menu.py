"""Saved queries: pinned ones as chips above the table, all of them in a menu that can be searched."""

from collections.abc import Callable
from pathlib import Path

import msgspec
from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QLineEdit, QMenu, QVBoxLayout, QWidget

from app.model.plain_file import text_of
from app.model.saved import LONGEST_NAME, SavedQuery, matching, merged, named, read_list, without, write_list
from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.widgets.buttons import Button
from app.ui.widgets.fields import Check
from app.ui.widgets.two_line_list import TwoLineList, TwoLines
from app.ui.widgets.words import Words

MOST_CHIPS = 8
MOST_ROWS = 4
"""Saved queries that are seen at once; the others are a turn of the wheel away."""


class SavedQueries(QWidget):
    """Chips of what is pinned, the current one filled. chosen(text). The list of all opens below a button, see open_list."""

    chosen = Signal(str)

    def __init__(self, desk: Desk, text: Callable[[], str]) -> None:
        super().__init__()
        self._desk, self._text = desk, text
        self.kept: tuple[SavedQuery, ...] = ()
        """Those of the workspace."""
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(theme.px(6))
        self.chips: list[Button] = []
        self.panel = _Panel(self)
        self.hide()

    @property
    def every(self) -> tuple[SavedQuery, ...]:
        """Those of the workspace, then the user's own that are not named alike."""
        names = {one.name.lower() for one in self.kept}
        own = (self._veiled(one) for one in self._desk.settings.queries)
        return (*self.kept, *(one for one in own if one.name.lower() not in names))

    def _veiled(self, one: SavedQuery) -> SavedQuery:
        return self._turned(one, self._desk.veiled)

    def _revealed(self, one: SavedQuery) -> SavedQuery:
        session = self._desk.session
        return self._turned(one, session.reveal) if session is not None else one

    @staticmethod
    def _turned(one: SavedQuery, turn: Callable[[str], str]) -> SavedQuery:
        return msgspec.structs.replace(one, name=turn(one.name), text=turn(one.text), folder=turn(one.folder))

    def is_own(self, one: SavedQuery) -> bool:
        """Whether it is one of the user's own, in every workspace."""
        return named(self.kept, one.name) is None

    def ask(self) -> None:
        """Fetch what the workspace keeps."""
        session = self._desk.session
        if session is None:
            self._arrived(())
            return
        self._desk.jobs.run(session.saved_queries, lambda found: self._arrived(found), owner=self)

    def follow(self, text: str) -> None:
        """The chip of this query looks pressed."""
        for chip, one in zip(self.chips, self._pinned(), strict=False):
            chip.setChecked(one.text.strip() == text)

    def open_list(self, button: QWidget) -> None:
        """The list below a button."""
        self.panel.open(button)

    def save(self, one: SavedQuery, own: bool) -> None:
        """Keep a query with the workspace, or for every workspace."""
        if own:
            self._desk.keep(queries=merged(self._desk.settings.queries, self._revealed(one)))
            self._arrived(without(self.kept, one.name) if named(self.kept, one.name) is None else self.kept)
        else:
            self._write(lambda session: session.save_queries(one))
        self._desk.tell(f"Saved as {wording.tidy(one.name, 60)}.")

    def remove(self, one: SavedQuery) -> None:
        """Forget a query; of the workspace it can be undone."""
        if self.is_own(one):
            self._desk.keep(queries=without(self._desk.settings.queries, self._revealed(one).name))
            self._arrived(self.kept)
        else:
            self._write(lambda session: session.remove_query(one.name))

    def take_in(self, path: Path) -> None:
        """Add all of a file to the workspace."""
        self._write(lambda session: session.save_queries(*read_list(text_of(path))))

    def write(self, path: Path) -> None:
        """All of them into a file."""
        text = write_list(merged((), *self.every))
        told = lambda _: self._desk.tell(f"{wording.count(len(self.every), 'query', 'queries')} saved as {path.name}.")  # noqa: E731
        self._desk.jobs.run(lambda: path.write_text(text, encoding="utf-8"), told, owner=self, keeps=True)

    def _write(self, work: Callable) -> None:
        session = self._desk.session
        if session is None:
            return

        def both() -> tuple[SavedQuery, ...]:
            work(session)
            return session.saved_queries()

        self._desk.jobs.run(both, self._arrived, self._desk.refuse, self, keeps=True)

    def _pinned(self) -> list[SavedQuery]:
        return [one for one in self.every if one.pinned][:MOST_CHIPS]

    def _arrived(self, kept: tuple[SavedQuery, ...]) -> None:
        self.kept = kept
        while self._row.count():
            item = self._row.takeAt(0)
            if item.widget() is not None:
                item.widget().deleteLater()
        self.chips = []
        for one in self._pinned():
            chip = Button(
                wording.middle(one.name, 28), icon="pin", on_click=lambda one=one: self.chosen.emit(one.text), tip=one.text
            )
            chip.setAccessibleName(f"Saved query {wording.tidy(one.name)}")
            self.chips.append(chip)
            self._row.addWidget(chip)
        self._row.addStretch(1)
        self.setVisible(bool(self.chips))
        self.panel.show_all()


class _Panel(QFrame):
    """A list that can be searched, and a line to save what is typed."""

    def __init__(self, saved: SavedQueries) -> None:
        super().__init__(saved, Qt.WindowType.Popup)
        self._saved = saved
        self.setObjectName("popup")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(tr("Saved queries"))
        pad = theme.px(10)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, pad, 1, pad)
        column.setSpacing(theme.px(8))
        self.find = QLineEdit()
        self.find.setPlaceholderText(tr("Search saved queries"))
        self.find.setAccessibleName(tr("Search saved queries"))
        self.find.textChanged.connect(lambda _: self.show_all())
        self.find.returnPressed.connect(self._open_first)
        self.list = TwoLineList(self._open, scrolls=True, dense=True, pad=10)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._menu)
        self.nothing = Words(tr("No query is saved yet. Type one, give it a name below."), "quiet")
        self.name = QLineEdit()
        self.name.setPlaceholderText(tr("Save this query as: folder / name"))
        self.name.setAccessibleName(tr("Save this query as"))
        self.name.setMaxLength(2 * LONGEST_NAME)
        self.name.returnPressed.connect(self.save)
        self.pin = Check(tr("Pinned"), "above the table", True)
        self.own = Check(tr("In every case"), "kept with your settings")
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.px(6))
        self.save_button = Button(tr("Save"), primary=True, on_click=self.save)
        buttons.addWidget(self.save_button)
        buttons.addStretch(1)
        buttons.addWidget(Button(tr("Import"), on_click=self._import, bare=True))
        buttons.addWidget(Button(tr("Export"), on_click=self._export, bare=True))
        for part in (self.find, self.nothing, self.name, self.pin, self.own):
            holder = QHBoxLayout()
            holder.setContentsMargins(pad, 0, pad, 0)
            holder.addWidget(part)
            column.addLayout(holder)
            if part is self.find:
                column.addWidget(self.list)
        buttons.setContentsMargins(pad, 0, pad, 0)
        column.addLayout(buttons)
        self.setFixedWidth(theme.px(380))

    def open(self, button: QWidget) -> None:
        """Below a button, the caret in the search."""
        self.show_all()
        self.save_button.setEnabled(bool(self._saved._text()))
        corner = button.mapToGlobal(QPoint(button.width() - self.width(), button.height() + theme.px(4)))
        room = button.screen().availableGeometry()
        row = theme.space("row-two-line")
        self.list.setFixedHeight(row * max(1, min(MOST_ROWS, len(self._saved.every))))
        self.show()  # before it is measured: how high its lines are is known then
        self.adjustSize()
        while self.list.height() > row and self.height() > room.height():
            self.list.setFixedHeight(max(row, self.list.height() - row))
            self.adjustSize()
        left = max(room.left(), min(corner.x(), room.right() + 1 - self.width()))
        self.move(left, max(room.top(), min(corner.y(), room.bottom() + 1 - self.height())))
        (self.name if self._saved._text() and not self._saved.every else self.find).setFocus(Qt.FocusReason.OtherFocusReason)

    def show_all(self) -> None:
        """Those that hold what is searched for."""
        every = self._saved.every
        shown = matching(every, self.find.text())
        self.list.show_rows(
            [
                TwoLines(
                    sign="",
                    title=f"{one.folder} / {one.name}" if one.folder else one.name,
                    text=wording.tidy(one.text, 300),
                    value=("pinned, " if one.pinned else "") + "every case" if self._saved.is_own(one) else "pinned" * one.pinned,
                    target=one,
                )
                for one in shown
            ]
        )
        self.list.setVisible(bool(every))
        self.nothing.setVisible(not every)

    def save(self) -> None:
        """Keep the query on screen under the name that is typed."""
        text, typed = self._saved._text(), " ".join(self.name.text().split())
        folder, slash, name = typed.rpartition("/")
        name = name.strip() if slash else typed
        if not text or not name:
            self.name.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        one = msgspec.convert(
            {"name": name[:LONGEST_NAME], "text": text, "folder": folder.strip()[:LONGEST_NAME], "pinned": self.pin.isChecked()},
            SavedQuery,
        )
        self._saved.save(one, self.own.isChecked())
        self.name.clear()
        self.hide()

    def _open(self, one: object) -> None:
        if isinstance(one, SavedQuery):
            self.hide()
            self._saved.chosen.emit(one.text)

    def _open_first(self) -> None:
        shown = matching(self._saved.every, self.find.text())
        if shown:
            self.hide()
            self._saved.chosen.emit(shown[0].text)

    def _menu(self, where: QPoint) -> None:
        place = self.list.indexAt(where).row()
        one = self.list.rows()[place].target if place >= 0 else None
        if not isinstance(one, SavedQuery):
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        pin = "Take the pin away" if one.pinned else "Pin above the table"
        own = self._saved.is_own(one)
        changed = msgspec.structs.replace(one, pinned=not one.pinned)
        menu.addAction(pin).triggered.connect(lambda *_: self._saved.save(changed, own))
        menu.addAction("Remove").triggered.connect(lambda *_: self._saved.remove(one))
        menu.popup(self.list.mapToGlobal(where))

    def _import(self) -> None:
        self.hide()
        name, _ = QFileDialog.getOpenFileName(self._saved, "Import saved queries", "", "Saved queries (*.json)")
        if name:
            self._saved.take_in(Path(name))

    def _export(self) -> None:
        self.hide()
        name, _ = QFileDialog.getSaveFileName(self._saved, "Export saved queries", "queries.json", "Saved queries (*.json)")
        if name:
            self._saved.write(Path(name))
