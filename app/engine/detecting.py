"""Detection in a workspace that another process writes: on from where it was, and now and then anew over all of it.

What comes is walked on over as it comes, so that an alert is there seconds after its activities however much the workspace holds.
That is nearly what a walk over everything finds: names that were learned late, activities that came late and what tells of them
are the difference. So the whole is walked anew now and then, and for good when nothing more comes (Engine.settle).
"""

import time
from collections.abc import Iterable
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from app import __version__
from app.engine import detectors
from app.engine.exclusions import Exclusions, every_exclusion
from app.engine.knowledge import Knowledge
from app.engine.running import Told, Walk
from app.engine.sightings import Evidence, losses
from app.engine.sources import ways
from app.engine.store.following import Following
from app.model.activity import Activity
from app.model.alert import Alert
from app.model.exclusion import Exclusion
from app.model.tuning import Sensitivity, Tuning

PART, RAREST = 9.0, 60.0
"""A walk over everything comes after so many times the seconds that the last one took, and not before so many seconds."""
HELD = 200_000
"""Activities at most that wait for older ones of other inputs."""

_RULES = {one.id: one for one in detectors.DETECTORS}

Item = tuple[Activity, Told]


class Detected(Struct, frozen=True, kw_only=True, array_like=True):
    """What a look found. basis: what it was found in, see basis_of; counting: the exclusions that counted.

    whole: everything was walked over. seconds: that it took; removed: as of Following; held: activities that wait for older ones
    of other inputs. mistakes: as of app.engine.running.run_told.
    """

    alerts: list[Alert]
    basis: str
    sensitivity: Sensitivity
    counting: tuple[Exclusion, ...]
    whole: bool
    seconds: float
    removed: tuple[int, ...]
    held: int = 0
    mistakes: dict[str, int] = {}


def basis_of(versions: tuple[int, int], tuning: Tuning, counting: Iterable[Exclusion]) -> str:
    """What alerts are found in: activities, tags, settings, exclusions, program and detectors. versions: as of Following."""
    settings = msgspec.json.encode(tuning, order="deterministic").decode()
    excluded = " ".join(sorted(one.id for one in counting))
    return f"{versions[0]} {versions[1]} {__version__} {ways().hash()} {settings} {excluded}".rstrip()


def covering_of(excluding: Exclusions, alert: Alert) -> str:
    """Id of the exclusion that covers an alert, "" when none does, or when its detector is none of ours any more."""
    rule = _RULES.get(alert.detector)
    return excluding.covering(rule, alert.finding) if excluding and rule is not None else ""


class Detecting:
    """Looks at one workspace again and again. Raises StoreError."""

    def __init__(self, workspace: Path) -> None:
        self._following = Following(workspace)
        self._walk: Walk | None = None
        self._mistakes: dict[str, int] = {}
        self._standing: tuple[object, ...] = ()
        self._after = 0
        self._newest: int | None = None
        self._held: list[Item] = []
        self._inputs: set[int] = set()
        self._over, self._joined = Knowledge(), dict[int, int]()
        self._exact = True
        self._whole_at, self._whole_cost = 0.0, 0.0

    def close(self) -> None:
        """Give the workspace back."""
        self._following.close()

    def look(self, sensitivity: Sensitivity, whole: bool = False) -> Detected:
        """The alerts of what is there now. whole: everything is walked over, as it also is now and then."""
        began = time.monotonic()
        following = self._following
        with following.snapshot():
            tuning = replace(following.tuning(), sensitivity=sensitivity)
            now = time.time_ns() // 1000
            counting = [one for one in every_exclusion(following.exclusions()) if one.counts(now)]
            versions = following.versions()
            removed, *inputs = following.removed()
            standing = (tuning, versions[1], tuple(one.id for one in counting), removed)
            same = standing == self._standing and self._inputs <= set(inputs)
            due = not self._exact and began - self._whole_at > max(self._whole_cost * PART, RAREST)
            whole = whole or self._walk is None or not same or due
            if not same:
                following.forget()
            knowledge = self._knowledge()
            excluding = Exclusions(counting, knowledge)
            twice = following.others if following.told_twice() else None
            exclude = excluding.covering if excluding else None
            lost = losses(Evidence.of(row) for row in following.evidence())
            if whole or self._walk is None:
                self._mistakes = {}
                self._walk = Walk(
                    detectors.DETECTORS,
                    knowledge,
                    tuning=tuning,
                    tags=following.tags(),
                    others=twice,
                    exclude=exclude,
                    losses=lost,
                    mistakes=self._mistakes,
                )
                self._after, self._newest, self._held, self._exact = 0, None, [], True
            else:
                self._walk.know(knowledge, twice, exclude, lost)
                self._exact = False
            self._standing, self._inputs = standing, set(inputs)
            self._on(self._walk)
            alerts = self._walk.alerts()
        seconds = time.monotonic() - began
        if whole:
            self._whole_at, self._whole_cost = time.monotonic(), seconds
        return Detected(
            alerts=alerts,
            basis=basis_of(versions, tuning, counting),
            sensitivity=sensitivity,
            counting=tuple(counting),
            whole=whole,
            seconds=seconds,
            removed=(removed, *inputs),
            held=len(self._held),
            mistakes=dict(self._mistakes),
        )

    # ---- inside

    def _on(self, walk: Walk) -> None:
        """Walk on over what is new. Several inputs tell of the same time one after the other: the newest wait for one look."""
        watched = detectors.watched_kinds()
        last = self._following.last()
        new = self._following.stream_told((one for one, all_ in watched.items() if all_), watched, self._after)
        many, self._after = last - self._after > HELD, last
        if self._newest is None or many:
            walk.feed(self._noting(self._held))
            walk.feed(self._noting(new))
            self._held = []
            return
        items, before = list(new), self._newest
        several = len({one.input for one, _ in items}) > 1
        waiting = sorted([*self._held, *items], key=lambda item: item[0].at) if self._held else items
        if several and len(waiting) <= HELD:
            ready = [item for item in waiting if item[0].at <= before]
            self._held = [item for item in waiting if item[0].at > before]
        else:
            ready, self._held = waiting, []
        walk.feed(ready)
        self._newest = max(before, max((one.at for one, _ in items), default=before))

    def _noting(self, items: Iterable[Item]) -> Iterable[Item]:
        newest = self._newest
        for item in items:
            if newest is None or item[0].at > newest:
                newest = item[0].at
            yield item
        self._newest = newest

    def _knowledge(self) -> Knowledge:
        """What all inputs tell together; those that are over are joined once."""
        rows = list(self._following.knowledge())
        over = {number: upto for number, is_over, upto, _ in rows if is_over}
        if not self._joined.items() <= over.items():  # one is gone, goes on, or went on and is over again
            self._over, self._joined = Knowledge(), {}
        for number, is_over, _, body in rows:
            if is_over and number not in self._joined:
                self._over.merge(Knowledge.from_bytes(body))
        self._joined = over
        if len(over) == len(rows):
            return self._over
        known = Knowledge.from_bytes(self._over.to_bytes())
        for _, is_over, _, body in rows:
            if not is_over:
                known.merge(Knowledge.from_bytes(body))
        return known
