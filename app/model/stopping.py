"""Whether anybody still waits for an answer: said where work begins, asked deep inside it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class Stopped(Exception):
    """Work was given up since nobody waits for it; what it had changed so far is as before."""


_STOPPED: ContextVar[Callable[[], bool] | None] = ContextVar("stopped", default=None)


@contextmanager
def until(stopped: Callable[[], bool]) -> Iterator[None]:
    """What this thread asks within is given up once stopped() is true, which any thread may bring about; it must be quick."""
    before = _STOPPED.set(stopped)
    try:
        yield
    finally:
        _STOPPED.reset(before)


def go_on() -> None:
    """Raise Stopped when nobody waits any more for what this thread does."""
    if is_stopped():
        raise Stopped


def is_stopped() -> bool:
    """True when nobody waits any more for what this thread does."""
    stopped = _STOPPED.get()
    return stopped is not None and stopped()
