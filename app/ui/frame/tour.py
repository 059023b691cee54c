"""The tour: a few cards that stand beside the parts they speak of, over a window that goes on working."""

from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMainWindow, QScrollArea, QVBoxLayout, QWidget

from app.ui import keys, theme
from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.widgets.buttons import Button
from app.ui.widgets.words import Paragraph, Words

WIDE = 340
GAP = 12
FOLLOW_MS = 200
BRINGS = 10
"""Looks at the part of a card in which it is scrolled to."""
DIMMED = 0.5
ARROWS = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}


class Step(NamedTuple):
    """One card. page: shown for it, "" for whatever is on screen; worst: with the gravest alert.

    parts: attribute of the page or the window that it stands beside, in that order of trying.
    words: {key:ID} in them is the key of an action.
    """

    page: str
    parts: tuple[str, ...]
    title: str
    words: str
    worst: bool = False


STEPS: tuple[Step, ...] = (
    Step(
        "overview", ("rail",), "The pages",
        "From what was found to the packets that prove it. {key:go.overview}, {key:go.alerts} and so on open them; {key:go.back} "
        "goes back.",
    ),
    Step(
        "alerts", ("list",), "What looks like an attack",
        "The newest first; the shape at the left is the severity. {key:row.next} and {key:row.previous} move, Enter opens, "
        "{key:alert.true} to {key:alert.reopen} classify, {key:undo} takes back.",
    ),
    Step(
        "alert", ("strip",), "Who did what to whom",
        "Every alert has its drawing and its story. Names are links: rest on one and its card shows, click and the inspector "
        "tells more.", True,
    ),
    Step(
        "alert", ("evidence",), "What proves it",
        "Each line is one activity with its input and frame. Enter opens the packet or the record, byte by byte.", True,
    ),
    Step(
        "activities", ("query", "table"), "Ask everything that was read",
        "Type kind:kerberos result:failure, or a name. Keys and values are offered as you type. Drag over the histogram to look "
        "at a span.",
    ),
    Step(
        "coverage", ("table",), "What could not be seen",
        "No alert means little where nothing could be seen. Here stands what each detector had to see, and what to switch on.",
    ),
    Step("", ("topbar.field",), "Find anything", "{key:go.search} finds every command, alert, account and computer."),
    Step(
        "", ("rail.settings",), "Yours to set",
        "Settings ({key:settings}) have the theme, the keys, every detector with its thresholds. {key:help.keys} shows the "
        "keys of a page, {key:help.page} explains it.",
    ),
)  # fmt: skip


