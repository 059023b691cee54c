"""Answers that are kept until what they are from changes."""

import time
from collections.abc import Callable
from typing import Any

from msgspec import Struct

from app.engine.queries.access import Access

LONG, PATIENCE = 0.05, 10
"""Seconds an answer takes from which on it is used for so many times as long while an input is read."""
LIVE = frozenset({"activities", "knowledge", "entities"})
"""Topics that change all the time while an input is read."""


class Kept(Struct, frozen=True, kw_only=True):
    """An answer, the state of the workspace it is from, when it was made and how long that took, in seconds."""

    changes: tuple[int, ...]
    value: Any
    made: float
    cost: float


class Answers:
    """The part of Queries that keeps what was answered."""

    _access: Access
    _kept: dict[str, Kept]

    def _keep(self, name: str, topics: tuple[str, ...], make: Callable[[], Any]) -> Any:
        """The value made last, made again when one of its topics changed.

        While an input is read, what takes long is made again only now and then: it may be behind what was just stored,
        never behind what an analyst said.
        """
        changes = self._access.changes()
        now = tuple(changes.get(topic, 0) for topic in topics)
        kept = self._kept.get(name)
        if kept is not None and kept.changes != now:
            others = [topic for topic, one, other in zip(topics, kept.changes, now, strict=True) if one != other]
            patient = kept.cost > LONG and time.monotonic() - kept.made < PATIENCE * kept.cost
            if not (patient and LIVE.issuperset(others) and self._access.one("SELECT 1 FROM inputs WHERE state = 'reading'")):
                kept = None
        if kept is None:
            began = time.monotonic()
            value = make()
            made = time.monotonic()
            kept = self._kept[name] = Kept(changes=now, value=value, made=made, cost=made - began)
        return kept.value
