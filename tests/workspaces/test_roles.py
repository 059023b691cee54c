"""Who may do what, told by the session whatever asks; and workspaces that are open for reading only."""

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from app.engine import schema
from app.engine.store import StoreError
from app.engine.store.changing import user
from app.model.activity import Activity
from app.model.details import Ntlm
from app.model.source import GrowingSource
from app.model.tuning import Tuning
from app.model.view import View
from app.model.workspace import EVERYBODY, Retention
from app.session import Session
from app.workspaces import compact, delete, pack, rename, repack
from tests.engine.test_retention import roasting
from tests.engine.workspace import START, fill, made

ROOT = Path(__file__).resolve().parent.parent.parent
USERS: dict[str, Callable[[Session], object]] = {
    "close an alert": lambda session: session.change_alert(session.queries.alerts()[0].id, state="closed"),
    "close alerts": lambda session: session.change_alerts([session.queries.alerts()[0].id], state="closed"),
    "write a note": lambda session: session.write_note("user:corp.test\\alice", "words"),
    "keep a picture": lambda session: session.keep_picture("one", "{}"),
    "name an incident": lambda session: session.name_incident(session.incidents()[0].id, "Kerberos in the night"),
    "detect": lambda session: session.detect_here(),
}
ADMINISTRATORS: dict[str, Callable[[Session], object]] = {
    "tag": lambda session: session.tag("user:corp.test\\alice", "Sensitive", True),
    "exclude": lambda session: session.exclude("*", "address", "10.0.0.1"),
    "tune": lambda session: session.set_tuning(Tuning(sensitivity="high")),
    "retention": lambda session: session.set_retention(Retention(days=30)),
    "retain": lambda session: session.retain_here(),
    "give a role": lambda session: session.set_role("somebody", "viewer"),
    "listen": lambda session: session.start_source(GrowingSource(path="/nowhere")),
}


def by_tools(activities: list[Activity]) -> list[Activity]:
    """The same, whose sign-ins by NTLM have no integrity code: more alerts, and an incident."""
    return [replace(one, detail=replace(one.detail, mic=False)) if isinstance(one.detail, Ntlm) else one for one in activities]


@pytest.fixture
def case(tmp_path: Path) -> Path:
    path = tmp_path / "case.wardlight"
    fill(path, {"aaaa": [*roasting(START), *by_tools(made(200, start=START + 60_000_000))]})
    return path


def given(path: Path, role: str) -> None:
    """The one who runs the tests gets this role from an administrator."""
    db = sqlite3.connect(path)
    db.execute("DELETE FROM roles")
    db.executemany("INSERT INTO roles VALUES(?,?)", [("root of another machine", "administrator"), (user(), role)])
    db.commit()
    db.close()


def test_without_roles_everybody_may_do_everything(case: Path) -> None:
    session = Session.open(case)
    assert session.roles() == {} and session.may("administrator")
    for name, act in {**USERS, **ADMINISTRATORS}.items():
        if name not in ("listen", "give a role"):
            act(session)
    session.close()


@pytest.mark.parametrize("name", sorted(ADMINISTRATORS))
def test_users_work_on_alerts_and_set_nothing(case: Path, name: str) -> None:
    given(case, "user")
    session = Session.open(case)
    before = len(session.history())
    with pytest.raises(StoreError, match="that is for administrators"):
        ADMINISTRATORS[name](session)
    assert len(session.history()) == before
    session.close()


def test_what_users_do(case: Path) -> None:
    given(case, "user")
    session = Session.open(case)
    for act in USERS.values():
        act(session)
    session.undo()
    session.close()


@pytest.mark.parametrize("name", sorted(USERS | ADMINISTRATORS))
def test_viewers_change_nothing(case: Path, name: str) -> None:
    given(case, "viewer")
    session = Session.open(case)
    with pytest.raises(StoreError, match="are a viewer"):
        (USERS | ADMINISTRATORS)[name](session)
    session.close()


def test_viewers_read_and_export_and_the_history_tells_it(case: Path, tmp_path: Path) -> None:
    given(case, "viewer")
    session = Session.open(case)
    assert session.queries.alerts()
    session.export(tmp_path / "out.csv", "csv", View())
    session.report(tmp_path / "out.html")
    pack(case, tmp_path / "p")
    told = [(one.what, one.who) for one in session.history()]
    assert told[:3] == [("exported", user()), ("exported", user()), ("opened", user())]
    with pytest.raises(StoreError, match="nothing to undo"):
        given(case, "administrator")
        session.undo()
    session.close()


def test_a_user_does_not_undo_what_an_administrator_set(case: Path) -> None:
    session = Session.open(case)
    session.set_tuning(Tuning(sensitivity="high"))
    given(case, "user")
    with pytest.raises(StoreError, match="administrators"):
        session.undo()
    with pytest.raises(StoreError, match="administrators"):
        session.undo(session.history()[0].id)
    session.close()


@pytest.mark.parametrize("act", [lambda one: rename(one, one.with_name("b")), lambda one: delete(one, ()), compact, repack])
def test_only_administrators_move_or_rewrite_the_file(case: Path, act: Callable[[Path], object]) -> None:
    given(case, "user")
    with pytest.raises(StoreError, match="administrators"):
        act(case)
    given(case, "administrator")
    act(case)


