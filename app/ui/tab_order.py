"""In which order Tab goes through the parts of a window: as they are read, however late they were made.

Qt's own order is that in which widgets came into the window: what is made when a case arrives would come behind everything else.
"""

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLayout, QScrollArea, QWidget


def reached(part: QWidget) -> bool:
    """Whether Tab stops there."""
    return part.isVisible() and part.isEnabled() and bool(part.focusPolicy() & Qt.FocusPolicy.TabFocus)


def step(window: QWidget, next: bool) -> bool:
    """Give the focus of a window to the stop behind or before the one that has it, round and round; whether that was done.

    It is not where what had the focus is hidden by now: it has no place any more.
    """
    every, held = list(_read(window)), window.focusWidget()
    if held not in every:
        return False
    at = every.index(held)
    others = [*every[at + 1 :], *every[:at]]
    found = [one for one in (others if next else reversed(others)) if reached(one)]
    if found:
        found[0].setFocus(Qt.FocusReason.TabFocusReason if next else Qt.FocusReason.BacktabFocusReason)
        scroll_to(found[0])
    return bool(found)


def scroll_to(part: QWidget) -> None:
    """Scroll whatever is around a part until the part can be seen."""
    around = part.parentWidget()
    while around is not None:
        if isinstance(around, QScrollArea):
            around.ensureWidgetVisible(part, 0, 0)
        around = around.parentWidget()


def _read(whole: QWidget) -> Iterator[QWidget]:
    """Everything inside that is not hidden: what a layout holds in its order, then the rest from the top."""
    layout = whole.layout()
    held = list(_held(layout)) if layout is not None else []
    known = set(held)
    rest = [one for one in whole.children() if isinstance(one, QWidget) and one not in known and not one.isWindow()]
    for one in (*held, *sorted(rest, key=lambda part: (part.y(), part.x()))):
        if not one.isHidden():
            yield one
            yield from _read(one)


def _held(layout: QLayout) -> Iterator[QWidget]:
    places = range(layout.count())
    for place in sorted(places, key=lambda one: layout.getItemPosition(one)[:2]) if isinstance(layout, QGridLayout) else places:
        item = layout.itemAt(place)
        widget, inner = (item.widget(), item.layout()) if item is not None else (None, None)
        if widget is not None:
            yield widget
        elif inner is not None:
            yield from _held(inner)
