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
from app.model.alert import Alert
from app.model.health import HealthFact
from app.model.notice import MailTarget, Notifying, Scheduled, Target, TargetState
from app.notify.collecting import collect, collect_health, remember
from app.notify.delivering import Hide, Sender, deliver, deliver_all, now, sender_of
from app.notify.facts import facts, report_facts, round_facts
from app.notify.queue import Queue, QueueError, queue_path
from app.notify.reports import Write, due_reports, folders_of

LOOK = 1.0
"""Seconds between two looks at the workspace."""
AGAIN = 5.0
"""Seconds after a look that failed."""
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
        self._alerts: tuple[Alert, ...] | None = None
        self._targets: tuple[Target, ...] = ()
        self._given: dict[str, tuple[HealthFact, ...]] = {}
        self._unwritten: dict[str, str] | None = None
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
                sender = sender_of(target, self._folders)
                try:
                    whole = deliver_all(self._queue, target, sender, self._hide, until) and whole
                finally:
                    sender.close()
        self._own_health()
        return whole

    def _own_health(self) -> None:
        """Tell the program's own health what does not arrive."""
        self._give("notify", facts(self.states()))
        if self._unwritten is not None:  # else nobody looked from here, and what was found before holds
            self._give("reports", report_facts(self._unwritten))
        self._give("rounds", ())

    def _give(self, origin: str, found: tuple[HealthFact, ...]) -> None:
        if self._given.get(origin) != found:
            with suppress(StoreError):  # the workspace is busy; it is tried again
                give_facts(self._workspace, origin, found)
                self._given[origin] = found

    def _folders(self) -> tuple[Path, ...]:
        return folders_of(self._workspace, self._wanted().reports)

    def run(self, stop: threading.Event, tell: Callable[[tuple[TargetState, ...]], None] = lambda _: None) -> None:
        """Until stop is set. tell: is given the states whenever they changed.

        What the workspace or the queue refuses is health, and is tried again.
        """
        told: tuple[TargetState, ...] = ()
        while not stop.is_set():
            try:
                self.look()
                self._follow(self._wanted())
                self._own_health()
                states = self.states()
            except (QueueError, StoreError) as error:
                self._give("rounds", round_facts(str(error)))
                stop.wait(AGAIN)
                continue
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
        version, alerts = self._queries.version(), self._queries.alerts()
        anew = fresh or targets != self._targets or self._queue.has_more([one.name for one in targets])
        if targets and (anew or alerts is not self._alerts):  # they are the same object until one changes
            taken = collect(self._queries, alerts, self._queue, targets, now())
            self._alerts = alerts
        if targets and (anew or version != self._seen or time.monotonic() >= self._health_at):
            self._health_at = time.monotonic() + LOOK_HEALTH
            taken += collect_health(self._queries, self._queue, targets, now())
            self._seen = version
        self._targets = targets
        if reports and not wanted.reports:
            self._unwritten = {}
        if reports and wanted.reports and time.monotonic() >= self._reports_at:
            self._reports_at = time.monotonic() + LOOK_REPORTS
            self.reports(wanted)
        return taken

    def reports(self, wanted: Notifying, at: int | None = None) -> tuple[tuple[Scheduled, Path | str], ...]:
        """Write the reports that are due; each with its file, or with one sentence that says why it was not written."""
        mails = {one.name: one for one in wanted.targets if isinstance(one, MailTarget)}
        made = tuple(due_reports(self._workspace, self._queue, wanted.reports, mails, now() if at is None else at, self._write))
        self._unwritten = {one.id: out for one, out in made if isinstance(out, str)}
        return made

    def _follow(self, wanted: Notifying) -> None:
        """One thread for each destination that is on, as it is set now; one that still sends as it was set goes first."""
        current = {one.name: one for one in wanted.targets if one.on}
        for name, (target, stop, thread) in list(self._threads.items()):
            if current.get(name) != target:
                stop.set()
            if not thread.is_alive():
                del self._threads[name]
        for name, target in current.items():
            if name not in self._threads:
                stop = threading.Event()
                thread = threading.Thread(target=self._deliver, args=(target, stop), name=f"notify {name}", daemon=True)
                self._threads[name] = target, stop, thread
                thread.start()

    def _deliver(self, target: Target, stop: threading.Event) -> None:
        sender: Sender = sender_of(target, self._folders)
        used = time.monotonic()
        try:
            while not stop.is_set():
                try:
                    went = deliver(self._queue, target, sender, self._hide)
                except (QueueError, StoreError):  # a notice is not hidden while the case cannot be asked; it is tried again
                    stop.wait(AGAIN)
                    continue
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
