"""Reader of Windows event logs (EVTX): every record that headers promise is delivered, or counted as lost with its place.

The fast native reader reads whole blocks of chunks in a child process; what it leaves out is tried by a second reader there.
The ledger (evtx_chunks) says what there is, so that nothing goes missing in silence.
"""

import struct
from collections.abc import Generator, Iterable, Iterator
from mmap import mmap

import msgspec

from app.sensor.decoders.instants import can_be
from app.sensor.events import translate
from app.sensor.events.record import EventRecord
from app.sensor.events.xml_form import xml_record
from app.sensor.frame import Emit
from app.sensor.sources import evtx_wire as wire
from app.sensor.sources.dated import Dated
from app.sensor.sources.evtx_chunks import Chunk, Place, chunks, content_of, file_flags, mended
from app.sensor.sources.evtx_json import record_of_fast
from app.sensor.sources.evtx_order import Order
from app.sensor.sources.evtx_process import Native, native
from app.sensor.sources.evtx_second import MOST, PORTION, second_texts
from app.sensor.sources.joining import Joining
from app.sensor.sources.reading import Note, Opening, Step

BLOCK = 8
"""Chunks that are read at once."""
DEATHS = 20
"""The child that hangs or dies so often on one input is not asked for the rest of it."""
LOST = "records that are lost: they were promised and no reader could make them out"
Pair = tuple[Chunk, bytes]


def read_evtx(opening: Opening, emit: Emit, note: Note) -> Generator[Step, None, None]:
    """Reads with the children that this process shares among its inputs."""
    return Reading(opening, emit, note, native("fast"), native("second")).steps()


def wanted_events() -> list[tuple[str, list[int]]]:
    """Events that can tell an activity, by provider; [] when all are to be looked at."""
    return [(name, sorted(ids)) for name, ids in sorted(translate.PROVIDERS.items())] if translate.WANTED else []


