"""How far a domain's clock is from that of the recording, told from the times that its controllers write into errors."""

from bisect import bisect_left

from app.engine.knowledge.tally import Tally
from app.model.activity import Activity

HOUR = 3_600_000_000
MINUTE = 60_000_000
READINGS = 50_000


class Clocks:
    """Fold of readings. Key of a row: (KDC's address, hour of the recording, minutes that its clock is ahead)."""

    def __init__(self) -> None:
        self.tally = Tally(READINGS)
        self._version = -1
        self._of: dict[str, list[tuple[int, int]]] = {}
        self._steady: set[str] = set()

    def read(self, address: str, time: int, activity: Activity) -> None:
        """A controller said what time it is."""
        self.tally.add((address, activity.at // HOUR, round((time - activity.at) / MINUTE)), activity)

    def settle(self) -> None:
        """Bring the index up to date with the tally."""
        if self._version == self.tally.changes:
            return
        self._of = {}
        for (address, _, ahead), seen in self.tally.rows():
            self._of.setdefault(str(address), []).extend((at, int(str(ahead))) for at in {seen[0], seen[1]})
        for readings in self._of.values():
            readings.sort()
        self._steady = {address for address, readings in self._of.items() if len({ahead for _, ahead in readings}) == 1}
        self._version = self.tally.changes

    def is_steady(self, address: str) -> bool:
        """True when this KDC's clock is always as far ahead, or never told its time."""
        self.settle()
        return address in self._steady or address not in self._of

    def ahead(self, address: str, at: int) -> int | None:
        """Microseconds that this KDC's clock is ahead of the recording's at a time, by the nearest reading;
        None where it never told its time."""
        self.settle()
        readings = self._of.get(address)
        if not readings:
            return None
        if address in self._steady:
            return readings[0][1] * MINUTE
        place = bisect_left(readings, (at, 0))
        near = readings[max(0, place - 1) : place + 1]
        return min(near, key=lambda one: (abs(one[0] - at), one))[1] * MINUTE
