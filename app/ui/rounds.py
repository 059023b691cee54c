"""Work on the window's thread in several rounds of its loop, between which it answers."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer


def in_turn(owner: QObject, *steps: Callable[[], object]) -> None:
    """Each step in a round of its own, the first in the next one; what is left is dropped when the owner goes."""
    if not steps:
        return
    first, *others = steps

    def do() -> None:
        first()
        in_turn(owner, *others)

    QTimer.singleShot(0, owner, do)
