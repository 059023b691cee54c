"""Questions to a workspace, from any thread, while another process writes it.

Long because every question that a view may ask has its door here; the answers are in the files beside it.
"""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from app import __version__
from app.engine.knowledge import Knowledge
from app.engine.queries import casework, everything, tellings
from app.engine.queries.about import About
from app.engine.queries.access import Access
from app.engine.queries.activities import ActivityQueries
from app.engine.queries.brief import brief
from app.engine.queries.cards import card, row_from_alerts, tagged, tags_of
from app.engine.queries.carriers import carriers
from app.engine.queries.during import Done, done_during
from app.engine.queries.finding import Finder, People, all_tags
from app.engine.queries.plan import within
from app.engine.queries.sensors import alerted_packets, sensors, unsynchronized
from app.engine.queries.standing import standing
from app.engine.queries.ties import memberships, ref, sensitive_groups, ties, traits
from app.engine.queries.totals import HOSTS, Totals, alerts_by_entity, edges, peers, totals
from app.engine.store import health as kept_health
from app.engine.store import retention
from app.engine.store.alerts import decoded
from app.engine.store.evidence import evidence
from app.engine.store.notes import notes
from app.engine.store.pictures import all_pictures
from app.engine.store.roles import all_roles, role_of
from app.engine.store.tuning import kept as kept_tuning
from app.model.act import Act
from app.model.alert import Alert
from app.model.brief import Brief
from app.model.coverage import CoverageShare, CoverageSpan, Remedy, Statement
from app.model.detection import DetectorRow, WhatIf
from app.model.entity import EntityRef
from app.model.entity_filter import EntityFilter
from app.model.exclusion import Exclusion
from app.model.filter import ActivityFilter, FilterError, parse, quoted
from app.model.graph import Ties, Traits
from app.model.health import Health, HealthChange
from app.model.incident import Incident
from app.model.note import Note
from app.model.paths import USUAL, Cut, PathPicture, PathsOverview
from app.model.rows import (
    ActivityRow,
    Coverage,
    Edge,
    EntityCard,
    EntityRow,
    InputRow,
    Overview,
    Problem,
    Standing,
    Tagged,
)
from app.model.sensor import SensorRow
from app.model.tickets import Genealogy
from app.model.timeline import Density, LaneKey
from app.model.tuning import Tuning
from app.model.workspace import Outlook, Retention, Role

if TYPE_CHECKING:
    from app.engine.queries.paths import Paths
    from app.engine.sightings import Evidence

CARD_EDGES, TOP = 200, 8
LONG, PATIENCE = 0.05, 10
"""Seconds an answer takes from which on it is used for so many times as long while an input is read."""
LIVE = frozenset({"activities", "knowledge", "entities"})
"""Topics that change all the time while an input is read."""
_PROBLEMS = msgspec.json.Decoder(tuple[Problem, ...])
_SORTS: dict[str, Callable[[EntityRow], Any]] = {
    "name": lambda row: (row.ref.label.lower(), row.ref.key),
    "first": lambda row: row.first,
    "last": lambda row: -row.last,
    "activities": lambda row: -row.activities,
    "alerts": lambda row: (-row.alerts, -row.activities),
}


class Kept(Struct, frozen=True, kw_only=True):
    """An answer, the state of the workspace it is from, when it was made and how long that took, in seconds."""

    changes: tuple[int, ...]
    value: Any
    made: float
    cost: float


