"""What the engine asks of whoever brings an input: what it is, and what became of it."""

from collections.abc import Sequence
from typing import Protocol

from app.model.rows import Problem


class Source(Protocol):
    """What the engine asks of a found input."""

    @property
    def key(self) -> str: ...
    @property
    def path(self) -> object: ...
    @property
    def kind(self) -> str: ...
    @property
    def bytes(self) -> int: ...


class Report(Protocol):
    """What the engine asks of the report on a read input. first, last: UTC microseconds of its packets."""

    @property
    def state(self) -> str: ...
    @property
    def sha256(self) -> str: ...
    @property
    def records(self) -> int: ...
    @property
    def first(self) -> int | None: ...
    @property
    def last(self) -> int | None: ...
    @property
    def problems(self) -> Sequence[Problem]: ...
