"""Paths through invented domains: which there are, in which order, walked, possible or dormant."""

import itertools

import networkx as nx
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine.paths import cuts, finding
from app.engine.paths.arcs import Arc
from app.engine.paths.network import LIVE, View, distances, network, view, without
from tests.engine.paths.made import HOUR, NOW, arc, joined, node, ref, seen, told

NAMES = [f"{kind}{number}" for kind in "ugc" for number in range(5)] + ["u9"]
KINDS = {"uc": ("admin", "remote"), "gc": ("admin",), "cu": ("session",), "ug": ("member", "control"), "gg": ("member",),
         "uu": ("control",), "gu": ("control",)}  # fmt: skip


def paths(of: View, target: str = "u9") -> list[str]:
    return [told(of, one.edges) for one in finding.to(of, node(of, target)).paths]


def test_a_session_an_administrator_and_a_group_make_a_path() -> None:
    of = seen(arc("u1 member g1"), arc("u2 member g1"), arc("g1 admin c1"), arc("c1 session u9", ago=5))
    (found,) = finding.to(of, node(of, "u9")).paths

    assert told(of, found.edges) == "g1 admin c1 session u9"
    assert (found.accounts, found.moments, found.dormant) == (2, (), False)
    assert finding.reach(of, [node(of, "u9")]) == (2, 3)


def test_longer_ways_follow_shorter_ones_and_groups_within_groups_count() -> None:
    of = seen(
        arc("u1 admin c1"), arc("c1 session u2", ago=3), arc("u2 member g1"), arc("g1 member g2"), arc("g2 admin c2"),
        arc("c2 session u9", ago=1),
    )  # fmt: skip

    assert paths(of) == ["g1 member g2 admin c2 session u9", "u1 admin c1 session u2 member g1 member g2 admin c2 session u9"]


def test_from_an_account_the_same_way_is_found_forward() -> None:
    of = seen(arc("u1 member g1"), arc("g1 admin c1"), arc("c1 session u9", ago=5), arc("u2 admin c1"))
    search = finding.from_(of, node(of, "u1"))

    assert [told(of, one.edges) for one in search.paths] == ["u1 member g1 admin c1 session u9"]


def test_a_sensitive_account_is_an_end_never_a_step() -> None:
    of = seen(
        arc("u1 admin c1"), arc("c1 session u8", ago=1), arc("u8 admin c2"), arc("c2 session u9", ago=1), sensitive=("u8", "u9")
    )

    assert paths(of) == []
    assert paths(of, "u8") == ["u1 admin c1 session u8"]


def test_a_session_before_the_window_is_dormant_and_one_after_the_date_is_none() -> None:
    old = seen(arc("u1 admin c1"), arc("c1 session u9", ago=(90, 80)))
    (found,) = finding.to(old, node(old, "u9")).paths
    later = seen(arc("u1 admin c1"), arc("c1 session u9", ago=-5))

    assert found.dormant
    assert finding.reach(old, [node(old, "u9")]) == (0, 0)
    assert paths(later) == []
    whole = seen(arc("u1 admin c1"), arc("c1 session u9", ago=(90, 80)), window=0)
    assert not finding.to(whole, node(whole, "u9")).paths[0].dormant


def test_a_right_holds_between_two_tellings_of_the_directory() -> None:
    arcs = (arc("u1 admin c1", until=NOW - 10 * HOUR), arc("c1 session u9", ago=12))

    now = seen(*arcs)
    assert finding.to(now, node(now, "u9")).paths[0].dormant
    before = seen(*arcs, at=NOW - 11 * HOUR)
    assert not finding.to(before, node(before, "u9")).paths[0].dormant


def test_a_path_is_walked_when_its_steps_were_used_one_after_the_other() -> None:
    def of(use: float, session: float, source: str = "") -> View:
        second = arc("u2 admin c2", ago=session - 1, source=ref(source).key if source else "")
        return seen(arc("u1 admin c1", ago=use), arc("c1 session u2", ago=session), second, arc("c2 session u9", ago=session - 2))

    after, other_order, elsewhere = of(20, 10), of(5, 10), of(20, 10, "c3")
    steps = next(one for one in finding.to(after, node(after, "u9")).paths if len(one.edges) == 4).moments
    assert [(NOW - at) / HOUR for _, _, at in steps] == [20, 10, 9, 8]
    from_there = of(20, 10, "c1")
    assert any(len(one.moments) == 4 for one in finding.to(from_there, node(from_there, "u9")).paths)
    for wrong in (other_order, elsewhere):
        assert all(len(one.moments) != 4 for one in finding.to(wrong, node(wrong, "u9")).paths)


