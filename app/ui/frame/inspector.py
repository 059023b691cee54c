"""The panel at the right that shows whatever is selected, on every page the same."""

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.model.alert import Alert
from app.model.brief import Brief
from app.model.entity import EntityRef
from app.model.rows import ActivityRow, Coverage, EntityCard
from app.model.tickets import TicketNode
from app.ui import theme
from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.jobs import Job
from app.ui.page import scrolled
from app.ui.widgets.buttons import Button
from app.ui.widgets.cards import Card, activity_card, alert_card, coverage_card, entity_card
from app.ui.widgets.coverage_cards import CellShown, cell_card
from app.ui.widgets.path_card import StepShown, path_card
from app.ui.widgets.ticket_card import ticket_card
from app.ui.widgets.twins import add_twins, twins_of

SOON_MS = 15
"""After something is chosen its card is drawn: the page is painted before, and a key held down draws the last one only."""


class Inspector(QWidget):
    """320 wide. Pinned, it keeps what it shows. closed: its cross was pressed."""

    closed = Signal()
    titled = Signal(str)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._job: Job | None = None
        self._shown: object = None
        self._drawn = False
        self._card: tuple[EntityCard | None, Brief] | None = None
        self._on_screen: EntityRef | None = None
        self.setObjectName("inspector")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(1, 0, 0, 0)
        self._over = False
        self._area: QWidget | None = None
        self._corner = QWidget(self)
        row = QHBoxLayout(self._corner)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self.pin = Button("", "pin", bare=True, tip="Keep what is shown")
        self.pin.setCheckable(True)
        self.close_button = Button("", "close", bare=True, tip="Close the inspector", on_click=self.closed.emit)
        row.addWidget(self.pin)
        row.addWidget(self.close_button)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SOON_MS)
        self._soon.timeout.connect(lambda: self._draw(self._shown))
        self.set_over(False)

    @property
    def shown(self) -> object:
        """What is shown."""
        return self._shown

    def show_thing(self, thing: object) -> None:
        """Show an EntityRef, an ActivityRow, an Alert, a Coverage or the id of an activity; None empties; pinned does nothing."""
        if self.pin.isChecked():
            return
        if isinstance(thing, Alert | ActivityRow | Coverage | TicketNode) and thing == self._shown and self._drawn:
            return  # nothing new: the panel keeps its place
        if self._job is not None:
            self._job.cancel()
        self._shown = thing
        self._drawn = self.isVisible()
        if self._drawn:
            self._soon.start()

    def showEvent(self, event) -> None:
        """What was chosen while the panel was away is drawn now."""
        super().showEvent(event)
        if self._area is None:
            self._show_empty()
        if not self._drawn:
            self._drawn = True
            self._soon.start()

    def _draw(self, thing: object) -> None:
        session = self._desk.session
        if isinstance(thing, ActivityRow):
            self._row(thing)
        elif isinstance(thing, Alert):
            self._put(alert_card(self._desk, thing, lambda: self._desk.go("alert", thing.id)))
        elif isinstance(thing, TicketNode):
            self._put(ticket_card(self._desk, thing))
        elif isinstance(thing, StepShown):
            self._step(thing)
        elif isinstance(thing, CellShown):
            page = session.detector_page if session is not None else lambda _: ""
            made = lambda text: self._put(cell_card(self._desk, thing, text))  # noqa: E731
            self._job = self._desk.jobs.run(lambda: page(thing.detector), made, owner=self)
        elif isinstance(thing, Coverage):
            page = session.detector_page if session is not None else lambda _: ""
            all_shares = session.queries.coverage_shares if session is not None else tuple
            self._job = self._desk.jobs.run(
                lambda: (page(thing.detector), [one for one in all_shares() if one.detector == thing.detector]),
                lambda found: self._put(coverage_card(self._desk, thing, *found)), owner=self,
            )  # fmt: skip
        elif isinstance(thing, EntityRef) and session is not None:
            self._job = self._desk.jobs.run(
                lambda: (session.queries.entity(thing.key), session.queries.brief(thing)),
                lambda found: self._entity(thing, *found),
                owner=self,
            )
        elif isinstance(thing, str) and session is not None:
            self._job = self._desk.jobs.run(lambda: session.queries.rows_of((thing,)), self._activity, owner=self)
        else:
            self._show_empty()

    def set_over(self, over: bool) -> None:
        """Over the page it carries its own buttons and the kind of the card; in a pane the title of the pane does."""
        self._over = over
        if over:
            row = self._corner.layout()
            assert isinstance(row, QHBoxLayout)
            row.insertWidget(0, self.pin)
            self.pin.show()
        self._corner.setVisible(over)
        self._show_kind()

    def sizeHint(self) -> QSize:
        """As wide as the design says."""
        return QSize(theme.space("inspector"), theme.px(600))

    def minimumSizeHint(self) -> QSize:
        """Names and values still stand beside each other."""
        return QSize(theme.px(240), theme.px(120))

    def _show_kind(self) -> None:
        card = self._area.widget() if isinstance(self._area, QScrollArea) else None
        if isinstance(card, Card):
            card.show_kind(self._over)
            self.titled.emit(card.kind.text())

    def refresh(self) -> None:
        """Show the same thing with newer data."""
        if isinstance(self._shown, EntityRef) and self._drawn:
            self._draw(self._shown)

    def _entity(self, ref: EntityRef, card: EntityCard | None, brief: Brief) -> None:
        if card is not None and (card, brief) == self._card and self._on_screen == ref:
            return  # nothing new: the panel keeps its place
        self._card, self._on_screen = (card, brief), ref
        if card is None:
            empty = Card(tr("Entity"), ref.label, "Nothing else is known of it.", f"entity:{ref.kind}")
            self._put(empty)
        else:
            self._put(entity_card(self._desk, card, brief))

    def _activity(self, rows) -> None:
        if rows:
            self._shown = rows[0]
            self._row(rows[0])

    def _row(self, row: ActivityRow) -> None:
        """The card of an activity at once, where else it is told as soon as that is known."""
        card = activity_card(self._desk, row)
        self._put(card)
        self._job = self._desk.jobs.run(
            lambda: twins_of(self._desk, row.id), lambda twins: add_twins(card, self._desk, twins), owner=card
        )

    def _step(self, shown: StepShown) -> None:
        """The card of a step with its activities, as soon as they are known."""
        session = self._desk.session
        if session is not None:
            queries = session.queries
            self._job = self._desk.jobs.run(
                lambda: queries.path_evidence(*shown.edge.id, shown.at, shown.window),
                lambda rows: self._put(path_card(self._desk, shown, rows)), owner=self,
            )  # fmt: skip

    def _show_empty(self) -> None:
        self._put(Card(tr("Inspector"), "Nothing selected", "Select an alert, an activity or a name to see what is known of it."))

    def _put(self, card: Card) -> None:
        if not isinstance(self._shown, EntityRef):
            self._on_screen = None
        area = scrolled(card)
        if self._area is not None:
            self._column.removeWidget(self._area)
            self._area.hide()
            self._area.deleteLater()
        self._area = area
        self._column.addWidget(area)
        self._corner.raise_()
        self._show_kind()

    def resizeEvent(self, event) -> None:
        """The buttons stay in the corner."""
        super().resizeEvent(event)
        size = self._corner.sizeHint()
        self._corner.setGeometry(self.width() - size.width() - theme.px(4), theme.px(4), size.width(), size.height())
