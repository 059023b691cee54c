"""Events of a text handed on as activities, with what a step says of them: how many there were, from when to when."""

from collections.abc import Iterable

from app.model.activity import Activity
from app.model.events import WindowsEvent
from app.sensor.events.message_text import FOREIGN, is_foreign
from app.sensor.events.record import EventRecord
from app.sensor.events.translate import activities_of
from app.sensor.frame import Emit
from app.sensor.sources.content import Refused
from app.sensor.sources.dated import Dated
from app.sensor.sources.joining import Joining
from app.sensor.sources.reading import Note, Opening, Step

STEP = 500
PATIENCE = 20_000
"""An input whose first parts, so many, are no events is none of events."""


class HandingOn:
    """The events of one input, in the order of the file. none: why an input that holds no event is refused."""

    def __init__(self, opening: Opening, emit: Emit, note: Note, none: str) -> None:
        self._key, self._emit, self._note, self._dated = opening.key, emit, note, Dated[EventRecord](note)
        self._joining = Joining(note)
        self._none, self._found, self._foreign = none, 0, 0
        self._records = 0
        self._first: int | None = None
        self._last: int | None = None

    def take(self, record: EventRecord, where: str) -> None:
        """One event more; where it stands, for what is wrong with it."""
        self._found += 1
        self._tell(self._dated.take(record, where))

    def pass_over(self, what: str, where: str) -> None:
        """One part more that is no event, which is counted as a problem. Raises Refused when nothing else came so far."""
        self._note(what, where)
        self._foreign += 1
        if not self._found and self._foreign >= PATIENCE:
            raise Refused(self._none)

    @property
    def due(self) -> bool:
        """Whether it is time for a step."""
        return (self._found + self._foreign) % STEP == 0

    def end(self, done: int) -> Step:
        """No event comes after those that were taken. Raises Refused when there was none."""
        if not self._found:
            raise Refused(self._none)
        self._tell(self._dated.rest())
        self._emit_all(self._joining.rest())
        return self.step(done)

    def step(self, done: int) -> Step:
        """What came since the last step. done: bytes of the input that are behind it."""
        made = Step(done, self._records, self._first, self._last)
        self._records, self._first, self._last = 0, None, None
        return made

    def _tell(self, some: Iterable[EventRecord]) -> None:
        for one in some:
            self._records += 1
            self._first = one.at if self._first is None else min(self._first, one.at)
            self._last = one.at if self._last is None else max(self._last, one.at)
            self._emit_all(self._joining.take(one))

    def _emit_all(self, some: Iterable[EventRecord]) -> None:
        for one in some:
            for activity in activities_of(one, self._key):
                tell_foreign(activity, self._note)
                self._emit(activity)


def tell_foreign(activity: Activity, note: Note) -> None:
    """Count an event of which nothing is known, since its message is in another language."""
    event = activity.detail
    if not isinstance(event, WindowsEvent) or not (event.provider or event.channel):  # one without either is not believed
        return
    if is_foreign(event.event_id, event.fields):
        note(FOREIGN, f"record {activity.ordinal or activity.record}")
