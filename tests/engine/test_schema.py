"""Workspaces of earlier versions: opened, copied beside, migrated."""

import gzip
import shutil
import sqlite3
from pathlib import Path

import pytest

from app.engine import postings, schema
from app.engine.engine import Engine, create_workspace
from app.engine.queries import Queries
from app.engine.schema import StoreError
from app.engine.store import undo, update_alert
from app.model.filter import ActivityFilter, parse
from app.model.stopping import Stopped, until
from tests.engine.test_postings import check
from tests.engine.workspace import Found, Report, content, fill, made, parties

DATA = Path(__file__).resolve().parent.parent / "data"


def unpacked(tmp_path: Path, version: int) -> Path:
    """A workspace that an earlier version of the schema made."""
    path = tmp_path / "old.wardlight"
    with gzip.open(DATA / f"workspace-version-{version}.wardlight.gz") as source, path.open("wb") as target:
        shutil.copyfileobj(source, target)
    return path


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """One of the first version: 24 activities, one closed alert with a note."""
    return unpacked(tmp_path, 1)


@pytest.mark.parametrize("version", [1, 2])
def test_parties_are_listed_and_summed_when_a_workspace_is_migrated(tmp_path: Path, version: int) -> None:
    path = unpacked(tmp_path, version)
    create_workspace(path)
    check(path)
    db = sqlite3.connect(path)

    assert postings.listed(db) == db.execute("SELECT max(id) FROM activities").fetchone()[0] > 20
    assert len(parties(db)) > 40
    db.close()


def test_a_workspace_of_version_2_answers_as_one_that_is_read_now(tmp_path: Path) -> None:
    old = unpacked(tmp_path, 2)
    create_workspace(old)
    fill(tmp_path / "new", {"aaaa": made(60), "bbbb": made(40, key="bbbb", seed=2)})
    one, other = content(old), content(tmp_path / "new")

    for name in ("inputs", "activities", "minutes", "flows", "parties", "sums"):
        assert one[name] == other[name]
    engine = Engine(old)
    engine.forget_input("aaaa")
    engine.close()
    check(old)


def test_a_workspace_of_version_6_lists_ports_after_it_was_migrated(tmp_path: Path) -> None:
    old = unpacked(tmp_path, 6)
    db = sqlite3.connect(old)
    db.execute("UPDATE activities SET sport = 137 WHERE id % 7 = 0")
    db.execute("UPDATE activities SET sport = dport WHERE id % 9 = 0")
    db.commit()
    assert db.execute("SELECT count(*) FROM postings WHERE party & 3 = 3").fetchone() == (0,)
    (late,) = db.execute("SELECT count(*) FROM activities WHERE id > 90").fetchone()
    db.close()
    create_workspace(old)
    check(old)
    assert old.with_name("old.wardlight.version-6").exists() and late == 10
    queries = Queries(old)
    for text in ("port:445", "port:88,137", "port:137 kind:smb"):
        filter = parse(text)
        assert isinstance(filter, ActivityFilter)
        plan = queries._plan(filter)
        sql = f"SELECT id FROM activities a WHERE {plan.rest.sql} ORDER BY at, id"
        expected = [row[0] for row in queries._access.all(sql, plan.rest.values)]
        assert [row.rowid for row in queries.slice(filter, 0, 500)] == expected != []
        assert plan.listing is not None and plan.listing.ids() == expected
    queries.close()


def test_what_was_said_in_a_workspace_of_version_3_can_be_changed_and_undone(tmp_path: Path) -> None:
    path = unpacked(tmp_path, 3)
    create_workspace(path)
    queries = Queries(path)
    (alert,) = queries.alerts()
    assert (alert.state, alert.classification, alert.note) == ("suppressed", "benign true positive", "Known scanner of the owner")
    assert (queries.incidents(), queries.history()) == ((), ())
    assert queries.standing("user:corp.test\\alice").said == {"Honeytoken": True}

    update_alert(path, alert.id, state="open")
    undo(path)
    engine = Engine(path)
    engine.settle("high")
    engine.close()
    again = queries.alert(alert.id)
    assert again is not None and (again.id, again.state) == (alert.id, "suppressed")
    queries.close()


