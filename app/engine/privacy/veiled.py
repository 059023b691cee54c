"""Questions to a workspace whose answers hide names, and which understand pseudonyms in what is asked."""

from collections.abc import Iterator
from functools import wraps
from typing import Any

from app.engine.privacy.veil import Veil

BARE = frozenset({"knowledge", "close", "version", "all_edges", "done_during"})
"""What the session itself needs as it is."""
PARTS = frozenset({"about"})
"""Questions that stand together."""


class Veiled:
    """Stands in the place of Queries: a question is turned back before it is asked, an answer hidden before it is given."""

    def __init__(self, queries: Any, veil: Veil) -> None:
        self._queries, self._veil = queries, veil

    def __getattr__(self, name: str) -> Any:
        held = getattr(self._queries, name)
        if name in PARTS:
            return Veiled(held, self._veil)
        if name in BARE or name.startswith("_") or not callable(held):
            return held
        veil = self._veil

        @wraps(held)
        def asked(*values: Any, **named: Any) -> Any:
            answer = held(*veil.back(values), **veil.back(named))
            return map(veil.of, answer) if isinstance(answer, Iterator) else veil.of(answer)

        return asked
