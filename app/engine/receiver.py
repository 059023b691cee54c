"""The receiver: messages of sensors into the workspace, each once, each into an input of its own sensor.

What a sensor sends is hostile until it was looked at: a stolen key may send anything. What cannot be used is counted.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from app.engine.engine import Engine, Unlearnable
from app.engine.store.receipts import Receipt
from app.engine.twofold import Turns
from app.link.envelope import FORM, OLDEST, Batch, Closed, FormError, LinkError, Message, Opened, Told, unseal
from app.link.numbers import BETWEEN, is_sensor, sensor_of, split_message_id
from app.link.sound import sound_activities, sound_figures, sound_problems, sound_words
from app.model.activity import Activity
from app.model.rows import Problem
from app.model.sensor import SensorReport
from app.model.troubles import MISSING, SET_ASIDE, TWO_PLACES

INPUTS, OPEN = 20_000, 256
"""Inputs that one sensor may make, and have open at once."""
REPORT = 1 << 18
"""Bytes of a sensor's report."""
SENSORS = 10_000
"""Sensors that one workspace knows; problems are kept of as many."""
AT_ONCE = 20_000
"""Activities that are unpacked before they are stored: a small message may hold very many of them."""
TURNS = 2
"""Returns of a program that spoke under a key before another did, until that is no message that came late."""
OVER = 4096
"""Inputs whose end is remembered, for what comes behind it."""


class Sent(Struct, frozen=True):
    """A message as the hub gave it. id: of whoever published it; at: UTC microseconds when the hub took it, by its clock."""

    subject: str
    id: str
    data: bytes
    at: int = 0


class SensorInput(Struct, frozen=True, kw_only=True):
    """An input of a sensor: what the engine asks of one."""

    key: str
    path: str
    kind: str
    bytes: int = 0


class SensorEnd(Struct, frozen=True, kw_only=True):
    """How far an input of a sensor is, or what became of it."""

    state: str = "partial"
    records: int = 0
    first: int | None = None
    last: int | None = None
    problems: tuple[Problem, ...] = ()
    sha256: str = ""


class _Read(Struct, frozen=True):
    receipt: Receipt
    message: Message
    batch: list[Activity]
    parked: int | None = None


