"""A panel beside the content of a page, which takes the whole page when that is narrow."""

from PySide6.QtWidgets import QWidget

from app.ui import theme

NARROW = 1000
"""Width of a page below which the panel takes all of it."""
ANY = 16_777_215
"""QWIDGETSIZE_MAX."""


def arrange(page: QWidget, content: QWidget, panel: QWidget, width: int) -> None:
    """Give a panel that is shown its width, or the place of the content."""
    narrow = page.width() < theme.px(NARROW)
    content.setVisible(panel.isHidden() or not narrow)
    if narrow:
        panel.setMinimumWidth(0)
        panel.setMaximumWidth(ANY)
    else:
        panel.setFixedWidth(theme.px(width))
