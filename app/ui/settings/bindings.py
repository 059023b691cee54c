"""Keys of every action: found, changed, taken from another, set back."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QPainter, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.ui import keys, theme
from app.ui.actions import ACTIONS, Action
from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.settings.section import Item, Section
from app.ui.tables.cells import Column
from app.ui.tables.table import Table
from app.ui.widgets.buttons import Button
from app.ui.widgets.words import Elided, Line, PageHeading, Paragraph

MODIFIERS = {Qt.Key.Key_Control, Qt.Key.Key_Shift, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_AltGr, Qt.Key.Key_unknown}


def _all_keys(action: Action) -> str:
    return ", ".join(keys.written(one) for one in keys.of(action.id))


COLUMNS = (
    Column("What", lambda row: row.said, 300, stretch=True),
    Column("Keys", _all_keys, 190, "strong"),
    Column("Menu", lambda row: row.menu or "palette only", 110, "quiet"),
    Column("", lambda row: "changed" if keys.of(row.id) != keys.default(row) else "", 80, "quiet"),
)


def key_of(event: QKeyEvent) -> str:
    """The pressed key as settings keep it, "" for a modifier alone."""
    if event.key() in MODIFIERS:
        return ""
    held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    words = event.text()
    sign = len(words) == 1 and words.isprintable() and not words.isalnum() and words != " "
    if sign and held == Qt.KeyboardModifier.ShiftModifier:
        return words  # the sign itself, wherever it stands on this keyboard
    return QKeySequence(held.value | event.key()).toString(QKeySequence.SequenceFormat.PortableText)


class KeyTaker(QWidget):
    """Takes one key when it has the focus. pressed(key): as settings keep it. Tab goes on, Esc gives up."""

    pressed = Signal(str)
    given_up = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Press the new key"))
        self.setFixedSize(theme.px(180), theme.space("button"))

    def event(self, event: QEvent) -> bool:
        """While it waits every key is its own, whatever it does in the window."""
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take it."""
        if event.key() == Qt.Key.Key_Escape:
            self.given_up.emit()
        elif key := key_of(event):
            self.pressed.emit(key)

    def focusInEvent(self, event) -> None:
        """It waits."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event) -> None:
        """It does not."""
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, _event: object) -> None:
        """A field that says what it waits for."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        waits = self.hasFocus()
        painter.setPen(QPen(theme.colour("focus" if waits else "line-strong"), 2 if waits else 1))
        painter.setBrush(theme.colour("surface-2"))
        corner = theme.space("corner")
        painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), corner, corner)
        painter.setPen(theme.colour("text" if waits else "text-quiet"))
        words = "Press a key…" if waits else "New key"
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, words)


class Bindings(Section):
    """A table of every action; the chosen one's keys are changed below it."""

    word, title, icon = "keys", "Keys", "more"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._asked = ""
        self.all_back = Button(tr("Reset all keys"), on_click=lambda: self._keep({}))
        self.heading = PageHeading(tr("Keys"), "", (self.all_back,))
        self.table = Table(COLUMNS)
        self.table.setAccessibleName(tr("Keys"))
        self.table.chosen.connect(lambda _: self._show_choice())
        self.table.opened.connect(lambda _: self.taker.setFocus(Qt.FocusReason.TabFocusReason))
        self.about = Elided("", "strong")
        self.note = Paragraph("", look="quiet")
        self.taker = KeyTaker()
        self.taker.pressed.connect(self._pressed)
        self.taker.given_up.connect(lambda: self.table.setFocus(Qt.FocusReason.TabFocusReason))
        self.take = Button(tr("Take it from there"), primary=True, on_click=lambda: self._set(self._asked))
        self.none = Button(tr("No key"), on_click=lambda: self._replace(()))
        self.back = Button(tr("Reset"), on_click=self._reset)
        top = QWidget()
        head = QVBoxLayout(top)
        margin = theme.space("margin")
        head.setContentsMargins(margin, theme.space("top"), margin, theme.px(10))
        head.addWidget(self.heading)
        band = QWidget()
        band.setObjectName("band")
        band.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        foot = QVBoxLayout(band)
        foot.setContentsMargins(margin, theme.px(10), margin, theme.px(10))
        foot.setSpacing(theme.px(6))
        line = QHBoxLayout()
        line.setSpacing(theme.space("related"))
        self.about.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        for one in (self.about, self.taker, self.take, self.none, self.back):
            line.addWidget(one, 1 if one is self.about else 0)
        foot.addLayout(line)
        foot.addWidget(self.note)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(top)
        column.addWidget(Line())
        column.addWidget(self.table, 1)
        column.addWidget(band)

    def items(self) -> Sequence[Item]:
        """Every action."""
        return [Item(one.said, _all_keys(one) or "no key", one.id, f"key {one.menu}") for one in ACTIONS]

    def refresh(self) -> None:
        """Show the keys that hold."""
        changed = len(self.desk.settings.keys)
        self.heading.sentence.say(
            "Choose a row, press Enter, then the new key. A key typed into a field stays text."
            + (f" {changed} changed." if changed else "")
        )
        self.all_back.setEnabled(bool(changed))
        self.table.show_rows(ACTIONS, key=lambda one: one.id)
        if self.table.current_row() is None:
            self.table.setCurrentIndex(self.table.model().index(0, 0))
        self._show_choice()

    def show_item(self, key: str) -> None:
        """The row of an action."""
        place = next((number for number, one in enumerate(ACTIONS) if one.id == key), 0)
        self.table.setCurrentIndex(self.table.model().index(place, 0))
        self.table.setFocus(Qt.FocusReason.TabFocusReason)

    def _show_choice(self, note: str = "", asked: str = "") -> None:
        one = self.table.current_row()
        self._asked = asked
        self.take.setVisible(bool(asked))
        if one is not None:
            held = _all_keys(one)
            said = one.said.removesuffix("…")
            self.about.say(f"{said}: {held}" if held else tr("{action}: no key", action=said))
            self.none.setEnabled(bool(held))
            self.back.setEnabled(keys.of(one.id) != keys.default(one))
        self.note.say(note or "The new key takes the place of the ones it has now.")

    def _pressed(self, key: str) -> None:
        one = self.table.current_row()
        if one is None:
            return
        if key in keys.RESERVED:
            self._show_choice(f"{keys.written(key)} means the same everywhere and cannot be given to anything else.")
            return
        other = keys.holder(key, one.id)
        if other is not None:
            self._show_choice(f"{keys.written(key)} is the key of “{other.said}”, which would lose it.", key)
            self.take.setFocus(Qt.FocusReason.TabFocusReason)
        else:
            self._set(key)

    def _set(self, key: str) -> None:
        if key:
            self._replace((key,))

    def _replace(self, wanted: tuple[str, ...]) -> None:
        one = self.table.current_row()
        if one is not None:
            self._keep(keys.rebound(self.desk.settings.keys, one.id, wanted))
            said = _all_keys(one)
            self._show_choice(f"It is {said} from now on, in menus, hints and the palette." if said else "It has no key now.")
            self.table.setFocus(Qt.FocusReason.TabFocusReason)

    def _reset(self) -> None:
        one = self.table.current_row()
        if one is not None:
            self._keep({id: held for id, held in self.desk.settings.keys.items() if id != one.id})

    def _keep(self, own: dict[str, tuple[str, ...]]) -> None:
        self.desk.set_keys(own)
        self.refresh()
