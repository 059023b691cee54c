"""Live sources into a workspace: their processes, their activities stored as they come, detection now and then.

Long because everything that one turn of the loop may have to do stands together.
"""

import gc
import queue
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from msgspec import Struct
from msgspec.structs import replace

from app.detection import Detection
from app.engine.engine import Engine
from app.engine.health.computer import measured
from app.engine.receiver import Receiver, Sent
from app.ingest import Seconds, read_into
from app.link.codec import decode_batch
from app.model.counting import MB
from app.model.rows import Problem, Progress
from app.model.source import DirectorySource, HubSource, LiveSource, ResolverSource, SourceState, WindowsLogSource
from app.model.troubles import NOT_REMOVED
from app.sensor.governing import Governing
from app.sensor.live import input_kind, key_of, kind_of, mark_of
from app.sensor.process import (
    ACTIVITIES,
    ENDED,
    PLACED,
    STATUS,
    Placed,
    SourceProcess,
    Status,
    Task,
    decode_placed,
    decode_status,
)
from app.sensor.running import FIRST_WAIT, Room, RunningSource
from app.sensor.sources.evidence import folder_of, trim
from app.sensor.sources.forwarded import MESSAGE, REPORT, STORED, Forwarded, decode_forwarded
from app.sensor.sources.keytabs import load_keys
from app.sensor.sources.living import Cannot
from app.settings import load

if TYPE_CHECKING:
    from app.watching import Watching

ITEMS, BYTES = 4096, 64 << 20
"""Batches and bytes of them that wait for the store; beyond, the sources are held back, and lose at their own end."""
TURN = 0.1
"""Seconds that batches are gathered before they are stored."""
MOST = 4 << 20
"""Bytes of batches that are stored in one turn."""
SAID = 0.5
"""Seconds between two words about each source."""
DETECT, SHARE, RAREST = 1.0, 0.2, 600.0
"""Seconds between two detections at least; most of the time that detecting may take; seconds between two at most."""
RAREST_WHOLE = 60.0
"""Seconds without anything new after which all is looked at anew."""
LEAST = 0.1
"""Part of that share that is left when the governor lets nothing through."""
TEND = 10.0
"""Seconds between two looks at what is wrong."""
LOOK, LOOKING = (30.0, 600.0), 50
"""Seconds between two looks at the evidence for that: at least, after a detection; at most, for time makes some things
wrong. So many times as long as a look takes pass before the next one."""
RETAIN, RETAIN_FIRST, STEP = 600.0, 30.0, 0.2
"""Seconds between two looks at how long activities are kept, until the first; seconds of a turn that removing takes at most."""
_OVER = object()
TRIM = 2.0
"""Seconds between two looks at the size of the evidence."""
STOPPING = 3.0
"""Seconds after which a source that was asked to end is killed."""


class LiveInput(Struct, frozen=True, kw_only=True):
    """A live source as an input: what the engine asks of one."""

    key: str
    path: str
    kind: str
    bytes: int = 0


class LiveReport(Struct, frozen=True, kw_only=True):
    """What became of a live input."""

    state: str
    records: int
    first: int | None
    last: int | None
    problems: tuple[Problem, ...]
    sha256: str = ""


