"""Edges of a filter: each pair of parties once, as counting the activities one by one gives, in a span of time too."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.engine import detectors
from app.engine.queries import Queries
from app.engine.store import StoreError
from app.engine.store.pictures import LARGEST
from app.model.alert import Alert, Finding
from app.model.filter import ActivityFilter, parse
from app.session import Session
from tests.engine.workspace import MINUTE, START, fill, made

ALL = made(600, seed=9)
EVIDENCE = tuple(one.id for one in ALL if one.kind == "ntlm")[:7]


@pytest.fixture(scope="module")
def queries(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Queries]:
    path = tmp_path_factory.mktemp("ties") / "w.wardlight"
    toy = Alert(
        id="0123abcd", detector="toy", external_id=1, title="Toy", severity="medium", phase="Reconnaissance", techniques=(),
        finding=Finding(subject="s", first=START, last=START + MINUTE, evidence=EVIDENCE),
    )  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(detectors, "run_told", lambda activities, knowledge, **more: [toy])
        fill(path, {"aaaa": ALL})
    found = Queries(path)
    yield found
    found.close()


def filtered(text: str) -> ActivityFilter:
    found = parse(text)
    assert isinstance(found, ActivityFilter)
    return found


def expected(queries: Queries, text: str) -> Counter[tuple[str, str]]:
    """Pairs of the rows of a filter, named at the time of each; addresses that moved are left out by the caller."""
    pairs: Counter[tuple[str, str]] = Counter()
    for row in queries.slice(filtered(text), 0, 10_000):
        known = {row.origin and row.origin.key, row.target and row.target.key}
        if row.origin and row.target and row.origin.key != row.target.key:
            pairs[row.origin.key, row.target.key] += 1
        if row.who and row.target and row.who.key not in known:
            pairs[row.who.key, row.target.key] += 1
        if row.who and row.origin and row.who.key not in known:
            pairs[row.origin.key, row.who.key] += 1
    return pairs


STEADY = "from:10.0.0.5 kind:rpc"


@pytest.mark.parametrize(
    "text", [STEADY, "from:10.0.0.5 kind:ntlm result:success", f"{STEADY} time:2026-01-05T10:00..2026-01-05T10:01"]
)
def test_counts_are_those_of_the_rows(queries: Queries, text: str) -> None:
    found = queries.ties(filtered(text))

    assert {(one.origin.key, one.target.key): one.count for one in found.edges} == dict(expected(queries, text))
    assert found.total == len(found.edges) > 0 and all(one.first <= one.last for one in found.edges)


def test_without_a_filter_every_edge_counts_every_family(queries: Queries) -> None:
    found = queries.ties()

    assert all(sum(count for _, count in one.families) == one.count for one in found.edges)
    assert sum(one.count for one in found.edges) >= len(ALL) * 0.9


def test_about_leaves_the_edges_at_one_entity(queries: Queries) -> None:
    key = next(one.ref.key for one in queries.entities("user"))
    about = queries.ties(filtered(f'entity:"{key}"'), key)

    assert about.edges and all(key in (one.origin.key, one.target.key) for one in about.edges)
    assert queries.ties(None, "user:nobody").edges == ()


def test_edges_that_alerts_rest_on_come_first_with_their_severity(queries: Queries) -> None:
    edges = queries.ties().edges
    hot = [one.alerted for one in edges]

    assert any(hot) and hot == sorted(hot, reverse=True)
    assert {one.severity for one in edges} == {"medium", ""}
    assert len(queries.ties(limit=3).edges) == 3 and queries.ties(limit=3).total == len(edges)


def test_the_parties_of_an_alert_are_a_picture(queries: Queries) -> None:
    found = queries.ties(filtered("alert:0123abcd"))

    assert found.edges and all(one.alerted for one in found.edges)


def test_traits_name_the_network_of_a_computer(queries: Queries) -> None:
    keys = [one.origin.key for one in queries.ties().edges]
    traits = queries.traits(keys)

    assert set(traits) == set(keys)
    assert {one.subnet for key, one in traits.items() if not key.startswith("user:")} <= {"10.0.0.0/24", "10.0.1.0/24"}


def test_rights_of_a_real_collection_are_only_possible(shared: Path, tmp_path: Path) -> None:
    session = Session.open(tmp_path / "forest.wardlight")
    session.read_here([shared / "corpus" / "bloodhound" / "so_ad_sampledata.zip"], lambda _: None)
    keys = [row.ref.key for row in session.queries.entities(limit=10_000)]
    rights, members = session.queries.rights(keys, 10_000), session.queries.memberships(keys, 10_000)
    sensitive = session.queries.sensitive_groups()
    session.close()

    # SharpHound's own file: Domain Users (-513) are administrators of FILESERVER01 by policy.
    assert ("domain users", "admin", "fileserver01") in {
        (one.origin.label.lower(), one.tie, one.target.label.lower()) for one in rights
    }
    assert {one.tie for one in rights} <= {"admin", "remote", "control"} and {one.tie for one in members} == {"member"}
    assert all(one.count == 0 and not one.alerted for one in (*rights, *members))
    assert any(key.endswith("\\domain admins") for key in sensitive)


def test_a_kept_picture_is_found_replaced_removed_and_brought_back(tmp_path: Path) -> None:
    session = Session.open(tmp_path / "w.wardlight")
    session.keep_picture(" one  name ", "a")
    session.keep_picture("one name", "b")
    session.keep_picture("zoë: \u202e", "c")
    with pytest.raises(StoreError, match="name"):
        session.keep_picture("  ", "a")
    with pytest.raises(StoreError, match="large"):
        session.keep_picture("x", "a" * (LARGEST + 1))

    assert session.queries.pictures() == {"one name": "b", "zoë: \u202e": "c"}
    session.keep_picture("one name", None)
    assert list(session.queries.pictures()) == ["zoë: \u202e"]
    undone = session.undo()
    assert session.queries.pictures()["one name"] == "b" and [one.what for one in undone] == ["picture"]
    session.close()
