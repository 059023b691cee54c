"""The workspace file: its tables, its version, its migrations."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from app.engine import earlier, postings
from app.model.stopping import go_on, is_stopped

APPLICATION_ID = 0x57444C54  # "WDLT" in the header of the file tells a workspace from any other SQLite file
VERSION = 7
PAGE = 16_384
"""Bytes of a page of a new workspace: rows come in order and packed lists are long, so larger pages cost less of both."""
HEADER = 100
"""Bytes of the header of a database (SQLite file format, section 1.3)."""
WAL_BYTES = 64 << 20
"""Bytes of the write-ahead log from which on it is copied into the file."""


IN_USE = " is in use by another program."
"""How the words of a StoreError end that is over when the other one is."""


class StoreError(Exception):
    """The workspace cannot be used; the message is one sentence for the user."""


TABLES = """
CREATE TABLE meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE changes(topic TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
-- live: 1 for what came from a live source, which cannot be read again.
CREATE TABLE inputs(
  id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, path TEXT NOT NULL, kind TEXT NOT NULL, bytes INTEGER NOT NULL,
  sha256 TEXT NOT NULL, records INTEGER NOT NULL DEFAULT 0, first INTEGER, last INTEGER, state TEXT NOT NULL,
  activities INTEGER NOT NULL DEFAULT 0, problems TEXT NOT NULL DEFAULT '[]', live INTEGER NOT NULL DEFAULT 0);
CREATE TABLE addresses(id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
CREATE TABLE kinds(id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
-- Who acted: one row for each account as named on the wire, or for each ticket where only that is known.
CREATE TABLE actors(id INTEGER PRIMARY KEY, raw BLOB NOT NULL UNIQUE, text TEXT NOT NULL, entity INTEGER);
-- source, destination, actor, code: NULL when unknown. frame: first frame, or record of an event log. took: microseconds.
CREATE TABLE activities(
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL, took INTEGER NOT NULL, kind INTEGER NOT NULL, result INTEGER NOT NULL,
  source INTEGER, sport INTEGER NOT NULL, destination INTEGER, dport INTEGER NOT NULL, actor INTEGER, code INTEGER,
  input INTEGER NOT NULL, frame INTEGER, ordinal INTEGER NOT NULL, body BLOB NOT NULL);
CREATE INDEX activities_at ON activities(at);
CREATE INDEX activities_place ON activities(input, frame);
-- Who took part, in packed lists (app/engine/postings.py). party: number of an address or actor times 4, plus 0 as source,
-- 1 as destination, 2 as actor; or what its ports give, app/engine/ports.py. hour: of the epoch. base: added to the ids of the
-- entries. runs: kind times 4 plus result, and how many entries have it, in their order. entries: microseconds within the hour,
-- id; those of a run in order of time.
-- meta "listed": the last id in them; meta "counted": the last id in the counts by parties.
CREATE TABLE postings(
  id INTEGER PRIMARY KEY, party INTEGER NOT NULL, hour INTEGER NOT NULL, base INTEGER NOT NULL, count INTEGER NOT NULL,
  runs BLOB NOT NULL, entries BLOB NOT NULL);
CREATE INDEX postings_party ON postings(party, hour, count);
-- The counts by parties summed for each party, where source and destination are one only as source.
CREATE TABLE sums(party INTEGER PRIMARY KEY, count INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL);
-- Counts that never need the activities: by minute and hour (of the epoch), by parties (0 where an activity has none).
CREATE TABLE minutes(
  minute INTEGER, input INTEGER, kind INTEGER, result INTEGER, count INTEGER NOT NULL,
  PRIMARY KEY(minute, input, kind, result)) WITHOUT ROWID;
CREATE TABLE hours(
  hour INTEGER, input INTEGER, kind INTEGER, result INTEGER, count INTEGER NOT NULL,
  PRIMARY KEY(hour, input, kind, result)) WITHOUT ROWID;
CREATE TABLE flows(
  input INTEGER, source INTEGER, destination INTEGER, actor INTEGER, kind INTEGER, result INTEGER,
  count INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
  PRIMARY KEY(source, destination, actor, kind, result, input)) WITHOUT ROWID;
-- The counts by parties summed whatever was done, for neighbours; found from each of the three.
CREATE TABLE meetings(
  source INTEGER, destination INTEGER, actor INTEGER, count INTEGER NOT NULL,
  PRIMARY KEY(source, destination, actor)) WITHOUT ROWID;
CREATE INDEX meetings_destination ON meetings(destination, source, actor, count);
CREATE INDEX meetings_actor ON meetings(actor, source, destination, count);
CREATE TABLE entities(id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, label TEXT NOT NULL);
-- Every entity that an address was at any time; more than one row: which one depends on the time.
CREATE TABLE address_entities(address INTEGER, entity INTEGER, PRIMARY KEY(address, entity)) WITHOUT ROWID;
CREATE INDEX address_entities_entity ON address_entities(entity);
CREATE INDEX actors_entity ON actors(entity);
CREATE VIRTUAL TABLE names USING fts5(label, prefix='2 3', tokenize="unicode61 remove_diacritics 2");
-- upto: it was learned from every activity of the input with an id up to this one; 0 when that is not known.
CREATE TABLE knowledge(input INTEGER PRIMARY KEY, body BLOB NOT NULL, upto INTEGER NOT NULL DEFAULT 0);
-- state: as it is; own: as an analyst set it, '' when nobody did. follows: id of the suppressed alert in whose silence it falls.
-- excluded: id of the exclusion that covers it. kept: 1 for what detection cannot find again, since activities were removed.
CREATE TABLE alerts(
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, detector TEXT NOT NULL, subject TEXT NOT NULL, severity INTEGER NOT NULL,
  first INTEGER NOT NULL, last INTEGER NOT NULL, state TEXT NOT NULL, classification TEXT NOT NULL, note TEXT NOT NULL,
  body BLOB NOT NULL, own TEXT NOT NULL DEFAULT '', follows TEXT NOT NULL DEFAULT '', excluded TEXT NOT NULL DEFAULT '',
  kept INTEGER NOT NULL DEFAULT 0);
CREATE TABLE alert_evidence(
  alert INTEGER, position INTEGER, activity INTEGER, PRIMARY KEY(alert, position)) WITHOUT ROWID;
CREATE INDEX alert_evidence_activity ON alert_evidence(activity);
CREATE TABLE alert_names(old TEXT PRIMARY KEY, id TEXT NOT NULL) WITHOUT ROWID;
-- What was said of alerts that detection does not give at present; own as above.
CREATE TABLE said(
  detector TEXT, subject TEXT, first INTEGER, last INTEGER NOT NULL, own TEXT NOT NULL, classification TEXT NOT NULL,
  note TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY(detector, subject, first)) WITHOUT ROWID;
-- Every change that somebody made: before and after as text, NULL for none; reverses: the act that this one undid or did again.
CREATE TABLE acts(
  id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, who TEXT NOT NULL, what TEXT NOT NULL, subject TEXT NOT NULL,
  before TEXT, after TEXT, words TEXT NOT NULL, reverses INTEGER NOT NULL, undone INTEGER NOT NULL);
CREATE INDEX acts_subject ON acts(subject);
CREATE TABLE exclusions(id TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE incidents(
  id TEXT PRIMARY KEY, first INTEGER NOT NULL, body BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE incident_names(old TEXT PRIMARY KEY, id TEXT NOT NULL) WITHOUT ROWID;
-- What an analyst says an entity is: state 1 says that it carries the tag, 0 that it does not whatever the program finds.
CREATE TABLE tags(
  subject TEXT, tag TEXT, state INTEGER NOT NULL, changed INTEGER NOT NULL, PRIMARY KEY(subject, tag)) WITHOUT ROWID;
-- The same act told by a log and by packets: record and other are activities; how: a word that says what tied them.
CREATE TABLE twins(record INTEGER, other INTEGER, how TEXT NOT NULL, PRIMARY KEY(record, other)) WITHOUT ROWID;
CREATE INDEX twins_other ON twins(other);
-- What analysts write down of an entity or anything else that has a key; at: when it was first written, changed: when last.
CREATE TABLE notes(
  id INTEGER PRIMARY KEY AUTOINCREMENT, subject TEXT NOT NULL, at INTEGER NOT NULL, who TEXT NOT NULL, text TEXT NOT NULL,
  changed INTEGER NOT NULL);
CREATE INDEX notes_subject ON notes(subject);
-- Messages that came over a link and are stored: of each outbox every number up to upto, and beyond it the spans of the JSON list
-- (first and last number of each). outbox: id of the sensor, a space, identity of the outbox.
CREATE TABLE receipts(outbox TEXT PRIMARY KEY, sensor TEXT NOT NULL, upto INTEGER NOT NULL, beyond TEXT NOT NULL) WITHOUT ROWID;
-- Messages of a version of the link that this program did not know, as they came; stored once it does.
CREATE TABLE parked(
  id INTEGER PRIMARY KEY AUTOINCREMENT, sensor TEXT NOT NULL, outbox TEXT NOT NULL, number INTEGER NOT NULL,
  form INTEGER NOT NULL, data BLOB NOT NULL);
-- heard: UTC microseconds by this machine's clock; report: its last one as JSON; form: version of the link that it speaks.
CREATE TABLE sensors(
  id TEXT PRIMARY KEY, name TEXT NOT NULL, added INTEGER NOT NULL, heard INTEGER, report TEXT NOT NULL DEFAULT '',
  activities INTEGER NOT NULL DEFAULT 0, removed INTEGER) WITHOUT ROWID;
-- Health alerts as they stand, body as JSON; and what became of them, newest last.
CREATE TABLE health(id TEXT PRIMARY KEY, state TEXT NOT NULL, last INTEGER NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE health_history(
  id INTEGER PRIMARY KEY AUTOINCREMENT, issue TEXT NOT NULL, at INTEGER NOT NULL, what TEXT NOT NULL, words TEXT NOT NULL);
CREATE INDEX health_history_issue ON health_history(issue);
-- What users of this machine may do, by their name there; '*' stands for everybody else. Empty: everybody may do everything.
CREATE TABLE roles(user TEXT PRIMARY KEY, role TEXT NOT NULL) WITHOUT ROWID;
"""


FILL_SUMS = """
INSERT INTO sums SELECT party, sum(count), min(first), max(last) FROM (
  SELECT source * 4 AS party, count, first, last FROM flows WHERE source
  UNION ALL SELECT destination * 4 + 1, count, first, last FROM flows WHERE destination AND destination <> source
  UNION ALL SELECT actor * 4 + 2, count, first, last FROM flows WHERE actor) GROUP BY party"""
"""Sums of parties from the counts by parties."""
FILL_MEETINGS = "INSERT INTO meetings SELECT source, destination, actor, sum(count) FROM flows GROUP BY 1, 2, 3"
"""Sums of who met whom from the counts by parties."""
FILL_HOURS = """
INSERT INTO hours SELECT (minute - ((minute % 60) + 60) % 60) / 60 AS hour, input, kind, result, sum(count) FROM minutes
GROUP BY 1, 2, 3, 4"""
"""Counts by hour from those by minute."""


def _to_2(db: sqlite3.Connection) -> None:
    """Counts by parties lead with the parties, ids of inputs are never used again."""
    for table in ("inputs", "flows"):
        columns = ", ".join(str(row[1]) for row in db.execute(f"PRAGMA table_info({table})"))
        db.execute(f"ALTER TABLE {table} RENAME TO old_{table}")
        db.execute(_statement(f"CREATE TABLE {table}("))
        db.execute(f"INSERT INTO {table}({columns}) SELECT {columns} FROM old_{table}")
        db.execute(f"DROP TABLE old_{table}")
    for name in ("at", "source", "destination", "actor", "place"):
        db.execute(f"DROP INDEX IF EXISTS activities_{name}")
    for start in (
        "INDEX activities_at",
        "INDEX activities_place",
    ):
        db.execute(_statement(f"CREATE {start}"))


def _to_3(db: sqlite3.Connection) -> None:
    """Analysts tag entities; what a log and packets tell of one act is tied together; parties have packed lists and sums."""
    for start in (
        "TABLE tags(",
        "TABLE twins(",
        "INDEX twins_other",
        "TABLE postings(",
        "INDEX postings_party",
        "TABLE sums(",
        "TABLE hours(",
        "TABLE meetings(",
        "INDEX meetings_destination",
        "INDEX meetings_actor",
    ):
        db.execute(_statement(f"CREATE {start}"))
    if "live" not in {
        str(row[1]) for row in db.execute("PRAGMA table_info(inputs)")
    }:  # a step before made the table as it is now
        db.execute("ALTER TABLE inputs ADD COLUMN live INTEGER NOT NULL DEFAULT 0")
    db.execute("DROP TABLE IF EXISTS parties")
    for name in ("destination", "actor"):
        db.execute(f"DROP INDEX IF EXISTS flows_{name}")
    db.execute(FILL_SUMS)
    db.execute(FILL_MEETINGS)
    db.execute(FILL_HOURS)
    postings.fill(db)


def _to_4(db: sqlite3.Connection) -> None:
    """What an analyst does is recorded; alerts have exclusions, suppression that lasts, and incidents."""
    for start in (
        "TABLE said(",
        "TABLE acts(",
        "INDEX acts_subject",
        "TABLE exclusions(",
        "TABLE incidents(",
        "TABLE incident_names(",
    ):
        db.execute(_statement(f"CREATE {start}"))
    for column in ("own", "follows", "excluded"):
        db.execute(f"ALTER TABLE alerts ADD COLUMN {column} TEXT NOT NULL DEFAULT ''")
    db.execute("UPDATE alerts SET own = state WHERE state <> 'open'")
    db.execute("DELETE FROM meta WHERE key = 'settled'")  # the next detection finds the incidents


def _to_5(db: sqlite3.Connection) -> None:
    """A subject has several notes."""
    db.execute("DROP TABLE IF EXISTS notes")  # nothing was ever written into it
    for start in ("TABLE notes(", "INDEX notes_subject"):
        db.execute(_statement(f"CREATE {start}"))


def _to_6(db: sqlite3.Connection) -> None:
    """Sensors send what they see; health alerts are kept; users have roles; alerts outlive activities that are removed."""
    for start in (
        "TABLE receipts(", "TABLE parked(", "TABLE sensors(", "TABLE health(", "TABLE health_history(",
        "INDEX health_history_issue", "TABLE roles(",
    ):  # fmt: skip
        db.execute(_statement(f"CREATE {start}"))
    db.execute("ALTER TABLE knowledge ADD COLUMN upto INTEGER NOT NULL DEFAULT 0")
    db.execute("ALTER TABLE alerts ADD COLUMN kept INTEGER NOT NULL DEFAULT 0")


def _to_7(db: sqlite3.Connection) -> None:
    """Activities are listed by ports too."""
    postings.fill_ports(db)


def _statement(start: str) -> str:
    """The statement of TABLES that starts so."""
    place = TABLES.index(start)
    return TABLES[place : TABLES.index(";", place)]


MIGRATIONS: dict[int, Callable[[sqlite3.Connection], None]] = {1: _to_2, 2: _to_3, 3: _to_4, 4: _to_5, 5: _to_6, 6: _to_7}
"""From a version to the next one; all that are needed are one transaction."""


ASKED = 50_000
"""Steps of SQLite's machine between two looks whether anybody still waits for a migration."""


def connect(path: Path | str) -> sqlite3.Connection:
    """A connection that leaves transactions to its user."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=5, check_same_thread=False, cached_statements=256)
    connection.execute("PRAGMA busy_timeout=5000")
    return connection


def prepare(
    path: Path, kept: Callable[[Path], None] = lambda copy: None, told: Callable[[str], None] = lambda words: None
) -> sqlite3.Connection:
    """Open the workspace for writing; make it when it is not there, migrate it when it is old. Raises StoreError.

    kept: told of the copy from before a migration; told: how far that is. Raises Stopped when nobody waits for it any more
    (app.model.stopping); then the workspace is as it was.
    """
    new = False
    try:
        new = not path.exists()
        if not new and 0 < path.stat().st_size < HEADER:  # which SQLite takes for an empty file
            raise StoreError(f"{path} is not a Wardlight workspace.")
        connection = connect(path)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(f"{path} cannot be opened: {why_closed(path, error)}.") from error
    try:
        version = check(connection, path)
        if version == 0:
            connection.execute(f"PRAGMA page_size={PAGE}")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA cache_size=-24576")
        connection.execute("PRAGMA temp_store=FILE")
        page = int(connection.execute("PRAGMA page_size").fetchone()[0])
        connection.execute(f"PRAGMA wal_autocheckpoint={WAL_BYTES // page}")
        connection.execute(f"PRAGMA journal_size_limit={WAL_BYTES}")
        if version == 0:
            create(connection)
        elif version < VERSION and (copy := migrate(connection, path, told)) is not None:
            kept(copy)
    except sqlite3.OperationalError as error:
        connection.close()
        go_on()
        busy = "locked" in str(error) or "busy" in str(error)
        if new and not busy:  # nothing was in it, and one that is empty would stand in the way of the next try
            for one in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
                one.unlink(missing_ok=True)
        raise StoreError(f"{path}{IN_USE}" if busy else f"{path} cannot be used: {error}.") from error
    except sqlite3.DatabaseError as error:
        connection.close()
        if is_foreign(error):
            raise StoreError(f"{path} is not a Wardlight workspace.") from error
        raise StoreError(f"{path} is damaged or not a Wardlight workspace: {error}.") from error
    except BaseException:
        connection.close()
        raise
    return connection


def why_closed(path: Path, error: Exception) -> str:
    """Why a file cannot be opened, in words: SQLite has the same ones for all of it."""
    if path.is_dir():
        return "it is a folder"
    if not path.parent.is_dir():
        return "there is no such folder"
    if not os.access(path if path.exists() else path.parent, os.R_OK if path.exists() else os.W_OK):
        return "you may not read it" if path.exists() else "you may not write in its folder"
    return str(error)


def is_foreign(error: sqlite3.Error) -> bool:
    """Whether an error says that a file is none of SQLite.

    A workspace is never opened but by SQLite: whoever closes a file that he opened himself gives back every lock that his process
    holds on it (POSIX, fcntl), and the next process that leaves takes itself for the last and removes the log of the others.
    """
    return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_NOTADB


def check(connection: sqlite3.Connection, path: Path, newer: bool = False) -> int:
    """Version of the workspace, 0 for an empty file. Raises StoreError for a stranger's file and for a newer version.

    newer: let a newer version pass.
    """
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    application = int(connection.execute("PRAGMA application_id").fetchone()[0])
    if application != APPLICATION_ID:
        if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            raise StoreError(f"{path} is not a Wardlight workspace.")
        return 0
    if version > VERSION and not newer:
        raise StoreError(f"{path} was made by a newer Wardlight (workspace version {version}, this program knows {VERSION}).")
    return version


def create(connection: sqlite3.Connection) -> None:
    """All tables of a new workspace."""
    connection.executescript(
        f"BEGIN IMMEDIATE;{TABLES}PRAGMA application_id={APPLICATION_ID};PRAGMA user_version={VERSION};COMMIT;"
    )


def migrate(connection: sqlite3.Connection, path: Path, told: Callable[[str], None] = lambda words: None) -> Path | None:
    """Bring an older workspace to VERSION after a copy beside it; returns the copy, None when another program was quicker.

    All steps are one transaction: whoever is killed anywhere leaves the workspace as it was. Raises StoreError where the copy
    cannot be made, sqlite3.Error where a step fails; then nothing was changed.
    """
    connection.execute("BEGIN IMMEDIATE")  # from here on nobody else writes it, or brings it up to date
    try:
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        if version >= VERSION:
            connection.execute("ROLLBACK")
            return None
        try:
            with closing(connect(path)) as reader:  # the copy is read by another connection than the one that will write
                copy = earlier.keep(path, reader, version, told)
        except (OSError, sqlite3.Error) as error:
            why = getattr(error, "strerror", None) or error
            raise StoreError(
                f"{path} has to be brought up to date, and no copy of it could be made before: {why}. It was left as it was."
            ) from error
        connection.set_progress_handler(is_stopped, ASKED)
        for step in range(version, VERSION):
            go_on()
            told(f"bringing it from version {step} to {step + 1} of {VERSION}")
            MIGRATIONS[step](connection)
        go_on()
        connection.execute(f"PRAGMA user_version={VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        connection.set_progress_handler(None, 0)
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    connection.set_progress_handler(None, 0)
    return copy


def create_workspace(path: Path, told: Callable[[str], None] = lambda words: None) -> Path | None:
    """Make the workspace when it is not there, migrate it when it is old. Raises StoreError, Stopped as prepare does.

    Returns the copy from before it was migrated, None for one that was not.
    """
    copies: list[Path] = []
    prepare(path, copies.append, told).close()
    return copies[0] if copies else None
