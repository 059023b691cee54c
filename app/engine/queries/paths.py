"""Lateral movement paths of a workspace: the network is kept until what it rests on changes, its views by time."""

import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Sequence
from typing import Any

from msgspec import Struct

from app.engine import postings
from app.engine.arrays import np
from app.engine.paths import cuts, finding, words
from app.engine.paths.arcs import Arc, Flow, Told
from app.engine.paths.network import ADMIN, CONTROL, KINDS, LIVE, REMOTE, Network, View, network, view
from app.engine.paths.rights import EVERYBODY_KEY
from app.engine.paths.seen import Seen
from app.engine.paths.sensitive import sensitive
from app.engine.paths.standing import standing
from app.engine.paths.telling import Teller, steps
from app.engine.queries.access import Access
from app.engine.queries.lines import lines, place_of
from app.engine.queries.portrait import SOURCES
from app.engine.queries.totals import alerts_by_entity
from app.model.alert import Alert
from app.model.entity import EntityRef
from app.model.paths import USUAL, Cut, PathCoverage, PathEdge, PathPicture, PathsOverview, PathTarget
from app.model.rows import ActivityRow, Edge

AUTHENTICATIONS = ("kerberos-as", "kerberos-tgs", "kerberos-ap", "ntlm", "ldap-bind", "smb-session", "event-kerberos",
                   "event-ntlm", "event-logon")  # fmt: skip
"""Kinds that an account's credentials are needed for, at their source."""
TOPICS = ("activities", "knowledge", "entities", "tags", "alerts")
VIEWS = 4
"""Times whose views are kept."""
TARGETS, COUNTED, LOOKED, FEWEST = 400, 100, 60_000, 400
"""Targets of one overview; paths counted for each; beginnings of paths looked at for all, and for each at least."""
WHOLE_PLAN = 600
"""Paths that the plan over all targets is made of."""
REFINED = 5_000
"""Counts by parties whose activities are looked up where their times do not tell; further ones count as not seen."""
EVIDENCE = 50
EXPOSED = 100
"""Sessions of sensitive accounts that are listed."""
_FLOWS = f"""SELECT f.source, f.actor, e.kind, e.key, e.label, a.text, k.text, min(f.first), max(f.last), sum(f.count)
FROM flows f JOIN kinds k ON k.id = f.kind JOIN addresses a ON a.id = f.source JOIN actors c ON c.id = f.actor
JOIN entities e ON e.id = c.entity WHERE f.result = 0 AND e.kind = 'user' AND k.text IN ({",".join("?" * len(AUTHENTICATIONS))})
GROUP BY f.source, f.actor, f.kind"""
_TAKEN_PART = "SELECT hour, base, count, runs, entries FROM postings WHERE party = ? AND hour BETWEEN ? AND ? ORDER BY id"
_UNLISTED = """SELECT at, id, coalesce(source, 0), coalesce(actor, 0) FROM activities WHERE id > ? AND at BETWEEN ? AND ?
AND result = 0 AND kind IN (SELECT value FROM json_each(?))"""
UNLISTED = -1
_LATEST = "SELECT max(at) FROM activities"


class Ground(Struct, frozen=True):
    """What paths of a workspace rest on, whatever the time."""

    net: Network
    told: Told
    listed: frozenset[str]
    flows: int
    latest: int


class Seat(Struct, frozen=True):
    """A view with who is sensitive in it, and the alerts by entity."""

    ground: Ground
    seen: View
    why: dict[str, str]
    alerted: dict[str, list[str]]


