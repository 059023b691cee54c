"""What SQLite says of a workspace that it cannot read, as an error of the store: whoever asks knows of no database."""

import functools
import inspect
import sqlite3
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from app.engine.schema import StoreError
from app.model.stopping import Stopped, is_stopped

T = TypeVar("T")


def refusing(cls: type[T]) -> type[T]:
    """The class with public methods, own and inherited ones, that raise StoreError for a file that is damaged, gone or locked.

    A query that ended since nobody waits any more (app.model.stopping) raises Stopped.

    Its instances have _access.
    """
    for name in dir(cls):
        held = inspect.getattr_static(cls, name)
        if not name.startswith("_") and inspect.isfunction(held):
            setattr(cls, name, _walking(held) if inspect.isgeneratorfunction(held) else _asking(held))
    return cls


def _asking(method: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(method)
    def ask(self: Any, *values: Any, **words: Any) -> Any:
        try:
            return method(self, *values, **words)
        except sqlite3.Error as error:
            raise _refusal(self, error) from error

    return ask


def _walking(method: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
    @functools.wraps(method)
    def walk(self: Any, *values: Any, **words: Any) -> Iterator[Any]:
        try:
            yield from method(self, *values, **words)
        except sqlite3.Error as error:
            raise _refusal(self, error) from error

    return walk


def _refusal(asked: Any, error: sqlite3.Error) -> Exception:
    if is_stopped():
        return Stopped()
    return StoreError(f"{asked._access.path} cannot be read: {error}.")
