"""Questions about alerts, incidents, exclusions, what was done by hand, and health."""

import time
from collections.abc import Sequence

from app.engine.queries import casework
from app.engine.queries.answers import Answers
from app.engine.queries.totals import alerts_by_entity
from app.engine.store import health as kept_health
from app.engine.store.alerts import decoded
from app.model.act import Act
from app.model.alert import Alert
from app.model.exclusion import Exclusion
from app.model.health import Health, HealthChange
from app.model.incident import Incident


class AlertQueries(Answers):
    """The part of Queries that asks for alerts and health; methods may be called from any thread."""

    def alerts(self) -> tuple[Alert, ...]:
        """All alerts but the deleted ones and those that an exclusion covers, oldest first."""
        found: tuple[Alert, ...] = self._keep("alerts", ("alerts",), lambda: self._alerts(False))
        return found

    def hidden_alerts(self) -> tuple[Alert, ...]:
        """Deleted alerts and those that an exclusion covers, oldest first."""
        found: tuple[Alert, ...] = self._keep("hidden", ("alerts",), lambda: self._alerts(True))
        return found

    def incidents(self) -> tuple[Incident, ...]:
        """Alerts that tell one story, oldest first."""
        found: tuple[Incident, ...] = self._keep("incidents", ("alerts",), lambda: casework.incidents(self._access))
        return found

    def incident(self, id: str) -> Incident | None:
        """One incident by its id, by an id that it had before, or by the id of one of its alerts."""
        return casework.incident(self._access, self.incidents(), id)

    def exclusions(self) -> tuple[Exclusion, ...]:
        """Those that were added, then those that the program brings."""
        return casework.exclusions(self._access)

    def covering(self, alert: Alert, off: bool = True) -> tuple[Exclusion, ...]:
        """Exclusions that would cover an alert; off: those only that are switched off or have run out."""
        return casework.covering(self._access, alert, off)

    def history(self, subject: str | None = None, limit: int = 1_000) -> tuple[Act, ...]:
        """What was done, the newest first: of an alert, an entity, an exclusion by its id or key; None for everything."""
        return casework.history(self._access, subject, limit)

    def alert(self, id: str) -> Alert | None:
        """One alert by its id, or by an id that it had before more was read."""
        now = self._access.one("SELECT id FROM alert_names WHERE old = ?", (id,)) or id
        return next((alert for alert in (*self.alerts(), *self.hidden_alerts()) if alert.id == now), None)

    def names_now(self, ids: Sequence[str]) -> dict[str, str]:
        """Ids that alerts had before more was read, to those that they have now; others are left out."""
        return casework.names_now(self._access, ids)

    # ---- health

    def health(self, now: int | None = None) -> Health:
        """Health alerts as they are at a time (UTC microseconds, None for now), and when what was checked last."""
        from app.engine.health import rounds

        return rounds.health(self._access.db(), time.time_ns() // 1000 if now is None else now)

    def health_history(self, issue: str, limit: int = 200) -> tuple[HealthChange, ...]:
        """What became of a health alert (its id), the newest first."""
        return kept_health.history(self._access.db(), issue, limit)

    def health_changes(self, since: int = 0, limit: int = 1_000) -> tuple[HealthChange, ...]:
        """What became of health alerts behind a change (its number), the oldest first."""
        return kept_health.changes_since(self._access.db(), since, limit)

    def _alerts(self, hidden: bool) -> tuple[Alert, ...]:
        rows = self._access.all("SELECT body, state, classification, note, follows FROM alerts ORDER BY first, id")
        return tuple(one for one in (decoded(row) for row in rows) if one.hidden == hidden)

    def _alerts_of(self, key: str) -> list[Alert]:
        found: dict[str, list[Alert]] = self._keep("alerts of", ("alerts",), lambda: alerts_by_entity(self.alerts()))
        return found.get(key, [])
