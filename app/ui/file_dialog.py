"""Qt's own dialog of files, where the system has none: at its first sight made as large as the text asks, nothing in it cut.

Whoever wants a file asks QFileDialog in one call, which gives no dialog out of its hands; so it is met when it gets the focus.
"""

from PySide6.QtCore import QDateTime, QLocale, QRect, QSize
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QFileDialog, QHeaderView, QSplitter, QTreeView

from app.ui import theme

SIZE = (760, 480)
"""Pixels of the design, as far as the screen has them."""
PLACES = 140
"""The same of the list of places at its left."""
NAMES = 200
"""The same that names keep; for them types are cut, as far as to TYPES."""
TYPES = 60
SIZE_COLUMN, TYPE_COLUMN, DATE_COLUMN = 1, 2, 3
FITTED = "fitted"


def follow(app: QGuiApplication) -> None:
    """Meet each dialog from now on."""
    if not app.property(FITTED):
        app.setProperty(FITTED, True)
        app.focusWindowChanged.connect(_met)


def _met(_window: object) -> None:
    dialog = QApplication.activeModalWidget()
    if isinstance(dialog, QFileDialog) and not dialog.property(FITTED):
        dialog.setProperty(FITTED, True)
        fit(dialog)


def fit(dialog: QFileDialog) -> None:
    """Give it and its columns the room that they need."""
    tree, splitter = dialog.findChild(QTreeView, "treeView"), dialog.findChild(QSplitter, "splitter")
    if tree is None or splitter is None:  # that of the system
        return
    room = dialog.screen().availableGeometry()
    wanted = QSize(theme.px(SIZE[0]), theme.px(SIZE[1])).expandedTo(dialog.size()).boundedTo(room.size() * 0.95)
    place = QRect(dialog.geometry().center(), wanted)
    place.moveCenter(dialog.geometry().center())
    place.moveLeft(max(room.left(), min(place.left(), room.right() + 1 - place.width())))
    place.moveTop(max(room.top(), min(place.top(), room.bottom() + 1 - place.height())))
    dialog.setGeometry(place)
    if (layout := dialog.layout()) is not None:
        layout.activate()
    places = min(theme.px(PLACES), splitter.width() // 4)
    splitter.setSizes([places, splitter.width() - places])
    measure, header = tree.fontMetrics(), tree.header()
    moment = QLocale.system().toString(QDateTime.currentDateTime(), QLocale.FormatType.ShortFormat)
    columns = ((SIZE_COLUMN, "1,023.99 MiB"), (TYPE_COLUMN, "pcapng File"), (DATE_COLUMN, f"{moment}00"))
    widths = {column: measure.horizontalAdvance(words) + theme.px(16) for column, words in columns}
    beyond = sum(widths.values()) + theme.px(NAMES) - tree.viewport().width()
    given = max(0, min(beyond, widths[TYPE_COLUMN] - theme.px(TYPES)))
    widths[TYPE_COLUMN] -= given
    for column, width in widths.items():
        header.resizeSection(column, width)
    if beyond <= given:
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    else:  # a small screen: the rest is scrolled to
        header.resizeSection(0, theme.px(NAMES))