def test_at_least_one_administrator_remains(case: Path) -> None:
    session = Session.open(case)
    with pytest.raises(StoreError, match="administrator"):
        session.set_role("alice", "viewer")
    with pytest.raises(StoreError, match="Name yourself"):
        session.set_role("alice", "administrator")
    session.set_role(user(), "administrator")
    session.set_role("alice", "user")
    session.set_role(EVERYBODY, "viewer")
    with pytest.raises(StoreError, match="At least one"):
        session.set_role(user(), None)
    assert session.roles() == {"*": "viewer", "alice": "user", user(): "administrator"}
    session.set_role("alice", "administrator")
    session.set_role(user(), "viewer")
    with pytest.raises(StoreError, match="administrators"):
        session.set_role(user(), "administrator")
    words = [one.words for one in session.history() if one.what == "role"]
    assert words[0] == f"{user()}: viewer" and "everybody else: viewer" in words
    session.close()


def test_the_environment_does_not_say_who_one_is(case: Path) -> None:
    given(case, "viewer")
    words = "from app.engine.store.changing import user; print(user())"
    environment = {**os.environ, "LOGNAME": "root of another machine", "USER": "root of another machine"}
    told = subprocess.run([sys.executable, "-c", words], cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == user()


# ---- reading only


def folder_of(path: Path) -> dict[str, tuple[int, int]]:
    return {one.name: (one.stat().st_size, one.stat().st_mtime_ns) for one in path.parent.iterdir()}


def test_reading_only_writes_nothing_anywhere(case: Path, tmp_path: Path) -> None:
    before = folder_of(case)
    session = Session.open(case, read_only=True)
    assert session.read_only and "reading only" in session.why_read_only
    assert session.queries.alerts() and session.queries.count() == 212
    session.queries.overview()
    session.queries.coverage_spans()
    for act in {**USERS, **ADMINISTRATORS}.values():
        with pytest.raises(StoreError, match="reading only"):
            act(session)
    (tmp_path / "out").mkdir()
    session.export(tmp_path / "out" / "o.csv", "csv", View())
    session.close()
    after = {name: about for name, about in folder_of(case).items() if name != "out"}
    assert after == before


def test_what_another_writes_is_seen_by_who_only_reads(case: Path) -> None:
    reader, writer = Session.open(case, read_only=True), Session.open(case)
    assert reader.notes() == ()
    writer.write_note("user:corp.test\\alice", "new")
    assert reader.notes()[0].text == "new"
    writer.close()
    assert reader.notes()[0].text == "new"
    reader.close()


def test_there_must_be_something_to_read(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no workspace"):
        Session.open(tmp_path / "none.wardlight", read_only=True)
    assert not list(tmp_path.iterdir())


def newer(path: Path, *sql: str) -> Path:
    db = sqlite3.connect(path)
    for one in sql:
        db.execute(one)
    db.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
    db.commit()
    db.close()
    return path


def test_a_newer_workspace_opens_for_reading_where_its_tables_allow(case: Path) -> None:
    newer(case, "CREATE TABLE moods(id INTEGER PRIMARY KEY)", "ALTER TABLE alerts ADD COLUMN mood TEXT NOT NULL DEFAULT ''")
    session = Session.open(case)
    assert session.read_only and "newer Wardlight" in session.why_read_only
    assert session.queries.alerts() and session.queries.count() == 212
    with pytest.raises(StoreError, match="newer Wardlight"):
        session.write_note("user:corp.test\\alice", "words")
    session.close()


@pytest.mark.parametrize(
    "sql", ["ALTER TABLE alerts RENAME COLUMN own TO mine", "DROP TABLE sums", "INSERT INTO kinds(text) VALUES('quantum-ticket')"]
)
def test_a_newer_workspace_of_another_shape_is_refused_in_one_sentence(case: Path, sql: str) -> None:
    newer(case, sql)
    with pytest.raises(StoreError, match="newer Wardlight") as refused:
        Session.open(case)
    assert "\n" not in str(refused.value) and "cannot be opened for reading" in str(refused.value)


def test_an_older_workspace_is_not_brought_up_to_date_by_reading(tmp_path: Path) -> None:
    from tests.engine.test_schema import unpacked

    old = unpacked(tmp_path, 3)
    before = old.read_bytes()
    with pytest.raises(StoreError, match=r"older Wardlight.*open it for writing once"):
        Session.open(old, read_only=True)
    assert old.read_bytes() == before


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="becomes another user")
def test_who_may_not_write_the_file_reads_it(case: Path) -> None:
    """As another user of the machine, for whom file and folder are closed for writing."""
    for one in (case.parent, *case.parent.parents):
        if one == Path("/tmp"):
            break
        one.chmod(stat.S_IMODE(one.stat().st_mode) | 0o055)
    case.chmod(0o644)
    words = """
import os, sys
from pathlib import Path
from app.session import Session
import app.engine.queries, app.engine.export.writing, app.output
os.setgid(65534); os.setuid(65534)
session = Session.open(Path(sys.argv[1]))
print(session.read_only, session.why_read_only, len(session.queries.alerts()) > 0)
try:
    session.write_note("user:x", "words")
except Exception as error:
    print(type(error).__name__, error)
session.close()
"""
    told = subprocess.run([sys.executable, "-c", words, str(case)], cwd=ROOT, capture_output=True, text=True)
    assert told.stdout.startswith("True You may not write case.wardlight"), told
    assert "StoreError You may not write" in told.stdout
    assert sorted(one.name for one in case.parent.iterdir()) == ["case.wardlight"]
