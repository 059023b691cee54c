"""Tags of entities, hints of keys: small words in a frame."""

from collections.abc import Collection

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from app.model.tags import HONEYTOKEN, SENSITIVE
from app.ui import theme, wording
from app.ui.widgets.buttons import paint_key

# Tag to (ground, ink); every other tag is a state on info-quiet. An outlined tag is a fact, not a state.
FILLED = {SENSITIVE: ("accent-quiet", "accent"), "alerts": ("high-quiet", "high"), HONEYTOKEN: ("medium-quiet", "medium")}
OUTLINED = {
    "Controller", "Group", "Option", "DNS server", "DHCP server", "Certificate authority", "Exchange server", "SQL server",
    "AD FS", "VPN gateway", "VPN pool", "Shared address",
}  # fmt: skip
MOST = 8


class Tag(QWidget):
    """One tag, 20 high."""

    def __init__(self, words: str, look: str = "") -> None:
        super().__init__()
        self._words = wording.tidy(words, 40)
        self._look = look or words
        self.setAccessibleName(self._words)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Words with 6 on both sides."""
        return QSize(theme.measure("quiet").horizontalAdvance(self._words) + theme.px(12), theme.px(20))

    def paintEvent(self, _event: object) -> None:
        """Paint ground, words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground, ink = FILLED.get(self._look, ("info-quiet", "text"))
        rect = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        corner = theme.space("chip-corner")
        if self._look in OUTLINED:
            painter.setPen(QPen(theme.colour("line-strong"), 1))
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour(ground))
        painter.drawRoundedRect(rect, corner, corner)
        painter.setPen(theme.colour(ink))
        painter.setFont(theme.font("quiet"))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, self._words)


def tag_row(tags: tuple[str, ...], alerts: int = 0, by_hand: Collection[str] = ()) -> QWidget:
    """Tags side by side, the number of alerts last; those that an analyst gave say so."""
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(theme.px(6))
    for one in tags[:MOST]:
        layout.addWidget(Tag(f"{one}, by hand" if one in by_hand else one, one))
    if len(tags) > MOST:
        layout.addWidget(Tag(f"{len(tags) - MOST} more"))
    if alerts:
        layout.addWidget(Tag(wording.count(alerts, "alert"), "alerts"))
    layout.addStretch(1)
    return row


class KeyHint(QWidget):
    """A key in a frame with the word for what it does."""

    def __init__(self, key: str, words: str = "") -> None:
        super().__init__()
        self._key, self._words = key, words
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Frame, gap, words."""
        measure = theme.measure("quiet")
        words = measure.horizontalAdvance(self._words) + theme.px(4) if self._words else 0
        return QSize(measure.horizontalAdvance(self._key) + theme.px(12) + words, theme.px(20))

    def paintEvent(self, _event: object) -> None:
        """Paint the frame, then the words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_key(painter, 0, self.height() / 2, self._key, theme.colour("text-quiet"))
        if self._words:
            left = theme.measure("quiet").horizontalAdvance(self._key) + theme.px(14)
            painter.setFont(theme.font("quiet"))
            painter.drawText(self.rect().adjusted(left, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self._words)