class Queries(ActivityQueries):
    """Reads one workspace; methods may be called from any thread."""

    def __init__(self, path: Path, read_only: bool = False) -> None:
        self._access = Access(Path(path), read_only)
        self.detection = tellings.Detection(self._access)
        super().__init__()
        self._kept: dict[str, Kept] = {}
        self._people: tuple[Knowledge, People] | None = None
        self.about = About(self._access, self._plan, self._keep, self._alerts_of, lambda key: self._totals().by_key.get(key))

    @cached_property
    def _paths(self) -> "Paths":
        from app.engine.queries.paths import Paths

        return Paths(self._access, self._keep, self.alerts)

    def close(self) -> None:
        """Close the file; no method may be running."""
        self._access.close()

    def version(self) -> int:
        """A number that changes whenever anything in the workspace does; cheap."""
        return sum(self._access.changes().values())

    def knowledge(self) -> Knowledge:
        """Who had which name, address and role when, as known now."""
        return self._access.knowledge()

    def sensitivity(self) -> str:
        """Sensitivity of the last detection."""
        return self.detection.sensitivity()

    # ---- the case

    def inputs(self) -> tuple[InputRow, ...]:
        """Every input, in the order of opening."""
        rows = self._access.all(
            """SELECT key, path, kind, bytes, sha256, records, first, last, state, activities, problems, live FROM inputs
            ORDER BY id"""
        )
        return tuple(
            InputRow(
                key=row[0], path=row[1], kind=row[2], bytes=row[3], sha256=row[4], records=row[5], first=row[6], last=row[7],
                state=row[8], activities=row[9], problems=_PROBLEMS.decode(row[10]), live=bool(row[11]),
            )
            for row in rows
        )  # fmt: skip

    def sensors(self) -> tuple[SensorRow, ...]:
        """Every sensor on another machine that was not removed, by name, with its status as it is at this moment."""
        return tuple(sensors(self._access.db(), time.time_ns() // 1000, __version__))

    def alerted_packets(self, known: set[int]) -> dict[str, set[int]]:
        """Frames on which alerts rest, by key of a sensor's input; known: activities that were told of, which grows."""
        return alerted_packets(self._access.db(), known)

    def unsynchronized(self) -> bool:
        """Whether sensors send here and no directory was read: entities without traffic are not known then."""
        return unsynchronized(self._access.db(), time.time_ns() // 1000)

    def span(self) -> tuple[int, int] | None:
        """Times of the first and the last activity, UTC microseconds; None when there are none."""
        row = self._access.db().execute("SELECT (SELECT min(at) FROM activities), (SELECT max(at) FROM activities)").fetchone()
        return None if row[0] is None else (row[0], row[1])

    def by_kind(self) -> dict[str, int]:
        """Number of activities of each kind."""
        counted = "SELECT k.text, sum(h.count) FROM hours h JOIN kinds k ON k.id = h.kind GROUP BY h.kind ORDER BY k.text"
        return dict(self._access.all(counted))

    def overview(self) -> Overview:
        """The case in numbers."""
        topics = ("activities", "inputs", "knowledge", "entities", "alerts", "tags")
        found: Overview = self._keep("overview", topics, self._overview)
        return found

    def coverage(self) -> tuple[Coverage, ...]:
        """What each detector could have seen."""
        problems = [problem for one in self.inputs() for problem in one.problems]
        known, spans = self._access.knowledge(), self.spans()
        from app.engine import detectors  # all of them, which take their time to load

        with self._access.lock:
            found = detectors.coverage(self.by_kind(), problems, known, spans, self.tuning(), self._given())
        return casework.told(found, self.hidden_alerts())

    def _given(self) -> set[str]:
        """Tags that an analyst gave to anybody."""
        return {tag for said in self._access.tags().values() for tag, on in said.items() if on}

    def spans(self) -> list[tuple[int, int]]:
        """First and last time of each input that holds anything, UTC microseconds; not before activities were removed."""
        since = retention.horizon(self._access.db())
        where = f"WHERE minute >= {since // 60_000_000:d}" if since is not None else ""
        return self._access.all(f"SELECT min(minute) * 60000000, max(minute) * 60000000 FROM minutes {where} GROUP BY input")

    def retention(self) -> Retention:
        """How long the workspace keeps activities."""
        return retention.kept(self._access.db())

    def roles(self) -> dict[str, Role]:
        """User of this machine to role, "*" for everybody else; empty: everybody is an administrator."""
        return all_roles(self._access.db())

    def role(self) -> Role:
        """The role of the user who runs this program."""
        return role_of(self._access.db())

    def outlook(self, limits: Retention | None = None) -> Outlook:
        """What these limits, or those of the workspace, would remove now."""
        with self._access.snapshot():
            return retention.outlook(self._access.db(), self.retention() if limits is None else limits, time.time_ns() // 1000)

    # ---- settings of detectors

    def tuning(self) -> Tuning:
        """What the user set for the detectors of this workspace, with the sensitivity of the last detection."""
        return msgspec.structs.replace(kept_tuning(self._access.db()), sensitivity=self.sensitivity())

    def detectors(self) -> tuple[DetectorRow, ...]:
        """Every detector as it is set."""
        from app.engine import detectors, tuned

        return tuned.rows(detectors.DETECTORS, self.tuning(), self.spans())

    def what_if(self, changed: Tuning, cancelled: Callable[[], bool] = lambda: False) -> WhatIf:
        """What other settings would say of all that was read, beside a writer, keeping nothing; OSError when it was cancelled."""
        from app.engine import detectors, tuned
        from app.engine.queries import trial

        with self._access.snapshot():
            detect = partial(trial.detect, self._access, cancelled=cancelled)
            return tuned.what_if(detectors.DETECTORS, self.tuning(), changed, detect)

    def evidence(self) -> "tuple[Evidence, ...]":
        """Every input that holds anything, as coverage sees it."""
        from app.engine.sightings import Evidence

        return tuple(Evidence.of(row) for row in evidence(self._access.db()))

    def coverage_spans(self, *, hourly: bool = False) -> tuple[CoverageSpan, ...]:
        """What each detector could have seen at each controller, hours that are alike as one, or each hour by itself."""
        topics = ("activities", "inputs", "knowledge", "alerts", "tuning", "tags")
        found: tuple[CoverageSpan, ...] = self._keep(f"coverage {hourly}", topics, lambda: self._coverage_spans(hourly))
        return found

    def _coverage_spans(self, hourly: bool) -> tuple[CoverageSpan, ...]:
        from app.engine import detectors, sightings

        inputs, known = self.evidence(), self._access.knowledge()
        tuning, begin = self.tuning(), min((one.first for one in inputs), default=0)
        running = [one for one in detectors.DETECTORS if one.id not in tuning.off]
        with self._access.lock:
            return tuple(
                sightings.spans(
                    running,
                    inputs,
                    known,
                    lambda one: begin + one.learning if one.waits and tuning.learns(one.id) else 0,
                    hourly,
                    self._given(),
                )
            )

    def coverage_shares(self) -> tuple[CoverageShare, ...]:
        """The same in one row for each detector and controller."""
        from app.engine import sightings

        return tuple(sightings.shares(self.coverage_spans()))

    def remedies(self) -> tuple[Remedy, ...]:
        """What to switch on to see more, the most helpful first."""
        from app.engine import sightings

        return tuple(sightings.remedies(self.coverage_spans()))

    def statements(self) -> tuple[Statement, ...]:
        """What it is worth that a detector raised nothing about a controller."""
        from app.engine import sightings

        return tuple(sightings.statements(self.coverage_spans(), self.alerts()))

    # ---- alerts

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

    # ---- entities

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

    def rights(self, keys: Sequence[str], limit: int = 500) -> tuple[Edge, ...]:
        """Who administers, may sign in to or controls whom of these entities: edges that are only possible."""
        return self._paths.rights(keys, limit)

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

    # ---- tickets

    def tickets(self, account: str = "", span: tuple[int, int] | None = None, most: int | None = None) -> Genealogy:
        """Kerberos tickets with their descent: of an account by its entity's key, within a span; takes its time.

        most: exchanges that are read, MOST of app.engine.queries.genealogies by default; of more the first.
        """
        from app.engine.queries import genealogies

        text = f"kind:{','.join(genealogies.KINDS)}" + (f" entity:{quoted(account)}" if account else "")
        wanted = parse(text)
        low, high = span or self.span() or (0, 0)
        if isinstance(wanted, FilterError):
            return Genealogy()
        logons = parse("kind:event-logon" + (f" entity:{quoted(account)}" if account else ""))
        plans = [self._plan(within(one, span)) for one in (wanted, logons) if isinstance(one, ActivityFilter)]
        return genealogies.tickets(self._access, plans[0], plans[1], low, high, most or genealogies.MOST)

    # ---- lateral movement paths; at: UTC microseconds, None for the last activity; window: before it, WHOLE for all before

    def paths(self, at: int | None = None, window: int = USUAL, most: int | None = None) -> PathsOverview:
        """Every sensitive account, computer, group or domain that paths lead to, what would end most of them, what is unknown."""
        return self._paths.overview(at, window) if most is None else self._paths.overview(at, window, most)

    def paths_to(self, key: str, at: int | None = None, window: int = USUAL, most: int = 200) -> PathPicture | None:
        """Paths that lead to an entity, walked ones first; None when nothing leads to or from it."""
        return self._paths.to(key, at, window, most)

    def paths_from(self, key: str, at: int | None = None, window: int = USUAL, most: int = 200) -> PathPicture | None:
        """Paths that lead from an entity to sensitive ones; None when nothing leads to or from it."""
        return self._paths.from_(key, at, window, most)

    def path_cut(self, key: str | None = None, at: int | None = None, window: int = USUAL) -> tuple[Cut, ...]:
        """What to take away so that most paths to an entity end; None: to all of them."""
        return self._paths.cut(key, at, window)

    def path_evidence(
        self, origin: str, target: str, kind: str, at: int | None = None, window: int = USUAL
    ) -> tuple[ActivityRow, ...]:
        """Activities that show one edge of a path, the latest first."""
        return self._paths.evidence(origin, target, kind, at, window)

    # ---- timeline

    def timeline(self, lanes: tuple[LaneKey, ...], first: int, last: int, buckets: int) -> Density:
        """Counts of lanes over first <= time < last in at most about so many bars, and single activities where there are few."""
        from app.engine.queries import density

        return density.timeline(self._access, self._plan, self.slice, self.spans(), lanes, (first, last), buckets)

    # ---- inside

    def _keep(self, name: str, topics: tuple[str, ...], make: Callable[[], Any]) -> Any:
        """The value made last, made again when one of its topics changed.

        While an input is read, what takes long is made again only now and then: it may be behind what was just stored,
        never behind what an analyst said.
        """
        changes = self._access.changes()
        now = tuple(changes.get(topic, 0) for topic in topics)
        kept = self._kept.get(name)
        if kept is not None and kept.changes != now:
            others = [topic for topic, one, other in zip(topics, kept.changes, now, strict=True) if one != other]
            patient = kept.cost > LONG and time.monotonic() - kept.made < PATIENCE * kept.cost
            if not (patient and LIVE.issuperset(others) and self._access.one("SELECT 1 FROM inputs WHERE state = 'reading'")):
                kept = None
        if kept is None:
            began = time.monotonic()
            value = make()
            made = time.monotonic()
            kept = self._kept[name] = Kept(changes=now, value=value, made=made, cost=made - began)
        return kept.value

    def _alerts(self, hidden: bool) -> tuple[Alert, ...]:
        rows = self._access.all("SELECT body, state, classification, note, follows FROM alerts ORDER BY first, id")
        return tuple(one for one in (decoded(row) for row in rows) if one.hidden == hidden)

    def _alerts_of(self, key: str) -> list[Alert]:
        found: dict[str, list[Alert]] = self._keep("alerts of", ("alerts",), lambda: alerts_by_entity(self.alerts()))
        return found.get(key, [])

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

    def _overview(self) -> Overview:
        span = self.span()
        rows = self._totals().rows
        hosts = [row for row in rows if row.ref.kind in HOSTS and row.activities]
        accounts = [row for row in rows if row.ref.kind == "user" and row.activities]
        by_kind = self.by_kind()
        alerts = self.alerts()
        inputs = self.inputs()
        known = self._access.knowledge()
        with self._access.lock:
            controllers = known.controllers()
        return Overview(
            first=span[0] if span else None,
            last=span[1] if span else None,
            activities=sum(by_kind.values()),
            by_kind=by_kind,
            hosts=len(hosts) or int(self._access.one("SELECT count(*) FROM addresses")),
            accounts=len(accounts),
            controllers=controllers,
            top_hosts=tagged(self._access, hosts[:TOP]),
            top_accounts=tagged(self._access, accounts[:TOP]),
            alerts={level: sum(alert.severity == level for alert in alerts) for level in ("high", "medium", "low")},
            inputs=inputs,
            problems=sum(problem.count for one in inputs for problem in one.problems),
        )
