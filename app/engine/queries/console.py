"""Read-only SQL for who asks: one statement, guarded, over views that need no knowledge of how a workspace is packed."""

import sqlite3
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import msgspec

from app.engine import schema
from app.engine.queries.functions import register
from app.link.codec import decode_plain
from app.model.alert import RANK
from app.model.asking import SqlAnswer

ROWS, SECONDS, LONGEST = 10_000, 20.0, 20_000
"""Rows and seconds of one statement, characters of its text."""
CELL = 10_000
"""Characters of one cell."""
VIEWS: dict[str, str] = {
    "activity": """SELECT a.id, iso(a.at) AS time, a.at, (SELECT text FROM kinds WHERE id = a.kind) AS kind,
      (SELECT text FROM actors WHERE id = a.actor) AS who, (SELECT text FROM addresses WHERE id = a.source) AS source, a.sport,
      (SELECT text FROM addresses WHERE id = a.destination) AS destination, a.dport,
      CASE a.result WHEN 0 THEN 'success' WHEN 1 THEN 'failure' ELSE 'unanswered' END AS result, a.code, a.took,
      (SELECT path FROM inputs WHERE id = a.input) AS input, a.frame, etype_of(a.body) AS etype, service_of(a.body) AS spn,
      event_id(a.body) AS event, detail(a.body) AS detail FROM activities a""",
    "entity": "SELECT id, key, kind, label FROM entities",
    "alert": """SELECT number, id, detector, subject,
      CASE severity WHEN {low} THEN 'low' WHEN {medium} THEN 'medium' ELSE 'high' END AS severity, iso(first) AS first,
      iso(last) AS last, state, classification, note FROM alerts""",
    "evidence": "SELECT s.id AS alert, e.position, e.activity FROM alert_evidence e JOIN alerts s ON s.number = e.alert",
    "input": """SELECT id, key, path, kind, bytes, sha256, records, iso(first) AS first, iso(last) AS last, state, activities
      FROM inputs""",
    "flow": """SELECT (SELECT text FROM addresses WHERE id = f.source) AS source,
      (SELECT text FROM addresses WHERE id = f.destination) AS destination, (SELECT text FROM actors WHERE id = f.actor) AS who,
      (SELECT text FROM kinds WHERE id = f.kind) AS kind, f.result, f.count, iso(f.first) AS first, iso(f.last) AS last
      FROM flows f""",
    "act": "SELECT id, iso(at) AS time, who, what, subject, before, after, words, undone FROM acts",
}
"""View to its statement; what docs/queries.md tells of."""
ABOUT: dict[str, str] = {
    "activity": "one row for each activity; detail is JSON, read it with json_extract(detail, '$.service')",
    "entity": "users, computers, addresses and the like by their keys",
    "alert": "alerts with what was said of them",
    "evidence": "which activities an alert rests on: activity is activity.id",
    "input": "what was read",
    "flow": "counts by source, destination and account; never reads activities, so it is quick",
    "act": "what analysts did",
}
_DENIED = frozenset({"load_extension", "fts3_tokenizer", "readfile", "writefile", "edit", "zeroblob", "randomblob"})


def columns(path: Path) -> dict[str, tuple[str, ...]]:
    """Columns of every view."""
    db = _connected(path)
    try:
        return {name: tuple(str(row[0]) for row in db.execute(f"SELECT * FROM {name} LIMIT 0").description) for name in VIEWS}
    finally:
        db.close()


