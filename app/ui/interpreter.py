"""What the interpreter itself would take from the window's thread: its lock, its search for cycles of dead objects.

Without this a query beside the window keeps the lock for 5 ms each time the window gives it away, which the bindings of Qt do at
every other call; and a search through all that a large case keeps in memory takes a fifth of a second, whenever it pleases.
"""

import gc
import sys
import time

from PySide6.QtCore import QObject, QPoint, QTimer
from PySide6.QtGui import QCursor

from app.ui.jobs import Jobs

SWITCH_S = 0.0002
"""After this long a thread that runs Python gives the lock to one that waits for it."""
LOOK_MS = 250
"""So often that there is seldom more to search than takes 3 ms; once a second it was up to 20."""
FEW, MANY = 10_000, 60_000
"""New objects that are worth a search, about 1 ms, and those that would take too long: they are set aside unsearched."""
GREW = 500_000
"""Objects set aside since all were searched that are worth another search of all."""
MUCH = 4 * GREW
"""So many are searched although work goes on, as it does without end while live sources run."""
QUIET_LOOKS = 32
"""Looks without work, without a move of the mouse, before all is searched."""

_begun: set[int] = set()
"""Sweepers that have begun: each window has one, and they end in any order."""
_before: list[float] = []
"""The interpreter's own switch interval, while any has begun."""


class Sweeper(QObject):
    """Searches for dead cycles on the window's thread only, young objects often, all of them when nobody works.

    Objects of Qt may be freed on the window's thread only, so that no other thread may search in any case.
    """

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self.wanted = False
        """Whether a case or pages were let go since all was searched."""
        self._set_aside = 0
        self._grew = 0
        """At most so many objects were set aside since all was searched."""
        self._quiet = self._rested = 0
        """Looks without work and a move of the mouse; without a move of the mouse."""
        self._mouse = QPoint()
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.look)

    def begin(self) -> None:
        """Nothing is searched by itself from now on."""
        if not _begun:
            _before.append(sys.getswitchinterval())
            gc.disable()
            sys.setswitchinterval(SWITCH_S)
        _begun.add(id(self))
        self._set_aside = gc.get_freeze_count()
        self._timer.start()

    def end(self) -> None:
        """As it was before, once no other window needs it."""
        self._timer.stop()
        if id(self) not in _begun:
            return
        _begun.remove(id(self))
        if not _begun:
            sys.setswitchinterval(_before.pop())
            gc.unfreeze()
            gc.enable()

    def look(self) -> None:
        """Search what is new and set aside what is left of it; unsearched when it is much, as when a case comes into memory.

        What is set aside counts, and is searched with all else: nothing stays where nobody ever searches again.
        """
        young = gc.get_count()[0]
        if young > FEW:
            dead = gc.collect(0) if young <= MANY else 0
            gc.freeze()
            self._grew += max(0, young - dead)
        mouse = QCursor.pos()
        self._rested = self._rested + 1 if mouse == self._mouse else 0
        self._quiet = 0 if self._jobs.running or not self._rested else self._quiet + 1
        self._mouse = mouse
        if self._quiet >= QUIET_LOOKS:
            due = self.wanted or self._has_grown(GREW)
        else:
            due = self._rested >= QUIET_LOOKS and self._has_grown(MUCH)
        if due:
            self.search_all()

    def _has_grown(self, many: int) -> bool:
        """Counting takes a while with much in memory, so it is done when there may be so many; some went by themselves."""
        if self._grew > many:
            self._grew = gc.get_freeze_count() - self._set_aside
        return self._grew > many

    def search_all(self) -> float:
        """Search everything; the seconds that it took."""
        began = time.perf_counter()
        self.wanted, self._quiet, self._rested, self._grew = False, 0, 0, 0
        gc.unfreeze()
        gc.collect()
        gc.freeze()
        self._set_aside = gc.get_freeze_count()
        return time.perf_counter() - began
