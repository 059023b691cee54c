"""Plain words on the page: labels in the roles of type, headings, lines."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from app.model.alert import Link, Sentence
from app.ui import theme, wording
from app.ui.widgets.head_row import HeadRow
from app.ui.widgets.sentence import ALIGNED, SentenceView
from app.ui.widgets.tips import plain_tip

WHOLE = 2_000
"""Wider than any heading of a part."""
FIRM = 240
"""Pixels of the design as far as to which the note beside a heading is cut first."""


class Words(QLabel):
    """Plain text in a type role; look: "" or "quiet", "good", "high". Never rich text, always tidied."""

    def __init__(self, text: str = "", kind: str = "body", look: str = "", wrap: bool = False) -> None:
        super().__init__()
        self._kind = kind
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("look", look)
        self.setFont(theme.font(kind))
        self.setWordWrap(wrap)
        if wrap:
            self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self.say(text)

    def say(self, text: str, limit: int = 2000) -> None:
        """Show other words."""
        self.setText(wording.tidy(text, limit))

    def changeEvent(self, event) -> None:
        """Follow the text size."""
        super().changeEvent(event)
        if event.type() == event.Type.StyleChange and self.font().pixelSize() != theme.font(self._kind).pixelSize():
            self.setFont(theme.font(self._kind))


class Paragraph(SentenceView):
    """Plain words that wrap, in lines as high as the type role says."""

    def __init__(self, text: str = "", kind: str = "body", look: str = "") -> None:
        super().__init__((), None, "text-quiet" if look == "quiet" else look or "text", kind=kind)
        self.say(text)

    def say(self, text: str | Sentence) -> None:
        """Show other words."""
        super().say((Link(text[:2000]),) if text and isinstance(text, str) else tuple(text or ()))

    def set_role(self, role: str) -> None:
        """Another colour."""
        self._role = role
        self.update()


class Elided(QWidget):
    """One line that is cut with an ellipsis when it does not fit; the whole is in the tooltip."""

    def __init__(
        self, text: str = "", kind: str = "body", role: str = "text", cut: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
        smaller: str = "", firm: int = 0,
    ) -> None:  # fmt: skip
        """smaller: another type role, in which the line is written before any of it is cut; firm: pixels of the design, as far
        as to which others beside it give first."""
        super().__init__()
        self._firm = max(24, firm)
        self._kind, self._role, self._cut, self._smaller = kind, role, cut, smaller
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.say(text)

    def say(self, text: str) -> None:
        """Show other words."""
        self._text = wording.tidy(text, 2000)
        self.setAccessibleName(self._text)
        self.updateGeometry()
        self.update()

    def text(self) -> str:
        """The whole text."""
        return self._text

    def kind_now(self) -> str:
        """The type role in which it is written at this width."""
        room = self.width() if self._smaller else 0
        return self._smaller if self._smaller and theme.measure(self._kind).horizontalAdvance(self._text) > room else self._kind

    def least(self) -> int:
        """Width of the whole line in its smallest type."""
        return theme.measure(self._smaller or self._kind).horizontalAdvance(self._text[:400]) + 2

    def sizeHint(self) -> QSize:
        """Room for the whole line."""
        return QSize(theme.measure(self._kind).horizontalAdvance(self._text[:400]) + 2, theme.line_height(self._kind))

    def minimumSizeHint(self) -> QSize:
        """A few characters; nothing takes no room."""
        return QSize(min(theme.px(self._firm), self.sizeHint().width()) if self._text else 0, theme.line_height(self._kind))

    def paintEvent(self, _event: object) -> None:
        """Paint the cut line."""
        from PySide6.QtGui import QPainter

        painter = QPainter(self)
        kind = self.kind_now()
        painter.setFont(theme.font(kind))
        painter.setPen(theme.colour(self._role))
        shown = theme.measure(kind).elidedText(self._text, self._cut, self.width())
        self.setToolTip(plain_tip(self._text) if shown != self._text else "")
        painter.drawText(self.rect(), ALIGNED, shown)


class Line(QFrame):
    """One pixel, horizontal or vertical."""

    def __init__(self, vertical: bool = False) -> None:
        super().__init__()
        self.setObjectName("line")
        if vertical:
            self.setFixedWidth(1)
        else:
            self.setFixedHeight(1)


class PageHeading(QWidget):
    """The page's name, controls at its right, or below it where there is no room for both, one sentence below."""

    def __init__(self, title: str, sentence: str = "", controls: tuple[QWidget, ...] = (), before: QWidget | None = None) -> None:
        super().__init__()
        self.title = Elided(title, "page", smaller="section")
        self.title.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.sentence = Paragraph(sentence, look="quiet")
        row = HeadRow(self.title, () if before is None else (before,))
        for one in controls:
            row.addWidget(one)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(6))
        column.addLayout(row)
        column.addWidget(self.sentence)


class SectionHeading(QWidget):
    """The name of a part, a quiet note beside it, something at its right.

    whole: the name is never cut for what is at its right, which goes below it instead.
    """

    def __init__(self, title: str, note: str = "", right: tuple[QWidget, ...] = (), whole: bool = False) -> None:
        super().__init__()
        self.title = Elided(title, "section", firm=0 if whole else FIRM)
        self.note = Elided(note, "quiet", "text-quiet")
        if whole:
            head = HeadRow(self.title, behind=(self.note,), enough=WHOLE)
            self.setLayout(head)
            for one in right:
                head.addWidget(one)
            return
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.space("related"))
        row.addWidget(self.title)
        row.addWidget(self.note)
        row.addStretch(1)
        for one in right:
            row.addWidget(one)
