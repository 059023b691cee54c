"""What proves an activity: one of its packets or its record, and where else the same act is told."""

from collections.abc import Callable
from functools import cached_property
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from app.model.rows import ActivityRow, Packet, Record
from app.ui import wording
from app.ui.desk import Desk
from app.ui.page import Page
from app.ui.tab_order import scroll_to
from app.ui.tables.packet_view import PacketView
from app.ui.tables.record_view import RecordView
from app.ui.widgets.twins import Twin, TwinLine, twins_of


class ProofPanel(QWidget):
    """Asks through the page that it belongs to, so that a newer row replaces an older one."""

    def __init__(
        self, page: Page, desk: Desk, follow: Callable[[], object] = lambda: None, outside: Callable[[], object] = lambda: None
    ) -> None:
        """follow: what is asked for of the conversation; outside: to see the packet in another program."""
        super().__init__()
        self._page, self._desk, self._follow, self._outside = page, desk, follow, outside
        self.of = ""
        """Id of the activity on screen."""
        self.twins = TwinLine(desk)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.twins)
        self._stack = QStackedWidget()
        column.addWidget(self._stack, 1)

    @cached_property
    def packet(self) -> PacketView:
        """Tree and bytes of a packet; made when a packet is shown first."""
        view = PacketView()
        view.followed.connect(lambda *_: self._follow())
        view.outside.connect(lambda *_: self._outside())
        self._stack.addWidget(view)
        return view

    @cached_property
    def record(self) -> RecordView:
        """Fields and text of a record; made when a record is shown first."""
        view = RecordView()
        self._stack.addWidget(view)
        return view

    def forget(self) -> None:
        """Show nothing."""
        self.of = ""
        self.hide()

    def focus(self) -> None:
        """The keyboard goes to the tree, or to the fields."""
        shown = self.record.fields if isinstance(self._stack.currentWidget(), RecordView) else self.packet.tree
        shown.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc leads back to the rows of the page."""
        if event.key() == Qt.Key.Key_Escape:
            self._page.setFocus(Qt.FocusReason.OtherFocusReason)
            scroll_to(self._page.focusWidget() or self._page)
        else:
            super().keyPressEvent(event)

    def show_row(self, row: ActivityRow, frame: int | None = None) -> None:
        """What proves a row: one of its frames, or the record of a log."""
        session = self._desk.session
        self.show()
        if session is None or (frame is None and self.of == row.id):
            return
        self.of = row.id

        def work() -> _Proof:
            activity = session.queries.activity(row.id)
            twins = twins_of(self._desk, row.id)
            if activity is None or not activity.frames:
                number = activity.record if activity is not None else None
                facts = session.queries.record_facts(row.id)
                record = session.record(row.input, number or 0, activity.ordinal if activity is not None else 0)
                return _Proof(None, (), facts, record, number, twins)
            frames = activity.frames
            return _Proof(session.packet(row.input, frame or frames[0], frames), frames, (), None, None, twins)

        self._page.ask("proof", work, lambda found: self._proved(row, found))

    def _proved(self, row: ActivityRow, found: "_Proof") -> None:
        if self.of != row.id:
            return
        self.twins.show_twins(found.twins)
        name = row.input_name.removesuffix(wording.LIVE)
        if found.packet is not None:
            self._stack.setCurrentWidget(self.packet)
            self.packet.show_packet(found.packet, name)
            self.packet.show_frames(found.frames, found.packet.frame, lambda other: self.show_row(row, other))
        elif found.record is not None:
            self._stack.setCurrentWidget(self.record)
            title = f"Record {wording.number(found.number)}" if found.number else "Record"
            self.record.show_record(title, found.facts, found.record, name)


class _Proof(NamedTuple):
    """What proves a row: packet with the frames of its activity, or record with its facts."""

    packet: Packet | None
    frames: tuple[int, ...]
    facts: tuple[tuple[str, str, str], ...]
    record: Record | None
    number: int | None
    twins: list[Twin]
