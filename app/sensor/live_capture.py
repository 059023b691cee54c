"""Live packets: windows of a ring, of a growing file or of another program through the conversations."""

import sys
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import Any, Protocol

from app.model.activity import Activity, event_order
from app.model.source import CaptureSource, GrowingSource, Skipped
from app.model.troubles import NOT_KEPT
from app.sensor.captures import known_conversations
from app.sensor.frame import Records
from app.sensor.packets.sampling import CLASSES
from app.sensor.packets.traffic import Traffic
from app.sensor.sources import growing
from app.sensor.sources.evidence import RECENT, Keeper
from app.sensor.sources.living import Cannot, Limits, Outlet

AGAIN = 1.0
"""Seconds between two tries to open an interface that went away."""
QUIET = 2_000_000
"""Microseconds that the clock of live traffic is behind that of the wall when nothing comes."""
BATCH = 4096
PAUSE = 0.2
"""Seconds between two windows while the machine is short; the ring holds what comes meanwhile."""
QUOTA = "not analysed, quota: "
"""Before the class of what the governor lets a capture leave out, as a loss."""
CUT = "flows let go in the middle, quota"


class Keeping(Outlet, Protocol):
    """An outlet of a capture. evidence: where the packets of activities are kept, None when they are not.

    place: where an earlier run of the same source was, as it was put with a batch, "" for none.
    """

    evidence: Path | None
    place: str

    @property
    def limits(self) -> Limits:
        """What the governor lets it use now."""

    def left_out(self, level: float, picked: int, skipped: tuple[Skipped, ...]) -> None:
        """This is the level; what was left out since the source began, by class of traffic, of so many packets in question."""


class _Pass:
    """One live input on its way through the conversations. next: number of its next frame. trail: where in a file that is."""

    def __init__(self, key: str, outlet: Keeping) -> None:
        self._outlet = outlet
        self.trail = growing.Trail()
        self._batch: list[Activity] = []
        self._traffic = Traffic(key, known_conversations(), self._batch.append)
        self._traffic.sampling.watching = True
        self._told: dict[str, int] = {}
        self._keeper = Keeper(outlet.evidence, key) if outlet.evidence is not None else None
        self._keeping = self._keeper is not None
        self._limits = Limits()
        self._cut = self._picked = 0
        self._skipped: tuple[Skipped, ...] = ()
        self.next = 1

    def feed(self, records: Records, spans: tuple[tuple[int, int], ...] = (), tags: Any = ()) -> None:
        """A window, valid during this call only."""
        self._govern()
        self._traffic.feed(records)
        self._let_go()
        self.next = records.first + len(records.start)
        self._evidence(lambda keeper: keeper.add(records, spans, tags))
        self._outlet.received(len(records.start), int(records.size.sum()), int(records.at.max()))
        if not self.trail.more:
            self._deliver()

    def idle(self, at: int | None = None) -> None:
        """Nothing came; at: UTC microseconds by the wall clock when that is the packets' clock too."""
        self._govern()
        if at is not None:
            self._traffic.passed(at - QUIET)
        self._deliver()
        self._evidence(Keeper.flush)

    def close(self) -> None:
        """The input ended."""
        self._traffic.close()
        self._deliver()
        self._evidence(Keeper.close)

    def _govern(self) -> None:
        """Keep to what the governor says by now."""
        limits = self._outlet.limits
        if limits == self._limits:
            return
        self._limits = limits
        self._traffic.govern(limits.level, limits.tight)
        if self._keeper is not None:
            self._keeper.recent = RECENT >> 2 * limits.tight
        self._let_go()
        self._outlet.left_out(limits.level, self._traffic.sampling.picked, self._skipped)

    def _let_go(self) -> None:
        """End what is no longer analysed, and tell what was left out. What waits for an answer there may well get one."""
        sampling = self._traffic.sampling
        if sampling.leaving:
            before = len(self._batch)
            self._traffic.let_go()
            self._batch[before:] = [one for one in self._batch[before:] if one.result != "unanswered"]
        if sampling.cut > self._cut:
            self._outlet.note(CUT, "", sampling.cut - self._cut)
            self._cut = sampling.cut
        if sampling.picked == self._picked:
            return
        self._picked = sampling.picked
        told = {one.what: one.packets for one in self._skipped}
        columns = zip(CLASSES, sampling.packets, sampling.bytes, sampling.flows, strict=True)
        self._skipped = tuple(Skipped(what=what, packets=p, bytes=b, flows=f) for what, p, b, f in columns if p)
        for one in self._skipped:
            if one.packets > told.get(one.what, 0):
                self._outlet.dropped(QUOTA + one.what, one.packets - told.get(one.what, 0))
        self._outlet.left_out(self._limits.level, sampling.picked, self._skipped)

    def _deliver(self) -> None:
        for what, (count, frame) in list(self._traffic.problems.items()):
            more = count - self._told.get(what, 0)
            if more > 0:
                self._told[what] = count
                self._outlet.note(what, f"frame {frame}" if frame else "", more)
        if not self._batch:
            return
        done = sorted(self._batch, key=event_order)
        self._batch.clear()
        self._evidence(lambda keeper: keeper.keep(done))
        self._evidence(Keeper.flush)
        for at in range(0, len(done), BATCH):
            self._outlet.put(done[at : at + BATCH], self.trail.place if at + BATCH >= len(done) else "")

    def _evidence(self, do: Callable[[Keeper], None]) -> None:
        """What the disk refuses is told once, and costs the evidence only."""
        keeper = self._keeper
        if keeper is None or not self._keeping:
            return
        try:
            do(keeper)
        except OSError as error:
            self._keeping = False
            self._outlet.note(f"{NOT_KEPT}{error.strerror or 'the disk refuses'}", "")
        if keeper.missing:
            self._outlet.note("packets not kept, their activity was complete too late", "", keeper.missing)
            keeper.missing = 0