def test_credentials_that_came_days_after_the_right_was_used_are_no_walk() -> None:
    of = seen(arc("u1 admin c1", ago=200), arc("c1 session u9", ago=10), window=0)
    (found,) = finding.to(of, node(of, "u9")).paths

    assert found.moments == ()


def test_walked_paths_come_first_even_when_longer() -> None:
    of = seen(
        arc("u5 admin c5"), arc("c5 session u9", ago=40), arc("u1 admin c1", ago=20), arc("c1 session u2", ago=19),
        arc("u2 admin c2", ago=18), arc("c2 session u9", ago=17),
    )  # fmt: skip
    search = finding.to(of, node(of, "u9"))

    assert [bool(one.moments) for one in search.paths] == sorted((bool(one.moments) for one in search.paths), reverse=True)
    assert told(of, search.paths[-1].edges) == "u5 admin c5 session u9"


def test_counts_between_two_times_are_looked_up() -> None:
    asked = []

    def within(flows, begin, end):
        asked.append((list(flows), begin, end))
        return [None for _ in flows]

    flow = arc("c1 session u9", ago=(500, -500), flow=(7, 3))
    of = seen(arc("u1 admin c1"), flow, within=within)

    assert asked == [([(7, 3)], NOW - 48 * HOUR, NOW)]
    assert finding.to(of, node(of, "u9")).paths[0].dormant


def test_a_step_that_was_used_long_before_and_after_is_walked_when_it_was_used_in_between() -> None:
    asked = []

    def within(flows, begin, end):
        asked.append((begin, end))
        inside = (NOW - 195 * HOUR, NOW - 195 * HOUR)
        return [inside if begin <= inside[0] <= end else None for _ in flows]

    arcs = (arc("u1 admin c1", ago=200), arc("c1 session u9", ago=(500, 10), flow=(7, 3)))
    of = seen(*arcs, window=0, within=within)
    (found,) = finding.to(of, node(of, "u9")).paths
    assert [(NOW - at) / HOUR for _, _, at in found.moments] == [200, 195]
    times = len(asked)
    finding.to(of, node(of, "u9"))
    assert len(asked) == times, "the same is asked once of a view"
    never = seen(*arcs, window=0, within=lambda flows, begin, end: [None for _ in flows])
    assert finding.to(never, node(never, "u9")).paths[0].moments == ()


def test_what_everybody_may_do_begins_at_everybody() -> None:
    everybody = Arc(origin="group:authenticated users", target=ref("c1").key, kind="admin", right="AdminTo", first=NOW, last=NOW)
    of = seen(everybody, arc("c1 session u9", ago=1), arc("u1 member g1"), arc("u2 member g1"))
    (found,) = finding.to(of, node(of, "u9")).paths

    assert found.accounts == 2
    assert finding.reach(of, [node(of, "u9")])[0] == 2


def test_switched_off_accounts_begin_no_path() -> None:
    of = seen(arc("u1 admin c1"), arc("c1 session u9", ago=1), off=[ref("u1").key])

    assert paths(of) == []


@st.composite
def arcs(draw: st.DrawFn) -> list[Arc]:
    pairs = [(a, b) for a, b in itertools.permutations(NAMES, 2) if a[0] + b[0] in KINDS]
    chosen = draw(st.lists(st.sampled_from(pairs), min_size=1, max_size=40, unique=True))
    made = []
    for origin, target in chosen:
        kind = draw(st.sampled_from(KINDS[origin[0] + target[0]]))
        ago = draw(st.sampled_from((1, 20, 70))) if kind == "session" or (kind == "admin" and draw(st.booleans())) else None
        made.append(arc(f"{origin} {kind} {target}", **({"ago": ago} if ago is not None else {})))
    return made


def graph(of: View) -> nx.DiGraph:
    net = of.net
    out = nx.DiGraph()
    out.add_nodes_from(range(len(net.keys)))
    out.add_edges_from(
        (int(net.origin[edge]), int(net.target[edge])) for edge in range(len(net.begins)) if of.state[edge] == LIVE
    )
    return out


def end(of: View) -> int | None:
    return of.net.number.get(ref("u9").key)


