"""A layout without what was in it."""

from typing import TypeVar

from PySide6.QtWidgets import QLayout

Kind = TypeVar("Kind", bound=QLayout)


def emptied(layout: Kind) -> Kind:
    """The layout without its widgets, which are gone at once for the eye, and soon for good."""
    while (item := layout.takeAt(0)) is not None:
        if item.widget():
            item.widget().hide()
            item.widget().deleteLater()
    return layout
