"""A ground before a page that is still being laid out: words that wrap find their heights over several rounds of the loop."""

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QWidget

RESTS = 40
"""Milliseconds without another layout after which the page stands."""
LONGEST = 800
"""Milliseconds after which it is shown in any case."""


class Veil(QWidget):
    """Hides content inside of page from now on, until content was filled and has rested; keys and clicks pass it."""

    def __init__(self, page: QWidget, content: QWidget) -> None:
        super().__init__(page)
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._page, self._content = page, content
        self._rest, self._end = QTimer(self), QTimer(self)
        for timer in (self._rest, self._end):
            timer.setSingleShot(True)
            timer.timeout.connect(self._lift)
        page.installEventFilter(self)
        content.installEventFilter(self)
        self.setGeometry(page.rect())

    def filled(self) -> None:
        """All that is to be shown is in its layouts: wait until they rest."""
        if not self._end.isActive():
            self._end.start(LONGEST)
        self._rest.start(RESTS)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep its size, and note each layout."""
        kind = event.type()
        if watched is self._page and kind == QEvent.Type.Resize:
            self.setGeometry(self._page.rect())
            self.raise_()
        elif watched is self._content and kind in (QEvent.Type.Resize, QEvent.Type.LayoutRequest) and self._rest.isActive():
            self._rest.start(RESTS)
        return False

    def _lift(self) -> None:
        self._page.removeEventFilter(self)
        self._content.removeEventFilter(self)
        self.hide()
        self.deleteLater()
