"""What a reader of one kind of input is: bytes in, activities out, one step after the other."""

from collections.abc import Callable, Generator
from mmap import mmap
from typing import Protocol

from msgspec import Struct

from app.sensor.frame import Emit
from app.sensor.sources.inputs import Found


class Note(Protocol):
    """Count a problem: a short constant sentence, its place such as "byte 4096", "record 17" or "line 3", how many of it."""

    def __call__(self, what: str, where: str, count: int = 1) -> None: ...


class Opening(Struct, frozen=True):
    """An input whose content lies open. data: all of it, mapped (b"" when empty). key: what its activities call the input."""

    found: Found
    data: bytes | mmap
    key: str


class Step(Struct, frozen=True, gc=False):
    """How far a reader is. done: bytes of data behind it. records: so many more than at the last step.

    first, last: UTC microseconds of the earliest and latest of these records, None when there are none.
    damaged: a part of the file could not be read, so that the whole of it was read in part only.
    """

    done: int
    records: int
    first: int | None = None
    last: int | None = None
    damaged: bool = False


Reader = Callable[[Opening, Emit, Note], Generator[Step, None, None]]
"""Yields at least a few times a second, so that reading can be stopped there. Never raises on content.

What a reader cannot use it notes; what it cannot read at all it refuses with app.sensor.sources.content.Refused.
"""
