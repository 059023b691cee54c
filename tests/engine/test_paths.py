"""Paths of whole workspaces: a real collection, real logs, an invented week."""

from pathlib import Path

import pytest

from app.engine.queries import Queries
from app.model.paths import HOUR, WHOLE
from app.session import Session
from tests.engine.paths.week import BOB, SMITH, WS1, at, make


@pytest.fixture(scope="module")
def forest(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Queries:
    """A published SharpHound collection of three domains."""
    path = tmp_path_factory.mktemp("paths") / "forest.wardlight"
    session = Session.open(path)
    session.read_here([shared / "corpus" / "bloodhound" / "so_ad_sampledata.zip"], lambda _: None)
    session.close()
    return Queries(path)


def test_paths_of_a_real_collection_stand_on_what_it_says(forest: Queries) -> None:
    found = forest.paths()
    exposed = {one.ref.label.lower(): one for one in found.targets}
    picture = forest.paths_to(exposed["administrator"].ref.key)

    assert found.coverage.with_admins >= 5 and found.coverage.with_sessions >= 8
    assert picture is not None and picture.sensitive
    said = {(edge.origin.label.lower(), edge.kind, edge.target.label.lower()) for path in picture.paths for edge in path.edges}
    # SharpHound's own file: Domain Users (-513) are administrators of FILESERVER01 by policy, -500 had a session there.
    assert ("domain users", "admin", "fileserver01") in said
    assert ("fileserver01", "session", "administrator") in said
    assert all(edge.proofs or edge.how == "every account is" for path in picture.paths for edge in path.edges)
    assert all(path.state == "possible" for path in picture.paths)
    assert picture.accounts == exposed["administrator"].accounts > 20


def test_a_cut_of_a_real_collection_is_a_sentence_and_leaves_fewer(forest: Queries) -> None:
    first, *rest = forest.path_cut()

    assert first.words.startswith(("Take ", "Sign "))
    assert first.ends <= first.of
    assert [one.of for one in rest] == [one.of - one.ends for one in (first, *rest[:-1])]
    assert all(one.accounts_left <= one.accounts_before for one in (first, *rest))


def test_every_edge_of_a_real_collection_leads_to_the_record_that_tells_it(forest: Queries) -> None:
    target = forest.paths().targets[0].ref
    picture = forest.paths_to(target.key)
    assert picture is not None
    for edge in picture.paths[0].edges:
        rows = forest.path_evidence(edge.origin.key, edge.target.key, edge.kind)
        assert rows and all(row.kind == "directory-object" for row in rows)


def test_sessions_of_a_collection_are_old_a_month_later(forest: Queries) -> None:
    at = forest.paths().at + 30 * 24 * HOUR
    later, whole = forest.paths(at), forest.paths(at, WHOLE)
    admin = next(one for one in whole.targets if one.ref.label.lower() == "administrator")
    then = next((one for one in later.targets if one.ref.key == admin.ref.key), None)

    assert admin.paths and (then is None or then.paths < admin.paths)
    assert then is not None and then.dormant


def test_real_logs_show_a_path_that_was_walked(shared: Path, tmp_path: Path) -> None:
    """Published samples: user01 signs in to PC01 with an administrator's privileges, then Administrator's password is given
    there to run something elsewhere."""
    logs = shared / "corpus" / "evtx"
    names = ("sb_LM_LM_4624_mimikatz_sekurlsa_pth_source_machine.evtx", "sb_LM_LM_WMIC_4648_rpcss.evtx")
    session = Session.open(tmp_path / "logs.wardlight")
    session.read_here([logs / one for one in names], lambda _: None)
    (target,) = session.queries.paths(window=WHOLE).targets
    picture = session.queries.paths_to(target.ref.key, window=WHOLE)
    assert picture is not None
    first = picture.paths[0]
    shown = [session.queries.path_evidence(*edge.id, window=WHOLE) for edge in first.edges]
    session.close()

    assert (target.walked, target.why) == (1, "built-in account")
    assert first.id == "user:example.corp\\user01 > admin computer:pc01.example.corp > session user:example.corp\\administrator"
    assert first.state == "walked" and [edge.state for edge in first.edges] == ["walked", "walked"]
    assert first.moments[0] < first.moments[1] <= first.moments[0] + 48 * HOUR
    assert [rows[0].log for rows in shown] == ["Security 4672", "Security 4648"]


# ---- an invented week


@pytest.fixture(scope="module")
def invented(tmp_path_factory: pytest.TempPathFactory) -> Queries:
    return Queries(make(tmp_path_factory.mktemp("week") / "week.wardlight"))


def words(queries: Queries, hours: float, window: int = 48 * HOUR) -> list[tuple[str, str]]:
    picture = queries.paths_to(SMITH, at(hours), window)
    assert picture is not None
    return [(path.state, " ".join([path.start.label, *(edge.target.label for edge in path.edges)])) for path in picture.paths]


def test_the_date_decides_what_is_possible_and_what_was_walked(invented: Queries) -> None:
    assert words(invented, 29) == []
    assert words(invented, 40) == [("possible", "Helpdesk WS1 da.smith")]
    assert words(invented, 95) == [("dormant", "Helpdesk WS1 da.smith")]
    assert words(invented, 102) == [("walked", "bob WS1 da.smith"), ("possible", "Helpdesk WS1 da.smith")]
    assert words(invented, 102, WHOLE)[0] == ("walked", "bob WS1 da.smith")


def test_a_walked_path_says_when_each_step_was_taken_and_shows_its_packets(invented: Queries) -> None:
    picture = invented.paths_to(SMITH, at(102))
    assert picture is not None
    path = picture.paths[0]
    right, session = path.edges

    assert path.moments == (at(100), at(101))
    assert [row.kind for row in invented.path_evidence(BOB, WS1, "admin", at(102))] == ["smb-tree"]
    shown = invented.path_evidence(session.origin.key, session.target.key, "session", at(102))
    assert {row.at for row in shown} == {at(101), at(101.01)}
    assert right.how == "opened an administrative share"


def test_the_counts_of_long_sessions_are_looked_up_in_the_window(invented: Queries) -> None:
    """bob's tickets come every day; between two days his credentials were not there."""
    evidence = invented.path_evidence("computer:ws2.corp.test", BOB, "session", at(32.5), 2 * HOUR)

    assert [row.at for row in evidence] == [at(32.01), at(32)]


def test_who_starts_where_and_what_ends_it(invented: Queries) -> None:
    from_carol = invented.paths_from("user:corp.test\\carol", at(40))
    (cut, *_) = invented.path_cut(SMITH, at(40))
    overview = invented.paths(at(40))

    assert from_carol is not None
    assert [" ".join(edge.target.label for edge in path.edges) for path in from_carol.paths] == ["Helpdesk WS1 da.smith"]
    assert (cut.ends, cut.of, cut.accounts_before, cut.accounts_left) == (1, 1, 2, 0)
    assert [(one.ref.key, one.accounts, one.paths, one.shortest) for one in overview.targets] == [(SMITH, 2, 1, 3)]
    assert [(edge.origin.key, edge.target.key) for edge in overview.exposed] == [(WS1, SMITH)]
    assert any("1 of 2 computers" in what for what, _ in overview.coverage.missing)
    assert invented.paths_to("user:corp.test\\nobody", at(40)) is None
