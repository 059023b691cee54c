"""Context menus, made from the table of actions like every other menu."""

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QMenu

from app.ui import keys
from app.ui.actions import BY_ID, CONTEXTS
from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.tables.table import Table


def fill(menu: QMenu, desk: Desk, context: str) -> None:
    """Append what can be done now with what was right-clicked, with keys. context: of app.ui.actions.CONTEXTS."""
    for group in CONTEXTS[context]:
        shown = [BY_ID[one] for one in group if desk.can(one)]
        if shown and menu.actions():
            menu.addSeparator()
        for one in shown:
            # A shortcut of its own would make the window's ambiguous; behind a tab stands what the menu shows as the key.
            entry = menu.addAction(keys.beside(one.said.replace("&", "&&"), keys.shown(one.id)))
            entry.triggered.connect(lambda *_, id=one.id: desk.command(id))


def for_values(table: Table, desk: Desk) -> None:
    """Let a right click on a value of a table, or the menu key, show what can be done with it."""

    def show(where: QPoint) -> None:
        menu = QMenu(table)
        menu.setAccessibleName(tr("What can be done with this value"))
        fill(menu, desk, "value")
        if menu.actions():
            menu.aboutToHide.connect(menu.deleteLater)
            menu.popup(where)
        else:
            menu.deleteLater()

    table.menu_asked.connect(show)
