"""The store: what goes in comes out, counts are right, nothing else is opened or overwritten."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.engine import schema
from app.engine.engine import create_workspace
from app.engine.knowledge import Knowledge
from app.engine.store import Store, StoreError, streams, update_alert
from app.engine.store.opening import version_of
from app.model.activity import Account, Activity, Endpoint, event_order
from app.model.details import KINDS, DnsQuery, LdapSearch
from app.model.rows import Problem
from tests.engine.workspace import START, content, fill, made

ROOT = Path(__file__).resolve().parent.parent.parent
ALL = list(KINDS.values())


def keep(path: Path, activities: list[Activity], key: str = "aaaa", batch: int = 50) -> Store:
    """A store that is still open, with one finished input."""
    store = Store(path)
    assert store.begin_input(key, "/cases/one.pcap", "pcap", 100)
    for start in range(0, len(activities), batch):
        store.append(activities[start : start + batch])
    finish(store)
    return store


def finish(store: Store, state: str = "done") -> None:
    problems = (Problem(what="LDAP sealed", count=2, where="frame 9"),)
    knowledge = Knowledge().to_bytes()
    store.finish_input(state=state, records=9, first=1, last=2, sha256="ab", problems=problems, knowledge=knowledge)


def test_activities_come_back_as_they_were_in_event_order(tmp_path: Path) -> None:
    activities = made(700)
    store = keep(tmp_path / "w", activities)

    assert list(store.stream(ALL)) == sorted(activities, key=event_order)
    assert store.activities == 700
    store.close()


@pytest.mark.parametrize("ties", [streams.TIES, 90, 3])
def test_equal_times_of_several_inputs_are_ordered_by_content(tmp_path: Path, monkeypatch: Any, ties: int) -> None:
    monkeypatch.setattr(streams, "TIES", ties)  # with more of them the database sorts
    later, earlier = made(90, key="bbbb", step=0), made(90, key="aaaa", seed=2, step=0)
    store = keep(tmp_path / "w", later, "bbbb")
    store.begin_input("aaaa", "/cases/two.pcap", "pcap", 1)
    store.append(earlier)
    finish(store)

    assert list(store.stream(ALL)) == sorted(later + earlier, key=event_order)
    store.close()


def test_only_the_kinds_asked_for_come(tmp_path: Path) -> None:
    activities = made(200)
    store = keep(tmp_path / "w", activities)

    assert {one.kind for one in store.stream(["ldap-search", "no such kind"])} == {"ldap-search"}
    assert list(store.stream([])) == []
    store.close()


def test_counts_are_what_counting_gives(tmp_path: Path) -> None:
    activities = made(500)
    keep(tmp_path / "w", activities, batch=7).close()
    db = sqlite3.connect(tmp_path / "w")
    by_minute = Counter((one.at // 60_000_000, one.kind, one.result) for one in activities)
    sql = "SELECT minute, (SELECT text FROM kinds k WHERE k.id = kind), result, count FROM minutes"
    words = ("success", "failure", "unanswered")

    assert {(row[0], row[1], words[row[2]]): row[3] for row in db.execute(sql)} == by_minute
    assert db.execute("SELECT sum(count), min(first), max(last) FROM flows").fetchone() == (
        500,
        min(one.at for one in activities),
        max(one.at for one in activities),
    )
    db.close()


HOSTILE = [
    "\x00\x01\x1b[31m",
    "x" * 65_536,
    "'; DROP TABLE activities; --",
    "\ud800 lone",
    "\u202eevil",
    "ünïcödé",
    "%_*?[]",
    "",
]


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_names_are_kept(tmp_path: Path, name: str) -> None:
    one = Activity(
        at=START, until=START, input="aaaa", frames=(1,), source=Endpoint(name, 1), destination=Endpoint("10.0.0.1", 2),
        account=Account(name=name, domain=name, sid=name), ticket=name, detail=LdapSearch(base=name, attributes=(name,)),
    )  # fmt: skip
    store = keep(tmp_path / "w", [one, one])
    clean = name.encode("utf-8", "replace").decode()
    first, second = store.stream(ALL)

    assert first == second
    assert first.source == Endpoint(clean, 1)
    assert first.account == Account(name=clean, domain=clean, sid=clean)
    assert isinstance(first.detail, LdapSearch)
    assert first.detail.base == clean
    store.close()


def test_numbers_beyond_63_bits_are_capped(tmp_path: Path) -> None:
    one = Activity(at=START, until=START, input="aaaa", frames=(1,), code=2**64, detail=DnsQuery())
    store = keep(tmp_path / "w", [one])

    assert [back.code for back in store.stream(ALL)] == [2**63 - 1]
    store.close()


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.text(max_size=40), min_size=1, max_size=5), st.integers(-(2**40), 2**62))
def test_any_text_and_time(tmp_path: Path, texts: list[str], at: int) -> None:
    path = tmp_path / f"w{abs(hash((tuple(texts), at)))}"
    activities = [
        Activity(at=at, until=at + 1, input="k", frames=(n + 1,), account=Account(name=text), detail=DnsQuery(name=text))
        for n, text in enumerate(texts)
    ]
    store = keep(path, activities, "k")

    assert list(store.stream(ALL)) == activities
    store.close()
    path.unlink()


def test_an_input_is_read_once_and_its_new_path_is_remembered(tmp_path: Path) -> None:
    store = keep(tmp_path / "w", made(20))

    assert not store.begin_input("aaaa", "/elsewhere/one.pcap", "pcap", 100)
    store.close()
    db = sqlite3.connect(tmp_path / "w")
    assert db.execute("SELECT path, activities, state FROM inputs").fetchall() == [("/elsewhere/one.pcap", 20, "done")]
    db.close()


@pytest.mark.parametrize("state", ["partial", "failed"])
def test_an_input_that_was_not_read_to_its_end_is_read_again(tmp_path: Path, state: str) -> None:
    store = Store(tmp_path / "w")
    store.begin_input("aaaa", "/cases/one.pcap", "pcap", 100)
    store.append(made(20)[:9])
    finish(store, state)

    assert store.begin_input("aaaa", "/cases/one.pcap", "pcap", 100)
    store.append(made(20))
    finish(store)
    assert list(store.stream(ALL)) == made(20)
    assert store.activities == 20
    store.close()
    keep(tmp_path / "other", made(20)).close()
    assert content(tmp_path / "w") == content(tmp_path / "other")


def test_a_removed_input_leaves_nothing(tmp_path: Path) -> None:
    store = keep(tmp_path / "w", made(40))
    store.begin_input("bbbb", "/cases/two.pcap", "pcap", 100)
    store.append(made(40, key="bbbb", seed=3))
    finish(store)
    store.remove_input("bbbb")

    assert store.activities == 40
    store.close()
    keep(tmp_path / "other", made(40)).close()
    left, other = content(tmp_path / "w"), content(tmp_path / "other")
    for name in ("inputs", "activities", "minutes", "flows"):
        assert left[name] == other[name]


# ---- files that are something else


def test_a_stranger_is_not_opened(tmp_path: Path) -> None:
    text, database = tmp_path / "text", tmp_path / "database"
    text.write_bytes(b"not a database, but long enough to be one")
    db = sqlite3.connect(database)
    db.execute("CREATE TABLE holiday(day)")
    db.close()

    for path in (text, database):
        before = path.read_bytes()
        with pytest.raises(StoreError, match="is not a Wardlight workspace"):
            Store(path)
        assert path.read_bytes() == before


def test_a_newer_workspace_is_not_opened(tmp_path: Path) -> None:
    create_workspace(tmp_path / "w")
    db = sqlite3.connect(tmp_path / "w")
    db.execute(f"PRAGMA user_version={schema.VERSION + 1}")
    db.close()

    with pytest.raises(StoreError, match="newer Wardlight"):
        Store(tmp_path / "w")


def test_a_damaged_workspace_says_so(tmp_path: Path) -> None:
    create_workspace(tmp_path / "w")
    data = bytearray((tmp_path / "w").read_bytes())
    data[100:4_000] = b"\xff" * 3_900
    (tmp_path / "w").write_bytes(data)

    with pytest.raises(StoreError, match=r"damaged|cannot be used"):
        Store(tmp_path / "w")


def test_a_folder_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be opened"):
        Store(tmp_path / "nowhere" / "w")
    with pytest.raises(StoreError, match="cannot be opened: there is no such folder"):
        create_workspace(tmp_path / "nowhere" / "w")


def test_a_folder_in_its_place_says_so(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be opened: it is a folder"):
        version_of(tmp_path)


def test_a_workspace_that_the_disk_does_not_take_leaves_no_empty_file(tmp_path: Path) -> None:
    code = f"""
