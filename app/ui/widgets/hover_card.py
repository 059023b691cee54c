"""The small card of an entity beside its name: after a moment under the pointer, or at once by key; never takes the focus."""

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, QTimer
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLineEdit, QPlainTextEdit, QTextEdit, QVBoxLayout, QWidget

from app.model.brief import Brief
from app.model.entity import EntityRef
from app.model.filter import quoted
from app.ui import theme, wording
from app.ui.desk import Desk
from app.ui.jobs import Job
from app.ui.widgets import hovering
from app.ui.widgets.buttons import Button
from app.ui.widgets.cards import PLACES, facts, stacked
from app.ui.widgets.chips import Tag
from app.ui.widgets.flow import flow
from app.ui.widgets.glyphs import Sign
from app.ui.widgets.sentence import EntityLabel
from app.ui.widgets.words import Elided, Line, Paragraph, Words

DELAY_MS, LEAVE_MS = 400, 250
WIDTH, GAP = 348, 6
KEPT = 500
"""Briefs kept until the data changes."""
TYPING = (QLineEdit, QPlainTextEdit, QTextEdit)
SWALLOWED = (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress)


class HoverCards(QObject):
    """One for each window; what it shows was asked before, or is asked in a job, whose answer may come too late."""

    def __init__(self, window: QWidget, desk: Desk) -> None:
        super().__init__(window)
        self._window, self._desk = window, desk
        self.card: BriefCard | None = None
        self._wanted: tuple[QWidget, EntityRef, QRect, str] | None = None
        self._known: dict[str, Brief] = {}
        self._job: Job | None = None
        self._watched: list[QWidget] = []
        self._wait = self._timer(DELAY_MS, self._ask)
        self._leave = self._timer(LEAVE_MS, self.close)
        desk.summary_changed.connect(self._known.clear)
        desk.session_changed.connect(self._forget)
        desk.went.connect(self.close)
        hovering.register(self)
        window.destroyed.connect(lambda *_: hovering.forget(self))

    def _timer(self, milliseconds: int, work) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        timer.timeout.connect(work)
        return timer

    # ---- what widgets tell

    def is_home(self, window: QWidget) -> bool:
        """Whether that is its window, or one that was torn off it."""
        return window is self._window or window.parent() is self._window

    def offer(self, widget: QWidget, ref: EntityRef, rect: QRect, note: str) -> None:
        """An entity is named under the pointer."""
        if self.card is not None and self.card.isAncestorOf(widget):
            return
        self._leave.stop()
        if self._wanted is not None and self._wanted[0] is widget and self._wanted[1].key == ref.key and self._wanted[2] == rect:
            return
        self.close()
        self._wanted = (widget, ref, rect, note)
        self._wait.start()

    def withdraw(self, widget: QWidget) -> None:
        """The pointer left the name; it may be on its way into the card."""
        if self._wanted is None or self._wanted[0] is not widget:
            return
        if self.card is None:
            self.close()
        elif not self._leave.isActive():
            self._leave.start()

    def show_now(self, widget: QWidget, ref: EntityRef, rect: QRect) -> None:
        """By key, without waiting."""
        self.close()
        self._wanted = (widget, ref, rect, "")
        self._ask()

    def close(self, *_: object) -> None:
        """Show nothing."""
        self._wait.stop()
        self._leave.stop()
        self._wanted = None
        if self._job is not None:
            self._job.cancel()
            self._job = None
        for one in self._watched:
            one.removeEventFilter(self)
        self._watched = []
        if self.card is not None:
            card, self.card = self.card, None
            card.hide()
            card.deleteLater()

    def _forget(self) -> None:
        self.close()
        self._known.clear()

    # ---- asking, showing

    def _ask(self) -> None:
        session = self._desk.session
        if self._wanted is None or session is None:
            return
        ref = self._wanted[1]
        known = self._known.get(ref.key)
        if known is not None:
            self._show(known)
            return
        self._job = self._desk.jobs.run(
            lambda: session.queries.brief(ref), lambda found: self._arrived(found), lambda _: self.close(), self
        )

    def _arrived(self, brief: Brief) -> None:
        if len(self._known) >= KEPT:
            self._known.clear()
        self._known[brief.ref.key] = brief
        if self._wanted is not None and self._wanted[1].key == brief.ref.key:
            self._show(brief)

    def _show(self, brief: Brief) -> None:
        if self._wanted is None or not self._wanted[0].isVisible():
            self.close()
            return
        widget, _, rect, note = self._wanted
        window = widget.window()
        card = BriefCard(self._desk, brief, note, self, window)
        self.card = card
        size = card.fitted(theme.px(WIDTH))
        corner = widget.mapTo(window, rect.bottomLeft()) + QPoint(0, GAP)
        if corner.y() + size.height() > window.height() - GAP:
            above = widget.mapTo(window, rect.topLeft()).y() - GAP - size.height()
            corner.setY(above if above >= 0 else max(0, window.height() - size.height() - GAP))
        corner.setX(max(GAP, min(corner.x(), window.width() - size.width() - GAP)))
        card.setGeometry(QRect(corner, size))
        card.show()
        card.raise_()
        focus = QApplication.focusWidget()
        for one in {widget, window, focus or window}:
            one.installEventFilter(self)
            self._watched.append(one)

    # ---- while it is shown

    def entered(self) -> None:
        """The pointer is in the card."""
        self._leave.stop()

    def left(self) -> None:
        """The pointer left the card."""
        self._leave.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Esc, scrolling, a click or another key closes; the card's own keys act, unless something is being typed."""
        kind = event.type()
        if self.card is None:
            return False
        if kind in SWALLOWED:
            return self._key(event, kind == QEvent.Type.KeyPress)
        if kind in (
            QEvent.Type.Wheel, QEvent.Type.MouseButtonPress, QEvent.Type.WindowDeactivate, QEvent.Type.Hide, QEvent.Type.FocusOut,
            QEvent.Type.Resize,
        ):  # fmt: skip
            self.close()
        return False

    def _key(self, event, pressed: bool) -> bool:
        if event.key() == Qt.Key.Key_Escape:
            act = self.close
        elif isinstance(QApplication.focusWidget(), TYPING) or event.modifiers() != Qt.KeyboardModifier.NoModifier:
            return False
        else:
            card = self.card
            act = card.keys.get(event.key()) if card is not None else None
            if act is None:
                if pressed:
                    self.close()
                return False
        event.accept()
        if pressed:
            act()
        return True

    def go(self, page: str, key: str = "", **view: str) -> None:
        """Leave for a page."""
        self.close()
        self._desk.go(page, key, **view)


