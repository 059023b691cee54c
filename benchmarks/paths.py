"""Lateral movement paths beside networkx, on one invented domain of 100,000 edges: python benchmarks/paths.py [--edges N]."""

import argparse
import itertools
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from app.engine.paths import cuts, finding
from app.engine.paths.arcs import Arc
from app.engine.paths.network import LIVE, View, network, view
from app.model.entity import EntityRef

NOW, HOUR = 1_767_607_200_000_000, 3_600_000_000
TARGETS = 20


def domain(edges: int, seed: int = 7) -> tuple[list[Arc], dict[str, EntityRef], list[str]]:
    """Users in groups in groups, groups that administer computers, sessions, rights over others; some users are sensitive."""
    chance = random.Random(seed)
    users, computers, groups = edges // 4, edges // 8, edges // 100 + 10
    refs = {f"user:u{one}": EntityRef("user", f"user:u{one}", f"u{one}") for one in range(users)}
    refs |= {f"computer:c{one}": EntityRef("computer", f"computer:c{one}", f"c{one}") for one in range(computers)}
    refs |= {f"group:g{one}": EntityRef("group", f"group:g{one}", f"g{one}") for one in range(groups)}
    found: set[tuple[str, str, str]] = set()
    while len(found) < edges:
        what = chance.random()
        user, computer, group = (f"user:u{chance.randrange(users)}", f"computer:c{chance.randrange(computers)}",
                                 f"group:g{int(groups * chance.random() ** 2)}")  # fmt: skip
        if what < 0.45:
            found.add((user, group, "member"))
        elif what < 0.5:
            found.add((group, f"group:g{chance.randrange(groups)}", "member"))
        elif what < 0.6:
            found.add((group if chance.random() < 0.5 else user, computer, "admin"))
        elif what < 0.95:
            found.add((computer, user, "session"))
        else:
            found.add((user if chance.random() < 0.7 else group, f"user:u{chance.randrange(users)}", "control"))
    arcs = [
        Arc(origin=origin, target=target, kind=kind, right=kind, seen=kind == "session", first=NOW - HOUR, last=NOW - HOUR)  # type: ignore[arg-type]
        for origin, target, kind in sorted(found)
        if origin != target
    ]
    return arcs, refs, [f"user:u{one}" for one in range(TARGETS)]


def timed(words: str, work: Callable[[], Any], results: dict[str, float]) -> Any:
    """Run, and remember the seconds."""
    begin = time.perf_counter()
    value = work()
    results[words] = time.perf_counter() - begin
    print(f"{words:62} {results[words]:8.3f} s")
    return value


def theirs(seen: View) -> nx.DiGraph:
    """The live edges as a graph of networkx, turned round."""
    net = seen.net
    live = np.flatnonzero(seen.state == LIVE)
    out = nx.DiGraph()
    out.add_nodes_from(range(len(net.keys)))
    out.add_edges_from(zip(net.target[live].tolist(), net.origin[live].tolist(), strict=True))
    return out


def main() -> None:
    """Measure and compare."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--edges", type=int, default=100_000)
    edges = parser.parse_args().edges
    arcs, refs, sensitive = domain(edges)
    results: dict[str, float] = {}
    net = timed(f"ours: network of {len(arcs):,} arcs, once", lambda: network(arcs, refs), results)
    seen = timed("ours: view at one date", lambda: view(net, NOW, 48 * HOUR, sensitive), results)
    targets = [seen.net.number[key] for key in sensitive if key in seen.net.number]
    reach = timed(
        f"ours: who comes to each of {len(targets)}, shortest way",
        lambda: [finding.reach(seen, [one]) for one in targets],
        results,
    )
    searches = timed(
        f"ours: 100 paths to each of {len(targets)}", lambda: [finding.to(seen, one, 100, 4_000) for one in targets], results
    )
    place = max(range(len(targets)), key=lambda number: reach[number][0])
    busy = targets[place]
    one = timed("ours: 200 paths to the most exposed one", lambda: finding.to(seen, busy), results)
    timed("ours: plan of six cuts for it", lambda: cuts.plan(seen, one.paths, [busy]), results)
    print(f"{'':4}{sum(len(one.paths) for one in searches):,} paths, {sum(a for a, _ in reach):,} pairs of account and target")
    graph = timed("networkx: graph of the same edges, once", lambda: theirs(seen), results)
    far = timed(
        f"networkx: single_source_shortest_path_length, each of {len(targets)}",
        lambda: [nx.single_source_shortest_path_length(graph, one, cutoff=finding.STEPS) for one in targets], results,
    )  # fmt: skip
    for node, (accounts, _), lengths in zip(targets, reach, far, strict=True):
        assert accounts == sum(1 for other in lengths if seen.starts[other] and other != node), "they differ"
    starts = [other for other in far[place] if seen.starts[other]][-5:]
    timed(
        "networkx: shortest_simple_paths, 40 each to 5 accounts, one target",
        lambda: [list(itertools.islice(nx.shortest_simple_paths(graph, busy, other), 40)) for other in starts], results,
    )  # fmt: skip
    timed(
        "networkx: all_shortest_paths, at most 200, to 5 accounts, one target",
        lambda: [list(itertools.islice(nx.all_shortest_paths(graph, busy, other), 200)) for other in starts], results,
    )  # fmt: skip


if __name__ == "__main__":
    main()
