"""What every section of the settings page is: rows of a setting with its control, found by the search of the page."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLayout, QSizePolicy, QVBoxLayout, QWidget

from app.model.tuning import Tuning
from app.ui import theme
from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.page import scrolled
from app.ui.widgets.fields import Segment
from app.ui.widgets.flow import FlowLayout
from app.ui.widgets.words import Line, PageHeading, Paragraph, Words

WIDEST = 760
"""Pixels of the design that a column of settings takes at most; longer lines are hard to read."""


class Item(NamedTuple):
    """One setting as the search finds it. key: what Section.show_item understands; more: words that find it, not shown."""

    title: str
    hint: str
    key: str
    more: str = ""


class Section(QWidget):
    """Base. word: in routes; title; needs_case: says so instead of its content while there is no workspace."""

    word = ""
    title = ""
    icon = "settings"
    items_changed = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk

    def items(self) -> Sequence[Item]:
        """Everything that can be set here."""
        return ()

    def refresh(self) -> None:
        """The settings or the case may have changed."""

    def show_item(self, key: str) -> None:
        """Bring one setting into view and give it the focus; "" the first one."""

    def leave(self) -> None:
        """The page is left: what was asked for is not wanted any more."""


class Drafting(Section):
    """A section in which the detectors are set: what holds, and what would hold once it is saved."""

    kept: Tuning
    draft: Tuning


class Segments(QWidget):
    """Words side by side of which one is chosen; chosen(value): by the user. wraps: onto more lines where there is no room."""

    chosen = Signal(str)

    def __init__(self, name: str, choices: Sequence[tuple[str, str]], value: str, wraps: bool = False) -> None:
        super().__init__()
        self.wraps = wraps
        self.setAccessibleName(name)
        row: QLayout = FlowLayout(self, 4) if wraps else QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(4))
        self.segments: dict[str, Segment] = {}
        for word, words in choices:
            one = self.segments[word] = Segment(words)
            one.setAccessibleName(f"{name}: {words}")
            one.setChecked(word == value)
            one.clicked.connect(lambda *_, word=word: self.chosen.emit(word))
            row.addWidget(one)
        policy = QSizePolicy(
            QSizePolicy.Policy.Ignored if wraps else QSizePolicy.Policy.Fixed,
            QSizePolicy.Policy.Minimum if wraps else QSizePolicy.Policy.Fixed,
        )
        policy.setHeightForWidth(wraps)
        self.setSizePolicy(policy)

    def show_value(self, value: str) -> None:
        """Another choice, made elsewhere."""
        for word, one in self.segments.items():
            one.setChecked(word == value)

    def focus_on(self, value: str) -> None:
        """The keyboard on one of them."""
        self.segments[value if value in self.segments else next(iter(self.segments))].setFocus(Qt.FocusReason.TabFocusReason)


class SettingRow(QWidget):
    """Name and what it is for at the left, its control at the right, or below when that is wide."""

    def __init__(self, title: str, hint: str, control: QWidget, below: bool = False) -> None:
        super().__init__()
        self.control = control
        words = QVBoxLayout()
        words.setSpacing(theme.px(2))
        words.addWidget(Words(title, "entity"))
        self.hint = Paragraph(hint, look="quiet")
        words.addWidget(self.hint)
        row: QHBoxLayout | QVBoxLayout = QVBoxLayout(self) if below else QHBoxLayout(self)
        row.setContentsMargins(0, theme.px(14), 0, theme.px(14))
        row.setSpacing(theme.px(8 if below else 24))
        row.addLayout(words, 1)
        whole = isinstance(control, Segments) and control.wraps
        side = Qt.AlignmentFlag.AlignLeft if below else Qt.AlignmentFlag.AlignVCenter
        row.addWidget(control, 0, Qt.AlignmentFlag(0) if whole else side)


class Sheet(Section):
    """A section of rows below a heading, in a column that scrolls."""

    sentence = ""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._items: list[Item] = []
        self._show: dict[str, Callable[[], object]] = {}
        content = QWidget()
        holder = QWidget()
        holder.setMaximumWidth(theme.px(WIDEST))
        self.rows = QVBoxLayout(holder)
        self.rows.setContentsMargins(0, 0, 0, 0)
        self.rows.setSpacing(0)
        self.rows.addWidget(PageHeading(tr(self.title), self.sentence))
        self.rows.addSpacing(theme.px(10))
        outer = QHBoxLayout(content)
        margin = theme.space("margin")
        outer.setContentsMargins(margin, theme.space("top"), margin, margin)
        outer.addWidget(holder, 1000)
        outer.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.area = scrolled(content)
        column.addWidget(self.area)

    def add(
        self, key: str, title: str, hint: str, control: QWidget, focus: Callable[[], object], below: bool = False, more: str = ""
    ) -> SettingRow:
        """One setting more; focus puts the keyboard on its control."""
        row = SettingRow(title, hint, control, below)
        self.rows.addWidget(Line())
        self.rows.addWidget(row)
        self._items.append(Item(title, hint, key, more))

        def show() -> None:
            self.area.ensureWidgetVisible(row)
            focus()

        self._show[key] = show
        return row

    def finish(self) -> None:
        """No more rows."""
        self.rows.addStretch(1)

    def items(self) -> Sequence[Item]:
        """The rows."""
        return self._items

    def show_item(self, key: str) -> None:
        """The row of a setting."""
        if self._show:
            self._show.get(key, next(iter(self._show.values())))()