def ask(
    path: Path, sql: str, cancelled: Callable[[], bool] = lambda: False, rows: int = ROWS, seconds: float = SECONDS
) -> SqlAnswer:
    """Run one statement that only reads; never raises for what is wrong with it. Blocks as long as seconds, and a moment."""
    if len(sql) > LONGEST:
        return SqlAnswer(error=f"The statement is longer than {LONGEST:,} characters.")
    if not sql.strip().strip(";"):
        return SqlAnswer(error="There is no statement.")
    began = time.monotonic()
    why = ""

    def over() -> int:
        nonlocal why
        if cancelled():
            why = "Stopped."
        elif time.monotonic() - began > seconds:
            why = f"It took longer than {seconds:g} seconds and was stopped; ask for less, as with WHERE at > ... or LIMIT."
        return int(bool(why))

    try:
        db = _connected(path)
    except sqlite3.Error as error:
        return SqlAnswer(error=f"The workspace cannot be read: {error}.")
    try:
        db.set_authorizer(_allowed)
        db.set_progress_handler(over, 20_000)
        cursor = db.execute(sql)
        if cursor.description is None:
            return SqlAnswer(error="Only statements that read are run: SELECT ..., WITH ... SELECT, VALUES, EXPLAIN.")
        names = tuple(str(one[0]) for one in cursor.description)
        found = []
        for row in cursor:
            found.append(tuple(_cell(value) for value in row))
            if len(found) > rows:
                break
        return SqlAnswer(columns=names, rows=tuple(found[:rows]), cut=len(found) > rows, seconds=time.monotonic() - began)
    except (sqlite3.Error, sqlite3.Warning, OverflowError, ValueError, MemoryError) as error:
        words = str(error)
        if "not authorized" in words or "prohibited" in words:
            words = "Only reading is allowed: no change, no other file, no setting"
        elif "one statement" in words:
            words = "One statement at a time"
        return SqlAnswer(error=why or f"{words[:1].upper()}{words[1:].rstrip('.')}.", seconds=time.monotonic() - began)
    finally:
        db.close()


def _connected(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, isolation_level=None, timeout=5, check_same_thread=False)
    schema.check(db, path)
    register(db)
    db.create_function("iso", 1, _iso, deterministic=True)
    db.create_function("detail", 1, _detail, deterministic=True)
    db.execute("PRAGMA temp_store=FILE")  # forgets what is temporary, so it comes before the views
    ranks = {"low": RANK["low"], "medium": RANK["medium"]}
    for name, view in VIEWS.items():
        db.execute(f"CREATE TEMP VIEW {name} AS {view.format(**ranks)}")
    for table in ("json_each('[]')", "json_tree('[]')", "names"):  # what is made at first use is made before reading is all
        db.execute(f"SELECT 1 FROM {table} LIMIT 0").fetchall()
    db.execute("PRAGMA query_only=ON")
    db.execute("PRAGMA cache_size=-16384")
    db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 20_000_000)
    db.setlimit(sqlite3.SQLITE_LIMIT_SQL_LENGTH, 2 * LONGEST)
    db.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    db.setlimit(sqlite3.SQLITE_LIMIT_EXPR_DEPTH, 200)
    return db


def _allowed(action: int, one: str | None, two: str | None, _database: str | None, _inner: str | None) -> int:
    """Reading, and functions that do nothing but compute."""
    if action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE):
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_FUNCTION:
        return sqlite3.SQLITE_DENY if (two or "").lower() in _DENIED else sqlite3.SQLITE_OK
    return sqlite3.SQLITE_DENY


def _cell(value: object) -> str | int | float | bytes | None:
    if isinstance(value, str):
        return value[:CELL]
    if isinstance(value, bytes):
        return value[:CELL]
    return value if isinstance(value, int | float) else None


def _iso(at: object) -> str | None:
    if not isinstance(at, int):
        return None
    try:
        moment = datetime.fromtimestamp(at // 1_000_000, UTC)
    except (OverflowError, OSError, ValueError):
        return None
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{at % 1_000_000:06}Z"


def _detail(body: object) -> str | None:
    """The detail of an activity as JSON."""
    if not isinstance(body, bytes):
        return None
    try:
        return msgspec.json.encode(decode_plain(body)).decode()
    except (msgspec.MsgspecError, TypeError, UnicodeDecodeError):
        return None
