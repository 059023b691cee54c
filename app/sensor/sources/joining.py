"""Scripts of PowerShell that do not fit into one event (4104 with MessageTotal above 1): each part learns what is open before it.

A call in the middle of a script, or one that the seam of two parts cuts, is read as where it stands in the whole. Exports have
the newest event first, so parts wait for the first one, within bounds; what is repeated or waits in vain goes on as it came.
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
MISSING = "scripts of which parts are missing; of those behind the gap only the last is read"
MANY = "scripts let go before all their parts came, for too many were open"


class _Script:
    """One script. next: number of the part that goes on; open: what is open before it; behind: the one before, not handed on."""

    def __init__(self) -> None:
        self.waiting: dict[int, EventRecord] = {}
        self.next = 1
        self.open: str | None = ""
        self.behind: EventRecord | None = None

    def rest(self) -> Iterator[EventRecord]:
        if self.behind is not None:
            yield self.behind
        yield from (one for _, one in sorted(self.waiting.items()))


class Joining:
    """Walks along the records of one log."""

    def __init__(self, note: Note) -> None:
        self._note = note
        self._scripts: dict[tuple[str, str, int], _Script] = {}
        self._held = 0

    def __bool__(self) -> bool:
        """True while parts wait."""
        return bool(self._scripts)

    def take(self, record: EventRecord) -> Iterator[EventRecord]:
        """The same records, parts of scripts as soon as those before and the next are there."""
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
        self._held += len(text)
        while script.open is not None and script.next in script.waiting:
            yield from self._on(script)
        if script.next > parts or script.open is None:
            yield from script.rest()
            self._forget(key)
        while self._held > HELD and self._scripts:
            yield from self._let_go(MANY)

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

    def _let_go(self, why: str) -> Iterator[EventRecord]:
        """The script that is open longest."""
        key = next(iter(self._scripts))
        script = self._scripts[key]
        first = script.behind or min(script.waiting.items())[1]
        self._note(why, f"record {first.place or first.ordinal}")
        yield from script.rest()
        self._forget(key)

    def _forget(self, key: tuple[str, str, int]) -> None:
        script = self._scripts.pop(key)
        self._held -= sum(len(_text(one.fields)) for one in script.rest())


def _text(fields: dict[str, str]) -> str:
    return fields.get("ScriptBlockText", "")
