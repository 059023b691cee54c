"""Bytes of one frame as rows of sixteen, with a marked span that can be chosen with the mouse."""

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from app.ui import theme
from app.ui.catalogue import tr

ROW = 16
"""Bytes in one row."""
DIGITS = 5
GAP = 2
"""Characters between offset, bytes and text; one more after the eighth byte."""


class HexView(QAbstractScrollArea):
    """Shows bytes; mark(start, length) marks a span, Ctrl+C copies it; picked(offset) tells which byte was clicked."""

    picked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Bytes of the frame"))
        self.viewport().setCursor(Qt.CursorShape.IBeamCursor)
        self._data = b""
        self._start = self._length = 0
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)

    def show_bytes(self, data: bytes) -> None:
        """Show other bytes, nothing marked."""
        self._data, self._start, self._length = data, 0, 0
        self.verticalScrollBar().setValue(0)
        self._fit()
        self.viewport().update()

    def mark(self, start: int, length: int) -> None:
        """Mark a span and bring it into view."""
        self._start, self._length = max(0, start), max(0, min(length, len(self._data) - start))
        row, rows = self._start // ROW, max(1, self.viewport().height() // self._line())
        top = self.verticalScrollBar().value()
        if self._length and not top <= row < top + rows - 1:
            self.verticalScrollBar().setValue(max(0, row - rows // 3))
        self.viewport().update()

    def marked(self) -> tuple[int, int]:
        """(start, length) of the marked span."""
        return self._start, self._length

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the scroll range right."""
        super().resizeEvent(event)
        self._fit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the rows that are in view."""
        painter = QPainter(self.viewport())
        painter.setFont(theme.font("mono"))
        line, wide = self._line(), self._wide()
        first = self.verticalScrollBar().value()
        left = theme.space("group") - self.horizontalScrollBar().value()
        for place in range(self.viewport().height() // line + 1):
            start = (first + place) * ROW
            if start >= len(self._data):
                break
            top = place * line
            chunk = self._data[start : start + ROW]
            painter.setPen(theme.colour("text-quiet"))
            self._text(painter, left, top, line, f"{start:0{DIGITS}x}")
            for index, byte in enumerate(chunk):
                inside = self._start <= start + index < self._start + self._length
                x, letter = left + self._byte_column(index) * wide, left + self._text_column(index) * wide
                if inside:
                    more = index < len(chunk) - 1 and start + index + 1 < self._start + self._length
                    reach = self._byte_column(index + 1) - self._byte_column(index) if more else 2
                    painter.fillRect(QRect(round(x), top, round(reach * wide), line), theme.colour("selection"))
                    painter.fillRect(QRect(round(letter), top, round(wide) + 1, line), theme.colour("selection"))
                painter.setPen(theme.colour("text" if inside else "text-quiet" if byte == 0 else "text"))
                self._text(painter, x, top, line, f"{byte:02x}")
                painter.setPen(theme.colour("text" if inside else "text-quiet"))
                self._text(painter, letter, top, line, chr(byte) if 32 <= byte < 127 else ".")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Pick the byte under the pointer."""
        offset = self._offset_at(event.position().toPoint())
        if offset is not None:
            self.picked.emit(offset)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+C copies; arrows move the picked byte."""
        step = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Down: ROW, Qt.Key.Key_Up: -ROW}.get(event.key(), 0)
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self._data[self._start : self._start + self._length].hex(" "))
        elif step and 0 <= self._start + step < len(self._data):
            self.picked.emit(self._start + step)
        else:
            super().keyPressEvent(event)

    def _line(self) -> int:
        return theme.px(20)

    def _wide(self) -> float:
        return max(1.0, theme.measure("mono").horizontalAdvance("0" * 20) / 20)

    @staticmethod
    def _byte_column(index: int) -> int:
        return DIGITS + GAP + index * 3 + (1 if index >= 8 else 0)

    @classmethod
    def _text_column(cls, index: int) -> int:
        return cls._byte_column(ROW) + GAP + index

    def _text(self, painter: QPainter, x: float, top: int, line: int, text: str) -> None:
        painter.drawText(QRect(round(x), top, self.viewport().width() * 2, line), Qt.AlignmentFlag.AlignVCenter, text)

    def _offset_at(self, point: QPoint) -> int | None:
        column = (point.x() + self.horizontalScrollBar().value() - theme.space("group")) / self._wide()
        row = self.verticalScrollBar().value() + point.y() // self._line()
        for index in range(ROW):
            byte, text = self._byte_column(index), self._text_column(index)
            if byte - 0.5 <= column < byte + 2.5 or text <= column < text + 1:
                offset = row * ROW + index
                return offset if offset < len(self._data) else None
        return None

    def _fit(self) -> None:
        rows = (len(self._data) + ROW - 1) // ROW
        visible = max(1, self.viewport().height() // self._line())
        self.verticalScrollBar().setRange(0, max(0, rows - visible))
        self.verticalScrollBar().setPageStep(visible)
        width = round(self._text_column(ROW) * self._wide()) + 2 * theme.space("group")
        self.horizontalScrollBar().setRange(0, max(0, width - self.viewport().width()))
        self.horizontalScrollBar().setPageStep(self.viewport().width())
