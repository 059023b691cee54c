"""What a part of a page shows while it has nothing: what is so, how to change it."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.ui import theme
from app.ui.widgets.buttons import LinkButton
from app.ui.widgets.words import Paragraph, Words


class Empty(QWidget):
    """One sentence, with a heading above it on a whole page, a link below it when something can be done."""

    def __init__(self, sentence: str, heading: str = "", link: str = "", on_link: Callable[[], object] | None = None) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.px(8), 0, theme.px(8))
        column.setSpacing(theme.px(6))
        self.heading = Words(heading, "section")
        self.sentence = Paragraph(sentence, look="quiet")
        self.link = LinkButton(link, on_link)
        column.addWidget(self.heading)
        column.addWidget(self.sentence)
        column.addWidget(self.link, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        # Only now they have a parent: a shown widget without one would be a window.
        self.heading.setVisible(bool(heading))
        self.link.setVisible(bool(link))