class Receiver:
    """Takes messages into an engine; belongs to the thread of the engine. now: UTC microseconds. Raises StoreError."""

    def __init__(self, engine: Engine, now: Callable[[], int] = lambda: time.time_ns() // 1000) -> None:
        self._engine, self._store, self._now = engine, engine.receiving, now
        self._open: dict[str, SensorEnd] = {}
        self._over: dict[str, SensorEnd] = {}
        self._bad: dict[str, dict[str, int]] = {}
        self._parked = self._store.parked_by_sensor()
        self._counts: dict[str, int] = {}
        self._names = self._store.sensor_names()
        self._outboxes, self._services = Turns(SENSORS), Turns(SENSORS)
        self._twofold: dict[str, int] = {}
        self._take_parked()

    def take(self, messages: Sequence[Sent]) -> int:
        """Store these messages; the number of activities that were new. They survive a kill once the engine flushed."""
        seen: set[Receipt] = set()
        heard: dict[str, int] = {}
        news: list[tuple[str, Sent]] = []
        for one in messages:
            sensor = one.subject.removeprefix("act.")
            if not one.subject.startswith("act.") or not is_sensor(sensor):
                continue
            heard[sensor] = max(heard.get(sensor, 0), min(one.at or self._now(), self._now()))
            news.append((sensor, one))
        counts = self._take_all(self._read(sensor, one, seen) for sensor, one in news)
        self._store.heard_of({sensor: (at, counts.get(sensor, 0)) for sensor, at in heard.items()})
        return sum(counts.values())

    def report(self, subject: str, data: bytes, at: int) -> None:
        """A sensor said how it is. at: UTC microseconds when the hub took that, 0 for now."""
        sensor = subject.removeprefix("status.")
        if not subject.startswith("status.") or not is_sensor(sensor):
            return
        try:
            if len(data) > REPORT:
                raise LinkError("A report is larger than any that is sent.")
            report = msgspec.json.decode(data, type=SensorReport)
            if report.sensor != sensor:
                raise LinkError("A report is of another sensor.")
        except (LinkError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            self._count(sensor, f"a report of a sensor cannot be used: {error}"[:200])
            return
        heard = min(at or self._now(), self._now())
        self._spoke(self._services, sensor, (report.since, report.host), heard)
        kept = msgspec.json.encode(report).decode()
        name = sound_words(report.name, 200) or sensor
        self._store.put_report(sensor, name, heard, kept)
        if sensor in self._names or len(self._names) < SENSORS:
            self._names[sensor] = name

    def problems(self) -> tuple[Problem, ...]:
        """What could not be used so far, by sensor; what waits for a newer program."""
        bad = [
            Problem(what=what, count=count, where=f"sensor {sensor}")
            for sensor, told in self._bad.items()
            for what, count in told.items()
        ]
        waiting = [
            Problem(what=f"{SET_ASIDE}{form} of the link", count=count, where=f"sensor {sensor}")
            for sensor, (count, form) in self._parked.items()
        ]
        missing = [
            Problem(what=MISSING, count=count, where=f"sensor {sensor}") for sensor, count in self._store.missing().items()
        ]
        twofold = [Problem(what=TWO_PLACES, count=count, where=f"sensor {sensor}") for sensor, count in self._twofold.items()]
        return (*missing, *twofold, *bad, *waiting)

    def close(self) -> None:
        """Leave every input as it is, to be resumed."""
        for key, end in list(self._open.items()):
            self._engine.use_input(key)
            self._engine.finish_input(end)
        self._open.clear()

    # ---- reading

    def _spoke(self, turns: Turns, sensor: str, program: object, at: int) -> None:
        """Under the key of a sensor a program spoke: as its outbox, or as the service that reports."""
        if (count := turns.note(sensor, program, at)) >= TURNS:
            self._twofold[sensor] = max(self._twofold.get(sensor, 0), count)

    def _read(self, sensor: str, one: Sent, seen: set[Receipt]) -> _Read | None:
        """A message that is new and can be used; None for another one, which is counted or set aside."""
        try:
            receipt = Receipt(sensor, *split_message_id(one.id))
        except LinkError as error:
            self._count(sensor, str(error))
            return None
        if receipt in seen or self._store.received(receipt):
            return None
        seen.add(receipt)
        if one.at:
            self._spoke(self._outboxes, sensor, receipt.outbox, one.at)
        return self._opened(receipt, one.data)

    def _opened(self, receipt: Receipt, data: bytes, parked: int | None = None) -> _Read | None:
        sensor = receipt.sensor
        try:
            message = unseal(data)
            if sensor_of(message.key) != sensor:
                raise LinkError("A message is of another sensor's input.")
            message, batch = _sound(message)
            if isinstance(message, Batch) and len(batch) < message.count:
                self._count(sensor, "activities that no input has", message.count - len(batch))
            return _Read(receipt, message, batch, parked)
        except FormError as error:
            if parked is None:
                self._park(receipt, error, data)
        except LinkError as error:
            self._count(sensor, str(error)[:200])
            self._done(receipt, parked)
        return None

    def _park(self, receipt: Receipt, error: FormError, data: bytes) -> None:
        if self._store.park(receipt, error.form, data):
            count, form = self._parked.get(receipt.sensor, (0, error.form))
            self._parked[receipt.sensor] = count + 1, max(form, error.form)
        else:  # no receipt: a newer program reads the stream anew, see app.sensor.sources.hub
            self._count(receipt.sensor, "left on the hub: there is no more room for messages of a newer version")

    def _take_parked(self) -> None:
        """What a newer program understands now."""
        after = 0
        while waiting := self._store.parked((OLDEST, FORM), after):
            counts = self._take_all(self._opened(one.receipt, one.data, one.id) for one in waiting)
            self._store.heard_of({sensor: (0, count) for sensor, count in counts.items()})
            after = waiting[-1].id
        self._parked = self._store.parked_by_sensor()

    def _done(self, receipt: Receipt, parked: int | None) -> None:
        """Nothing more of this message is to be stored."""
        self._store.receive(receipt)
        if parked is not None:
            self._store.unpark(parked)

    def _count(self, sensor: str, what: str, many: int = 1) -> None:
        if sensor in self._bad or len(self._bad) < SENSORS:
            told = self._bad.setdefault(sensor, {})
            what = what if what in told or len(told) < 50 else "other messages could not be used"
            told[what] = told.get(what, 0) + many

    # ---- storing

    def _take_all(self, read: Iterable[_Read | None]) -> Counter[str]:
        """Store what is read, a part of it at a time; activities by sensor."""
        counts: Counter[str] = Counter()
        found, waiting = list[_Read](), 0
        for one in read:
            if one is not None:
                found.append(one)
                waiting += len(one.batch)
            if waiting >= AT_ONCE:
                counts.update(self._take(found))
                found, waiting = [], 0
        counts.update(self._take(found))
        return counts

    def _take(self, found: Sequence[_Read]) -> dict[str, int]:
        """Store what was read, one input after the other; activities by sensor."""
        groups: dict[str, list[_Read]] = {}
        for one in found:
            groups.setdefault(one.message.key, []).append(one)
        counts: dict[str, int] = {}
        for key, group in groups.items():
            sensor = group[0].receipt.sensor
            counts[sensor] = counts.get(sensor, 0) + self._take_input(key, group)
        return counts

    def _take_input(self, key: str, group: list[_Read]) -> int:
        sensor = group[0].receipt.sensor
        opening = next((one.message for one in group if isinstance(one.message, Opened)), None)
        if not self._begin(sensor, key, opening):
            for one in group:
                self._count(sensor, "a sensor makes more inputs than one may")
                self._done(one.receipt, one.parked)
            return 0
        number, end, told = 0, self._open[key], False
        closing: _Read | None = None
        for one in group:
            match one.message:
                case Batch():
                    number += self._ingest(one)
                case Told() as message:
                    end, told = _further(end, message), True
                    self._done(one.receipt, one.parked)
                case Closed():
                    closing = one
                case _:
                    self._done(one.receipt, one.parked)
        self._open[key] = end
        over = self._over.get(key)
        if closing is not None and isinstance(closing.message, Closed):
            over = replace(_further(end, closing.message), state=closing.message.state)
            self._done(closing.receipt, closing.parked)
        if over is not None:
            self._finish(key, over)
        elif told:
            self._engine.state_input(end.records, end.first, end.last, end.problems)
        return number

    def _begin(self, sensor: str, key: str, opening: Opened | None) -> bool:
        """Use an input; False when the sensor has too many."""
        name = self._names.get(sensor, sensor)
        words = f"{name}: {opening.label}" if opening else f"sensor {name}"
        kind = opening.kind if opening else "sensor"
        if key in self._open:
            self._open[key] = self._open.pop(key)  # the last one to be finished when there are too many
            self._engine.use_input(key)
        else:
            if not self._may_open(sensor, key):
                return False
            before = self._engine.resume_input(SensorInput(key=key, path=words, kind=kind))
            if before is None:
                self._counts[sensor] = self._counts.get(sensor, 0) + 1
            end = SensorEnd() if before is None else _left(before.records, before.first, before.last, before.problems)
            self._open[key] = end
            if before is not None and before.state in ("done", "failed"):
                self._over.setdefault(key, replace(end, state=before.state))
            if before is None:
                return True
        if opening is not None:
            self._store.describe_input(words, kind)
        return True

    def _may_open(self, sensor: str, key: str) -> bool:
        """Whether there is room for an input, or it is there already; makes it among those that are open."""
        prefix = f"{sensor}{BETWEEN}"
        if sensor not in self._counts:
            self._counts[sensor] = self._store.inputs_of(prefix)
        if self._counts[sensor] >= INPUTS and not self._store.knows(key):
            return False
        mine = [one for one in self._open if one.startswith(prefix)]
        for other in mine[: max(0, len(mine) + 1 - OPEN)]:
            self._engine.use_input(other)
            self._engine.finish_input(self._open.pop(other))
        return True

    def _ingest(self, one: _Read) -> int:
        if one.parked is not None:
            self._store.unpark(one.parked)
        try:
            self._engine.ingest(one.batch, one.receipt)
        except Unlearnable as error:  # nothing of it is stored
            self._count(one.receipt.sensor, str(error))
            self._done(one.receipt, None)
            return 0
        return len(one.batch)

    def _finish(self, key: str, end: SensorEnd) -> None:
        self._open.pop(key, None)
        self._over.pop(key, None)
        self._over[key] = end
        if len(self._over) > OVER:
            del self._over[next(iter(self._over))]
        self._engine.finish_input(end)


def _sound(message: Message) -> tuple[Message, list[Activity]]:
    """The message with its values bounded, and the activities in it. Raises LinkError."""
    match message:
        case Opened():
            label, kind = sound_words(message.label, 200), sound_words(message.kind, 32)
            return replace(message, label=label, kind=kind or "sensor"), []
        case Batch():
            return message, sound_activities(message)
        case Told():
            sound_figures(message.records, message.first, message.last)
            return replace(message, problems=sound_problems(message.problems)), []
    sound_figures(message.records, message.first, message.last)
    state = message.state if message.state in ("done", "partial", "failed") else "partial"
    return replace(message, state=state, problems=sound_problems(message.problems)), []


def _further(end: SensorEnd, message: Told | Closed) -> SensorEnd:
    """Messages may come out of order: an older one takes nothing back."""
    if message.records < end.records:
        return end
    return replace(end, records=message.records, first=message.first, last=message.last, problems=message.problems)


def _left(records: int, first: int | None, last: int | None, problems: tuple[Problem, ...]) -> SensorEnd:
    return SensorEnd(records=records, first=first, last=last, problems=problems)
