"""How much a counter has grown of late, and since when something has been so: what a round remembers of those before it."""

from collections import deque
from collections.abc import Hashable

SECOND = 1_000_000
MINUTE = 60 * SECOND
LONGEST = 60 * MINUTE
"""Microseconds that are remembered."""
MOST = 20_000
"""Counters that are remembered; a stranger that names ever new ones pushes out the oldest."""


class Tallies:
    """Times are UTC microseconds and never sleep: whoever asks says what time it is."""

    def __init__(self) -> None:
        self._marks: dict[Hashable, deque[tuple[int, int]]] = {}
        self._since: dict[Hashable, int] = {}

    def grown(self, key: Hashable, now: int, value: int, begun: int, within: int) -> int:
        """By how much a counter that began with 0 at a time has grown in the last microseconds.

        What it held when it was first seen counts only if it began within them. One that falls has begun anew.
        """
        marks = self._marks.pop(key, None)
        if marks is None:
            marks = deque([(begun, 0) if now - begun <= within else (now, value)])
        if value < marks[-1][1]:
            marks = deque([(now, 0)])
        if value != marks[-1][1]:
            marks.append((now, value))
        while len(marks) > 1 and marks[1][0] <= now - LONGEST:
            marks.popleft()
        self._marks[key] = marks
        if len(self._marks) > MOST:
            del self._marks[next(iter(self._marks))]
        before = next((held for at, held in reversed(marks) if at <= now - within), marks[0][1])
        return value - before

    def lasted(self, key: Hashable, now: int, so: bool, since: int | None = None) -> int:
        """For how many microseconds something has been so; since: when that is known better than by the first question."""
        if not so:
            self._since.pop(key, None)
            return 0
        if key not in self._since and len(self._since) > MOST:
            del self._since[next(iter(self._since))]
        return max(0, now - min(self._since.setdefault(key, now), since if since is not None else now))