class Listener:
    """Holds a workspace and runs live sources into it; all methods belong to one thread. Raises StoreError.

    say(state) is called for a source when something changed, at most every SAID seconds, but at once for a new state.
    """

    def __init__(self, workspace: Path, say: Callable[[SourceState], None], sensitivity: str = "medium") -> None:
        gc.set_threshold(200_000, 50, 50)  # as when a file is read: many short-lived values, few cycles
        self._engine = Engine(workspace)
        self._workspace, self._say, self._sensitivity = workspace, say, sensitivity
        self._sources: dict[str, RunningSource] = {}
        self._came: queue.Queue[tuple[SourceProcess, int, bytes]] = queue.Queue(ITEMS)
        self._waiting = Room(BYTES)
        settings = load()
        self._limit = settings.evidence * MB
        self.governing = Governing(settings.reserve)
        now = time.monotonic()
        self._said = self._trimmed = self._written = now
        self._tended, self._looked, self._look_cost = now - TEND, now, 0.0
        self._retained = now - RETAIN + RETAIN_FIRST
        self._removing: Iterator[None] | None = None
        self._whole: Literal["", "wanted", "asked", "done"] = ""
        """The look at everything that comes before a removal."""
        self._detected, self._cost = now, 0.0
        self._detection = Detection(workspace)
        self._rough = 0.0
        """Seconds until everything is to be looked at anew though nothing came; 0 when that was done."""
        self._unstored = self._undetected = self._unlooked = self._reading = False
        self._receiver: Receiver | None = None
        self._watching: dict[str, Watching] = {}

    @property
    def running(self) -> bool:
        """True while a source runs or will be started again."""
        return any(not one.ended for one in self._sources.values())

    @property
    def engine(self) -> Engine:
        """The workspace's writer."""
        return self._engine

    def sources(self) -> list[RunningSource]:
        """Every source that was ever started here, as it is run."""
        return list(self._sources.values())

    def states(self) -> list[SourceState]:
        """Every source that was ever started here."""
        return [one.state() for one in self._sources.values()]

    def start(self, id: str, spec: LiveSource) -> None:
        """Start a source; one that ended under this id begins anew as a new input."""
        before = self._sources.get(id)
        if before is not None and not before.ended:
            return
        source = self._sources[id] = RunningSource(id, spec)
        self._begin(source)

    def stop(self, id: str) -> None:
        """Ask a source to end; what it still has is stored."""
        source = self._sources.get(id)
        if source is None or source.ended:
            return
        source.stopping = True
        if source.process is not None:
            source.process.stop()
        else:
            self._end(source)

    def read(
        self,
        paths: Sequence[Path],
        on_progress: Callable[[Progress], None],
        cancelled: Callable[[], bool],
        sensitivity: str = "medium",
        keytabs: Sequence[Path] = (),
    ) -> Seconds:
        """Read files beside the live sources, which go on meanwhile; as app.ingest.read_inputs."""
        keys = load_keys(keytabs)

        def meanwhile() -> bool:
            self._reading = True
            self.step(0.0, detect=False)
            self._reading = False
            return cancelled()

        return read_into(self._engine, paths, on_progress, meanwhile, sensitivity, keys=keys, tend=False)

    def step(self, seconds: float = TURN, detect: bool = True) -> None:
        """Take what came within so many seconds, store it, and do what is due."""
        until = time.monotonic() + seconds
        batches: dict[str, list[Placed]] = {}
        forwarded: dict[str, list[tuple[int, Forwarded]]] = {}
        ended: list[SourceProcess] = []
        taken = 0
        while taken < MOST:
            try:
                left = until - time.monotonic()
                process, kind, body = self._came.get(timeout=left) if left > 0 else self._came.get_nowait()
            except queue.Empty:
                break
            taken += len(body)
            source = next((one for one in self._sources.values() if one.process is process), None)
            if kind == ENDED:
                ended.append(process)
            elif source is not None and kind == STATUS:
                self._told(source, decode_status(body))
            elif source is not None and kind in (ACTIVITIES, PLACED):
                batches.setdefault(source.id, []).append(decode_placed(body) if kind == PLACED else Placed(body, ""))
            elif source is not None:
                forwarded.setdefault(source.id, []).append((kind, decode_forwarded(body)))
            self._waiting.give(len(body))
        for id, bodies in batches.items():
            source = self._sources[id]
            self._engine.use_input(source.key)
            for body in bodies:
                batch = decode_batch(body.batch)
                if source.first is None and batch:
                    source.first = batch[0].at
                source.activities += len(batch)
                self._engine.ingest(batch, place=(source.mark, body.place) if body.place else None)
            source.changed = self._unstored = self._undetected = True
        for id, came in forwarded.items():
            self._forwarded(self._sources[id], came)
        for process in ended:
            for source in list(self._sources.values()):
                if source.process is process:
                    self._broke(source, process)
        self._due(detect)

    def close(self) -> None:
        """Stop every source, store what they still have, detect once more, give the workspace back."""
        try:
            for id in list(self._sources):
                self.stop(id)
            while self.running:
                self.step(TURN, detect=False)
            if self._receiver is not None:
                self._receiver.close()
            self._detection.close()
            self._engine.save()
            self._engine.settle(self._sensitivity)
            self._trim()
            self._tend(True, True)
        finally:
            for watching in self._watching.values():
                watching.close()
            for source in self._sources.values():
                if source.process is not None:
                    source.process.kill()
            self._waiting.open()
            self._detection.close()
            self._engine.close()

    # ---- inside

    def _begin(self, source: RunningSource) -> None:
        source.since = time.time_ns() // 1000
        source.key = key_of(source.spec, source.since)
        source.status, source.first, source.error, source.more = Status(), None, "", ()
        source.activities, source.marked = 0, (time.monotonic(), 0)
        if isinstance(source.spec, HubSource):
            source.key = ""  # its inputs are those of the sensors
            self._receiver = self._receiver or Receiver(self._engine)
            self._watch(source)
        else:
            self._engine.begin_input(LiveInput(key=source.key, path=source.label, kind=input_kind(source.spec)), live=True)
        alone = all(one.ended or one.mark != source.mark for one in self._sources.values() if one is not source)
        place = self._engine.place_of(source.mark) if alone else ""
        evidence = str(folder_of(self._workspace.resolve()))
        task = Task(spec=self._remembering(source.spec), key=source.key, evidence=evidence, place=place)
        source.process = SourceProcess(task, self._take)
        source.process.govern(self.governing.limits)
        source.changed = True
        self._say(source.state())

    def _watch(self, source: RunningSource) -> None:
        """Whoever follows a hub watches over its synchronizers; why that cannot be is said by the source's own process."""
        if isinstance(source.spec, HubSource) and source.id not in self._watching:
            from app.watching import Watching  # loads the hub's client, which few listeners need

            with suppress(Cannot):
                self._watching[source.id] = Watching(source.spec, self._workspace)

    def _remembering(self, spec: LiveSource) -> LiveSource:
        """A directory, a log or a hub is followed from where it was left; a workspace that was made anew begins anew."""
        if isinstance(spec, HubSource):
            where = f"{self._engine.identity} {socket.gethostname()} {self._workspace.resolve()}"  # a copy reads for itself
            return spec if spec.position else replace(spec, position=where)
        if not isinstance(spec, (DirectorySource, WindowsLogSource)) or spec.state:
            return spec
        path = self._workspace.resolve()
        return replace(spec, state=str(path.with_name(f"{path.name}.{kind_of(spec)}-{self._engine.identity}-{mark_of(spec)}")))

    def _forwarded(self, source: RunningSource, came: Sequence[tuple[int, Forwarded]]) -> None:
        """What a hub brought: stored for good before the hub is told so."""
        assert self._receiver is not None
        for one in {one.subject: one for kind, one in came if kind == REPORT}.values():
            self._receiver.report(one.subject, one.data, one.at)
        messages = [one for kind, one in came if kind == MESSAGE]
        if messages:
            source.activities += self._receiver.take([Sent(one.subject, one.id, one.data, one.at) for one in messages])
            self._engine.flush()
            self._engine.receiving.secure()
            if source.process is not None:
                source.process.wish([f"{STORED}{messages[-1].place}"])
            source.changed = self._undetected = True
        self._note(source)

    def _note(self, source: RunningSource) -> None:
        """What of a hub could not be used or done until now."""
        if self._receiver is None or source.ended or not isinstance(source.spec, HubSource):
            return
        watching = self._watching.get(source.id)
        problems = self._receiver.problems() + (watching.problems() if watching is not None else ())
        if problems != source.more:
            source.more, source.changed = problems, True

    def _take(self, process: SourceProcess, kind: int, body: bytes) -> None:
        """Called by the threads of the sources; blocks while too much waits."""
        self._waiting.take(len(body))
        self._came.put((process, kind, body))

    def _told(self, source: RunningSource, status: Status) -> None:
        new = (status.state, status.error) != (source.status.state, source.status.error)
        source.status, source.changed = status, True
        if status.state == "running":
            source.wait = FIRST_WAIT
        if new:
            self._say(source.state())

    def _broke(self, source: RunningSource, process: SourceProcess) -> None:
        """The process of a source ended, as it was told or by itself."""
        source.process = None
        match source.ending(process):
            case "renewed":
                self._finish(source, "partial", source.renewed())
                self._begin(source)
            case "done":
                self._end(source)
            case "late":
                source.more += (Problem(what="the source did not end in time; what it still had is lost"),)
                self._end(source, "partial")
            case "refused":
                self._end(source, "failed" if not source.status.records else "partial")
            case _:
                problem = source.break_off(process)
                self._finish(source, "partial", problem)
                self._say(source.state())

    def _end(self, source: RunningSource, state: str = "done") -> None:
        if source.key:
            self._finish(source, state)
        source.ended = True
        if source.id in self._watching:
            self._watching.pop(source.id).close()
        if self._receiver is not None and not any(isinstance(one.spec, HubSource) and not one.ended for one in self.sources()):
            self._receiver.close()
        if state == "done":
            source.error = source.status.error = ""
        self._say(source.state())

    def _finish(self, source: RunningSource, state: str, *more: Problem) -> None:
        """The input of a source is over."""
        if not source.key:
            return
        problems = (*source.problems, *more)
        if source.status.error:
            problems += (Problem(what=source.status.error),)
        self._engine.use_input(source.key)
        self.governing.ended(source.status)
        last = source.status.last
        self._engine.finish_input(
            LiveReport(state=state, records=source.status.records, first=source.first, last=last, problems=problems)
        )
        source.key = ""
        self._undetected = True

    def _due(self, detect: bool) -> None:
        now = time.monotonic()
        for watching in self._watching.values():
            watching.step()
        for source in list(self._sources.values()):
            if source.process is not None and source.process.overdue > STOPPING:
                source.process.kill()
            if source.process is None and not source.ended and now >= source.again:
                wait = source.wait
                self._begin(source)
                source.wait = wait
        if self._unstored and now - self._written >= SAID / 2:
            self._engine.flush()
            self._written, self._unstored = now, False
        if now - self._said >= SAID:
            self._said = now
            for source in self._sources.values():
                source.measure()
                self._note(source)
                if source.changed:
                    source.changed = False
                    self._say(source.state())
                    self._state_input(source)
        self.governing.look(now, [one for one in self._sources.values() if one.key], self._reading)
        if now - self._trimmed >= TRIM:
            self._trimmed = now
            self._trim()
        if self._removing is not None or self._whole == "done" or now - self._retained >= RETAIN:
            self._retain(now)
        if now - self._tended >= TEND:
            since = now - self._looked
            self._tend(since >= LOOK[1] or (self._unlooked and since >= max(LOOK[0], LOOKING * self._look_cost)))
        if detect:
            self._detect(now)

    def _detect(self, now: float) -> None:
        """Have the alerts of what came looked for, in another process, and put them in their place."""
        broke = self._detection.broke
        found = self._detection.answer()
        if self._detection.broke > broke:
            self._undetected, self._detected = True, now
            self._whole = "wanted" if self._whole == "asked" else self._whole
        if found is not None:
            there = self._engine.put(found)
            if there:
                self._unlooked = True
            else:  # activities were removed meanwhile
                self._undetected = True
            if self._whole == "asked":
                self._whole = "done" if there else "wanted"
            self._rough = 0.0 if found.whole else max(RAREST_WHOLE, found.seconds)
            self._undetected = self._undetected or found.held > 0
            self._detected = time.monotonic()
            if not found.whole:
                self._cost = max(self._cost, found.seconds)
            self._wish()
        share = SHARE * max(self.governing.quota.level, LEAST)  # who leaves traffic out does not spend its quota on looking
        pause = min(max(DETECT, self._cost * (1 - share) / share), RAREST)
        idle = bool(self._rough) and now - self._detected >= self._rough
        if self._detection.asked or not (self._undetected or idle or self._whole == "wanted") or now - self._detected < pause:
            return
        began = time.monotonic()
        self._undetected = self._unstored = False
        self._engine.save()
        if self._detection.usable:
            self._engine.prepare()
            self._detection.ask(self._sensitivity, self._whole == "wanted")
            self._whole = "asked" if self._whole == "wanted" else self._whole
        else:  # it broke again and again: here it is, if slowly
            self._engine.settle(self._sensitivity)
            self._unlooked = True
            self._whole = "done" if self._whole == "wanted" else self._whole
            self._wish()
        self._detected = time.monotonic()
        self._cost = self._detected - began

    def _tend(self, anew: bool = False, ending: bool = False) -> None:
        """Look what is wrong; anew: also at the evidence, which takes longer."""
        began = self._tended = time.monotonic()
        queue = max(self._came.qsize() / ITEMS, self._waiting.used)
        computer = measured(self._workspace, queue, self.running, self.governing.restarts)
        self._engine.tend(computer, time.time_ns() // 1000, self.states(), anew, ending)
        if anew:
            self._looked, self._unlooked = time.monotonic(), False
            self._look_cost = self._looked - began

    def _retain(self, now: float) -> None:
        """Remove activities that are too old or too many, a little in each turn; sources are not held up for it.

        Before and behind it the process that detects looks at everything.
        """
        if self._removing is None:
            self._retained, clock = now, time.time_ns() // 1000
            if self._whole != "done" and self._engine.outlook(clock).until is not None:
                self._whole = self._whole or "wanted"
                return
            self._removing, self._whole = self._engine.remove(clock), ""
        while time.monotonic() - now < STEP:
            if next(self._removing, _OVER) is _OVER:
                self._removing = None
                return
            self._undetected = True

    def _trim(self) -> None:
        """Keep the packets within their bounds; a disk that refuses costs no source, and is told with each that keeps packets."""
        try:
            trim(self._workspace, self._limit, self._engine.alerted_frames)
        except OSError as error:
            why = Problem(what=NOT_REMOVED, where=error.strerror or "the disk refuses")
            for source in self._sources.values():
                if input_kind(source.spec) == "pcap" and why not in source.more:
                    source.more, source.changed = (*source.more, why), True

    def _wish(self) -> None:
        """Resolvers are told whom nobody named; they know whom they may ask, and how often."""
        resolvers = [one for one in self._sources.values() if isinstance(one.spec, ResolverSource) and one.process is not None]
        addresses = self._engine.unnamed() if resolvers else []
        for source in resolvers:
            if source.process is not None and addresses:
                source.process.wish(addresses)

    def _state_input(self, source: RunningSource) -> None:
        if source.key:
            self._engine.use_input(source.key)
            self._engine.state_input(source.status.records, source.first, source.status.last, source.problems)
