"""The modules of pages, loaded in small steps: ahead while nobody works, so that a first visit only makes widgets."""

import dis
import importlib
import sys
import time
from collections.abc import Iterator
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import CodeType

from PySide6.QtCore import QObject, QTimer

from app.ui.jobs import Jobs
from app.ui.page_table import PAGES

PAUSE_MS, STEP_S = 80, 0.01
"""Between two steps, and how long one takes at most, but for a module that takes longer: who works in the window comes first."""
PROGRAM = "app."
ARRAYS = "numpy"
"""Which opening a workspace does not need, and plots do."""


def loading(name: str, seen: set[str] | None = None) -> Iterator[None]:
    """Load a module of the program, those that it needs first; it yields before each, so that no step takes long.

    Raises what loading raises.
    """
    seen = set() if seen is None else seen
    if name in sys.modules or name in seen:
        return
    seen.add(name)
    for one in _needs(name):
        if _spec(one) is not None:
            yield from loading(one, seen)
    yield
    importlib.import_module(name)


def _spec(name: str) -> ModuleSpec | None:
    """Where a module is; None for what is no module, as a thing in one."""
    try:
        return find_spec(name)
    except (ImportError, ValueError):
        return None


def _needs(name: str) -> Iterator[str]:
    """What of the program a module may import when it is loaded: modules, and things in them."""
    spec = _spec(name)
    code = getattr(spec.loader, "get_code", lambda _: None)(name) if spec is not None else None
    if isinstance(code, CodeType):
        yield from dict.fromkeys(one for one in _imported(code) if one.startswith(PROGRAM))


def _imported(code: CodeType) -> Iterator[str]:
    """What the body of a module imports; not what is for type checkers only."""
    module, until, typing = "", 0, False
    for one in dis.get_instructions(code):
        if one.offset < until:
            continue
        if typing and "JUMP" in one.opname and "FALSE" in one.opname:
            until = int(one.argval)
        typing = one.argval == "TYPE_CHECKING" and one.opname.startswith("LOAD")
        if one.opname == "IMPORT_NAME":
            module = str(one.argval)
            yield module
        elif one.opname == "IMPORT_FROM":
            yield f"{module}.{one.argval}"


class Ahead(QObject):
    """Loads what pages need, a few modules at a time in jobs, each begun when no other work is under way."""

    def __init__(self, jobs: Jobs, parent: QObject) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._left = [*dict.fromkeys(one.place.partition(":")[0] for one in reversed(PAGES)), ARRAYS]
        self._loading: Iterator[None] = iter(())
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self._look)
        self._begun = self._ended = False

    @property
    def ended(self) -> bool:
        """Whether nothing is left to be loaded."""
        return self._ended

    def begin(self) -> None:
        """Load from now on; only the first call counts."""
        if not self._begun:
            self._begun = True
            self._timer.start()

    def _look(self) -> None:
        if self._jobs.running:
            self._timer.start()
        elif not self._ended:
            # A module that cannot be loaded is told when its page is visited.
            self._jobs.run(self._step, self._again, self._again, self)

    def _again(self, _: object) -> None:
        self._timer.start()

    def _step(self) -> None:
        """Load modules for a while. In a job; the next one begins when this one has ended."""
        end = time.perf_counter() + STEP_S
        while not self._ended and time.perf_counter() < end:
            if next(self._loading, self) is not self:
                continue
            if self._left:
                self._loading = loading(self._left.pop())
            else:
                self._ended = True
