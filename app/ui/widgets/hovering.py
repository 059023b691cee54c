"""Where an entity is named under the pointer or the focus, told to whoever shows its card."""

from typing import Protocol

from PySide6.QtCore import QRect
from PySide6.QtWidgets import QWidget

from app.model.entity import EntityRef

Here = tuple[EntityRef, QRect]
"""An entity and where in its widget it is named."""


class Home(Protocol):
    """Shows cards in one window."""

    def is_home(self, window: QWidget) -> bool: ...
    def offer(self, widget: QWidget, ref: EntityRef, rect: QRect, note: str) -> None: ...
    def withdraw(self, widget: QWidget) -> None: ...
    def show_now(self, widget: QWidget, ref: EntityRef, rect: QRect) -> None: ...


_HOMES: list[Home] = []


def register(home: Home) -> None:
    """From now on cards of its window are shown by it."""
    _HOMES.append(home)


def forget(home: Home) -> None:
    """Its window is gone."""
    if home in _HOMES:
        _HOMES.remove(home)


def offer(widget: QWidget, ref: EntityRef, rect: QRect, note: str = "") -> None:
    """An entity is named under the pointer, or a link to it has the focus; called again and again while that is so.

    rect: where, in the widget's pixels. note: one more line for the card, such as how the name is known.
    """
    home = _home(widget)
    if home is not None:
        home.offer(widget, ref, rect, note)


def withdraw(widget: QWidget) -> None:
    """No entity of the widget is under the pointer any more."""
    home = _home(widget)
    if home is not None:
        home.withdraw(widget)


def ask(widget: QWidget | None) -> bool:
    """Show the card of what a widget, or one around it, stands on: its method entity_here gives Here or None."""
    while widget is not None:
        here = getattr(widget, "entity_here", None)
        found = here() if here is not None else None
        if found is not None:
            home = _home(widget)
            if home is not None:
                home.show_now(widget, *found)
                return True
        widget = widget.parentWidget()
    return False


def _home(widget: QWidget) -> Home | None:
    window = widget.window()
    return next((one for one in _HOMES if one.is_home(window)), _HOMES[-1] if _HOMES else None)
