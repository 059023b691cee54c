"""A cell of two lines with an icon before them: what is so, and quietly below why."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from app.ui import theme, wording
from app.ui.icons import paint_icon


def paint_two_lines(
    painter: QPainter, rect: QRectF, icon: str, icon_role: str, words: str, below: str, below_role: str, side: int = 14
) -> None:
    """side: of the icon, in pixels of the design; beside both lines when it is larger than 14, else beside the first."""
    size = theme.px(side)
    high = theme.line_height() + (theme.line_height("quiet") if below else 0)
    top = rect.center().y() - high / 2
    middle = rect.center().y() if side > 14 else top + theme.line_height() / 2
    paint_icon(painter, QRectF(rect.left(), middle - size / 2, size, size), icon, theme.colour(icon_role))
    inner = rect.adjusted(size + theme.px(12 if side > 14 else 8), 0, 0, 0)
    for face, role, text, line in (
        ("body", "text", words, theme.line_height()), ("quiet", below_role, below, theme.line_height("quiet")),
    ):  # fmt: skip
        painter.setFont(theme.font(face))
        painter.setPen(theme.colour(role))
        cut = Qt.TextElideMode.ElideRight if face == "quiet" else Qt.TextElideMode.ElideMiddle
        shown = painter.fontMetrics().elidedText(wording.tidy(text), cut, int(inner.width()))
        painter.drawText(QRectF(inner.left(), top, inner.width(), line), Qt.AlignmentFlag.AlignVCenter, shown)
        top += line