def test_a_workspace_of_version_1_is_migrated_after_a_copy(old: Path) -> None:
    before = old.read_bytes()
    create_workspace(old)
    db = sqlite3.connect(old)

    assert db.execute("PRAGMA user_version").fetchone() == (schema.VERSION,)
    assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    db.close()
    copy = sqlite3.connect(old.with_name("old.wardlight.version-1"))
    assert copy.execute("PRAGMA user_version").fetchone() == (1,)
    assert copy.execute("SELECT count(*) FROM activities").fetchone() == (24,)
    copy.close()
    assert before != old.read_bytes()


@pytest.mark.parametrize("version", [1, 2, 3])
def test_a_migrated_workspace_has_the_tables_of_a_new_one(version: int, tmp_path: Path) -> None:
    old = unpacked(tmp_path, version)
    create_workspace(old)
    create_workspace(tmp_path / "new")
    found = []
    for path in (old, tmp_path / "new"):
        db = sqlite3.connect(path)
        rows = db.execute(
            "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'activities\\_%' ESCAPE '\\'"
        )
        found.append(
            {name: " ".join(sql.replace('"', "").split()) for name, sql in rows if not name.startswith(("names_", "sqlite_"))}
        )
        db.close()

    assert found[0] == found[1]


def test_what_was_in_an_old_workspace_is_still_there(old: Path) -> None:
    create_workspace(old)
    queries = Queries(old)
    failures = parse("result:failure")
    assert isinstance(failures, ActivityFilter)

    assert queries.count() == 24
    assert queries.count(failures) == 1
    assert [one.path for one in queries.inputs()] == ["/cases/first.pcap"]
    (alert,) = queries.alerts()
    assert (alert.state, alert.classification, alert.note) == ("closed", "benign true positive", "Known scanner of the owner")
    assert [row.kind for row in queries.rows_of(alert.finding.evidence)] == ["kerberos-tgs", "kerberos-tgs"]
    queries.close()


def test_an_old_workspace_can_be_added_to(old: Path) -> None:
    engine = Engine(old)
    assert not engine.begin_input(Found(key="0f1e2d3c4b5a"))
    assert engine.begin_input(Found(key="bbbb"))
    engine.ingest(made(50, key="bbbb"))
    engine.finish_input(Report())
    engine.settle()

    assert engine.activities == 74
    engine.close()


def test_a_migration_that_fails_changes_nothing(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(db: sqlite3.Connection) -> None:
        db.execute("DROP TABLE flows")
        db.execute("SELECT * FROM no_such_table")

    monkeypatch.setitem(schema.MIGRATIONS, 1, broken)
    with pytest.raises(StoreError):
        create_workspace(old)
    db = sqlite3.connect(old)

    assert db.execute("PRAGMA user_version").fetchone() == (1,)
    assert db.execute("SELECT count(*) FROM flows").fetchone()[0] > 0
    db.close()


def test_there_is_a_migration_from_every_version() -> None:
    assert sorted(schema.MIGRATIONS) == list(range(1, schema.VERSION))


def test_a_migration_tells_how_far_it_is(old: Path) -> None:
    told: list[str] = []
    create_workspace(old, told.append)
    assert told[0].startswith("copying it as it was, ") and "copying it as it was, 100 %" in told
    assert f"bringing it from version {schema.VERSION - 1} to {schema.VERSION} of {schema.VERSION}" in told[-1]


@pytest.mark.parametrize("when", ["copying", "bringing it from version 1", "bringing it from version 6"])
def test_a_migration_that_nobody_waits_for_leaves_the_workspace_as_it_was(old: Path, when: str) -> None:
    before = old.read_bytes()
    told: list[str] = []
    with until(lambda: bool(told) and told[-1].startswith(when)), pytest.raises(Stopped):
        create_workspace(old, told.append)
    assert not list(old.parent.glob("*.part*"))
    db = sqlite3.connect(old)
    assert db.execute("PRAGMA user_version").fetchone() == (1,)
    assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    db.close()
    assert old.stat().st_size == len(before)

    assert create_workspace(old) is not None
    assert len(list(old.parent.glob("*.version-1*"))) == 1
    check(old)
