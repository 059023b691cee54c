"""All that can be set, in sections, found by words."""

import importlib

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QMenu, QStackedWidget, QVBoxLayout, QWidget

from app.model.tuning import Tuning
from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.navigation import Crumb, Route
from app.ui.page import Page
from app.ui.settings.section import Drafting, Item, Section
from app.ui.settings.table import BY_WORD, SECTIONS
from app.ui.widgets.buttons import MenuButton
from app.ui.widgets.nav import WIDE, NavItem
from app.ui.widgets.search_field import SearchField
from app.ui.widgets.two_line_list import TwoLineList, TwoLines
from app.ui.widgets.words import Line, PageHeading, Words

MOST_FOUND = 80
NARROW = 560
"""Width of the page in pixels of the design below which the sections are a menu above the one on screen."""
ANY = 16_777_215
"""QWIDGETSIZE_MAX."""
MAKING_MS = 10
"""Between two sections that are made for the search."""


class SettingsPage(Page):
    """Route key: word of a section, "" for the last one; option "item": what of it gets the keyboard, "find": the search."""

    more_keys = (("Esc", "Leave the search"),)

    def __init__(self, desk: Desk, name: str) -> None:
        super().__init__(desk, name)
        self._sections: dict[str, Section] = {}
        self._word = SECTIONS[0].word
        self._making = QTimer(self)
        self._making.setSingleShot(True)
        self._making.setInterval(MAKING_MS)
        self._making.timeout.connect(self._make_next)
        self.search = SearchField(tr("Find a setting"), most=80)
        self.search.textChanged.connect(self._find)
        self.search.returnPressed.connect(lambda: self.results.open_current())
        self.nav: dict[str, NavItem] = {}
        self.jump = MenuButton("", self._fill)
        self.jump.hide()
        self.side, self.names = QWidget(), QWidget()
        self.side.setFixedWidth(theme.px(WIDE))
        whole = QVBoxLayout(self.side)
        whole.setContentsMargins(0, theme.space("top"), 0, theme.px(12))
        whole.setSpacing(theme.px(12))
        box = QHBoxLayout()
        box.setContentsMargins(theme.px(12), 0, theme.px(12), 0)
        box.setSpacing(theme.space("related"))
        box.addWidget(self.jump)
        box.addWidget(self.search)
        column = QVBoxLayout(self.names)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        whole.addLayout(box)
        whole.addWidget(self.names, 1)
        for one in SECTIONS:
            if one.case and not any(BY_WORD[word].case for word in self.nav):
                heading = Words(tr("This case"), "quiet-strong", "quiet")
                heading.setContentsMargins(theme.px(16), theme.px(14), 0, theme.px(4))
                column.addWidget(heading)
            item = self.nav[one.word] = NavItem(tr(one.title), one.icon)
            item.clicked.connect(lambda *_, word=one.word: desk.go("settings", word))
            column.addWidget(item)
        column.addStretch(1)
        self.stack = QStackedWidget()
        self.results = TwoLineList(self._open, scrolls=True)
        self.results.setAccessibleName(tr("Settings that match"))
        self.found = PageHeading(tr("Search"), "")
        found = QWidget()
        inside = QVBoxLayout(found)
        margin = theme.space("margin")
        inside.setContentsMargins(margin, theme.space("top"), margin, 0)
        inside.setSpacing(theme.px(10))
        inside.addWidget(self.found)
        inside.addWidget(self.results, 1)
        self._found = found
        self.stack.addWidget(found)
        self._outer = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._outer.setContentsMargins(0, 0, 0, 0)
        self._outer.setSpacing(0)
        self._lines = (Line(vertical=True), Line())
        self._lines[1].hide()
        for part in (self.side, *self._lines):
            self._outer.addWidget(part)
        self._outer.addWidget(self.stack, 1)
        self.setFocusProxy(self.search)

    def _fill(self, menu: QMenu) -> None:
        """The sections, in the menu that stands for their list."""
        for one in SECTIONS:
            if one.case and not BY_WORD[SECTIONS[max(0, SECTIONS.index(one) - 1)].word].case:
                menu.addSeparator()
            entry = menu.addAction(tr(one.title))
            entry.setCheckable(True)
            entry.setChecked(one.word == self._word)
            entry.triggered.connect(lambda *_, word=one.word: self.desk.go("settings", word))

    def resizeEvent(self, event) -> None:
        """In a narrow page the list of sections would take half of it: then it is a menu."""
        super().resizeEvent(event)
        narrow = self.width() < theme.px(NARROW)
        if narrow == self.names.isHidden():
            return
        self.names.setVisible(not narrow)
        self.jump.setVisible(narrow)
        self._lines[0].setVisible(not narrow)
        self._lines[1].setVisible(narrow)
        self._outer.setDirection(QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight)
        if narrow:
            self.side.setMinimumWidth(0)
            self.side.setMaximumWidth(ANY)
        else:
            self.side.setFixedWidth(theme.px(WIDE))

    def crumbs(self) -> tuple[Crumb, ...]:
        """Settings, then the section."""
        return (Crumb(tr("Settings"), Route("settings", SECTIONS[0].word)), Crumb(tr(BY_WORD[self._word].title)))

    def visit(self, route: Route) -> None:
        """Show the section of the route."""
        self._word = route.key if route.key in BY_WORD else self._word
        self.route = Route(self.name, self._word, route.view)
        find = route.option("find")
        if self.search.text() != find:
            self.search.setText(find)
        self._show()
        if item := route.option("item"):
            self._sections[self._word].show_item(item)
        self.crumbs_changed.emit()

    def refresh(self) -> None:
        """The section follows."""
        for one in self._sections.values():
            if one is self.stack.currentWidget():
                one.refresh()

    def leave(self) -> None:
        """Nothing is wanted any more."""
        super().leave()
        self._making.stop()
        for one in self._sections.values():
            one.leave()

    def section(self, word: str) -> Section:
        """A section, made when first asked for."""
        if word not in self._sections:
            module, _, name = BY_WORD[word].place.partition(":")
            made: Section = getattr(importlib.import_module(module), name)(self.desk)
            made.items_changed.connect(lambda: self._find(self.search.text()))
            self._sections[word] = made
            self.stack.addWidget(made)
        return self._sections[word]

    def _show(self) -> None:
        searching = bool(self.search.text().strip())
        section = self.section(self._word)
        for word, item in self.nav.items():
            item.setChecked(word == self._word and not searching)
        self.jump.say(tr(BY_WORD[self._word].title))
        self.stack.setCurrentWidget(self._found if searching else section)
        if not searching:
            section.refresh()

    def _find(self, text: str) -> None:
        words = text.lower().split()
        view = tuple(pair for pair in self.route.view if pair[0] not in ("find", "item"))
        self.route = Route(self.name, self._word, (*view, *((("find", text),) if words else ())))
        if words:
            if any(entry.word not in self._sections for entry in SECTIONS):
                self._making.start()
            made = [(entry, self._sections[entry.word]) for entry in SECTIONS if entry.word in self._sections]
            every = [(entry, item) for entry, section in made for item in section.items()]
            hits = [(entry, item) for entry, item in every if _matches(words, entry.title, item)]
            hits.sort(key=lambda pair: not all(word in pair[1].title.lower() for word in words))
            rows = [TwoLines("", one.title, one.hint, entry.title, target=(entry.word, one.key)) for entry, one in hits]
            self.results.show_rows(rows[:MOST_FOUND])
            said = wording.count(len(hits), "setting matches.", "settings match.") if hits else "No setting matches."
            self.found.sentence.say(said)
            self.results.move(0 if self.results.currentIndex().isValid() else 1)
        self._show()

    def _make_next(self) -> None:
        """One section more to search in, between two events of the user: all of them at once would be felt."""
        missing = next((entry.word for entry in SECTIONS if entry.word not in self._sections), None)
        if missing is not None and self.search.text().strip():
            self.section(missing).refresh()  # the detectors are asked for, and told by items_changed
            self._find(self.search.text())

    def _open(self, target: object) -> None:
        word, key = target  # type: ignore[misc]
        self.search.clear()
        self.desk.go("settings", word, item=key)

    def keyPressEvent(self, event) -> None:
        """Arrows of the search move in what it found; Esc leaves it."""
        searching = bool(self.search.text())
        if event.key() == Qt.Key.Key_Escape and searching:
            self.search.clear()
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up) and searching:
            self.results.move(1 if event.key() == Qt.Key.Key_Down else -1)
        else:
            super().keyPressEvent(event)

    def tuning(self) -> tuple[Tuning, Tuning] | None:
        """The draft of the detectors, while that section is shown."""
        section = self._sections.get(self._word)
        return (section.kept, section.draft) if isinstance(section, Drafting) else None

    # ---- commands of app.ui.actions

    def focus_filter(self) -> None:
        """The caret into the search."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()


def _matches(words: list[str], section: str, item: Item) -> bool:
    held = f"{section} {item.title} {item.hint} {item.key} {item.more}".lower()
    return all(word in held for word in words)