def run_capture(spec: CaptureSource, key: str, outlet: Keeping, stop: threading.Event) -> None:
    """As a LiveReader: packets of interfaces, by the kernel's ring on Linux, by a program over libpcap or Npcap elsewhere."""
    with closing(_Pass(key, outlet)) as passing:
        if sys.platform == "linux":
            _run_rings(spec, passing, outlet, stop)
        else:
            from app.sensor.sources.live_npcap import capturing

            _run_stream(capturing(spec, outlet, stop), passing, outlet, threading.Event(), True)  # it ends with the program


def run_growing(spec: GrowingSource, key: str, outlet: Keeping, stop: threading.Event) -> None:
    """As a LiveReader: a capture that another program still writes; ends also when standard input does."""
    with closing(_Pass(key, outlet)) as passing:
        _run_stream(closing(growing.feed_of(spec.path, stop, outlet.place)), passing, outlet, stop, False)


def _run_rings(spec: CaptureSource, passing: _Pass, outlet: Keeping, stop: threading.Event) -> None:
    from app.sensor.conversations import registry
    from app.sensor.sources.live_linux import Rings

    ports = list(registry.TCP), list(registry.UDP)
    opened = False
    while not stop.is_set():
        try:
            rings = Rings(
                spec.interfaces,
                spec.filter,
                ports,
                lambda name, count: outlet.dropped("kernel ring full", count, name),
                lambda name, count: outlet.note("packets lost by the interface itself", name, count),
                passing.next,
            )
        except Cannot as error:
            if not opened:
                raise
            outlet.state("failed", str(error))
            stop.wait(AGAIN)
            continue
        opened = True
        try:
            outlet.state("running")
            for window in rings.windows(stop):
                if window is None:
                    passing.idle(time.time_ns() // 1000)
                else:
                    passing.feed(window.records, window.spans, window.tags)
                    if outlet.limits.level < 1 and not rings.behind:  # few large windows cost less than many small ones
                        stop.wait(PAUSE)
        except OSError as error:
            outlet.state("failed", f"{error.filename or 'the interface'}: {error.strerror or 'gone'}; it is tried again")
            stop.wait(AGAIN)
        finally:
            if rings.left:
                outlet.dropped("not read before the capture ended", rings.left)
            rings.close()


def _run_stream(
    opened: AbstractContextManager[growing.Feed], passing: _Pass, outlet: Keeping, stop: threading.Event, wall: bool
) -> None:
    """wall: the packets' clock is the wall's."""
    with opened as feed:
        running = False
        for records in growing.windows(feed, outlet.note, stop, passing.trail):
            if not running:  # before its first bytes nobody knows whether that is a capture
                running = True
                outlet.state("running")
            if records is None:
                passing.idle(time.time_ns() // 1000 if wall else None)
            else:
                passing.feed(records)
