"""Plays the time of the graph: a span moves on, a third of itself at a time, whenever the picture before is drawn."""

from collections.abc import Callable

from PySide6.QtCore import QTimer

from app.model.rows import Histogram
from app.ui.catalogue import tr
from app.ui.widgets.buttons import Button

PLAY_MS = 700
Span = tuple[int, int]


class Player(QTimer):
    """now() gives the span of the picture, None when the picture before is not drawn yet; moved(span) is told the next one."""

    def __init__(self, button: Button, now: Callable[[], Span | None], moved: Callable[[Span], object]) -> None:
        super().__init__(button)
        self._button, self._now, self._moved, self._end = button, now, moved, 0
        self.setInterval(PLAY_MS)
        self.timeout.connect(self._on)

    def play(self, times: Histogram, span: Span | None) -> Span | None:
        """Begin; the span to begin with when the one of the picture is none, or at the end."""
        buckets = max((len(one) for one in times.series.values()), default=0)
        self._end = times.start + times.width * buckets
        self._button.say(tr("Stop"))
        self.start()
        return (times.start, times.start + max(1, times.width * buckets // 10)) if span is None or span[1] >= self._end else None

    def halt(self) -> None:
        """Play no more."""
        self.stop()
        self._button.say(tr("Play"))

    def _on(self) -> None:
        span = self._now()
        if span is None:
            return
        if span[1] >= self._end:
            self.halt()
        else:
            step = max(1, (span[1] - span[0]) // 3)
            self._moved((span[0] + step, span[1] + step))