class _Veil(QWidget):
    """Dims all but one part; the mouse goes through it."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hole = QRect()

    def paintEvent(self, _event: object) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole, hole = QPainterPath(), QPainterPath()
        whole.addRect(QRectF(self.rect()))
        corner = theme.space("corner")
        hole.addRoundedRect(QRectF(self.hole), corner, corner)
        painter.fillPath(whole.subtracted(hole), theme.colour("surface-0", DIMMED))
        painter.setPen(QPen(theme.colour("focus"), 2))
        painter.drawPath(hole)


class Tour(QFrame):
    """Enter or the arrows go on and back, Esc leaves; ended: over, whichever way."""

    ended = Signal()

    def __init__(self, window: QMainWindow, desk: Desk, page: Callable[[], QWidget]) -> None:
        super().__init__(window)
        self._window, self._desk, self._page = window, desk, page
        self.place, self._brought = -1, 0
        self.setObjectName("popup")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(tr("Tour"))
        self._veil = _Veil(window)
        self.number = Words("", "quiet", "quiet")
        self.title = Words("", "section")
        self.words = Paragraph("")
        self.back = Button(tr("Back"), on_click=lambda: self.go(self.place - 1))
        self.next = Button(tr("Next"), primary=True, on_click=lambda: self.go(self.place + 1))
        self.skip = Button(tr("Skip"), key="Esc", on_click=self.end)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(16), theme.px(12), theme.px(16), theme.px(14))
        column.setSpacing(theme.px(6))
        column.addWidget(self.number)
        column.addWidget(self.title)
        column.addWidget(self.words)
        column.addSpacing(theme.px(4))
        row = QHBoxLayout()
        row.setSpacing(theme.space("related"))
        row.addWidget(self.next)
        row.addWidget(self.back)
        row.addStretch(1)
        row.addWidget(self.skip)
        column.addLayout(row)
        self._timer = QTimer(self)
        self._timer.setInterval(FOLLOW_MS)
        self._timer.timeout.connect(self._follow)
        for one in (window, self.back, self.next, self.skip):
            one.installEventFilter(self)

    def begin(self) -> None:
        """The first card."""
        self._timer.start()
        self.go(0)

    def go(self, place: int) -> None:
        """Another card; behind the last one the tour is over."""
        if place >= len(STEPS):
            self.end()
            return
        self.place, self._brought = max(0, place), 0
        step = STEPS[self.place]
        if step.page:
            worst = self._worst() if step.worst else ""
            self._desk.go(step.page if worst or not step.worst else "alerts", worst)
        self.number.say(f"{self.place + 1} of {len(STEPS)}")
        self.title.say(step.title)
        self.words.say(_with_keys(step.words))
        self.back.setEnabled(self.place > 0)
        self.next.say("Done" if self.place == len(STEPS) - 1 else "Next")
        self._veil.show()
        self.show()
        self._follow()
        self.next.setFocus(Qt.FocusReason.TabFocusReason)

    def end(self) -> None:
        """Leave."""
        self._timer.stop()
        self._window.removeEventFilter(self)
        self._veil.hide()
        self._veil.deleteLater()
        self.hide()
        self.deleteLater()
        self.ended.emit()

    def anchor(self) -> QWidget:
        """The part that the card speaks of; the page when it has no such part."""
        page = self._page()
        for name in STEPS[self.place].parts:
            for holder in (page, self._window):
                found: object = holder
                for word in name.split("."):
                    found = getattr(found, word, None)
                if isinstance(found, QWidget) and found.isVisible():
                    return found
        return page

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Go with the window; arrows go on and back."""
        if watched is self._window and event.type() == QEvent.Type.Resize:
            QTimer.singleShot(0, self, self._follow)
        elif watched is not self._window and event.type() == QEvent.Type.KeyPress and event.key() in ARROWS:
            self.go(self.place + ARROWS[event.key()])  # a button would keep them for itself
            return True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event) -> None:
        """Esc."""
        if event.key() == Qt.Key.Key_Escape:
            self.end()
        else:
            super().keyPressEvent(event)

    def _follow(self) -> None:
        """Stand beside the part, inside the window."""
        if self.isHidden():
            return
        part, window = self.anchor(), self._window
        self._bring(part)
        whole = window.rect()
        seen = part.visibleRegion().boundingRect()
        corner = part.mapTo(window, seen.topLeft()) if window.isAncestorOf(part) else QPoint(0, 0)
        hole = QRect(corner, seen.size()).adjusted(-4, -4, 4, 4).intersected(whole.adjusted(2, 2, -2, -2))
        wide = min(theme.px(WIDE), whole.width() - 2 * GAP)
        self.layout().activate()
        high = max(self.layout().heightForWidth(wide), self.layout().minimumHeightForWidth(wide))
        self.setGeometry(place_beside(hole, wide, min(high, whole.height() - 2 * theme.px(GAP)), whole, theme.px(GAP)))
        if self._veil.geometry() != whole or self._veil.hole != hole:
            self._veil.setGeometry(whole)
            self._veil.hole = hole
            self._veil.update()
        self._veil.raise_()
        self.raise_()

    def _bring(self, part: QWidget) -> None:
        """Scroll to a part that is out of sight while its page is being filled; then the user may look elsewhere."""
        if self._brought >= BRINGS or part is self._page():
            return
        self._brought, around = self._brought + 1, part.parentWidget()
        while around is not None and part.visibleRegion().boundingRect().height() < part.height():
            if isinstance(around, QScrollArea):
                around.ensureWidgetVisible(part, 0, theme.px(GAP))
            around = around.parentWidget()

    def _worst(self) -> str:
        alerts = self._desk.alerts
        return (
            min(alerts, key=lambda one: (("high", "medium", "low").index(one.severity), one.finding.first)).id if alerts else ""
        )


def place_beside(part: QRect, wide: int, high: int, whole: QRect, gap: int) -> QRect:
    """Where a card stands: right of the part, left, below, above, the first that has room; else over its middle."""
    left, top = part.center().x() - wide // 2, part.top()
    tries = (
        QRect(part.right() + gap, top, wide, high), QRect(part.left() - gap - wide, top, wide, high),
        QRect(left, part.bottom() + gap, wide, high), QRect(left, part.top() - gap - high, wide, high),
    )  # fmt: skip
    room = whole.adjusted(gap, gap, -gap, -gap)
    for number, one in enumerate(tries):
        slid = QRect(one)
        if number < 2:  # beside: may slide along the part
            slid.moveTop(max(room.top(), min(one.top(), room.bottom() - high)))
        else:
            slid.moveLeft(max(room.left(), min(one.left(), room.right() - wide)))
        if room.contains(slid):
            return slid
    over = QRect(left, part.center().y() - high // 2, wide, high)
    over.moveLeft(max(room.left(), min(over.left(), room.right() - wide)))
    over.moveTop(max(room.top(), min(over.top(), room.bottom() - high)))
    return over


def _with_keys(words: str) -> str:
    """The words with the keys that hold now."""
    head, *rest = words.split("{key:")
    return head + "".join(f"{keys.shown(id) or 'no key'}{more}" for id, _, more in (one.partition("}") for one in rest))
