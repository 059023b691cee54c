"""Help: the documents of the program, listed, searched, read; nothing is loaded from anywhere else."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.help import library
from app.ui.help.library import Article, Hit
from app.ui.navigation import Crumb, Route
from app.ui.page import Page
from app.ui.tables.cells import Column
from app.ui.tables.table import Table
from app.ui.widgets.buttons import Button
from app.ui.widgets.document import DocumentView
from app.ui.widgets.search_field import SearchField
from app.ui.widgets.two_line_list import TwoLineList, TwoLines
from app.ui.widgets.words import Elided, Line, Words

LIST = 268
NARROW = 620
"""Width of the page in pixels of the design below which the list and the article take turns: either needs all of it."""
ANY = 16_777_215
"""QWIDGETSIZE_MAX."""
READABLE = 780
"""Pixels of the design that a line of a document takes at most."""


class HelpPage(Page):
    """Route key: of an article, "" for the first; options: "section" (a heading of it), "find" (the search)."""

    more_keys = (("Esc", "Leave the search"),)

    def __init__(self, desk: Desk, name: str) -> None:
        super().__init__(desk, name)
        self._article: Article | None = None
        self._section, self._seek = "", ""
        self.search = SearchField(tr("Search the help"), most=80)
        self.search.paused.connect(self._find)
        self.search.returnPressed.connect(self._open_first)
        self.list = Table((Column("Article", _listed, 200, stretch=True, dim=lambda row: not row.key),), margin=theme.px(16))
        self.list.setAccessibleName(tr("Articles"))
        self.list.horizontalHeader().hide()
        self.list.chosen.connect(self._chosen)
        self.results = TwoLineList(self._open_hit, scrolls=True, dense=True, pad=8)
        self.results.setAccessibleName(tr("Articles that match"))
        self.nothing = Words(tr("Nothing in the help says that."), look="quiet")
        self.nothing.setContentsMargins(theme.px(16), theme.px(8), 0, 0)
        self.side = QStackedWidget()
        for one in (self.list, self.results, self.nothing):
            self.side.addWidget(one)
        self.title = Elided("", "page")
        self.document = DocumentView("The article")
        self.document.followed.connect(self._follow)
        self.jump = Button(tr("Articles"), on_click=self._turn)
        self.jump.setCheckable(True)
        self.jump.hide()
        self._left = left = QWidget()
        left.setFixedWidth(theme.px(LIST))
        column = QVBoxLayout(left)
        column.setContentsMargins(0, theme.space("top"), 0, 0)
        column.setSpacing(theme.px(10))
        box = QHBoxLayout()
        box.setContentsMargins(theme.px(12), 0, theme.px(12), 0)
        box.setSpacing(theme.space("related"))
        box.addWidget(self.jump)
        box.addWidget(self.search)
        column.addLayout(box)
        column.addWidget(self.side, 1)
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        self._right = right = QWidget()
        right.setMaximumWidth(theme.px(READABLE))
        page = QVBoxLayout(right)
        margin = theme.space("margin")
        page.setContentsMargins(margin, theme.space("top"), theme.px(8), 0)
        page.setSpacing(theme.px(10))
        page.addLayout(head)
        page.addWidget(self.document, 1)
        self._outer = outer = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        self._lines = (Line(vertical=True), Line())
        self._lines[1].hide()
        outer.addWidget(left)
        for one in self._lines:
            outer.addWidget(one)
        outer.addWidget(right, 1000)
        outer.addStretch(1)
        self.list.clicked.connect(lambda _: self._read())
        self.list.opened.connect(lambda _: self._read())
        self.setFocusProxy(self.search)

    # ---- a narrow page: the list or the article

    @property
    def _narrow(self) -> bool:
        return not self.jump.isHidden()

    def resizeEvent(self, event) -> None:
        """In a narrow page the list beside would leave the article no room."""
        super().resizeEvent(event)
        narrow = self.width() < theme.px(NARROW)
        if narrow != self._narrow:
            self.jump.setVisible(narrow)
            self._lines[0].setVisible(not narrow)
            self._lines[1].setVisible(narrow)
            self._left.layout().setContentsMargins(0, theme.space("top"), 0, theme.px(12) if narrow else 0)
            self._outer.setDirection(QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight)
            self._left.setMinimumWidth(0 if narrow else theme.px(LIST))
            self._left.setMaximumWidth(ANY if narrow else theme.px(LIST))
            self._show_side(narrow and bool(self.search.text().strip()))

    def _show_side(self, listed: bool) -> None:
        """In a narrow page the list, or what was found, in the place of the article."""
        narrow = self._narrow
        self.jump.setChecked(narrow and listed)
        self.side.setVisible(listed or not narrow)
        self._right.setVisible(not (narrow and listed))
        self._outer.setStretchFactor(self._left, 1000 if narrow and listed else 0)

    def _turn(self) -> None:
        """From the article to the list, or back."""
        listed = self.side.isHidden()
        self._show_side(listed)
        (self.side.currentWidget() if listed else self.document).setFocus(Qt.FocusReason.OtherFocusReason)

    def _read(self) -> None:
        """What was chosen of the list."""
        if self._narrow and self.list.current_row() is not None and self.list.current_row().key:
            self._show_side(False)
            self.document.setFocus(Qt.FocusReason.OtherFocusReason)

    def crumbs(self) -> tuple[Crumb, ...]:
        """Help, then the article."""
        return (Crumb(tr("Help"), Route("help")), Crumb(self._article.title if self._article else ""))

    def visit(self, route: Route) -> None:
        """Show the article of the route."""
        self.route = route
        if not self.list.hasFocus():  # its arrows go from article to article
            self._show_side(False)
        self._section = route.option("section")
        if self.search.text() != route.option("find"):
            self.search.setText(route.option("find"))
        key = route.key or (self._article.key if self._article else library.FIRST)
        self.ask("article", lambda: (library.library(), library.article(key)), lambda got: self._show(*got))

    def _show(self, every: Sequence[Article], article: Article | None) -> None:
        if not self.list.rows_model().rows:
            rows: list[Article] = []
            for one in every:
                if not rows or rows[-1].group != one.group:
                    rows.append(Article("", "", one.group, "", ""))
                rows.append(one)
            self.list.show_rows(rows)
        if article is None:
            self.title.say(tr("There is no such article"))
            self.document.show_markdown("It is not part of this build. The list at the left holds all that there is.")
            return
        if article != self._article:
            self._article = article
            self.title.say(article.title)
            self.document.show_markdown(article.text)
        place = next((number for number, one in enumerate(self.list.rows_model().rows) if one.key == article.key), -1)
        self.list.blockSignals(True)
        self.list.setCurrentIndex(self.list.model().index(place, 0))
        self.list.blockSignals(False)
        if self._section:
            QTimer.singleShot(0, self.document, lambda: self.document.go_to_heading(self._section))
        if self._seek:  # only now the article is there
            seek, self._seek = self._seek, ""
            QTimer.singleShot(0, self.document, lambda: self.document.find_next(seek))
        self.crumbs_changed.emit()

    def _chosen(self, row: Article) -> None:
        if row.key and (self._article is None or row.key != self._article.key):
            self.desk.go("help", row.key)

    # ---- search

    def _find(self) -> None:
        text = self.search.text()
        view = tuple(pair for pair in self.route.view if pair[0] != "find")
        self.route = Route(self.name, self.route.key, (*view, *((("find", text),) if text.strip() else ())))
        if not text.strip():
            self.side.setCurrentWidget(self.list)
            self._show_side(False)
            return
        self.ask("find", lambda: library.find(text), self._found)

    def _found(self, hits: Sequence[Hit]) -> None:
        if not self.search.text().strip():
            return
        self.results.show_rows(
            [TwoLines("", one.article.title, one.excerpt, target=(one.article.key, one.heading)) for one in hits]
        )
        self.side.setCurrentWidget(self.results if hits else self.nothing)
        if self.search.hasFocus():  # not where one of them is read already
            self._show_side(True)

    def _open_first(self) -> None:
        if self.side.currentWidget() is self.results:
            self.results.open_current()

    def _open_hit(self, target: object) -> None:
        key, heading = target  # type: ignore[misc]
        text = self.search.text()
        self._seek = next(iter(text.split()), "")
        if self._narrow:
            self._show_side(False)
            self.document.setFocus(Qt.FocusReason.OtherFocusReason)
        self.desk.go("help", key, section=heading, find=text)

    # ---- links

    def _follow(self, link: str) -> None:
        if "://" in link or link.startswith("mailto:"):
            QGuiApplication.clipboard().setText(link)
            self.desk.tell(f"This program opens no web page; the address is copied: {wording.tidy(link, 120)}")
            return
        key, heading = library.target(self._article, link) if self._article is not None else ("", "")
        if key:
            self.desk.go("help", key, section=heading)
        else:
            self.desk.tell(f"{wording.tidy(link, 120)} tells how the program is built; it is not part of the help.")

    def keyPressEvent(self, event) -> None:
        """Arrows of the search move in what it found; Esc leaves it."""
        searching = bool(self.search.text())
        if event.key() == Qt.Key.Key_Escape and searching:
            self.search.clear()
        elif event.key() == Qt.Key.Key_Escape and self._narrow and self.jump.isChecked():
            self._turn()
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up) and self.side.currentWidget() is self.results:
            self.results.move(1 if event.key() == Qt.Key.Key_Down else -1)
        else:
            super().keyPressEvent(event)

    # ---- commands of app.ui.actions

    def focus_filter(self) -> None:
        """The caret into the search."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def next_hit(self) -> None:
        """The next place of the search in the article."""
        self.document.find_next(self.search.text().strip())

    def previous_hit(self) -> None:
        """The place before."""
        self.document.find_next(self.search.text().strip(), backwards=True)

    def next_row(self) -> None:
        """The next article."""
        self.list.move(1)

    def previous_row(self) -> None:
        """The article before."""
        self.list.move(-1)


def _listed(row: Article) -> str:
    return f"    {row.title}" if row.key else row.group