class Reading:
    """One input being read."""

    def __init__(self, opening: Opening, emit: Emit, note: Note, child: Native, second: Native) -> None:
        self._opening, self._emit, self._note = opening, emit, note
        self._child, self._second = child, second
        self._wanted = wanted_events()
        self._order = Order(note)
        self._deaths_before = child.deaths
        self._slow = 0
        self._slow_deaths_before = second.deaths
        self._damaged = False
        self._dated, self._joining = Dated[EventRecord](note), Joining(note)
        self._own: list[int] = []
        """Times that events say, of records that do not say when they were written, since the last step."""

    def steps(self) -> Generator[Step, None, None]:
        """Blocks of chunks; while one is turned into activities the child works on the next."""
        data, note = self._opening.data, self._note
        for what in file_flags(data):
            note(what, "byte 0")
        held: list[Pair] | None = None
        answer: list[wire.Part] = []
        blocks = self._blocks(data)
        while True:
            block = next(blocks, None)
            if block is not None:
                if self._given_up:
                    sent = False
                else:
                    self._child.send(wire.Ask("json", [bytes_here for _, bytes_here in block], self._wanted))
                    sent = True
            if held is not None:
                yield from self._deliver(held, answer)
            if block is None:
                break
            held, parts = block, self._child.answer() if sent else None
            answer = parts if parts is not None and len(parts) == len(block) else self._one_by_one(block)
        self._order.finish()
        self._tell(self._dated.rest())
        self._emit_all(self._joining.rest())
        yield self._step(len(data), 0, [], self._damaged)

    @property
    def _given_up(self) -> bool:
        return self._child.deaths - self._deaths_before >= DEATHS

    def _blocks(self, data: bytes | mmap) -> Iterator[list[Pair]]:
        block: list[Pair] = []
        for one in chunks(data):
            if isinstance(one, tuple):
                self._note(one[0], f"byte {one[1]}", one[2])
                continue
            self._survey(one)
            if one.places:
                block.append((one, mended(content_of(data, one), one)))
            if len(block) == BLOCK:
                yield block
                block = []
        if block:
            yield block

    def _survey(self, chunk: Chunk) -> None:
        where = f"chunk {chunk.number + 1} at byte {chunk.at}"
        for what in chunk.problems:
            self._note(what, where)
        if chunk.repaired:
            self._note("record headers that were put right", where, chunk.repaired)
        if chunk.beyond:
            self._note("records read that the chunk's header does not know yet", where, chunk.beyond)
        if chunk.remains:
            self._note("old records in the unused end of chunks, not read", where, chunk.remains)
        if chunk.holes:
            self._note("holes between records that hold no record", where, len(chunk.holes))
        missing = chunk.expected - len(chunk.places)
        if missing > 0:
            self._damaged = True
            self._note("records that are lost: the chunk's header promises them, its bytes do not hold them", where, missing)

    def _one_by_one(self, block: list[Pair]) -> list[wire.Part]:
        """A block on which the child hung or died: the chunk that is to blame must not cost the others."""
        out = []
        for chunk, bytes_here in block:
            parts = None if self._given_up else self._child.ask(wire.Ask("json", [bytes_here], self._wanted))
            if parts is None or len(parts) != 1:
                what = (
                    "chunks on which the fast reader hung or crashed"
                    if not self._given_up
                    else "chunks kept from the fast reader"
                )
                self._note(what, f"chunk {chunk.number + 1} at byte {chunk.at}")
                parts = [wire.Part()]
            out += parts
        return out

    def _deliver(self, block: list[Pair], parts: list[wire.Part]) -> Generator[Step, None, None]:
        for (chunk, bytes_here), part in zip(block, parts, strict=True):
            places = chunk.places
            times = [one[3] for one in places]
            done = chunk.at + chunk.size
            ordinals = self._order.ordinals(chunk) or [0] * len(places)
            numbers = struct.pack(f"<{len(places)}Q", *(one[2] for one in places))
            if numbers == part.numbers:
                for position, text in part.texts:
                    self._text(text, places[position], ordinals[position])
                got = len(places)
            else:
                left = self._partly(chunk, part, ordinals)
                got = len(places) - len(left)
                if left:
                    yield self._step(done, got, times)
                    yield from self._slowly(chunk, bytes_here, part.error, left, ordinals)
                    continue
            yield self._step(done, got, times)

    def _step(self, done: int, got: int, times: list[int], damaged: bool = False) -> Step:
        """times: when the records were written, which exports of Windows leave at zero; then their events say when they were."""
        known = [one for one in times if can_be(one)] + self._own
        self._own = []
        return Step(done, got, min(known, default=None), max(known, default=None), damaged)

    def _partly(self, chunk: Chunk, part: wire.Part, ordinals: list[int]) -> list[int]:
        """A chunk of which the fast reader delivered something else than all; returns the positions of what is left."""
        free: dict[int, list[int]] = {}
        for position, one in enumerate(chunk.places):
            free.setdefault(one[2], []).append(position)
        came = len(part.numbers) // 8
        texts = dict(part.texts)
        for index, number in enumerate(struct.unpack(f"<{came}Q", part.numbers[: came * 8])):
            if not free.get(number):
                self._note("records that the fast reader made up", f"record {number}")
                continue
            position = free[number].pop(0)
            if index in texts:
                self._text(texts[index], chunk.places[position], ordinals[position])
        return sorted(position for positions in free.values() for position in positions)

    def _slowly(
        self, chunk: Chunk, bytes_here: bytes, error: str, left: list[int], ordinals: list[int]
    ) -> Generator[Step, None, None]:
        """What the fast reader left out, by the second reader, a step for each portion."""
        where = f"record {chunk.places[left[0]][2]}"
        self._note("records that the fast reader left out", where + (f" ({error[:120]})" if error else ""), len(left))
        for at in range(0, len(left), PORTION):
            portion, got = left[at : at + PORTION], 0
            hung = self._second.deaths - self._slow_deaths_before
            if hung < DEATHS and self._slow < MOST:
                texts = second_texts(self._second, bytes_here, [chunk.places[one][0] for one in portion], DEATHS - hung)
            else:
                texts = {}
            self._slow += len(portion)
            for index, position in enumerate(portion):
                place = chunk.places[position]
                record = xml_of_second(texts[index], place, ordinals[position]) if index in texts else None
                if record is None:
                    self._damaged = True
                    self._note(LOST, f"record {place[2]}")
                    continue
                got += 1
                if not self._wanted or record.event_id in translate.WANTED:
                    self._hand_on(record, place)
            if got:
                self._note("records read by the second reader", where, got)
            yield Step(chunk.at + chunk.size, got)

    def _text(self, text: str, place: Place, ordinal: int) -> None:
        record = record_of_fast(text, place, ordinal)
        if record is None:
            self._note("records whose content is no event", f"record {place[2]}")
        else:
            self._hand_on(record, place)

    def _hand_on(self, record: EventRecord, place: Place) -> None:
        if not can_be(place[3]) and can_be(record.at):
            self._own.append(record.at)
        self._tell(self._dated.take(record, f"record {place[2]}", place[3]))

    def _tell(self, some: Iterable[EventRecord]) -> None:
        for one in some:
            self._emit_all(self._joining.take(one))

    def _emit_all(self, some: Iterable[EventRecord]) -> None:
        for one in some:
            for activity in translate.activities_of(one, self._opening.key):
                self._emit(activity)


def xml_of_second(text: str, place: Place, ordinal: int) -> EventRecord | None:
    """The event in the XML of the second reader, its numbers spelled as the fast one spells them."""
    record = xml_record(text.encode("utf-8", "replace"), ordinal, place[2])
    if record is None:
        return None
    fields = {name: _short(value) for name, value in record.fields.items()}
    return msgspec.structs.replace(record, fields=fields)


def _short(value: str) -> str:
    return f"0x{value[2:].lstrip('0') or '0'}" if len(value) == 18 and value.startswith("0x") else value