class Paths:
    """Answers about paths; methods may be called from any thread. keep: remembers a value until its topics change."""

    def __init__(
        self,
        access: Access,
        keep: Callable[[str, tuple[str, ...], Callable[[], Any]], Any],
        alerts: Callable[[], tuple[Alert, ...]],
    ) -> None:
        self._access, self._keep, self._alerts = access, keep, alerts
        self._lock = threading.Lock()
        self._seats: OrderedDict[tuple[Any, ...], Seat] = OrderedDict()
        self._overviews: OrderedDict[tuple[Any, ...], PathsOverview] = OrderedDict()

    # ---- questions

    def overview(self, at: int | None = None, window: int = USUAL, most: int = TARGETS) -> PathsOverview:
        """Every sensitive one that paths lead to, at most so many."""
        seat, place = self._seat(at, window)
        key = (place, most)
        with self._lock:
            kept = self._overviews.get(key)
        if kept is None:
            kept = self._overview(seat, window, most)
            with self._lock:
                self._overviews[key] = kept
                while len(self._overviews) > VIEWS:
                    self._overviews.popitem(last=False)
        return kept

    def to(self, key: str, at: int | None = None, window: int = USUAL, most: int = finding.MOST) -> PathPicture | None:
        """Paths that lead to an entity; None when nothing leads to or from it."""
        seat, _ = self._seat(at, window)
        node = seat.ground.net.number.get(key)
        if node is None:
            return None
        seen = seat.seen
        found = finding.to(seen, node, most)
        teller = Teller(seen, seat.alerted, steps(found.paths))
        before, _ = finding.reach(seen, [node])
        plan = cuts.plan(seen, found.paths, [node])
        return PathPicture(
            ref=seen.net.refs[node], way="to", at=seen.at, window=window, paths=tuple(teller.path(one) for one in found.paths),
            accounts=before, more=found.more, cuts=teller.cuts(plan, before), least=cuts.least(seen, node) if plan else 0,
            sensitive=key in seat.why,
        )  # fmt: skip

    def from_(self, key: str, at: int | None = None, window: int = USUAL, most: int = finding.MOST) -> PathPicture | None:
        """Paths that lead from an entity to sensitive ones; None when nothing leads to or from it."""
        seat, _ = self._seat(at, window)
        node = seat.ground.net.number.get(key)
        if node is None:
            return None
        seen = seat.seen
        found = finding.from_(seen, node, most)
        teller = Teller(seen, seat.alerted, steps(found.paths))
        ends = sorted({int(seen.net.target[one.edges[-1]]) for one in found.paths if not one.dormant})
        before, _ = finding.reach(seen, ends) if ends else (0, 0)
        plan = cuts.plan(seen, found.paths, ends)
        return PathPicture(
            ref=seen.net.refs[node], way="from", at=seen.at, window=window, paths=tuple(teller.path(one) for one in found.paths),
            accounts=1, more=found.more, cuts=teller.cuts(plan, before), sensitive=key in seat.why,
        )  # fmt: skip

    def rights(self, keys: Collection[str], limit: int) -> tuple[Edge, ...]:
        """Standing rights of and over these entities as edges that are only possible, as known last; memberships left out."""
        seat, _ = self._seat(None, USUAL)
        net = seat.ground.net
        nodes = [net.number[key] for key in keys if key in net.number]
        wanted = np.isin(net.origin, nodes) | np.isin(net.target, nodes)
        wanted &= np.isin(net.kind, (ADMIN, REMOTE, CONTROL)) & (seat.seen.state == LIVE)
        standing = [one for one in np.flatnonzero(wanted).tolist() if not all(net.seen[arc] for arc in net.arcs_of(one))]
        return tuple(
            Edge(origin=net.refs[net.origin[one]], target=net.refs[net.target[one]], count=0, tie=KINDS[net.kind[one]])
            for one in standing[:limit]
        )

    def cut(self, key: str | None = None, at: int | None = None, window: int = USUAL) -> tuple[Cut, ...]:
        """What to take away so that most paths to an entity end; None: to all of them."""
        if key is None:
            return self.overview(at, window).cuts
        found = self.to(key, at, window)
        return found.cuts if found is not None else ()

    def evidence(
        self, origin: str, target: str, kind: str, at: int | None = None, window: int = USUAL
    ) -> tuple[ActivityRow, ...]:
        """Activities that show an edge, the latest first, at most EVIDENCE; those of the window where there are any."""
        seat, _ = self._seat(at, window)
        seen, net = seat.seen, seat.ground.net
        edge = self._edge(net, origin, target, kind)
        if edge is None:
            return ()
        live = [place for place in net.arcs_of(edge) if seen.live[place]]
        arcs = [net.arcs[place] for place in live or net.arcs_of(edge)]
        numbers: dict[int, int] = {}
        for arc in arcs:
            if arc.proof and (place := place_of(self._access, arc.proof)) is not None:
                numbers[place[1]] = place[0]
            if arc.flow is not None and len(numbers) < EVIDENCE:
                begin = seen.begin if seen.begin > 0 and live else arc.first
                when, ids = self._together(arc.flow, max(begin, arc.first), min(seen.at, arc.last), {})
                numbers.update(zip(ids[-EVIDENCE:], when[-EVIDENCE:], strict=True))
        chosen = sorted(numbers, key=lambda one: (-numbers[one], one))[:EVIDENCE]
        return lines(self._access, chosen)

    @staticmethod
    def _edge(net: Network, origin: str, target: str, kind: str) -> int | None:
        if origin not in net.number or target not in net.number or kind not in KINDS:
            return None
        wanted = (net.origin == net.number[origin]) & (net.target == net.number[target]) & (net.kind == KINDS.index(kind))
        places = np.flatnonzero(wanted)
        return int(places[0]) if len(places) else None

    # ---- inside

    def _seat(self, at: int | None, window: int) -> tuple[Seat, tuple[Any, ...]]:
        ground: Ground = self._keep("paths", ("activities", "knowledge", "entities"), self._ground)
        changes = self._access.changes()
        when = ground.latest if at is None else at
        key = (id(ground), when, window, *(changes.get(topic, 0) for topic in ("tags", "alerts")))
        with self._lock:
            seat = self._seats.get(key)
        if seat is None:
            seat = self._view(ground, when, window)
            with self._lock:
                self._seats[key] = seat
                while len(self._seats) > VIEWS:
                    self._seats.popitem(last=False)
        return seat, key

    def _ground(self) -> Ground:
        known = self._access.knowledge()
        flows = [
            Flow(source, actor, EntityRef(kind, key, label), address, word, first, last, count)
            for source, actor, kind, key, label, address, word, first, last, count in self._access.all(_FLOWS, AUTHENTICATIONS)
        ]
        sources: dict[str, str] = {}

        def source(proof: str) -> str:
            input = proof.rsplit("-", 4)[0] if proof.count("-") >= 4 else ""
            if input not in sources:
                kind = self._access.kind_of_input(input)
                sources[input] = SOURCES.get(kind, "log" if kind else "directory")
            return sources[input]

        with self._access.lock:
            told = standing(known, source)
            seen = Seen(known)
            seen.footprints()
            seen.flows(flows)
        refs = {**seen.refs, **told.refs}
        arcs: list[Arc] = [*told.arcs, *seen.arcs]
        latest = int(self._access.one(_LATEST) or 0)
        return Ground(network(arcs, refs), told, told.listed | seen.listed, len(flows), latest)

    def _view(self, ground: Ground, at: int, window: int) -> Seat:
        known, said = self._access.knowledge(), self._access.tags()
        with self._access.lock:
            why = sensitive(known, ground.net.refs, ground.net.arcs, ground.told.sids, at, said)
        why.pop(EVERYBODY_KEY, None)
        seen = view(ground.net, at, window, why, ground.told.off, self._within)
        named = alerts_by_entity(self._alerts())
        return Seat(ground, seen, why, {key: [one.id for one in alerts] for key, alerts in named.items()})

    def _overview(self, seat: Seat, window: int, most: int) -> PathsOverview:
        seen, net = seat.seen, seat.ground.net
        arriving = np.unique(net.target[seen.state > 0])
        wanted = [int(node) for node in arriving.tolist() if seen.sensitive[node]]
        found: list[PathTarget] = []
        every: list[finding.Found] = []
        ends: list[int] = []
        looked = max(FEWEST, min(finding.LOOKED, LOOKED // max(1, len(wanted))))
        for node in wanted[:most]:
            search = finding.to(seen, node, COUNTED, looked)
            if not search.paths:
                continue
            accounts, shortest = finding.reach(seen, [node])
            live = [one for one in search.paths if not one.dormant]
            every += live[: max(20, WHOLE_PLAN // len(wanted))]
            if live:
                ends.append(node)
            ref = net.refs[node]
            found.append(
                PathTarget(
                    ref=ref, accounts=accounts, paths=len(live), shortest=shortest or min(len(one.edges) for one in search.paths),
                    walked=sum(1 for one in live if one.moments), dormant=len(search.paths) - len(live), more=search.more,
                    alerts=len(seat.alerted.get(ref.key, ())), why=seat.why.get(ref.key, ""),
                )
            )  # fmt: skip
        order = {"user": 0, "controller": 1, "computer": 1, "group": 2, "domain": 3}
        found.sort(
            key=lambda one: (not one.walked, not one.paths, order.get(one.ref.kind, 4), -one.accounts, one.shortest, one.ref.key)
        )
        before, _ = finding.reach(seen, ends) if ends else (0, 0)
        plan = cuts.plan(seen, every, ends)
        teller = Teller(seen, seat.alerted, steps(every))
        return PathsOverview(
            at=seen.at, window=window, targets=tuple(found), cuts=teller.cuts(plan, before), coverage=self._coverage(seat),
            exposed=self._exposed(seen, teller), sensitive=len(seat.why),
        )  # fmt: skip

    @staticmethod
    def _exposed(seen: View, teller: Teller) -> tuple[PathEdge, ...]:
        net = seen.net
        there = (net.kind == KINDS.index("session")) & (seen.state == LIVE) & seen.sensitive[net.target]
        found = [teller.edge(edge) for edge in np.flatnonzero(there)[: 10 * EXPOSED].tolist()]
        return tuple(sorted(found, key=lambda one: (-one.last, one.id))[:EXPOSED])

    def _coverage(self, seat: Seat) -> PathCoverage:
        ground, net = seat.ground, seat.ground.net
        computers = {ref.key for ref in net.refs if ref.kind == "computer"} | ground.told.computers
        sessions = {net.keys[node] for node in np.unique(net.origin[net.kind == KINDS.index("session")]).tolist()}
        groups = int((net.kind == KINDS.index("member")).sum())
        found = PathCoverage(
            computers=len(computers), with_admins=len(ground.listed & computers), with_sessions=len(sessions & computers),
            edges=int((seat.seen.state == LIVE).sum()), sources=ground.told.sources,
        )  # fmt: skip
        return PathCoverage(
            computers=found.computers, with_admins=found.with_admins, with_sessions=found.with_sessions, edges=found.edges,
            missing=words.missing(found, groups, ground.flows), sources=found.sources,
        )  # fmt: skip

    # ---- activities behind counts by parties

    def _within(self, flows: Sequence[tuple[int, int]], begin: int, end: int) -> list[tuple[int, int] | None]:
        known: dict[int, tuple[Any, Any]] = {}
        out: list[tuple[int, int] | None] = []
        for flow in flows[:REFINED]:
            when, _ = self._together(flow, begin, end, known)
            out.append((when[0], when[-1]) if when else None)
        return out + [None] * (len(flows) - len(out))

    def _together(
        self, flow: tuple[int, int], begin: int, end: int, known: dict[int, tuple[Any, Any]]
    ) -> tuple[list[int], list[int]]:
        """(times, row ids), in order of time, of what an actor did from an address."""
        parties, kinds = (flow[0] * 4, flow[1] * 4 + 2), self._kinds()
        for party in parties:
            if party not in known:
                rows = self._access.all(_TAKEN_PART, (party, begin // postings.HOUR, end // postings.HOUR))
                at, ids, codes = postings.unpack([tuple(row) for row in rows])
                keep = (codes % 4 == 0) & np.isin(codes // 4, kinds) & (at >= begin) & (at <= end)
                known[party] = (at[keep], ids[keep])
        if UNLISTED not in known:  # the newest activities are not in the lists yet
            held = self._access.all(_UNLISTED, (postings.listed(self._access.db()), begin, end, json.dumps(kinds)))
            columns = np.array(held, np.int64).reshape(-1, 4)
            known[UNLISTED] = (columns[:, 0], columns[:, 1:])
        (_, one), (at, other) = known[parties[0]], known[parties[1]]
        both = np.isin(other, one)
        late, more = known[UNLISTED]
        mine = (more[:, 1] == flow[0]) & (more[:, 2] == flow[1])
        when, ids = np.concatenate([at[both], late[mine]]), np.concatenate([other[both], more[mine, 0]])
        order = np.argsort(when, kind="stable")
        return list(when[order].tolist()), list(ids[order].tolist())

    def _kinds(self) -> list[int]:
        marks = ",".join("?" * len(AUTHENTICATIONS))
        return [row[0] for row in self._access.all(f"SELECT id FROM kinds WHERE text IN ({marks})", AUTHENTICATIONS)]