@settings(max_examples=120, deadline=None)
@given(arcs())
def test_every_path_is_made_of_edges_that_are_there_without_a_circle_within_its_bound(made: list[Arc]) -> None:
    of = seen(*made)
    if (target := end(of)) is None:
        return
    search = finding.to(of, target)
    assert len({one.edges for one in search.paths}) == len(search.paths)
    for one in search.paths:
        nodes = [int(of.net.origin[one.edges[0]]), *(int(of.net.target[edge]) for edge in one.edges)]
        assert len(one.edges) <= finding.STEPS
        assert len(set(nodes)) == len(nodes)
        assert nodes[-1] == target and not of.sensitive[nodes[:-1]].any()
        assert all(of.net.target[a] == of.net.origin[b] for a, b in itertools.pairwise(one.edges))
        assert one.dormant == any(of.state[edge] != LIVE for edge in one.edges)


@settings(max_examples=80, deadline=None)
@given(arcs())
def test_distances_and_reach_are_those_of_another_library(made: list[Arc]) -> None:
    of = seen(*made)
    if (target := end(of)) is None:
        return
    steps = distances(of, [target], finding.STEPS)
    theirs = nx.single_source_shortest_path_length(graph(of).reverse(), target, cutoff=finding.STEPS)

    assert {node: int(step) for node, step in enumerate(steps.tolist()) if step >= 0} == dict(theirs)


@settings(max_examples=60, deadline=None)
@given(arcs())
def test_all_simple_paths_are_found_with_groups_in_place_of_their_members(made: list[Arc]) -> None:
    of = seen(*made)
    if (target := end(of)) is None:
        return
    search = finding.to(of, target, 10_000, 10_000_000)
    net = of.net
    mine = {tuple(int(net.origin[edge]) for edge in one.edges) for one in search.paths if not one.dormant}
    whole = graph(of)
    theirs = set()
    for start in whole:
        kind = net.refs[start].kind
        if start == target or kind == "computer" or of.sensitive[start]:
            continue
        alone = finding.members(of, start, lambda edge: bool(of.state[edge] == LIVE)) > 0 if kind == "group" else of.starts[start]
        for way in nx.all_simple_paths(whole, start, target, cutoff=finding.STEPS):
            first = (net.origin == way[0]) & (net.target == way[1])
            if alone and (kind == "group" or 0 not in net.kind[first].tolist()):
                theirs.add(tuple(way[:-1]))

    assert mine == theirs


@settings(max_examples=60, deadline=None)
@given(arcs(), st.randoms(use_true_random=False))
def test_the_order_of_telling_does_not_matter(made: list[Arc], chance) -> None:
    first = seen(*made)
    mixed = list(made)
    chance.shuffle(mixed)
    second = seen(*mixed)
    if (target := end(first)) is None:
        return

    assert [told(first, one.edges) for one in finding.to(first, target).paths] == [
        told(second, one.edges) for one in finding.to(second, target).paths
    ]


@settings(max_examples=80, deadline=None)
@given(arcs())
def test_a_cut_ends_what_it_says(made: list[Arc]) -> None:
    of = seen(*made)
    if (target := end(of)) is None:
        return
    listed = [one for one in finding.to(of, target).paths if not one.dormant]
    gone: list[int] = []
    for one in cuts.plan(of, listed, [target]):
        before = [path for path in listed if not set(path.edges) & set(gone)]
        gone.append(one.edge)
        after = [path for path in listed if not set(path.edges) & set(gone)]
        rest = without(of, gone)
        again = [path for path in finding.to(rest, target).paths if not path.dormant]

        assert (len(before), len(before) - len(after)) == (one.of, one.ends)
        assert {path.edges for path in again} == {path.edges for path in after}
        assert one.accounts_left == finding.reach(rest, [target])[0]


@settings(max_examples=60, deadline=None)
@given(arcs())
def test_no_fewer_cuts_than_the_least_end_all_paths(made: list[Arc]) -> None:
    of = seen(*made)
    if (target := end(of)) is None:
        return
    least = cuts.least(of, target)
    reached = finding.reach(of, [target])[0]

    assert (least > 0) == (reached > 0)
    if 0 < least <= 2:
        inside = [edge for edge in range(len(of.net.begins)) if of.state[edge] == LIVE]
        for few in range(1, least):
            for some in itertools.combinations(inside, few):
                assert finding.reach(without(of, some), [target])[0] > 0
        assert any(finding.reach(without(of, some), [target])[0] == 0 for some in itertools.combinations(inside, least))


def test_an_empty_network_has_no_paths() -> None:
    net = network([], {})
    of = view(net, NOW, 0, [])

    assert finding.reach(of, []) == (0, 0)
    assert joined().keys == ()
