"""About: which program this is, whose work it is made of, and the text of every licence."""

import platform
from collections.abc import Sequence

from PySide6.QtCore import Qt, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QPlainTextEdit, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from app import __version__, licences, paths
from app.licences.form import Notice
from app.settings import settings_folder
from app.ui import theme
from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.navigation import Crumb, Route
from app.ui.page import Page
from app.ui.tables.cells import Column
from app.ui.tables.table import Table
from app.ui.widgets.buttons import Button
from app.ui.widgets.empty import Empty
from app.ui.widgets.search_field import SearchField
from app.ui.widgets.words import Elided, Line, Paragraph, Words

LEAST = 300
"""Pixels of the design that the list and the text each keep at least."""
NARROW = 640
"""Width of the page in pixels of the design below which the text stands below the list."""
LEAST_HIGH = (140, 220)
"""Pixels of the design that list and text then keep at least; the page is scrolled for them."""


class AboutPage(Page):
    """Route key: name of a part, "" for the program itself; options: "find" (the search)."""

    more_keys = (("Esc", "Leave the search"),)

    def __init__(self, desk: Desk, name: str) -> None:
        super().__init__(desk, name)
        self._rows: Sequence[Notice] = ()
        self._shown: Notice | None = None
        margin = theme.space("margin")
        copy = Button(
            tr("Copy"), on_click=self.copy_facts, tip=tr("Copy what this program is, for a question or a report of a fault")
        )
        head = QHBoxLayout()
        head.addWidget(Words(f"Wardlight {__version__}", "page"), 1)
        head.addWidget(copy)
        *said, where = _facts()
        self.facts = [
            *(Paragraph(one, look="quiet") for one in said),
            Elided(where, role="text-quiet", cut=Qt.TextElideMode.ElideMiddle),
        ]
        self.search = SearchField(tr("Search parts, licences and their texts"), most=80)
        self.search.paused.connect(self._find)
        self.count = Words("", look="quiet")
        top = QVBoxLayout()
        top.setContentsMargins(margin, theme.space("top"), margin, theme.px(12))
        top.setSpacing(theme.px(4))
        top.addLayout(head)
        for one in self.facts:
            top.addWidget(one)
        top.addSpacing(theme.px(8))
        self._bar = bar = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        bar.setSpacing(theme.px(12))
        bar.addWidget(self.search, 1)
        bar.addWidget(self.count)
        top.addLayout(bar)
        columns = (
            Column("Part", _part, 150, stretch=True),
            Column("Version", lambda row: row.version, 104, narrow=False),
            Column("Licence", lambda row: row.licence or tr("not said"), 150, dim=lambda row: not row.licence),
        )
        self.list = Table(columns, margin=margin)
        self.list.setAccessibleName(tr("Parts of the program"))
        self.list.chosen.connect(self._chosen)
        self.nothing = Empty(tr("No part, licence or text holds that."))
        self.nothing.setContentsMargins(margin, 0, margin, 0)
        self.side = QStackedWidget()
        self.side.addWidget(self.list)
        self.side.addWidget(self.nothing)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(top)
        outer.addWidget(Line())
        self.splitter = QSplitter()
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(self.side)
        self.reader = self._reader()
        self.splitter.addWidget(self.reader)
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setStretchFactor(1, 2)
        self.splitter.setSizes([1_000, 2_000])  # licences are written in lines of eighty characters
        outer.addWidget(self.splitter, 1)
        self.keep_splitter("texts", self.splitter)
        self._stack(False)
        self.setFocusProxy(self.search)

    def _stack(self, narrow: bool) -> None:
        """The text below the list, or beside it."""
        self.splitter.setOrientation(Qt.Orientation.Vertical if narrow else Qt.Orientation.Horizontal)
        self._bar.setDirection(QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight)
        self._bar.setSpacing(theme.px(4 if narrow else 12))
        for one, high in zip((self.side, self.reader), LEAST_HIGH, strict=True):
            one.setMinimumSize(0 if narrow else theme.px(LEAST), theme.px(high) if narrow else 0)

    def resizeEvent(self, event) -> None:
        """As there is room."""
        super().resizeEvent(event)
        narrow = self.width() < theme.px(NARROW)
        if narrow != (self.splitter.orientation() == Qt.Orientation.Vertical):
            self._stack(narrow)

    def _reader(self) -> QWidget:
        self.title, self.licence, self.remark = Elided("", "section"), Elided("", role="text-quiet"), Words("", wrap=True)
        self.text = QPlainTextEdit()
        self.text.setObjectName("record")
        self.text.setReadOnly(True)
        self.text.setFrameShape(QFrame.Shape.NoFrame)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self.text.setFont(theme.font("mono"))
        self.text.setAccessibleName(tr("Text of the licence"))
        self.text.setTabChangesFocus(True)
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, theme.px(12), 0, 0)
        column.setSpacing(theme.px(4))
        words = QVBoxLayout()
        words.setContentsMargins(theme.px(16), 0, theme.space("margin"), theme.px(4))
        words.setSpacing(theme.px(4))
        for one in (self.title, self.licence, self.remark):
            words.addWidget(one)
        column.addLayout(words)
        column.addWidget(self.text, 1)
        return whole

    def crumbs(self) -> tuple[Crumb, ...]:
        """Help, then this page."""
        return (Crumb(tr("Help"), Route("help")), Crumb(tr("About")))

    def visit(self, route: Route) -> None:
        """Show the part of the route."""
        self.route = route
        if self.search.text() != route.option("find"):
            self.search.setText(route.option("find"))
        self._find()

    def _find(self) -> None:
        text = self.search.text()
        view = tuple(pair for pair in self.route.view if pair[0] != "find")
        self.route = Route(self.name, self.route.key, (*view, *((("find", text),) if text.strip() else ())))
        self.ask("notices", lambda: (licences.notices(), licences.find(licences.notices(), text)), lambda got: self._show(*got))

    def _show(self, every: Sequence[Notice], found: Sequence[Notice]) -> None:
        self._rows = found
        self.list.blockSignals(True)
        self.list.show_rows(found)
        wanted = self.route.key
        place = next((number for number, one in enumerate(found) if one.name == wanted), 0 if found else -1)
        if place >= 0:
            self.list.setCurrentIndex(self.list.model().index(place, 0))
        self.list.blockSignals(False)
        self.side.setCurrentWidget(self.list if found else self.nothing)
        silent = sum(not one.texts for one in found)
        missing = tr("{count} without a text", count=f"{silent:,}") if silent else tr("all with their texts")
        parts = tr("{count} of {all} parts", count=f"{len(found):,}", all=f"{len(every):,}")
        self.count.say(f"{parts if len(found) < len(every) else tr('{count} parts', count=f'{len(every):,}')}, {missing}")
        self._read(found[place] if place >= 0 else None)

    def _chosen(self, row: Notice) -> None:
        self.route = Route(self.name, row.name, self.route.view)
        self._read(row)

    def _read(self, row: Notice | None) -> None:
        if row != self._shown:
            self._shown = row
            self.title.say(" ".join(filter(None, (row.name, row.version))) if row else "")
            inside = f" · {tr('inside {package}', package=row.part_of)}" if row and row.part_of else ""
            self.licence.say(f"{row.licence or tr('no licence is said')}{inside}" if row else "")
            self.remark.say(row.remark if row else "")
            self.remark.setVisible(bool(row and row.remark))
            self.text.setPlainText("\n\n\n".join(f"── {name}\n\n{text}" for name, text in row.texts) if row else "")
        first = next(iter(self.search.text().split()), "")
        if first and row is not None:
            self.text.moveCursor(self.text.textCursor().MoveOperation.Start)
            self.text.find(first)

    def keyPressEvent(self, event) -> None:
        """Arrows of the search move in the list; Esc leaves the search."""
        if event.key() == Qt.Key.Key_Escape and self.search.text():
            self.search.clear()
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up) and self.search.hasFocus():
            self.list.move(1 if event.key() == Qt.Key.Key_Down else -1)
        else:
            super().keyPressEvent(event)

    # ---- commands of app.ui.actions

    def focus_filter(self) -> None:
        """The caret into the search."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def copy_facts(self) -> None:
        """What this program is, to the clipboard."""
        QGuiApplication.clipboard().setText("\n".join((f"Wardlight {__version__}", *_facts())))
        self.desk.tell(tr("Copied"))

    def next_row(self) -> None:
        """The next part."""
        self.list.move(1)

    def previous_row(self) -> None:
        """The part before."""
        self.list.move(-1)


def _part(row: Notice) -> str:
    return f"    {row.name}" if row.part_of else row.name


def _facts() -> tuple[str, ...]:
    system = f"{platform.system()} {platform.release()} ({platform.machine()})"
    return (
        tr("Open source under Apache-2.0; its packet inspector, a program of its own, under GPL-2.0-or-later."),
        f"Python {platform.python_version()} · Qt {qVersion()} · {system}",
        f"{tr('Program')}: {paths.program()} · {tr('Settings')}: {settings_folder()}",
    )
