"""Detection over what a workspace holds, beside whoever writes it; nothing is kept."""

import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from app.engine import running
from app.engine.detector import Detector
from app.engine.exclusions import Exclusions, every_exclusion
from app.engine.queries.access import Access
from app.engine.queries.tellings import Detection
from app.engine.store import exclusions
from app.engine.store.retention import horizon
from app.engine.store.streams import stream
from app.engine.store.tags import all_tags
from app.model.alert import Alert
from app.model.tuning import Tuning

STEP = 500
"""Activities between two looks whether somebody still waits."""
T = TypeVar("T")


class Stopped(OSError):
    """Nobody waits for the answer any more."""


def detect(
    access: Access, detectors: tuple[Detector, ...], tuning: Tuning, cancelled: Callable[[], bool] = lambda: False
) -> list[Alert]:
    """Alerts of some detectors under these settings, with the exclusions and tags of the workspace. Raises Stopped."""
    known = access.knowledge()
    db, rows = access.db(), access.rows()
    kinds = {text: number for number, text in access.all("SELECT id, text FROM kinds")}
    watched = running.watched_kinds(detectors)
    whole = (one for one, every in watched.items() if every)
    activities = stream(db, rows, kinds, whole, watched, since=horizon(db))
    now = time.time_ns() // 1000
    excluding = Exclusions([one for one in every_exclusion(exclusions.kept(db)) if one.counts(now)], known)
    exclude = excluding.covering if excluding else None
    given = Detection(access)
    others = given.others if any(one.tellings for one in detectors) else None
    return running.run_told(
        detectors,
        _while_wanted(activities, cancelled),
        known,
        tuning=tuning,
        tags=all_tags(db),
        others=others,
        exclude=exclude,
        losses=given.losses(),
        mistakes={},  # what cannot be read costs no more here than it did there; health tells it
    )


def _while_wanted(activities: Iterable[T], cancelled: Callable[[], bool]) -> Iterator[T]:
    for number, activity in enumerate(activities):
        if number % STEP == 0 and cancelled():
            raise Stopped("stopped; nothing was kept")
        yield activity
