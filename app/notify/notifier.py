"""Runs beside whoever writes a workspace: takes what is new, delivers it, has reports written when they are due."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from app.engine.queries import Queries
from app.engine.store import StoreError
from app.engine.store.health import give_facts
from app.engine.store.lease import Lease
from app.model.health import HealthFact
from app.model.notice import MailTarget, Notifying, Scheduled, Target, TargetState
from app.notify.collecting import collect, collect_health, remember
from app.notify.delivering import Hide, Sender, deliver, deliver_all, now, sender_of
from app.notify.facts import facts
from app.notify.queue import Queue, queue_path
from app.notify.reports import Write, due_reports

LOOK = 1.0
"""Seconds between two looks at the workspace."""
LOOK_REPORTS, LOOK_HEALTH = 20.0, 30.0
IDLE = 0.5
"""Seconds a destination waits for something to deliver; a connection that nothing went over for KEEP seconds is given back."""
KEEP = 60.0
ONCE = 60.0
"""Seconds that one round takes at most."""


def hold(workspace: Path) -> Lease:
    """The right to deliver for a workspace. Raises StoreError, which ends with IN_USE, while another process has it."""
    return Lease(queue_path(workspace))


class Notifier:
    """All that one workspace tells. wanted: what is set, asked again and again. write: writes a scheduled report.

    Raises StoreError, QueueError.
    """

    def __init__(self, workspace: Path, wanted: Callable[[], Notifying], hide: Hide, write: Write) -> None:
        self._workspace, self._wanted, self._hide, self._write = workspace, wanted, hide, write
        self._lease = hold(workspace)
        try:
            self._queue = Queue(workspace)
            self._queries = Queries(workspace)
        except BaseException:
            self._lease.release()
            raise
        self._seen = -1
        self._health_at = 0.0
        self._facts: tuple[HealthFact, ...] | None = None
        self._reports_at = 0.0
        self._threads: dict[str, tuple[Target, threading.Event, threading.Thread]] = {}

    def close(self) -> None:
        """Stop delivering; what waits stays in the queue."""
        for _, stop, _ in self._threads.values():
            stop.set()
        for _, _, thread in self._threads.values():
            thread.join(2)  # one that hangs at a receiver ends with the process
        self._queries.close()
        if not any(thread.is_alive() for _, _, thread in self._threads.values()):
            self._queue.close()
        self._lease.release()

    @property
    def queue(self) -> Queue:
        """The queue that it fills."""
        return self._queue

    def states(self) -> tuple[TargetState, ...]:
        """How the destinations are doing."""
        return self._queue.states(self._wanted().targets)

    def once(self, seconds: float = ONCE, reports: bool = True) -> bool:
        """Take what is new and deliver what can be delivered; True when nothing waits any more. Blocks."""
        self.look(reports)
        until = time.monotonic() + seconds
        whole = True
        for target in self._wanted().targets:
            if target.on:
                self._queue.again(target.name)
                sender = sender_of(target)
                try:
                    whole = deliver_all(self._queue, target, sender, self._hide, until) and whole
                finally:
                    sender.close()
        self._own_health()
        return whole

    def _own_health(self) -> None:
        """Tell the program's own health what does not arrive."""
        found = facts(self.states())
        if found != self._facts:
            with suppress(StoreError):  # the workspace is busy; it is tried again
                give_facts(self._workspace, "notify", found)
                self._facts = found

    def run(self, stop: threading.Event, tell: Callable[[tuple[TargetState, ...]], None] = lambda _: None) -> None:
        """Until stop is set. tell: is given the states whenever they changed."""
        told: tuple[TargetState, ...] = ()
        while not stop.is_set():
            self.look()
            self._follow(self._wanted())
            self._own_health()
            states = self.states()
            if states != told:
                told = states
                tell(states)
            stop.wait(LOOK)

    def look(self, reports: bool = True) -> int:
        """Take what is new, have reports written that are due; returns how many notices were taken."""
        wanted = self._wanted()
        targets = tuple(one for one in wanted.targets if one.on)
        names = {one.name for one in wanted.targets}
        fresh = not names <= self._queue.names()
        if fresh:
            self._queue.add(names)  # who is gone is forgotten where that is decided: from_now_on
        taken = 0
        version = self._queries.version()
        changed = fresh or version != self._seen or self._queue.has_more()
        if targets and changed:
            taken = collect(self._queries, self._queue, targets, now())
            self._seen = version
        if targets and (changed or time.monotonic() >= self._health_at):
            self._health_at = time.monotonic() + LOOK_HEALTH
            taken += collect_health(self._queries, self._queue, targets, now())
        if reports and wanted.reports and time.monotonic() >= self._reports_at:
            self._reports_at = time.monotonic() + LOOK_REPORTS
            self.reports(wanted)
        return taken

    def reports(self, wanted: Notifying, at: int | None = None) -> tuple[tuple[Scheduled, Path | str], ...]:
        """Write the reports that are due; each with its file, or with one sentence that says why it was not written."""
        mails = {one.name: one for one in wanted.targets if isinstance(one, MailTarget)}
        return tuple(due_reports(self._workspace, self._queue, wanted.reports, mails, now() if at is None else at, self._write))

    def _follow(self, wanted: Notifying) -> None:
        """One thread for each destination that is on, as it is set now."""
        current = {one.name: one for one in wanted.targets if one.on}
        for name, (target, stop, thread) in list(self._threads.items()):
            if current.get(name) != target or not thread.is_alive():
                stop.set()
                del self._threads[name]
        for name, target in current.items():
            if name not in self._threads:
                stop = threading.Event()
                thread = threading.Thread(target=self._deliver, args=(target, stop), name=f"notify {name}", daemon=True)
                self._threads[name] = target, stop, thread
                thread.start()

    def _deliver(self, target: Target, stop: threading.Event) -> None:
        sender: Sender = sender_of(target)
        used = time.monotonic()
        try:
            while not stop.is_set():
                went = deliver(self._queue, target, sender, self._hide)
                if went:
                    used = time.monotonic()
                    continue
                if time.monotonic() - used > KEEP:
                    sender.close()
                stop.wait(IDLE)
        finally:
            with suppress(OSError):
                sender.close()


def from_now_on(workspace: Path, names: tuple[str, ...], wanted: Notifying) -> None:
    """New destinations get what comes, not what the workspace holds already. Raises StoreError, QueueError."""
    queue, queries = Queue(workspace), Queries(workspace)
    try:
        met = queue.names()
        queue.meet({one.name for one in wanted.targets})
        for name in names:
            if name not in met:
                remember(queries, queue, name)
    finally:
        queries.close()
        queue.close()