class BriefCard(QFrame):
    """What is known at a glance, and where to go from here."""

    def __init__(self, desk: Desk, brief: Brief, note: str, cards: HoverCards, window: QWidget) -> None:
        super().__init__(window)
        self._cards = cards
        ref = brief.ref
        self.setObjectName("popup")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(f"{wording.entity_kind(ref.kind)} {wording.tidy(ref.label)}")
        column = QVBoxLayout(self)
        pad = theme.px(12)
        column.setContentsMargins(pad, theme.px(10), pad, theme.px(10))
        column.setSpacing(theme.px(8))
        head = QHBoxLayout()
        head.setSpacing(theme.px(7))
        head.addWidget(Sign(f"entity:{ref.kind}", 14))
        head.addWidget(Elided(ref.label, "section", cut=Qt.TextElideMode.ElideMiddle), 1)
        head.addWidget(Words(wording.entity_kind(ref.kind).split(" without")[0], "quiet", "quiet"))
        column.addLayout(head)
        if brief.line:
            column.addWidget(Paragraph(brief.line, look="quiet"))
        chips: list[QWidget] = [Tag(one) for one in brief.tags[:6]]
        if brief.notes:
            chips.append(Tag(wording.count(brief.notes, "note"), "Option"))
        if chips:
            column.addWidget(flow(*chips, gap=6))
        column.addWidget(facts(_rows(brief, note)))
        column.addWidget(Line())
        column.addLayout(self._ways(desk, ref))

    def _ways(self, desk: Desk, ref: EntityRef) -> QHBoxLayout:
        go = self._cards.go
        ways = {
            ("Open", "O", Qt.Key.Key_O, "entity"): lambda: go("entity", ref.key),
            ("Graph", "G", Qt.Key.Key_G, "graph"): lambda: go("graph", ref.key),
            ("Activities", "F", Qt.Key.Key_F, "activities"): lambda: go("activities", filter=f"entity:{quoted(ref.key)}"),
        }
        self.keys = {}
        row = QHBoxLayout()
        row.setSpacing(theme.px(6))
        for (words, letter, key, page), act in ways.items():
            if desk.can_go(page):
                self.keys[key] = act
                button = Button(words, key=letter, on_click=act)
                button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
                row.addWidget(button)
        row.addStretch(1)
        return row

    def fitted(self, width: int):
        """Its size at a width."""
        self.setFixedWidth(width)
        self.ensurePolished()
        layout = self.layout()
        layout.activate()
        size = self.sizeHint()
        size.setWidth(width)
        if layout.hasHeightForWidth():
            size.setHeight(layout.heightForWidth(width))
        return size

    def enterEvent(self, event) -> None:
        """The pointer came in."""
        super().enterEvent(event)
        self._cards.entered()

    def leaveEvent(self, event) -> None:
        """The pointer left."""
        super().leaveEvent(event)
        self._cards.left()


def _rows(brief: Brief, note: str) -> list[tuple[str, QWidget | str]]:
    rows: list[tuple[str, QWidget | str]] = []
    if brief.first is not None and brief.last is not None:
        end = wording.clock(brief.last) if wording.same_day(brief.first, brief.last) else wording.moment(brief.last)
        rows.append(("Seen", f"{wording.moment(brief.first)} – {end}"))
        rows.append(("Activities", wording.number(brief.activities)))
    else:
        rows.append(("Seen", "never in the evidence"))
    rows.append(("Open alerts", _alerts(brief) if brief.alerts else "none"))
    if brief.places:
        rows.append((PLACES.get(brief.ref.kind, "At"), stacked([EntityLabel(one) for one in brief.places], 2)))
    if brief.groups:
        rows.append(("Groups", stacked([EntityLabel(one) for one in brief.groups], 2)))
    if note:
        rows.append(("Known by", note))
    return rows


def _alerts(brief: Brief) -> QWidget:
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(theme.px(5))
    for level, number in brief.alerts:
        row.addWidget(Sign(f"severity:{level}"))
        row.addWidget(Words(f"{number:,} {level}"))
        row.addSpacing(theme.px(6))
    row.addStretch(1)
    return holder
