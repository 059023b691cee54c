"""Detection over what a workspace holds, beside whoever writes it; nothing is kept."""

import time

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


def detect(access: Access, detectors: tuple[Detector, ...], tuning: Tuning) -> list[Alert]:
    """Alerts of some detectors under these settings, with the exclusions and tags of the workspace."""
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
        detectors, activities, known, tuning=tuning, tags=all_tags(db), others=others, exclude=exclude, losses=given.losses()
    )
