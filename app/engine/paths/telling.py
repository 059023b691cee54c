"""What was found as values for views: edges with their proof, paths, cuts."""

from collections.abc import Collection, Iterable, Mapping

from msgspec.structs import replace

from app.engine.paths import words
from app.engine.paths.cuts import Taken
from app.engine.paths.finding import Found
from app.engine.paths.network import ADMIN, KINDS, LIVE, REMOTE, View
from app.model.entity import Certainty
from app.model.paths import AttackPath, Cut, EdgeState, PathEdge

PROOFS = 12
"""Activities given as proof of one edge."""
SURE: dict[Certainty, int] = {"low": 0, "medium": 1, "high": 2}
Alerted = Mapping[str, Collection[str]]
"""Key of an entity to the ids of the alerts that name it."""


class Teller:
    """Turns edges of a view into values, each once. walked: edges that are steps of walked paths."""

    def __init__(self, seen: View, alerted: Alerted, walked: Collection[int] = ()) -> None:
        self._seen, self._alerted, self._walked = seen, alerted, frozenset(walked)
        self._edges: dict[int, PathEdge] = {}

    def edge(self, number: int) -> PathEdge:
        """One edge."""
        found = self._edges.get(number)
        if found is None:
            found = self._edges[number] = self._edge(number)
        return found

    def _edge(self, number: int) -> PathEdge:
        seen, net = self._seen, self._seen.net
        live = [place for place in net.arcs_of(number) if seen.live[place]]
        places = live or [place for place in net.arcs_of(number) if net.arcs[place].first <= seen.at]
        arcs = [net.arcs[place] for place in places]
        best = max(arcs, key=lambda one: (not one.seen, SURE[one.certainty], one.last, one.right))
        origin, target = net.refs[int(net.origin[number])], net.refs[int(net.target[number])]
        kind = int(net.kind[number])
        used = kind in (ADMIN, REMOTE) and bool(live) and any(one.seen for one in arcs)
        state: EdgeState = "walked" if number in self._walked or used else "possible" if seen.state[number] == LIVE else "dormant"
        proofs = dict.fromkeys(one.proof for one in sorted(arcs, key=lambda one: (not one.seen, -one.last)) if one.proof)
        told = dict.fromkeys(words.told(one) for one in sorted(arcs, key=lambda one: (one is not best, one.right)))
        both = set(self._alerted.get(origin.key, ())) & set(self._alerted.get(target.key, ()))
        made = PathEdge(
            origin=origin, target=target, kind=KINDS[kind], right=best.right, state=state, certainty=best.certainty,  # type: ignore[arg-type]
            how="; ".join(list(told)[:4]), first=min(int(seen.first[place]) for place in places),
            last=max(int(seen.last[place]) for place in places), count=sum(one.count for one in arcs),
            seen=all(one.seen for one in arcs), proofs=tuple(proofs)[:PROOFS], alerts=tuple(sorted(both)),
        )  # fmt: skip
        return replace(made, remedy=words.cut(made))

    def path(self, found: Found) -> AttackPath:
        """One path."""
        edges = tuple(self.edge(number) for number in found.edges)
        state: EdgeState = "walked" if found.moments else "dormant" if found.dormant else "possible"
        alerts = sorted({id for edge in edges for id in edge.alerts})
        return AttackPath(
            edges=edges,
            state=state,
            accounts=found.accounts,
            moments=tuple(at for _, _, at in found.moments),
            alerts=tuple(alerts),
        )

    def cuts(self, taken: Iterable[Taken], before: int) -> tuple[Cut, ...]:
        """A plan. before: accounts that came to a target before it."""
        made = []
        for one in taken:
            edge = self.edge(one.edge)
            made.append(
                Cut(edge=edge, words=edge.remedy, ends=one.ends, of=one.of, accounts_left=one.accounts_left,
                    accounts_before=before)
            )  # fmt: skip
        return tuple(made)


def steps(paths: Iterable[Found]) -> set[int]:
    """Edges of the walked ones among these paths."""
    return {edge for one in paths if one.moments for edge in one.edges}
