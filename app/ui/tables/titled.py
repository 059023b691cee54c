"""A part of a split page with its head."""

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.ui import theme
from app.ui.widgets.words import Line


def titled(title: QWidget, content: QWidget, right: QWidget | None = None, beside: QWidget | None = None) -> QWidget:
    """A part with a head of 32: title, words beside it, something at the right; a line; the content."""
    whole = QWidget()
    column = QVBoxLayout(whole)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    head = QWidget()
    head.setFixedHeight(theme.px(32))
    row = QHBoxLayout(head)
    row.setContentsMargins(theme.space("margin" if beside is not None else "group"), 0, theme.space("group"), 0)
    row.setSpacing(theme.space("related"))
    row.addWidget(title, 0 if beside is not None else 1)
    if beside is not None:
        row.addWidget(beside, 1)
    if right is not None:
        row.addWidget(right)
    column.addWidget(head)
    column.addWidget(Line())
    column.addWidget(content, 1)
    return whole
