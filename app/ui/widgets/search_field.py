"""The field above a list: what is typed narrows it, a moment after the last key."""

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QLineEdit

PAUSE_MS = 150
LONGEST = 200
"""Characters that one takes, where nothing else is said."""


class SearchField(QLineEdit):
    """One line with a hint and a cross that empties it. name: what it is called aloud, the hint when empty."""

    paused = Signal()
    """Typing paused, or the field was emptied; not for what a page puts there itself."""

    def __init__(self, hint: str, name: str = "", most: int = LONGEST) -> None:
        super().__init__()
        self.setPlaceholderText(hint)
        self.setAccessibleName(name or hint)
        self.setClearButtonEnabled(True)
        self.setMaxLength(most)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self.paused)
        self.textEdited.connect(lambda _: self._timer.start())

    def clear(self) -> None:
        """Empty it, as its cross does."""
        super().clear()
        self._timer.start()

    def hold(self) -> None:
        """What was typed last was seen to already."""
        self._timer.stop()
