"""Detection over what a workspace holds, beside whoever writes it; nothing is kept."""

from app.engine import detector as machinery
from app.engine.detector import Detector
from app.engine.queries.access import Access
from app.engine.store import tuning as tuned
from app.engine.store.streams import stream
from app.engine.store.tags import all_tags
from app.model.alert import Alert
from app.model.tuning import Tuning


def kept_tuning(access: Access) -> Tuning:
    """What the user set for the detectors of this workspace."""
    return tuned.kept(access.db())


def detect(access: Access, detectors: tuple[Detector, ...], tuning: Tuning) -> list[Alert]:
    """Alerts of some detectors under these settings; other tellings of an act stand in the evidence as they do when kept."""
    known = access.knowledge()
    db, rows = access.db(), access.rows()
    kinds = {text: number for number, text in access.all("SELECT id, text FROM kinds")}
    watched = machinery.watched_kinds(detectors)
    activities = stream(db, rows, kinds, (one for one, whole in watched.items() if whole), watched)
    return machinery.run_told(detectors, activities, known, tuning=tuning, tags=all_tags(db))
