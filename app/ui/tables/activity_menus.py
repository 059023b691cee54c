"""Menus of the table of activities: which columns, what to count by, what the head of a column offers."""

from collections.abc import Callable

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QMenu, QWidget

from app.model.asking import GROUPS
from app.ui import theme
from app.ui.catalogue import tr
from app.ui.tables.table import Table


def of_columns(parent: QWidget, table: Table, reset: Callable[[], object]) -> QMenu:
    """Every column, ticked when it is shown."""
    menu = QMenu(parent)
    menu.setAccessibleName(tr("Columns"))
    hidden = table.layout_now.hidden
    for title in table.layout_now.order:
        entry = menu.addAction(title)
        entry.setCheckable(True)
        entry.setChecked(title not in hidden)
        entry.triggered.connect(lambda on, title=title: table.show_column(title, on))
    menu.addSeparator()
    menu.addAction("As at first").triggered.connect(lambda *_: reset())
    return menu


def of_counts(parent: QWidget, current: str, count_by: Callable[[str], object], rows: Callable[[], object]) -> QMenu:
    """What activities can be counted by."""
    menu = QMenu(parent)
    menu.setAccessibleName(tr("Count by"))
    for field, words in GROUPS.items():
        entry = menu.addAction(words.capitalize())
        entry.setCheckable(True)
        entry.setChecked(field == current)
        entry.triggered.connect(lambda *_, field=field: count_by(field))
    menu.addSeparator()
    menu.addAction("List the activities").triggered.connect(lambda *_: rows())
    return menu


def of_header(
    parent: QWidget,
    table: Table,
    where: QPoint,
    sort: Callable[[str, bool], object],
    count_by: Callable[[str], object],
    columns: Callable[[], object],
) -> None:
    """What can be done with the column under the pointer, at once on screen."""
    header = table.horizontalHeader()
    column = table.columns[max(0, header.logicalIndexAt(where))]
    menu = QMenu(parent)
    if column.sort:
        menu.addAction("Least first").triggered.connect(lambda *_: sort(column.sort, False))
        menu.addAction("Greatest first").triggered.connect(lambda *_: sort(column.sort, True))
    if column.key:
        menu.addAction(f"Count by {GROUPS[column.key]}").triggered.connect(lambda *_: count_by(column.key))
    menu.addAction(f"Hide {column.title}").triggered.connect(lambda *_: table.show_column(column.title, False))
    menu.addSeparator()
    menu.addAction("Columns…").triggered.connect(lambda *_: columns())
    menu.aboutToHide.connect(menu.deleteLater)
    menu.popup(header.mapToGlobal(where))


def drop(menu: QMenu, button: QWidget) -> None:
    """Open a menu below a button; it goes when it is closed."""
    menu.aboutToHide.connect(menu.deleteLater)
    menu.popup(button.mapToGlobal(QPoint(0, button.height() + theme.px(2))))
