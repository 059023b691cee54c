"""The loop: fold what a batch tells, store it, and when all is read detect over everything in event time."""

import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from app.engine import detectors, twins
from app.engine.detecting import Detected, basis_of, covering_of
from app.engine.exclusions import Exclusions, every_exclusion
from app.engine.health.computer import Computer
from app.engine.health.holdings import holding_facts
from app.engine.health.keeping import keeping_facts
from app.engine.health.mistaken import mistaken_facts
from app.engine.health.rounds import Looked, look
from app.engine.health.tallies import Tallies
from app.engine.inputs import Report, Source
from app.engine.knowledge import Knowledge
from app.engine.knowledge.called import entities_of
from app.engine.schema import StoreError, create_workspace
from app.engine.sightings import Evidence, losses
from app.engine.store import Store, update_alert
from app.engine.store.actors import example, load
from app.engine.store.receipts import Receipt
from app.engine.store.receiving import Before, Receiving
from app.model.activity import Activity
from app.model.alert import Alert
from app.model.health import HealthFact
from app.model.rows import Problem
from app.model.source import SourceState
from app.model.stopping import go_on
from app.model.tuning import Sensitivity
from app.model.workspace import Outlook

__all__ = ["Engine", "Settled", "StoreError", "create_workspace", "update_alert"]

SHARE = 0.05
"""Most of the time that telling readers what is known so far may take while an input is read."""
PAUSE = 2.0
"""Seconds at least between two such moments."""

One = TypeVar("One")
ROUNDS = 4
"""Times at most that the size is looked at again in one retention: pages of the file become free late."""


class Unlearnable(Exception):
    """Activities whose values make no sense; the message is for counting."""


class Settled(Struct, frozen=True, kw_only=True):
    """What settling did: seconds of naming and of detection, number of alerts; fresh: False when nothing had changed."""

    names: float = 0.0
    detect: float = 0.0
    alerts: int = 0
    fresh: bool = True


