"""Which clicks ask for a new tab, which belong to the window."""

from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QAbstractItemView

from app.ui.navigation import in_new_tab

STEPS = (Qt.MouseButton.BackButton, Qt.MouseButton.ForwardButton)


def asks_new_tab(event: QMouseEvent) -> bool:
    """Whether a click wants what it leads to in a tab of its own."""
    return event.button() == Qt.MouseButton.MiddleButton or (
        event.button() == Qt.MouseButton.LeftButton and bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
    )


def press_beyond(view: QAbstractItemView, event: QMouseEvent) -> bool:
    """Take presses that are not for the rows: back and forward go to the window, the middle button chooses a row.

    True when nothing is left to do with the event.
    """
    if event.button() in STEPS:
        event.ignore()
        return True
    if event.button() == Qt.MouseButton.MiddleButton:
        index = view.indexAt(event.position().toPoint())
        if index.isValid():
            view.setCurrentIndex(index)
        event.accept()
        return True
    return False


def release_beyond(view: QAbstractItemView, event: QMouseEvent, open_current) -> bool:
    """The middle button over the row that it was pressed on opens it in a new tab. True when nothing is left to do."""
    if event.button() in STEPS:
        event.ignore()
        return True
    if event.button() != Qt.MouseButton.MiddleButton:
        return False
    if same_row(view, event.position().toPoint(), view.currentIndex()):
        with in_new_tab():
            open_current()
    return True


def same_row(view: QAbstractItemView, at: QPoint, index: QModelIndex) -> bool:
    """Whether a point lies on the row of an index."""
    under = view.indexAt(at)
    return under.isValid() and index.isValid() and under.row() == index.row()
