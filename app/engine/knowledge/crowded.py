"""Which of its many names an address had at a time: the same answer as one by one, for addresses that had hundreds."""

from collections.abc import Sequence

from app.engine.arrays import np

FROM = 64
"""Spans of an address from which on they are weighed together."""
HOUR = 3_600_000_000
DAY = 24 * HOUR
Span = tuple[int, int, int, str, int, str]
"""first, last, level, method, count, proof."""
Names = Sequence[tuple[str, Sequence[Span]]]
"""Names in order, each with its spans."""


class Crowd:
    """The names of one address as arrays; names: what it was made of."""

    def __init__(self, names: Names) -> None:
        self.names = names
        spans = [span for _, own in names for span in own]
        sizes = [len(own) for _, own in names]
        self._spans = spans
        self._first = np.array([span[0] for span in spans], np.int64)
        self._last = np.array([span[1] for span in spans], np.int64)
        self._level = np.array([span[2] for span in spans], np.int64)
        self._count = np.array([span[4] for span in spans], np.int64)
        self._name = np.repeat(np.arange(len(names)), sizes)
        self._begins = np.cumsum([0, *sizes[:-1]])

    def best(self, at: int) -> tuple[str, int, str, str, int]:
        """(name, worth, method, proof, worth of the best other name or -9) at a time."""
        away = np.maximum(np.maximum(self._first - at, at - self._last), 0)
        worth = self._level - (away > HOUR) - (away > DAY)
        own = np.maximum.reduceat(worth, self._begins)
        top = int(own.max())
        left = np.flatnonzero(worth == top)
        left = left[away[left] == away[left].min()]
        left = left[self._count[left] == self._count[left].max()]
        left = left[self._name[left] == self._name[left].min()]
        chosen = min(left.tolist(), key=lambda place: self._spans[place][5])
        name = int(self._name[chosen])
        own[name] = -9
        span = self._spans[chosen]
        return self.names[name][0], top, span[3], span[5], int(own.max())