class Engine:
    """The one writer of a workspace. Raises StoreError with one sentence when it cannot be opened or written."""

    def __init__(self, workspace: Path) -> None:
        self.path = workspace
        self._store = Store(workspace)
        self._known: Knowledge | None = None
        self._fresh = Knowledge()
        self._open: dict[str, Knowledge] = {}
        self._unsaved: set[str] = set()
        self._input = ""
        self._told, self._cost = time.monotonic(), 0.0
        self._tallies = Tallies()
        self._holdings: tuple[HealthFact, ...] | None = None
        for key in self._store.broken_off:
            self._store.replace_knowledge(key, self._learned(key).to_bytes())

    @property
    def activities(self) -> int:
        """Number of activities in the workspace."""
        return self._store.activities

    @property
    def input(self) -> str:
        """Key of the input in use."""
        return self._input

    def begin_input(self, found: Source, *, live: bool = False) -> bool:
        """Start an input and use it; False when the workspace holds it already. Several may be open, see use_input.

        live: it comes from a live source; what was stored of it is kept when this process dies.
        """
        key = found.key
        if not self._store.begin_input(key, str(found.path), found.kind, found.bytes, live=live):
            return False
        self._input = key
        self._fresh = self._open[key] = Knowledge()
        return True

    def resume_input(self, found: Source) -> Before | None:
        """Use an input of a sensor, new, open or as it was left; how it was left, None for a new or an open one."""
        key = found.key
        if key in self._open:
            self.use_input(key)
            return None
        before = self._store.resume_input(key, str(found.path), found.kind)
        self._input = key
        self._fresh = self._open[key] = Knowledge.from_bytes(before.knowledge) if before else Knowledge()
        if before is not None:
            self._known = None  # what it taught is with the open ones again
        return before

    def is_open(self, key: str) -> bool:
        """True for an input that was begun or resumed and is not finished."""
        return key in self._open

    @property
    def receiving(self) -> Receiving:
        """What the store does for sensors on other machines."""
        return self._store

    def use_input(self, key: str) -> None:
        """Go on with an open input; what comes is of it from now on."""
        if key != self._input:
            self._store.use_input(key)
            self._input, self._fresh = key, self._open[key]

    def state_input(self, records: int, first: int | None, last: int | None, problems: Sequence[Problem]) -> None:
        """How far the input in use is, for readers."""
        self._store.state_input(records, first, last, problems)

    def flush(self) -> None:
        """Let readers see all that was ingested."""
        self._store.flush()

    def save(self) -> None:
        """Let readers know what the open inputs have taught so far."""
        for key in sorted(self._unsaved & self._open.keys()):
            self.use_input(key)
            self._store.save_knowledge(self._open[key].to_bytes())
        self._unsaved.clear()
        self._store.flush()

    @property
    def files(self) -> tuple[Path, ...]:
        """Files of the database, there or not."""
        return self._store.files()

    @property
    def identity(self) -> str:
        """Hexadecimal digits that tell this workspace from any other, also from one of the same name."""
        return self._store.identity()

    def unnamed(self, limit: int = 1_000) -> list[str]:
        """Addresses that nobody named so far, for whoever may ask them; the newest first."""
        return self._store.unnamed(limit)

    def alerted_frames(self, key: str) -> set[int]:
        """Frames of an input on which alerts rest."""
        return self._store.alerted_frames(key)

    def inputs_at(self, path: str) -> list[tuple[str, int, str]]:
        """(key, bytes, sha256) of the inputs that were last seen at this path."""
        return self._store.inputs_at(path)

    def forget_input(self, key: str) -> None:
        """Remove an input with all that came from it; alerts are right again after settle."""
        self._store.remove_input(key)
        self._known = None

    def outlook(self, now: int) -> Outlook:
        """What the limits of the workspace would remove now; now: UTC microseconds by this machine's clock."""
        return self._store.keeping(now).outlook

    def retain(self, now: int, sensitivity: Sensitivity = "medium") -> Iterator[None]:
        """Remove what the limits of the workspace say, a little in each step; other calls may come between two steps.

        Detection runs before, over all that there is, and after: alerts stay as they are. now: as in outlook.
        """
        if self.outlook(now).until is not None:
            self.save()
            self.settle(sensitivity)
        steps = 0
        for _ in self.remove(now):
            steps += 1
            yield
        if steps:
            self.save()
            self.settle(sensitivity)

    def remove(self, now: int) -> Iterator[None]:
        """The same without detection: whoever calls it has everything looked at before, and again behind it."""
        for _ in range(ROUNDS):
            steps = 0
            for _ in self._store.retain(now):
                steps += 1
                yield
            if not steps:
                break

    def place_of(self, mark: str) -> str:
        """Where the live source of this mark was with the last of its activities that were stored, "" when nothing says so."""
        return self._store.place_of(mark)

    def ingest(self, batch: Sequence[Activity], receipt: Receipt | None = None, place: tuple[str, str] | None = None) -> None:
        """Learn from a batch of the input in use, and store it, with the receipt of the message that brought it.

        place: mark of a live source, and where it is with this batch.

        Raises Unlearnable, and stores nothing of it, for activities that no decoder makes.
        """
        observe = self._fresh.observe
        try:
            for activity in batch:
                observe(activity)
        except (ValueError, TypeError, LookupError, ArithmeticError, RecursionError) as error:
            self._relearn()
            raise Unlearnable(f"activities that no sensor of this program makes: {type(error).__name__}") from error
        self._unsaved.add(self._input)
        self._store.append(batch, receipt, place)
        if self._may_tell():
            self._tell(self._fresh.to_bytes())

    def _relearn(self) -> None:
        """What is known of the input in use, from what is stored of it: nothing stays of a part of a batch that is not."""
        self._store.flush()
        self._fresh = self._open[self._input] = self._learned(self._input)
        self._store.save_knowledge(self._fresh.to_bytes())  # short when the next batch is no better

    def _learned(self, key: str) -> Knowledge:
        """What was learned from an input up to its last saving, and from what was stored since."""
        body, upto = self._store.learned(key)
        known = Knowledge.from_bytes(body)
        for activity in self._store.activities_of(key, upto):
            known.observe(activity)
        return known

    def finish_input(self, report: Report) -> None:
        """End the input in use: what was learned joins what was known."""
        body = self._fresh.to_bytes()
        self._open.pop(self._input, None)
        self._store.finish_input(
            state=report.state,
            records=report.records,
            first=report.first,
            last=report.last,
            sha256=report.sha256,
            problems=report.problems,
            knowledge=body,
        )
        if self._known is not None:
            self._known.merge(Knowledge.from_bytes(body))
        if self._may_tell():
            self._tell(None)

    def knowledge(self) -> Knowledge:
        """What all inputs tell together, those that are still open as far as they are."""
        if self._known is None:
            self._known = Knowledge()
            for body in self._store.knowledge():
                self._known.merge(Knowledge.from_bytes(body))
        if not self._open:
            return self._known
        whole = Knowledge.from_bytes(self._known.to_bytes())
        for known in self._open.values():
            whole.merge(known)
        return whole

    def settle(self, sensitivity: Sensitivity = "medium") -> Settled:
        """Name every entity, run every detector over all activities in event time, put the alerts in their place.

        Within app.model.stopping.until it may be given up, which raises Stopped: the alerts stay as they were.
        """
        tuning = replace(self._store.tuning(), sensitivity=sensitivity)
        now = time.time_ns() // 1000
        counting = [one for one in every_exclusion(self._store.exclusions()) if one.counts(now)]
        basis = basis_of((self._store.activities_version(), self._store.tags_version()), tuning, counting)
        if self._store.settled() == basis:
            return Settled(fresh=False)
        began = time.perf_counter()
        known, twice = self.prepare()
        named = time.perf_counter()
        excluding = Exclusions(counting, known)
        watched = detectors.watched_kinds()
        activities = self._store.stream_told((one for one, whole in watched.items() if whole), watched)
        mistakes: dict[str, int] = {}
        alerts = detectors.run_told(
            activities,
            known,
            tuning=tuning,
            tags=self._store.tags(),
            others=self._store.others if twice else None,
            exclude=excluding.covering if excluding else None,
            losses=losses(Evidence.of(row) for row in self._store.evidence()),
            mistakes=mistakes,
        )

        def covering(alert: Alert) -> str:
            return covering_of(excluding, alert)

        self._store.replace_alerts(alerts, basis, sensitivity, counting, covering, mistaken_facts(mistakes))
        return Settled(names=named - began, detect=time.perf_counter() - named, alerts=len(alerts))

    def prepare(self) -> tuple[Knowledge, int]:
        """Name every entity, tie together what is told twice: (what is known, number of pairs). Detection goes by both."""
        known = self.knowledge()
        self._name(known, every=True)
        return known, self._find_twins()

    def put(self, found: Detected) -> bool:
        """Put the alerts that another process found in their place; False when they are of activities that were removed since.

        They are alerts so far: settle() looks at everything anew.
        """
        now_there = self._store.removed()
        if found.removed[:1] != now_there[:1] or not set(found.removed[1:]) <= set(now_there[1:]):
            return False
        made: list[Exclusions] = []

        def covering(alert: Alert) -> str:
            if not made:
                made.append(Exclusions(found.counting, self.knowledge()))
            return covering_of(made[0], alert)

        self._store.replace_alerts(
            found.alerts, f"{found.basis} so far", found.sensitivity, found.counting, covering, mistaken_facts(found.mistakes)
        )
        return True

    def tend(
        self, computer: Computer, now: int, live: Sequence[SourceState] | None = None, anew: bool = False, ending: bool = False
    ) -> None:
        """Look what is wrong, and keep it as health alerts. now: UTC microseconds; live: the sources that run here, if any may.

        anew: also look at the evidence, which takes its time; else that is as it was found last. ending: nobody looks soon.
        """
        if anew or self._holdings is None:
            inputs = [Evidence.of(row) for row in self._store.evidence()]
            keeping = keeping_facts(*self._store.keeping(now), now)
            self._holdings = (*holding_facts(self.knowledge(), inputs, bool(live)), *keeping)
        looked = Looked(now=now, computer=computer, live=live, holdings=self._holdings, ending=ending)
        self._store.tend(lambda db: look(db, looked, self._tallies))

    def _find_twins(self) -> int:
        """Tie together what logs and packets tell of one act, anew from everything that is stored; the number of pairs."""
        telling, others = twins.worth_reading(self._store.inputs_by_kind())
        if not telling:
            return self._store.replace_twins(())
        spans = self._store.spans(telling, twins.REACH)
        activities = self._store.numbered(telling | others, spans)
        sorting = self._store.sorting(twins.Row, twins.SAME)
        try:
            sorting.fill(twins.rows_of(activities, self.knowledge()))
            sorting.level(twins.offsets(sorting.rows(twins.CLOCKED, twins.ENOUGH)))
            return self._store.replace_twins(list(twins.pairs(sorting.rows())))
        finally:
            sorting.close()

    def close(self) -> None:
        """Give the workspace back."""
        self._store.close()

    def _may_tell(self) -> bool:
        return time.monotonic() - self._told > max(PAUSE, self._cost / SHARE)

    def _tell(self, unfinished: bytes | None) -> None:
        """Let readers know the names that are known so far."""
        began = time.monotonic()
        if unfinished is not None:
            self._store.save_knowledge(unfinished)
        self._name(self._fresh if unfinished is not None else self.knowledge(), every=False)
        self._told = time.monotonic()
        self._cost = self._told - began

    def _name(self, known: Knowledge, every: bool) -> None:
        addresses, actors = self._store.nameless(every)
        self._store.name(
            ((number, entities_of(known, text, first, last)) for number, text, first, last in _while_wanted(addresses)),
            ((number, known.account_entity(example(load(raw)))) for number, raw in _while_wanted(actors)),
            every,
            (known.entity_named(one) for _, one, _, _ in known.directory.principals()) if every else (),
        )


def _while_wanted(some: Iterable[One]) -> Iterator[One]:
    """All of them, until nobody waits any more; then Stopped is raised."""
    for one in some:
        go_on()
        yield one
