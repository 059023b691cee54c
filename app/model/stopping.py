"""Whether anybody still waits for an answer: said where work begins, asked deep inside it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_STOPPED: ContextVar[Callable[[], bool] | None] = ContextVar("stopped", default=None)


@contextmanager
def until(stopped: Callable[[], bool]) -> Iterator[None]:
    """What this thread asks within is given up once stopped() is true, which any thread may bring about; it must be quick."""
    before = _STOPPED.set(stopped)
    try:
        yield
    finally:
        _STOPPED.reset(before)


def is_stopped() -> bool:
    """True when nobody waits any more for what this thread does."""
    stopped = _STOPPED.get()
    return stopped is not None and stopped()
