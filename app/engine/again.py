"""Records that came before: a log that was exported twice, exports that overlap, a record that two forwarders sent.

A record is the same when its computer gave it the same number and it says the same, at the same time as far as the forms of the
two tell it: some cut it to milliseconds or seconds. It stays stored as often as it came; detectors are given it once.
"""

from app.model.activity import Activity
from app.model.events import WindowsEvent

WITHIN = 2_000_000
"""Two spellings of one time are less than a second apart."""
Key = int | tuple[int, int, str]
"""Number of a record; with number of its event and name of its computer where several computers gave one at that time."""


class Again:
    """Remembers the records of the last seconds, in event order."""

    __slots__ = ("_before", "_began", "_here")

    def __init__(self) -> None:
        self._began = 0
        self._here: dict[Key, WindowsEvent] = {}
        self._before: dict[Key, WindowsEvent] = {}

    def is_known(self, activity: Activity, event: WindowsEvent) -> bool:
        """True for a record that came before; another one is remembered. Only those that tell their number are known again."""
        if activity.at - self._began > WITHIN:
            self._before = self._here if activity.at - self._began <= 2 * WITHIN else {}
            self._here, self._began = {}, activity.at
        here, key = self._here, event.record
        earlier = here.get(key) or self._before.get(key)
        if earlier is None:  # nearly always
            here[key] = event
            return False
        full = _name(event)
        if _name(earlier) != full:
            earlier = here.get(full) or self._before.get(full)
            if earlier is None:
                here[full] = event
                return False
        return _says_the_same(event.fields, earlier.fields)


def _name(event: WindowsEvent) -> tuple[int, int, str]:
    """What one record is called in every form of its log."""
    return event.record, event.event_id, event.computer.partition(".")[0].lower()


def _says_the_same(one: dict[str, str], other: dict[str, str]) -> bool:
    """Whether what both tell is the same; a form may have more fields than another, and write them in other letters."""
    if one == other:
        return True
    common = one.keys() & other.keys()
    return bool(common) and all(one[name].strip().lower() == other[name].strip().lower() for name in common)
