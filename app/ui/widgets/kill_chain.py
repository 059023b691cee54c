"""The kill chain as a strip: which phases a story reached, when first, with how many alerts."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.model.alert import RANK, Alert
from app.ui import theme, wording
from app.ui.widgets.buttons import KEYBOARD
from app.ui.widgets.glyphs import paint_severity

HIGH, TIP = 64, 10
"""Height of a strip and how far an arrow reaches into the next, in pixels of the design."""


class KillChain(QWidget):
    """asked(phase): a phase that was reached was clicked, or Enter was pressed on it; Left and Right go from one to the next."""

    asked = Signal(str)

    def __init__(self, phases: Sequence[str]) -> None:
        super().__init__()
        self._phases = tuple(phases)
        self._of: dict[str, list[Alert]] = {}
        self._ring, self._under = -1, -1
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        strips = -(-len(self._phases) // self.beside())
        return QSize(theme.px(400), strips * self._high())

    minimumSizeHint = sizeHint

    def beside(self) -> int:
        """Arrows side by side: all where every word of their names, number and time have room, else on more strips."""
        most, metrics = max(1, len(self._phases)), QFontMetrics(theme.font("quiet-strong"))
        words = max((metrics.horizontalAdvance(word) for one in self._phases for word in one.split()), default=0)
        told = max((theme.measure("body").horizontalAdvance(_told(one)) for one in self._of.values()), default=0)
        need = max(words, told + theme.space("glyph") + theme.px(6)) + 1
        for strips in range(1, most + 1):
            beside = -(-most // strips)
            if self._inner(QRectF(0, 0, self.width() / beside, 1), 1).width() >= need:
                return beside
        return 1

    def _rows(self) -> int:
        """Lines of the longest name of a phase at this width."""
        metrics, room = QFontMetrics(theme.font("quiet-strong")), self._inner(self.rect_of(0), 1).width()
        return 2 if any(metrics.horizontalAdvance(one) > room for one in self._phases) else 1

    def _high(self) -> int:
        """Height of one strip."""
        return theme.px(HIGH) + (self._rows() - 1) * theme.line_height("quiet")

    @staticmethod
    def _inner(rect: QRectF, place: int) -> QRectF:
        """Where the words of an arrow stand."""
        tip = theme.px(TIP)
        return rect.adjusted(1 + theme.px(8) + (tip if place else 0), 1 + theme.px(8), -5 - tip, -1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Names take a second line where they are wider than their arrows."""
        super().resizeEvent(event)
        self.updateGeometry()

    def show_alerts(self, alerts: Sequence[Alert]) -> None:
        """Show what these alerts reached."""
        self._of = {}
        for one in alerts:
            self._of.setdefault(one.phase, []).append(one)
        told = [f"{phase}: {wording.count(len(self._of[phase]), 'alert')}" for phase in self._phases if phase in self._of]
        self.setAccessibleName(f"Kill chain. {', '.join(told)}")
        self.updateGeometry()
        self.update()

    def rect_of(self, place: int) -> QRectF:
        """Where a phase is painted."""
        beside = self.beside()
        strip, column = divmod(place, beside)
        wide, high = self.width() / beside, self.height() / -(-max(1, len(self._phases)) // beside)
        return QRectF(column * wide, strip * high, wide, high)

    def paintEvent(self, _event: object) -> None:
        """Paint one arrow for each phase."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for place, phase in enumerate(self._phases):
            self._paint(painter, place, phase, self._of.get(phase, []))

    def _paint(self, painter: QPainter, place: int, phase: str, alerts: list[Alert]) -> None:
        tip, last, column = theme.px(TIP), place == len(self._phases) - 1, place % self.beside()
        rect = self.rect_of(place).adjusted(1, 1, -3, -1)
        path = QPainterPath()
        path.moveTo(rect.left(), rect.top())
        path.lineTo(rect.right() - (0 if last else tip), rect.top())
        if not last:
            path.lineTo(rect.right(), rect.center().y())
        path.lineTo(rect.right() - (0 if last else tip), rect.bottom())
        path.lineTo(rect.left(), rect.bottom())
        if column:
            path.lineTo(rect.left() + tip, rect.center().y())
        path.closeSubpath()
        worst = max((one.severity for one in alerts), key=lambda one: RANK[one], default="")
        painter.setPen(QPen(theme.colour("line"), 1) if not alerts else Qt.PenStyle.NoPen)
        ground = theme.colour(f"{worst}-quiet") if worst else Qt.BrushStyle.NoBrush
        painter.setBrush(theme.colour("hover") if alerts and place == self._under else ground)
        painter.drawPath(path)
        if place == self._ring:
            painter.setPen(QPen(theme.colour("focus"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPath(path)
        inner = self._inner(self.rect_of(place), column)
        painter.setFont(theme.font("quiet-strong" if alerts else "quiet"))
        painter.setPen(theme.colour("text" if alerts else "text-quiet"))
        line = theme.line_height("quiet") * self._rows()
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(QRectF(inner.left(), inner.top(), inner.width(), line), flags, phase)
        below = QRectF(inner.left(), inner.top() + line + theme.px(4), inner.width(), theme.line_height())
        painter.setFont(theme.font())
        if not alerts:
            painter.drawText(below, Qt.AlignmentFlag.AlignVCenter, "–")
            return
        side = theme.space("glyph")
        paint_severity(painter, QRectF(below.left(), below.center().y() - side / 2, side, side), worst)
        room = int(below.width() - side - theme.px(6))
        painter.setPen(theme.colour("text"))
        told = painter.fontMetrics().elidedText(_told(alerts), Qt.TextElideMode.ElideRight, room)
        painter.drawText(below.adjusted(side + theme.px(6), 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, told)

    def _at(self, point: QPointF) -> int:
        reached = (place for place, one in enumerate(self._phases) if one in self._of)
        return next((place for place in reached if self.rect_of(place).contains(point)), -1)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """The hand over what was reached."""
        self._under = self._at(event.position())
        self.setCursor(Qt.CursorShape.PointingHandCursor if self._under >= 0 else Qt.CursorShape.ArrowCursor)
        self.update()

    def leaveEvent(self, event) -> None:
        """Nothing is under the pointer."""
        super().leaveEvent(event)
        self._under = -1
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Ask for the alerts of a phase."""
        place = self._at(event.position())
        if place >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self.asked.emit(self._phases[place])

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The first phase that was reached gets the ring."""
        super().focusInEvent(event)
        if event.reason() in KEYBOARD:
            self._ring = next((place for place, one in enumerate(self._phases) if one in self._of), -1)
            self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """No ring without focus."""
        super().focusOutEvent(event)
        self._ring = -1
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and Right go over what was reached, Enter asks."""
        reached = [place for place, one in enumerate(self._phases) if one in self._of]
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right) and reached:
            step = 1 if event.key() == Qt.Key.Key_Right else -1
            now = reached.index(self._ring) if self._ring in reached else -step
            self._ring = reached[min(len(reached) - 1, max(0, now + step))]
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._ring >= 0:
            self.asked.emit(self._phases[self._ring])
        else:
            super().keyPressEvent(event)


def _told(alerts: Sequence[Alert]) -> str:
    """How many, and when the first."""
    return f"{len(alerts):,} · {wording.clock(min(one.finding.first for one in alerts))[:5]}"
