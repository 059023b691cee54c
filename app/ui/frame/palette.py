"""The list below the search field: commands, pages, alerts, help, moments, and what the case knows; fuzzy, the recent first."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, QTimer
from PySide6.QtWidgets import QFrame, QLineEdit, QVBoxLayout, QWidget

from app.arrangement import Chosen
from app.model.saved import SavedQuery
from app.ui import theme, wording
from app.ui.actions import ACTIONS, Action
from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.frame import found as offers
from app.ui.frame.found import MOST_RECENT, Offer, Place
from app.ui.frame.fuzzy import score
from app.ui.help.library import Article, library
from app.ui.navigation import in_new_tab
from app.ui.widgets.two_line_list import TwoLineList
from app.ui.widgets.words import Words

TYPING_MS = 120
MOST_FOUND = 20
MOST_VISIBLE = 9
BEFORE = 15.0
"""What counts for a row that was chosen before."""


class Palette(QFrame):
    """Belongs to the field: opens when it is used, Esc or a choice closes it.

    recent: what was chosen before, newest first; keep: is told what is chosen now; more: actions beside those of the table.
    """

    def __init__(
        self, window: QWidget, field: QLineEdit, desk: Desk, can_do: Callable[[Action], bool],
        recent: Callable[[], Sequence[Chosen]], keep: Callable[[Chosen], object], more: Callable[[], Sequence[Action]],
    ) -> None:  # fmt: skip
        super().__init__(window)
        self._window, self._field, self._desk, self._can_do = window, field, desk, can_do
        self._recent, self._keep, self._more = recent, keep, more
        self._articles: tuple[Article, ...] | None = None
        self._offers: list[Offer] = []
        self._found: tuple[str, list[object]] = ("", [])
        self._saved: tuple[SavedQuery, ...] = ()
        self.setObjectName("popup")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, theme.px(6), 1, theme.px(6))
        column.setSpacing(0)
        self.list = TwoLineList(self._chosen, scrolls=True, dense=True, pad=12)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.nothing = Words(tr("Nothing of that name."), look="quiet", wrap=True)
        self.nothing.setContentsMargins(theme.px(12), theme.px(6), theme.px(12), theme.px(6))
        column.addWidget(self.list)
        column.addWidget(self.nothing)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(TYPING_MS)
        self._timer.timeout.connect(self._search)
        self._job = None
        field.textEdited.connect(self._typed)
        desk.session_changed.connect(self._forget)
        field.installEventFilter(self)
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrow keys, Enter, Esc of the field are for the list."""
        if watched is self._field:
            if event.type() == QEvent.Type.FocusIn:
                self._ask_saved()
                self._typed(self._field.text())
            elif event.type() == QEvent.Type.FocusOut and not self.underMouse():
                self.hide()
            elif event.type() == QEvent.Type.KeyPress:
                return self._key(event.key(), event.modifiers())
        return super().eventFilter(watched, event)

    def _key(self, key: int, modifiers: Qt.KeyboardModifier) -> bool:
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.list.move(1 if key == Qt.Key.Key_Down else -1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.isVisible():
                with in_new_tab(bool(modifiers & Qt.KeyboardModifier.ControlModifier)):
                    self.list.open_current()
        elif key == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            return False
        return True

    def dismiss(self) -> None:
        """Close, give the focus back to the page."""
        self._timer.stop()
        self._field.clear()
        self._field.clearFocus()
        self.list.setCurrentIndex(self.list.model().index(-1, 0))
        self.hide()

    def _typed(self, text: str) -> None:
        if self._articles is None:
            self._articles = ()
            self._desk.jobs.run(library, self._take_articles, owner=self)
        self._offer(text)
        if text.strip():
            self._timer.start()

    def _take_articles(self, every: tuple[Article, ...]) -> None:
        self._articles = every
        if self._field.hasFocus() and self._field.text().strip():
            self._offer(self._field.text())

    def _ask_saved(self) -> None:
        session = self._desk.session
        if session is not None:
            self._desk.jobs.run(session.saved_queries, self._take_saved, owner=self)

    def _take_saved(self, saved: tuple[SavedQuery, ...]) -> None:
        self._saved = saved

    def _queries(self) -> list[tuple[str, str]]:
        """Name and text of the saved queries of the case and the user, then of those asked last, which have no name."""
        veiled = self._desk.veiled
        kept = [(one.name, one.text) for one in self._saved]
        kept += [(veiled(one.name), veiled(one.text)) for one in self._desk.settings.queries]
        texts = {text for _, text in kept}
        return [*kept, *(("", one) for one in map(veiled, self._desk.settings.typed) if one not in texts)]

    def _case(self) -> str:
        session = self._desk.session
        return str(session.path) if session is not None else ""

    def _search(self) -> None:
        session, text = self._desk.session, self._field.text().strip()
        if session is None or not text:
            return
        if self._job is not None:
            self._job.cancel()
        queries = session.queries
        self._job = self._desk.jobs.run(
            lambda: (list(queries.search(text, MOST_FOUND)), queries.unsynchronized()),
            lambda found: self._arrived(text, *found),
            owner=self,
        )

    def _forget(self) -> None:
        """Another case, or other names."""
        if self._job is not None:
            self._job.cancel()
        self._found, self._saved = ("", []), ()
        self.hide()

    def _arrived(self, text: str, found: list[object], blind: bool) -> None:
        """blind: entities without traffic are not known."""
        self._found = (text, found)
        self.nothing.say(f"{tr('Nothing of that name.')} {wording.UNSYNCHRONIZED if blind else ''}".strip())
        if text == self._field.text().strip() and self._field.hasFocus():
            self._offer(text)

    def _before(self) -> list[Offer]:
        """What was chosen before in this case, and can be chosen now."""
        case = self._case()
        more = {one.id: one for one in self._more()}
        places = "" if self._desk.private else case  # those of a case are kept with the names that it has
        every = [offers.of_chosen(one, more) for one in self._recent() if one.case in ("", places)]
        return [
            one for one in every if one is not None and (not isinstance(one.row.target, Action) or self._can_do(one.row.target))
        ]

    def _offer(self, text: str) -> None:
        typed, before = text.strip(), self._before()
        if not typed:
            first = before[:MOST_RECENT]
            taken = {one.row.target for one in first}
            rest = [offers.of_action(one) for one in (*ACTIONS, *self._more()) if one not in taken and self._can_do(one)]
            self._show([*first, *rest])
            return
        overview, case = self._desk.overview, self._case()
        rows = offers.commands(typed, (*ACTIONS, *self._more()), self._can_do)
        if self._desk.has_case:
            rows += offers.alerts(typed, self._desk.alerts, case)
            rows += offers.queries(typed, self._queries(), case)
        rows += offers.articles(typed, self._articles or ())
        jump = offers.moment(typed, overview.last if overview is not None else None)
        rows += [jump] if jump is not None else []
        if self._found[0] == typed:
            rows += [one for thing in self._found[1] if (one := offers.found(typed, thing, case)) is not None]
        known = {one.chosen for one in before}
        rows = [one._replace(score=one.score + BEFORE) if one.chosen in known else one for one in rows]
        listed = {one.row.target for one in rows}
        rows += [
            one._replace(score=answers + BEFORE)
            for one in before
            if one.row.target not in listed and (answers := score(typed, one.row.title)) is not None
        ]
        self._show(sorted(rows, key=lambda one: -one.score))

    def _show(self, found: list[Offer]) -> None:
        before, self._offers = self.list.currentIndex().row(), found
        rows = [one.row for one in found]
        self.list.setVisible(bool(rows))
        self.nothing.setVisible(not rows)
        self.list.show_rows(rows)
        if rows and (before <= 0 or not self.list.currentIndex().isValid()):
            self.list.setCurrentIndex(self.list.model().index(0, 0))
        shown = min(len(rows), MOST_VISIBLE)
        high = shown * theme.space("row-two-line") + theme.px(14) if rows else theme.px(66)
        corner = self._field.mapTo(self._window, QPoint(0, self._field.height() + 4))
        width = max(self._field.width(), theme.px(420))
        left = min(corner.x(), self._window.width() - width - theme.px(8))
        self.setGeometry(
            QRect(max(theme.px(8), left), corner.y(), width, min(high, self._window.height() - corner.y() - theme.px(40)))
        )
        self.show()
        self.raise_()

    def _chosen(self, target: object) -> None:
        offer = next((one for one in self._offers if one.row.target is target), None)
        self.dismiss()
        chosen = offer.chosen if offer is not None else None
        if chosen is not None and not (self._desk.private and chosen.case):  # a place is kept with the names that it has
            self._keep(chosen)
        if isinstance(target, Action):
            self._desk.command(target.id)
        elif isinstance(target, Place):
            self._desk.open(target.route)
