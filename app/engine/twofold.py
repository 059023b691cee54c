"""One key in two places: what is said under it comes from two programs by turns; one that is started anew never returns."""

from msgspec import Struct

HOUR = 3_600_000_000
SPEAKERS = 16
"""Programs that are remembered of one key; each start of a sensor is another one."""


class _Key(Struct):
    latest: object
    at: int
    left: dict[object, int]
    turns: int = 0


class Turns:
    """How often a program spoke again under a key after another one had, within an hour. most: keys that are known at once."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._keys: dict[str, _Key] = {}

    def note(self, key: str, speaker: object, at: int) -> int:
        """A program spoke at a time (UTC microseconds, all by one clock); how often one returned by now.

        What is older than the last word is one that came late, and tells nothing.
        """
        known = self._keys.get(key)
        if known is None:
            if len(self._keys) < self._most:
                self._keys[key] = _Key(speaker, at, {})
            return 0
        if speaker != known.latest:
            if at <= known.at:
                return known.turns
            before = known.left.pop(speaker, None)
            if before is not None and at - before <= HOUR:
                known.turns += 1
            known.left[known.latest] = known.at
            if len(known.left) > SPEAKERS:
                del known.left[next(iter(known.left))]
            known.latest = speaker
        known.at = max(known.at, at)
        return known.turns
