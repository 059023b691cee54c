"""Which entities a filter of their list chooses, in which order: found once, then given page by page."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from msgspec.structs import replace

from app.engine.knowledge import Knowledge
from app.engine.knowledge.states import glance
from app.engine.queries.access import Access
from app.engine.queries.cards import tags_of
from app.engine.queries.totals import HOSTS
from app.model.entity_filter import EntityFilter, Term, holds_number
from app.model.rows import EntityRow

SORTS: dict[str, tuple[Callable[[EntityRow], Any], bool]] = {
    "name": (lambda row: (row.ref.label.lower(), row.ref.key), False),
    "kind": (lambda row: row.ref.kind, False),
    "first": (lambda row: row.first, False),
    "last": (lambda row: row.last, True),
    "activities": (lambda row: row.activities, True),
    "alerts": (lambda row: (row.open, row.alerts, row.activities), True),
    "department": (lambda row: (not row.department, row.department.lower()), False),
}
"""Order to its value of a row, and whether the greatest comes first where nobody says otherwise."""
_FROM = """SELECT DISTINCT e.key FROM address_entities x JOIN meetings m ON m.source = x.address
JOIN actors c ON c.id = m.actor JOIN entities e ON e.id = c.entity
WHERE x.entity = (SELECT id FROM entities WHERE key = ?)"""
_NOTED = "SELECT DISTINCT subject FROM notes WHERE ? = '*' OR instr(lower(text), ?)"


class People:
    """Department and title of whoever a directory gives one, by key of the entity. Made once for a knowledge."""

    def __init__(self, known: Knowledge) -> None:
        self.of: dict[str, tuple[str, str]] = {}
        for key, states in known.directory.states.seen.items():
            body = states[-1][2]
            if key[2] or not (b"department" in body or b"title" in body):
                continue
            one = glance(body)
            found = (one.facts.get("department", ""), one.facts.get("title", ""))
            if any(found):
                self.of[known.entity_named(one).key] = found


class Finder:
    """Chooses among the rows of all entities. tags: of all of them, asked only when a filter needs them."""

    def __init__(
        self, access: Access, people: People, open_alerts: dict[str, int], tags: Callable[[], dict[str, tuple[str, ...]]]
    ) -> None:
        self._access, self._people, self._open, self._tags = access, people, open_alerts, tags

    def find(self, rows: Iterable[EntityRow], wanted: EntityFilter, sort: str, descending: bool | None) -> list[EntityRow]:
        """Rows that every term holds for, in order."""
        tests = [self._test(term) for term in wanted.terms]
        found = [self._row(row) for row in rows]
        found = [row for row in found if all(test(row) for test in tests)] if tests else found
        value, falling = SORTS.get(sort, SORTS["activities"])
        found.sort(key=lambda row: (row.ref.label.lower(), row.ref.key))
        found.sort(key=value, reverse=falling if descending is None else descending)
        return found

    def _row(self, row: EntityRow) -> EntityRow:
        number, department = self._open.get(row.ref.key, 0), self._people.of.get(row.ref.key, ("", ""))[0]
        return replace(row, open=number, department=department) if number or department else row

    def _test(self, term: Term) -> Callable[[EntityRow], bool]:
        test = self._plain(term)
        return (lambda row: not test(row)) if term.unless else test

    def _plain(self, term: Term) -> Callable[[EntityRow], bool]:
        value = term.value
        if term.key == "kind":
            kinds = HOSTS if value == "host" else ("computer", "controller") if value == "computer" else (value,)
            return lambda row: row.ref.kind in kinds
        if term.key == "tag":
            tags = self._tags()
            return lambda row: any(value == one.lower() for one in tags.get(row.ref.key, ()))
        if term.key == "department":
            return lambda row: value in row.department.lower()
        if term.key == "title":
            people = self._people.of
            return lambda row: value in people.get(row.ref.key, ("", ""))[1].lower()
        if term.key == "alerts":
            return lambda row: holds_number(value, row.open)
        if term.key == "activities":
            return lambda row: holds_number(value, row.activities)
        if term.key in ("source", "note", "member"):
            keys = self._keys(term.key, value)
            return lambda row: row.ref.key in keys
        return lambda row: value in row.ref.label.lower() or value in row.ref.key

    def _keys(self, key: str, value: str) -> set[str]:
        if key == "source":
            return {row[0] for row in self._access.all(_FROM, (value if ":" in value else f"computer:{value}",))}
        if key == "note":
            return {row[0] for row in self._access.all(_NOTED, (value, value))}
        known = self._access.knowledge()
        with self._access.lock:
            own = known.object_of(value if value.startswith("group:") else f"group:{value}")
            return {known.entity_of_object(one).key for one in known.directory.members(own)} if own is not None else set()


def all_tags(access: Access, rows: Sequence[EntityRow]) -> dict[str, tuple[str, ...]]:
    """Tags of all entities by key; those without any are left out."""
    keys = [row.ref.key for row in rows]
    return {key: tags for key, tags in zip(keys, tags_of(access, keys), strict=True) if tags}
