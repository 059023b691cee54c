"""What runs and what ran: readings, detection, exports, anything that takes long; with its words, its end, its errors."""

import itertools
import time
from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import QObject, QTimer, Signal

from app.ui import wording

State = Literal["running", "done", "failed", "cancelled"]
MOST, MOST_PARTS = 200, 400
TELL_MS = 150


class Part:
    """One file of a reading: bytes read of it, what is done with it now."""

    def __init__(self, name: str) -> None:
        self.name, self.bytes, self.stage = name, 0, ""


class Entry:
    """One job. share: 0 to 1, None when nobody knows; detail: what it says of itself, or why it failed; seconds since 1970."""

    def __init__(self, id: int, kind: str, words: str, cancel: Callable[[], object] | None) -> None:
        self.id, self.kind, self.words, self.cancel = id, kind, words, cancel
        self.state: State = "running"
        self.share: float | None = None
        self.detail = ""
        self.began, self.ended = time.time(), 0.0
        self.parts: dict[str, Part] = {}

    @property
    def running(self) -> bool:
        """Whether it has no end yet."""
        return self.state == "running"

    def took(self) -> int:
        """Microseconds from begin to end, or until now."""
        return int(((self.ended or time.time()) - self.began) * wording.SECOND)


class JobLog(QObject):
    """At most MOST entries, the newest first; those that run are never forgotten. changed comes at most every TELL_MS."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.entries: list[Entry] = []
        self._numbers = itertools.count()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(TELL_MS)
        self._timer.timeout.connect(self.changed)

    @property
    def running(self) -> list[Entry]:
        """What runs, the newest first."""
        return [one for one in self.entries if one.running]

    def begin(self, kind: str, words: str, cancel: Callable[[], object] | None = None) -> Entry:
        """Something runs from now on."""
        entry = Entry(next(self._numbers), kind, wording.tidy(words, 300), cancel)
        self.entries.insert(0, entry)
        if len(self.entries) > MOST:
            ended = [one for one in self.entries if not one.running]
            gone = set(map(id, ended[MOST - len(self.entries) :]))
            self.entries = [one for one in self.entries if id(one) not in gone]
        self.touch()
        return entry

    def end(self, entry: Entry, state: State, detail: str = "") -> None:
        """It is over; a second end does not count."""
        if entry.running:
            entry.state, entry.ended = state, time.time()
            entry.detail = wording.tidy(detail, 1000) or entry.detail
            self.touch()

    def forget_ended(self) -> None:
        """Only what runs is listed."""
        self.entries = self.running
        self.touch()

    def touch(self) -> None:
        """An entry changed."""
        if not self._timer.isActive():
            self._timer.start()
