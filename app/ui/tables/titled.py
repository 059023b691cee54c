"""A part of a split page with its head."""

from collections.abc import Sequence

from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from app.ui import theme
from app.ui.widgets.head_row import HeadRow
from app.ui.widgets.words import WHOLE, Line

NAMED = 160
"""Pixels of the design that the words beside a title keep before what is at their right goes below."""


def titled(title: QWidget, content: QWidget, right: Sequence[QWidget] = (), beside: QWidget | None = None) -> QWidget:
    """A part with a head: title, words beside it, what can be done at the right, or below where it has no room; content."""
    whole = QWidget()
    column = QVBoxLayout(whole)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    head = QWidget()
    head.setMinimumHeight(theme.px(32))
    policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    policy.setHeightForWidth(True)
    head.setSizePolicy(policy)
    lines = QVBoxLayout(head)
    left = theme.space("margin" if beside is not None else "group")
    lines.setContentsMargins(left, theme.px(2), theme.space("group"), theme.px(2))
    lines.setSpacing(0)
    row = HeadRow(title, enough=WHOLE) if beside is None else HeadRow(beside, (title,), enough=NAMED)
    for one in right:
        row.addWidget(one)
    lines.addStretch(1)
    lines.addLayout(row)
    lines.addStretch(1)
    column.addWidget(head)
    column.addWidget(Line())
    column.addWidget(content, 1)
    return whole
