"""What the page of an entity asks, part by part; each answer reads a bounded number of activities."""

from collections.abc import Callable, Sequence
from typing import Any

from app.engine.knowledge import Knowledge
from app.engine.queries.about import changes as changed
from app.engine.queries.about import logons, names, relations, resources, risk
from app.engine.queries.about.latest import Plans, filter_of, latest
from app.engine.queries.access import Access
from app.engine.queries.refusing import refusing
from app.model.about import Changes, Logons, Names, Node, Read, Relations, Resources, Risk
from app.model.alert import Alert
from app.model.rows import EntityRow

Keep = Callable[[str, tuple[str, ...], Callable[[], Any]], Any]
"""keep(name, topics, make): an answer that is made anew when one of its topics changed."""
TOPICS = ("activities", "knowledge", "entities")


@refusing
class About:
    """Questions about one entity by its key. Methods may be called from any thread."""

    def __init__(
        self,
        access: Access,
        plans: Plans,
        keep: Keep,
        alerts: Callable[[str], Sequence[Alert]],
        row: Callable[[str], EntityRow | None],
    ) -> None:
        self._access, self._plans, self._keep, self._alerts, self._row = access, plans, keep, alerts, row
        self._reports: tuple[Knowledge, relations.Reports] | None = None

    def risk(self, key: str) -> Risk:
        """How much it needs to be looked at, and why."""
        known, alerts, row = self._access.knowledge(), self._alerts(key), self._row(key)
        with self._access.lock:
            return risk.risk(known, key, alerts, row is not None and row.activities > 0)

    def relations(self, key: str) -> Relations:
        """Its groups, members, managers and reports in the directory."""
        known = self._access.knowledge()
        with self._access.lock:
            if self._reports is None or self._reports[0] is not known:
                self._reports = (known, relations.Reports(known))
            return relations.relations(self._access, known, self._reports[1], key)

    def members(self, key: str) -> tuple[Node, ...]:
        """Direct members of a group, the first ones."""
        known = self._access.knowledge()
        with self._access.lock:
            return relations.members_of(known, key)

    def logons(self, key: str) -> Logons:
        """Its sign-ins: by an account, from and to a computer."""
        found, read = latest(self._access, self._plans, filter_of(key, logons.READS))
        known = self._access.knowledge()
        with self._access.lock:
            return logons.logons(known, found, read)

    def resources(self, key: str) -> Resources:
        """What it used and what it was asked for."""
        found, read = latest(self._access, self._plans, filter_of(key, resources.READS))
        known = self._access.knowledge()
        with self._access.lock:
            return resources.resources(known, key, found, read)

    def changes(self, key: str) -> Changes:
        """Changes of the directory by and of it, the newest first."""
        found, read = self._keep("changes", TOPICS, self._changes)
        return Changes(rows=tuple(reversed(found.get(key, ())[-changed.MOST_ROWS :])), read=read)

    def names(self, key: str) -> Names:
        """Names that it had and where it was over time."""
        return names.names(self._access, self._access.knowledge(), key)

    def _changes(self) -> tuple[changed.Indexed, Read]:
        told, of_all = latest(self._access, self._plans, filter_of(None, changed.READS), changed.MOST)
        calls, of_calls = latest(self._access, self._plans, filter_of(None, changed.CALLS), changed.MOST_CALLS)
        known = self._access.knowledge()
        every = sorted((*told, *calls), key=lambda one: (one.at, one.id))
        with self._access.lock:
            found = changed.changes(known, every)
        return found, Read(of_all.read + of_calls.read, of_all.total + of_calls.total)
