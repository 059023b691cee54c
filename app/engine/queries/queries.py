"""Questions to a workspace, from any thread, while another process writes it: every one that a view may ask has its door here.

The case as a whole, its detectors, tickets and paths; beside it activities, alerts (with health) and entities. The answers are in
the files that these doors lead to.
"""

import time
from collections.abc import Callable, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from app import __version__
from app.engine.knowledge import Knowledge
from app.engine.queries import casework, tellings
from app.engine.queries.about import About
from app.engine.queries.access import Access
from app.engine.queries.answers import Kept
from app.engine.queries.cards import tagged
from app.engine.queries.entity_queries import EntityQueries
from app.engine.queries.finding import People
from app.engine.queries.plan import within
from app.engine.queries.refusing import refusing
from app.engine.queries.sensors import alerted_packets, sensors, unsynchronized
from app.engine.queries.totals import HOSTS
from app.engine.store import retention
from app.engine.store.evidence import evidence
from app.engine.store.roles import all_roles, role_of
from app.engine.store.tuning import kept as kept_tuning
from app.model.coverage import CoverageShare, CoverageSpan, Remedy, Statement
from app.model.detection import DetectorRow, WhatIf
from app.model.filter import ActivityFilter, FilterError, parse, quoted
from app.model.paths import USUAL, Cut, PathPicture, PathsOverview
from app.model.rows import (
    ActivityRow,
    Coverage,
    Edge,
    InputRow,
    Overview,
    Problem,
)
from app.model.sensor import SensorRow
from app.model.tickets import Genealogy
from app.model.timeline import Density, LaneKey
from app.model.tuning import Tuning
from app.model.workspace import Outlook, Retention, Role

if TYPE_CHECKING:
    from app.engine.queries.paths import Paths
    from app.engine.sightings import Evidence

TOP = 8
_PROBLEMS = msgspec.json.Decoder(tuple[Problem, ...])


@refusing
class Queries(EntityQueries):
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

    def is_behind(self) -> bool:
        """Whether something was read over which detection did not run to its end, since it was stopped or its process died."""
        return self.detection.is_behind()

    def differs(self) -> str:
        """What of this program is not as it was when the alerts were found, for the end of a sentence; "" where all is."""
        return self.detection.differs()

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

    def rights(self, keys: Sequence[str], limit: int = 500) -> tuple[Edge, ...]:
        """Who administers, may sign in to or controls whom of these entities: edges that are only possible."""
        return self._paths.rights(keys, limit)

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

    def _overview(self) -> Overview:
        span = self.span()
        rows = self._totals().rows
        hosts = [row for row in rows if row.ref.kind in HOSTS and row.activities]
        accounts = [row for row in rows if row.ref.kind in ("user", "service") and row.activities]
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
