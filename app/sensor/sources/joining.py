"""Scripts of PowerShell that do not fit into one event (4104 with MessageTotal above 1): each part learns what is open before it.

A call in the middle of a script, or one that the seam of two parts cuts, is read as where it stands in the whole. Exports have
the newest event first, so parts wait for the first one, within bounds; what is repeated or waits in vain goes on as it came.
What comes live also waits within a time: nobody knows when a log that still grows ends.
"""

from collections.abc import Iterator

from msgspec.structs import replace

from app.model.commands import READ
from app.model.scripts import BEFORE, GOES_ON, still_open
from app.sensor.events.fields import number
from app.sensor.events.record import EventRecord
from app.sensor.events.translate import fields_in
from app.sensor.sources.reading import Note

BLOCK = 4104
SCRIPTS, HELD = 256, 1 << 23
"""Scripts of which parts are waited for at once, and the characters of all that wait."""
PARTS = 4_096
PATIENCE = 15.0
"""Seconds that the parts of a live script wait for the next one: whoever logs a script writes its parts one behind the other."""
MISSING = "scripts of which parts are missing; of those behind the gap only the last is read"
MANY = "scripts let go before all their parts came, for too many were open"


EARLY = "parts of scripts that came before those in front of them; put in their order"


class _Script:
    """One script. next: number of the part that goes on; open: what is open before it; behind: the one before, not handed on.

    since: when its latest part came.
    """

    def __init__(self) -> None:
        self.waiting: dict[int, EventRecord] = {}
        self.next, self.since = 1, 0.0
        self.open: str | None = ""
        self.behind: EventRecord | None = None

    def rest(self) -> Iterator[EventRecord]:
        if self.behind is not None:
            yield self.behind
        yield from (one for _, one in sorted(self.waiting.items()))


class Joining:
    """Walks along the records of one log, or of all that come to one place. live: parts that come too early are counted.

    most: characters that may wait.
    """

    def __init__(self, note: Note, live: bool = False, most: int = HELD) -> None:
        self._note, self._live, self._most = note, live, most
        self._scripts: dict[tuple[str, str, int], _Script] = {}
        self._held = 0

    def __bool__(self) -> bool:
        """True while parts wait."""
        return bool(self._scripts)

    def take(self, record: EventRecord, now: float = 0.0) -> Iterator[EventRecord]:
        """The same records, parts of scripts as soon as those before and the next are there. now: seconds, of what comes live."""
        fields = fields_in(record) if record.event_id == BLOCK else None
        parts = 0 if fields is None else number(fields.get("MessageTotal")) or 0
        if fields is None or not 1 < parts <= PARTS:
            yield record
            return
        part, name, text = number(fields.get("MessageNumber")) or 0, fields.get("ScriptBlockId", ""), _text(fields)
        key = (record.computer.lower(), name.lower(), parts)
        script = self._scripts.get(key)
        if not name or not 1 <= part <= parts or len(text) > READ or (script and (part < script.next or part in script.waiting)):
            yield record
            return
        if script is None:
            if len(self._scripts) >= SCRIPTS:
                yield from self._let_go(MANY)
            script = self._scripts[key] = _Script()
        script.waiting[part] = replace(record, fields=fields)
        script.since = now
        self._held += len(text)
        while script.open is not None and script.next in script.waiting:
            if self._live and script.next != part:
                self._note(EARLY, _where(record))
            yield from self._on(script)
        if script.next > parts or script.open is None:
            yield from script.rest()
            self._forget(key)
        while self._held > self._most and self._scripts:
            yield from self._let_go(MANY)

    def overdue(self, now: float) -> Iterator[EventRecord]:
        """Those that have waited for longer than PATIENCE, or since a time that is not yet."""
        for key in [key for key, one in self._scripts.items() if not 0 <= now - one.since <= PATIENCE]:
            yield from self._let_go(MISSING, key)

    def rest(self) -> Iterator[EventRecord]:
        """Those that wait for parts that do not come."""
        while self._scripts:
            yield from self._let_go(MISSING)

    def _on(self, script: _Script) -> Iterator[EventRecord]:
        """The next part takes its place; the one before it is known to go on in it."""
        record = script.waiting.pop(script.next)
        if script.behind is not None:
            self._held -= len(_text(script.behind.fields))
            yield replace(script.behind, fields=script.behind.fields | {GOES_ON: "true"})
        before = script.open or ""
        script.behind = replace(record, fields=record.fields | {BEFORE: before})
        script.open = still_open(before + _text(record.fields))
        script.next += 1

    def _let_go(self, why: str, key: tuple[str, str, int] | None = None) -> Iterator[EventRecord]:
        """This script, or the one that is open longest."""
        key = key or next(iter(self._scripts))
        script = self._scripts[key]
        first = script.behind or min(script.waiting.items())[1]
        self._note(why, _where(first))
        yield from script.rest()
        self._forget(key)

    def _forget(self, key: tuple[str, str, int]) -> None:
        script = self._scripts.pop(key)
        self._held -= sum(len(_text(one.fields)) for one in script.rest())


def _where(record: EventRecord) -> str:
    return f"record {record.place or record.ordinal}"


def _text(fields: dict[str, str]) -> str:
    return fields.get("ScriptBlockText", "")
