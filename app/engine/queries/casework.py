"""What was said and done in a case: exclusions, history, incidents."""

import json
from collections import Counter
from collections.abc import Iterable

from msgspec.structs import replace

from app.engine.exclusions import Exclusions, every_exclusion
from app.engine.queries.access import Access
from app.engine.store import exclusions as kept_exclusions
from app.engine.store import incidents as kept_incidents
from app.engine.store.changing import COLUMNS, read
from app.model.act import Act
from app.model.alert import Alert
from app.model.exclusion import Exclusion
from app.model.incident import Incident
from app.model.rows import Coverage


def incidents(access: Access) -> tuple[Incident, ...]:
    """All of them, oldest first."""
    return kept_incidents.kept(access.db())


def incident(access: Access, every: tuple[Incident, ...], id: str) -> Incident | None:
    """One of these by an id that it has or had, or by an alert of it."""
    now = access.one("SELECT id FROM incident_names WHERE old = ?", (id,)) or id
    alert = access.one("SELECT id FROM alert_names WHERE old = ?", (id,)) or id
    return next((one for one in every if one.id == now or alert in one.alerts), None)


def names_now(access: Access, ids: Iterable[str]) -> dict[str, str]:
    """Ids that alerts had before, to those that they have now."""
    told = json.dumps(list(ids))
    return dict(access.all("SELECT old, id FROM alert_names WHERE old IN (SELECT value FROM json_each(?))", (told,)))


def exclusions(access: Access) -> tuple[Exclusion, ...]:
    """Those that were added, then those that the program brings, as the analyst left them."""
    return every_exclusion(kept_exclusions.kept(access.db()))


def covering(access: Access, alert: Alert, off: bool) -> tuple[Exclusion, ...]:
    """Exclusions that would cover an alert if they counted; off: without those that count already."""
    from app.engine import detectors  # all of them, which take their time to load

    rule = next((one for one in detectors.DETECTORS if one.id == alert.detector), None)
    if rule is None:
        return ()
    known = access.knowledge()
    with access.lock:
        return tuple(
            one
            for one in exclusions(access)
            if not (off and one.id == alert.excluded) and Exclusions((one,), known).covering(rule, alert.finding)
        )


def told(coverage: tuple[Coverage, ...], hidden: Iterable[Alert]) -> tuple[Coverage, ...]:
    """Coverage that says of each detector how many of its alerts exclusions hide."""
    counts = Counter(one.detector for one in hidden if one.excluded)
    return tuple(
        replace(one, reason="; ".join(part for part in (one.reason, _hiding(counts[one.detector])) if part)) for one in coverage
    )


def _hiding(count: int) -> str:
    return "" if not count else f"exclusions hide {count:,} {'alert' if count == 1 else 'alerts'}"


def history(access: Access, subject: str | None, limit: int) -> tuple[Act, ...]:
    """Acts, the newest first; those of an alert under every id that it had, those of an entity with all its tags."""
    if subject is None:
        rows = access.all(f"SELECT {COLUMNS} FROM acts ORDER BY id DESC LIMIT ?", (limit,))
    else:
        rows = access.all(
            f"""SELECT {COLUMNS} FROM acts WHERE subject = ?1 OR substr(subject, 1, length(?1) + 1) = ?1 || char(10)
            OR subject IN (SELECT old FROM alert_names WHERE id = ?1)
            OR subject = (SELECT id FROM alert_names WHERE old = ?1)
            OR subject IN (SELECT old FROM alert_names WHERE id = (SELECT id FROM alert_names WHERE old = ?1))
            ORDER BY id DESC LIMIT ?2""",
            (subject, limit),
        )
    return tuple(read(row) for row in rows)