import resource
from pathlib import Path
from app.engine.schema import StoreError
from app.engine.engine import create_workspace
resource.setrlimit(resource.RLIMIT_FSIZE, (8_192, 8_192))
try:
    create_workspace(Path({str(tmp_path / "w")!r}))
except StoreError as error:
    print(error)
"""
    ran = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert ran.stdout.startswith(f"{tmp_path / 'w'} cannot be used"), ran.stderr
    assert [one.name for one in tmp_path.iterdir() if one.name != "w.lock"] == []


def test_one_writer_at_a_time(tmp_path: Path) -> None:
    store = Store(tmp_path / "w")
    with pytest.raises(StoreError, match="in use by another program"):
        Store(tmp_path / "w")
    create_workspace(tmp_path / "w")  # the window may open what a reading process writes
    store.close()

    Store(tmp_path / "w").close()
    assert not (tmp_path / "w.lock").exists()


def test_a_change_to_an_alert_of_a_locked_file_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    create_workspace(tmp_path / "w")
    blocker = sqlite3.connect(tmp_path / "w", isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    connect = schema.connect

    def impatient(path: Path | str) -> sqlite3.Connection:
        db = connect(path)
        db.execute("PRAGMA busy_timeout=50")
        return db

    monkeypatch.setattr(schema, "connect", impatient)
    with pytest.raises(StoreError, match="locked"):
        update_alert(tmp_path / "w", "any", note="x")
    blocker.execute("ROLLBACK")
    blocker.close()


# ---- killed at any moment

CHILD = """
import sys
from pathlib import Path
from typing import Any
from app.engine.store import counts, store
from tests.engine.test_store import inputs_to_kill
# Many transactions, so that most kills fall between two of them.
store.FLUSH_ROWS, store.LIST_ROWS, counts.SECONDS = 60, 200, 0.01
from tests.engine.workspace import fill
fill(Path(sys.argv[1]), inputs_to_kill(), batch=40)
"""


def inputs_to_kill() -> dict[str, list[Activity]]:
    return {f"in{number}": made(1_500, key=f"in{number}", seed=number) for number in range(5)}


def test_killed_again_and_again_the_workspace_ends_the_same(tmp_path: Path) -> None:
    inputs = inputs_to_kill()
    fill(tmp_path / "undisturbed", inputs, batch=40)
    expected = content(tmp_path / "undisturbed")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    states = set()
    moment = 0
    while moment < 10 or not any("reading" in one for one in states):  # on a slow machine the first moments come before that
        assert moment < 60, "no kill met an input that was being read"
        child = subprocess.Popen([sys.executable, "-c", CHILD, str(tmp_path / "w")], cwd=ROOT, env=environment)
        deadline = time.monotonic() + 20
        while not (tmp_path / "w.lock").exists() and time.monotonic() < deadline:
            time.sleep(0.002)
        time.sleep(0.02 + 0.025 * moment)
        moment += 1
        child.send_signal(signal.SIGKILL if os.name != "nt" else signal.SIGTERM)
        child.wait()
        (tmp_path / "w.lock").unlink(missing_ok=True)  # so that the next round waits for the next child's
        db = sqlite3.connect(tmp_path / "w")
        tables = db.execute("SELECT count(*) FROM sqlite_master WHERE name = 'inputs'").fetchone()[0]
        states |= {tuple(row[0] for row in db.execute("SELECT state FROM inputs ORDER BY id"))} if tables else set()
        db.close()
    fill(tmp_path / "w", inputs, batch=40)

    assert content(tmp_path / "w") == expected
