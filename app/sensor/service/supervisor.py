"""The sources of a sensor: each a process, what they find goes into the outbox, and only what changed is started anew."""

import hashlib
import ipaddress
import queue
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
from msgspec.structs import replace

from app.link.numbers import input_key
from app.model.rows import Problem
from app.model.source import DirectorySource, LiveSource, ResolverSource, SourceState, WindowsLogSource
from app.sensor.governing import Governing
from app.sensor.live import key_of, kind_of, mark_of
from app.sensor.process import ACTIVITIES, ENDED, PLACED, STATUS, SourceProcess, Task, decode_placed, decode_status
from app.sensor.running import FIRST_WAIT, LONGEST_WAIT, Room
from app.sensor.service.intake import Intake, Source
from app.sensor.service.outbox import Outbox
from app.sensor.sources.evidence import folder_of

ITEMS, BYTES = 4096, 32 << 20
"""Batches and bytes of them that wait for the outbox; beyond, the sources are held back, and lose at their own end."""
TAKEN = 4 << 20
"""Bytes that are taken in one step."""
STOPPING = 3.0
"""Seconds after which a source that was asked to end is killed."""


class Supervisor:
    """Runs sources into an outbox; all methods belong to one thread.

    sensor: its id, part of the key of every input. see(batch) gives the time of the first activity of every batch.
    intake: what came of it; governing: what they may use. seen: bytes that the sources received since the start.
    """

    def __init__(
        self, sensor: str, outbox: Outbox, states: Path, evidence: Path, see: Callable[[bytes], int | None] = lambda batch: None
    ) -> None:
        self._sensor, self._states = sensor, states
        self.intake, self.governing = Intake(outbox, see), Governing()
        self._evidence = str(folder_of(evidence))
        self._sources: dict[str, Source] = {}
        self._waiting: dict[str, LiveSource] = {}
        self._came: queue.Queue[tuple[SourceProcess, int, bytes]] = queue.Queue(ITEMS)
        self._room = Room(BYTES)
        self._closing = False
        self._last_since = 0
        self._seen_before = 0

    # ---- what runs

    @property
    def running(self) -> bool:
        """True while a process runs or is to be started."""
        return bool(self._waiting) or any(not one.ended for one in self._sources.values())

    @property
    def seen(self) -> int:
        """As the class says."""
        return self._seen_before + sum(one.status.bytes for one in self._sources.values())

    def states(self) -> tuple[SourceState, ...]:
        """How each source is doing that runs or was to run, of none that ended for good."""
        return tuple(one.state() for id, one in self._sources.items() if not one.ended or id in self._waiting)

    def specs(self) -> list[LiveSource]:
        """What runs now or is about to."""
        return [*(one.spec for one in self._sources.values() if not one.ended), *self._waiting.values()]

    def directory(self) -> DirectorySource | None:
        """The directory that is synchronised now or is about to be."""
        running = (one.spec for one in self._sources.values() if not one.stopping and not one.ended)
        return next((one for one in (*running, *self._waiting.values()) if isinstance(one, DirectorySource)), None)

    @property
    def synchronises(self) -> bool:
        """True as long as a process may still read a directory."""
        return any(isinstance(one.spec, DirectorySource) and not one.ended for one in self._sources.values())

    def reachable(self) -> dict[str, bool]:
        """Host names of directories in lower case: whether they answer; only those about which something is known."""
        found = {}
        for one in self._sources.values():
            if isinstance(one.spec, DirectorySource) and one.status.state in ("running", "failed"):
                with suppress(ValueError):
                    host = urlsplit(one.spec.url if "://" in one.spec.url else f"ldaps://{one.spec.url}").hostname or ""
                    found[host.lower()] = one.status.state == "running"
        return found

    @property
    def resolves(self) -> bool:
        """True while a resolver is there to be asked."""
        return any(isinstance(one.spec, ResolverSource) and one.process is not None for one in self._sources.values())

    def wish(self, addresses: list[str]) -> None:
        """Addresses that a resolver shall ask for their names; it knows whom it may ask, and how often."""
        for one in self._sources.values():
            if isinstance(one.spec, ResolverSource) and one.process is not None:
                one.process.wish([address for address in addresses if _is_address(address)])

    def failing(self, ids: Iterable[str], late: bool) -> list[str]:
        """Of these sources those that cannot run, with the reason; late: also those that say so and try again."""
        found = []
        for id in ids:
            source = self._sources.get(id)
            if source is None:
                continue
            state = source.state()
            if (source.again and source.process is None) or source.ended or (late and state.state == "failed"):
                found.append(f"{state.label}: {state.error or 'it ended at once'}")
        return found

    def settled(self, ids: Iterable[str]) -> bool:
        """True when each of these runs."""
        return not self._waiting and all(
            id in self._sources and self._sources[id].process is not None and self._sources[id].status.state == "running"
            for id in ids
        )

    def set(self, specs: Sequence[LiveSource]) -> list[str]:
        """From now on run these and no others; those that ran already go on. Returns ids of those that are new."""
        wanted = {id_of(one): one for one in specs}
        for id, source in list(self._sources.items()):
            if id not in wanted:
                self._stop(source)
        self._waiting = {
            id: spec
            for id, spec in wanted.items()
            if id not in self._sources or self._sources[id].stopping or self._sources[id].ended
        }
        return list(self._waiting)

    def govern(self, now: float) -> None:
        """Look at the machine when it is time. now: seconds as time.monotonic()."""
        self.governing.look(now, [one for one in self._sources.values() if one.key])

    # ---- the loop

    def step(self, seconds: float) -> None:
        """Take what came within so many seconds, keep it, and do what is due."""
        if not self._flush() and not self._closing:  # no room: nothing more is taken, which holds the sources back
            time.sleep(min(seconds, 0.2))
            self._due()
            return
        until = time.monotonic() + seconds
        taken = 0
        while taken < TAKEN:
            try:
                left = until - time.monotonic()
                process, kind, body = self._came.get(timeout=left) if left > 0 else self._came.get_nowait()
            except queue.Empty:
                break
            taken += len(body)
            self._take(process, kind, body)
            self._room.give(len(body))
        self._flush()
        self._due()

    def close(self, seconds: float) -> None:
        """End every source in order and keep what they still have, be it beyond the limit; takes so many seconds at most."""
        self._closing = True
        self._waiting = {}
        for source in list(self._sources.values()):
            self._stop(source)
        until = time.monotonic() + seconds
        while self.running and time.monotonic() < until:
            self.step(0.05)
        for source in self._sources.values():
            if source.process is not None:
                source.process.kill()
        until = time.monotonic() + STOPPING
        while self.running and time.monotonic() < until:
            self.step(0.05)
        self._room.open()

    def kill(self) -> None:
        """End every process whatever it does."""
        for source in self._sources.values():
            if source.process is not None:
                source.process.kill()
        self._room.open()

    def recover(self) -> int:
        """Say that the inputs which an earlier run left open are over; returns how many there were."""
        left = self.intake.recover()
        if left:
            self.forget_states()
        return left

    def forget_states(self) -> None:
        """Directories are read whole the next time: after an end without order, or when another sensor had them meanwhile."""
        for path in self._states.glob("directory-*"):
            path.unlink(missing_ok=True)

    # ---- inside

    def _begin(self, id: str, spec: LiveSource) -> None:
        before = self._sources.get(id)
        source = Source(id, spec)
        if before is not None:
            self._seen_before += before.status.bytes
            source.wait, source.restarts = before.wait, before.restarts
        # A clock that was set back does not give two inputs one key.
        source.since = self._last_since = max(time.time_ns() // 1000, self._last_since + 1)
        source.key = input_key(self._sensor, key_of(spec, source.since))
        place = self.intake.place_of(source)
        task = Task(spec=self._remembering(spec), key=source.key, evidence=self._evidence, place=place)
        source.process = SourceProcess(task, self._queue)
        source.process.govern(self.governing.limits)
        self._sources[id] = source

    def _remembering(self, spec: LiveSource) -> LiveSource:
        """What follows something keeps where it was in a place of ours, never where a configuration says."""
        if not isinstance(spec, (DirectorySource, WindowsLogSource)):
            return spec
        self._states.mkdir(parents=True, exist_ok=True)
        return replace(spec, state=str(self._states / f"{kind_of(spec)}-{mark_of(spec)}"))

    def _queue(self, process: SourceProcess, kind: int, body: bytes) -> None:
        """Called by the threads of the sources; blocks while too much waits."""
        self._room.take(len(body))
        self._came.put((process, kind, body))

    def _take(self, process: SourceProcess, kind: int, body: bytes) -> None:
        source = next((one for one in self._sources.values() if one.process is process), None)
        if source is None:
            return
        source.heard = time.monotonic()
        if kind == ACTIVITIES:
            self.intake.add(source, body)
        elif kind == PLACED:
            with suppress(msgspec.MsgspecError, UnicodeDecodeError):
                placed = decode_placed(body)
                self.intake.add(source, placed.batch, placed.place)
        elif kind == ENDED:
            self._ended(source, process)
        elif kind == STATUS:
            try:
                source.status, source.telling = decode_status(body), True
            except (msgspec.MsgspecError, UnicodeDecodeError):
                return
            if source.status.state == "running":
                source.wait, source.error = FIRST_WAIT, ""

    def _flush(self) -> bool:
        """Move what was gathered to the outbox; False when that has no room."""
        for source in self._sources.values():
            if source.gathering.due and not self.intake.keep(source):
                return False
        self.intake.trouble = ""
        return True

    def _ended(self, source: Source, process: SourceProcess) -> None:
        """The process of a source ended, as it was told or by itself."""
        source.process = None
        match source.ending(process):
            case "renewed":
                self._close(source, "partial", source.renewed())
                source.again = time.monotonic()
            case "done":
                self._close(source, "done")
                source.ended = source.stopping
                if not source.stopping:
                    source.error = "The source ended by itself and is started again."
                    source.pause()
            case "late":
                source.lose("the source did not end in time; what it still had is lost", 1)
                self._close(source, "partial")
                source.ended = True
            case "refused":  # what is missing may come: a card that is plugged in, a secret that is set
                source.error = source.status.error or process.words or "The source cannot run."
                self._close(source, "partial" if source.status.records else "failed")
                source.again = time.monotonic() + LONGEST_WAIT
            case _:
                self._close(source, "partial", source.break_off(process))

    def _close(self, source: Source, state: str, *more: Problem) -> None:
        self.intake.close(source, state, *more)
        self.governing.ended(source.status)

    def _stop(self, source: Source) -> None:
        if source.ended or source.stopping:
            return
        source.stopping = True
        if source.process is not None:
            source.process.stop()
        else:
            source.ended = True

    def _due(self) -> None:
        now = time.monotonic()
        for id, source in list(self._sources.items()):
            late = source.process is not None and min(source.process.overdue, now - source.heard) > STOPPING
            if source.process is not None and late and (self._closing or not self.intake.trouble):  # not one that is held back
                source.process.kill()
            source.measure()
            if source.ended and id not in self._waiting:
                self._seen_before += source.status.bytes
                del self._sources[id]
            elif source.process is None and not source.ended and source.again and now >= source.again:
                self._try(id, source.spec)
            else:
                self.intake.tell(source, now)
        if self._waiting and not self._closing and all(not one.stopping or one.ended for one in self._sources.values()):
            for id, spec in list(self._waiting.items()):  # only now, for one that ends may still hold the port
                if self._try(id, spec):
                    del self._waiting[id]

    def _try(self, id: str, spec: LiveSource) -> bool:
        try:
            self._begin(id, spec)
        except OSError as error:
            self.intake.trouble = f"A source cannot be started: {error}"
            return False
        return True


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def id_of(spec: LiveSource) -> str:
    """Name of a source by what it is: the same as long as nothing about it changes."""
    return hashlib.blake2b(msgspec.json.encode(spec), digest_size=6).hexdigest()
