"""Questions about entities: which there are, what they are, whom they met, how they are called."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from app.engine.knowledge import Knowledge
from app.engine.queries import everything, tellings
from app.engine.queries.activities import ActivityQueries
from app.engine.queries.alert_queries import AlertQueries
from app.engine.queries.brief import brief
from app.engine.queries.cards import card, row_from_alerts, tagged, tags_of
from app.engine.queries.carriers import carriers
from app.engine.queries.during import Done, done_during
from app.engine.queries.finding import Finder, People, all_tags
from app.engine.queries.standing import standing
from app.engine.queries.ties import memberships, ref, sensitive_groups, ties, traits
from app.engine.queries.totals import HOSTS, Totals, alerts_by_entity, edges, peers, totals
from app.engine.store.notes import notes
from app.engine.store.pictures import all_pictures
from app.model.brief import Brief
from app.model.entity import EntityRef
from app.model.entity_filter import EntityFilter
from app.model.filter import ActivityFilter
from app.model.graph import Ties, Traits
from app.model.note import Note
from app.model.rows import (
    ActivityRow,
    Edge,
    EntityCard,
    EntityRow,
    Standing,
    Tagged,
)

CARD_EDGES = 200
_SORTS: dict[str, Callable[[EntityRow], Any]] = {
    "name": lambda row: (row.ref.label.lower(), row.ref.key),
    "first": lambda row: row.first,
    "last": lambda row: -row.last,
    "activities": lambda row: -row.activities,
    "alerts": lambda row: (-row.alerts, -row.activities),
}


class EntityQueries(ActivityQueries, AlertQueries):
    """The part of Queries that asks for entities; methods may be called from any thread."""

    _people: tuple[Knowledge, People] | None

    def entities(
        self, kind: str | None = None, text: str = "", sort: str = "activities", offset: int = 0, limit: int = 200
    ) -> tuple[EntityRow, ...]:
        """Entities of a kind ("host": computers, controllers, addresses) whose name holds a text.

        sort: name, first, last, activities, alerts.
        """
        rows = sorted(self._chosen(kind, text), key=_SORTS.get(sort, _SORTS["activities"]))
        return tagged(self._access, rows[max(0, offset) :][: max(0, limit)])

    def every_entity(self) -> tuple[EntityRef, ...]:
        """All that anything names, in no order."""
        return tuple(EntityRef(*row) for row in self._access.all("SELECT kind, key, label FROM entities"))

    def entities_count(self, kind: str | None = None, text: str = "") -> int:
        """Number of entities that entities() can list."""
        return len(self._chosen(kind, text))

    def find_entities(
        self, wanted: EntityFilter, sort: str = "alerts", descending: bool | None = None, offset: int = 0, limit: int = 200
    ) -> tuple[tuple[EntityRow, ...], int]:
        """Entities that a filter of their list chooses, and how many there are; descending None: as is usual for that order.

        sort: name, kind, department, alerts (open ones first), activities, first, last.
        """
        name = f"found {sort} {descending} {wanted!r}"
        for other in [one for one in list(self._kept) if one.startswith("found ") and one != name]:
            self._kept.pop(other, None)
        topics = ("activities", "knowledge", "entities", "alerts", "tags", "notes")
        rows: list[EntityRow] = self._keep(name, topics, lambda: self._find(wanted, sort, descending))
        return tagged(self._access, rows[max(0, offset) :][: max(0, limit)]), len(rows)

    def _find(self, wanted: EntityFilter, sort: str, descending: bool | None) -> list[EntityRow]:
        known, rows = self._access.knowledge(), self._totals().rows
        if self._people is None or self._people[0] is not known:
            with self._access.lock:
                self._people = (known, People(known))
        opened = {key: sum(one.state == "open" for one in some) for key, some in alerts_by_entity(self.alerts()).items()}
        topics = ("activities", "knowledge", "entities", "tags")
        tags = lambda: self._keep("all tags", topics, lambda: all_tags(self._access, rows))  # noqa: E731
        return Finder(self._access, self._people[1], opened, tags).find(rows, wanted, sort, descending)

    def entity(self, key: str) -> EntityCard | None:
        """All that is known of an entity; None when no activity and no alert names it."""
        alerts = self._alerts_of(key)
        row = self._totals().by_key.get(key) or row_from_alerts(key, alerts)
        if row is None:
            return None
        return card(self._access, row, alerts, peers(self._access, key, CARD_EDGES))

    def brief(self, ref: EntityRef) -> Brief:
        """An entity at a glance; of one that nothing tells of, what it is called."""
        return brief(self._access, ref, self._totals().by_key.get(ref.key), self.tags(ref.key), self._alerts_of(ref.key))

    def notes(self, subject: str | None = None, text: str = "", limit: int = 500) -> tuple[Note, ...]:
        """Notes of analysts, the newest first: of an entity (its key) or of all; those that hold every word of the text."""
        return notes(self._access.db(), subject, text.split()[:16], limit)

    def standing(self, key: str) -> Standing:
        """How an entity stands in the directory and at gateways, and its tags by hand."""
        return standing(self._access, key)

    def tags(self, key: str) -> tuple[str, ...]:
        """Tags of an entity: what the program finds, changed by what the analyst says."""
        return tags_of(self._access, [key])[0]

    def carriers(self) -> tuple[Tagged, ...]:
        """Sensitive entities, and everything that an analyst said of tags; takes its time in a large case."""
        topics = ("activities", "knowledge", "entities", "tags", "alerts")
        return tuple(self._keep("carriers", topics, lambda: carriers(self._access, [one.ref for one in self._totals().rows])))

    def twins(self, id: str) -> tuple[tuple[ActivityRow, str], ...]:
        """Other tellings of the same act, by packets or in a log, each with what tied the two; in order of time."""
        return tellings.twins(self._access, id)

    def neighbours(self, key: str, limit: int = 200) -> tuple[Edge, ...]:
        """What passed between an entity and others, the busiest first."""
        return edges(self._access, key, limit)

    def done_during(self, first: int, last: int) -> Iterator[Done]:
        """Counts by parties and kind of first <= time < last."""
        return done_during(self._access, first, last)

    def all_edges(self, limit: int = 1_000_000) -> tuple[Edge, ...]:
        """What passed between any two entities, the busiest first."""
        return everything.all_edges(self._access, limit)

    def ties(self, filter: ActivityFilter | None = None, about: str = "", limit: int = 30_000) -> Ties:
        """Edges between the parties of the activities that match; about: only those at this entity (its key)."""
        plan = self._plan(filter)
        with plan.lock:
            tally = plan.tally()
        return ties(self._access, tally, about, limit)

    def memberships(self, keys: Sequence[str], limit: int = 500) -> tuple[Edge, ...]:
        """Edges from members to groups, of each entity to the groups that it is directly in, of each group from its members."""
        return memberships(self._access, keys, limit)

    def pictures(self) -> dict[str, str]:
        """Name to picture of the graph that somebody kept in the case."""
        return all_pictures(self._access.db())

    def sensitive_groups(self) -> frozenset[str]:
        """Keys of the groups that can reach the whole domain, or that an analyst says can."""
        found: frozenset[str] = self._keep("sensitive groups", ("knowledge", "tags"), lambda: sensitive_groups(self._access))
        return found

    def ref(self, key: str) -> EntityRef:
        """The entity of a key as it is called now; one that nobody names is called by its key."""
        return ref(self._access, key)

    def traits(self, keys: Sequence[str]) -> dict[str, Traits]:
        """What tells these entities apart, by their keys."""
        return traits(self._access, keys, alerts_by_entity(self.alerts()))

    def search(self, text: str, limit: int = 20) -> tuple[EntityRef, ...]:
        """Entities whose names hold every piece of the text at the beginning of a word, or whose address begins so."""
        pieces = [piece[:64].replace('"', '""') for piece in text.split()[:16] if re.search(r"\w", piece)]
        if not pieces or limit <= 0:
            return ()
        found = self._access.all(
            """SELECT e.kind, e.key, e.label FROM names JOIN entities e ON e.id = names.rowid WHERE names MATCH ?
            ORDER BY length(e.label), e.label LIMIT ?""",
            (" ".join(f'"{piece}"*' for piece in pieces).replace("\0", " "), limit),
        )
        if re.fullmatch(r"[0-9a-fA-F.:]{2,45}", text):
            found += self._access.all(
                """SELECT DISTINCT e.kind, e.key, e.label FROM addresses a JOIN address_entities x ON x.address = a.id
                JOIN entities e ON e.id = x.entity WHERE a.text >= ? AND a.text < ? ORDER BY a.text LIMIT ?""",
                (text, text + "\U0010ffff", limit),
            )
        return tuple(dict.fromkeys(EntityRef(*row) for row in found))[:limit]

    # ---- inside

    def _totals(self) -> Totals:
        found: Totals = self._keep(
            "totals", ("activities", "knowledge", "entities", "alerts"), lambda: totals(self._access, self.alerts())
        )
        return found

    def _chosen(self, kind: str | None, text: str) -> list[EntityRow]:
        kinds = None if not kind else HOSTS if kind == "host" else (kind,)
        wanted = text.lower()
        return [
            row
            for row in self._totals().rows
            if (kinds is None or row.ref.kind in kinds) and (wanted in row.ref.label.lower() or wanted in row.ref.key)
        ]
