"""Whether a workspace is whole: its file, its counts against its activities, what refers to what; and its counts made anew."""

import sqlite3
from contextlib import closing
from pathlib import Path

from app.engine import ports, postings, schema
from app.engine.arrays import np
from app.engine.schema import StoreError
from app.engine.store.counts import COUNTED, set_counted
from app.engine.store.lease import Lease
from app.model.counting import counted
from app.model.workspace import Fault

MOST = 20
"""Sentences of the file's own check that are told."""
_PARTIES = "coalesce(source, 0), coalesce(destination, 0), coalesce(actor, 0)"
_MINUTE, _HOUR = (f"(at - ((at % {length}) + {length}) % {length}) / {length}" for length in (60_000_000, 3_600_000_000))
COUNTS = {
    "minutes": f"SELECT {_MINUTE}, input, kind, result, count(*) FROM activities GROUP BY 1, 2, 3, 4",
    "hours": f"SELECT {_HOUR}, input, kind, result, count(*) FROM activities GROUP BY 1, 2, 3, 4",
    "flows": f"""SELECT input, {_PARTIES}, kind, result, count(*), min(at), max(at) FROM activities WHERE id <= ({COUNTED})
    GROUP BY 1, 2, 3, 4, 5, 6""",
}
"""Counts beside the activities, and what they are made of."""
WORDS = {
    "minutes": "The counts by minute", "hours": "The counts by hour", "flows": "The counts by parties",
    "sums": "The sums of parties", "meetings": "The sums of who met whom",
}  # fmt: skip
_SUMS = schema.FILL_SUMS.partition("INSERT INTO sums ")[2]
_MEETINGS = schema.FILL_MEETINGS.partition("INSERT INTO meetings ")[2]
_BROKEN = (
    ("alert_evidence", "activity NOT IN (SELECT id FROM activities)",
     ("activity on which alerts rest is not there", "activities on which alerts rest are not there")),
    ("alert_evidence", "alert NOT IN (SELECT number FROM alerts)",
     ("row of evidence belongs to no alert", "rows of evidence belong to no alert")),
    ("twins", "record NOT IN (SELECT id FROM activities) OR other NOT IN (SELECT id FROM activities)",
     ("pair of what is told twice leads to nothing", "pairs of what is told twice lead to nothing")),
    ("activities", "input NOT IN (SELECT id FROM inputs)", ("activity belongs to no input", "activities belong to no input")),
    ("knowledge", "input NOT IN (SELECT id FROM inputs)", ("memory belongs to no input", "memories belong to no input")),
    ("inputs", "activities <> (SELECT coalesce(sum(count), 0) FROM hours WHERE input = inputs.id) AND state <> 'reading'",
     ("input counts other activities than it holds", "inputs count other activities than they hold")),
)  # fmt: skip


def check(path: Path) -> tuple[int, tuple[Fault, ...]]:
    """(number of activities, what is wrong) of a workspace; reads all of it, changes nothing. Raises StoreError.

    All that is compared is one state of the workspace, so that a writer beside it does no harm.
    """
    try:
        with closing(schema.connect(path)) as db:
            schema.check(db, path)
            db.execute("BEGIN")
            faults = [
                Fault(what=f"The file is damaged: {row[0]}.")
                for row in db.execute(f"PRAGMA integrity_check({MOST})")
                if row[0] != "ok"
            ]
            if faults:
                return 0, tuple(faults)
            number = int(db.execute("SELECT count(*) FROM activities").fetchone()[0])
            return number, (*_counts(db), *_lists(db), *_references(db))
    except sqlite3.DatabaseError as error:
        return 0, (Fault(what=f"The file is damaged: {error}."),)


def _counts(db: sqlite3.Connection) -> list[Fault]:
    made = {**COUNTS, "sums": _SUMS, "meetings": _MEETINGS}
    faults = []
    for table, sql in made.items():
        columns = {
            "flows": "input, source, destination, actor, kind, result, count, first, last",
            "sums": "party, count, first, last",
            "meetings": "source, destination, actor, count",
        }.get(table, f"{table[:-1]}, input, kind, result, count")
        one, other = f"SELECT {columns} FROM {table}", f"SELECT * FROM ({sql})"
        wrong = sum(
            int(db.execute(f"SELECT count(*) FROM ({a} EXCEPT {b})").fetchone()[0]) for a, b in ((one, other), (other, one))
        )
        if wrong:
            faults.append(Fault(what=f"{WORDS[table]} do not agree with the activities in {counted(wrong, 'row')}.", mends=True))
    return faults


def _lists(db: sqlite3.Connection) -> list[Fault]:
    """Whether the lists of parties hold every activity that is said to be listed, and no other."""
    end = postings.listed(db)
    wanted = int(
        db.execute(
            f"""SELECT coalesce(sum(
              (source IS NOT NULL) + (destination IS NOT NULL) + (actor IS NOT NULL) + {ports.IS_LISTED}), 0)
            FROM activities WHERE id <= ?""",
            (end,),
        ).fetchone()[0]
    )
    found = 0
    for party, *packed in db.execute("SELECT party, hour, base, count, runs, entries FROM postings"):
        try:
            at, ids, codes = postings.unpack([tuple(packed)])
        except ValueError:
            return [Fault(what="The lists of parties cannot be read.", mends=True)]
        if len(at) != packed[2] or len(ids) != len(codes) or 0 <= party < 4:
            return [Fault(what="The lists of parties do not hold as many as they say.", mends=True)]
        found += len(np.unique(ids))
    if found != wanted:
        return [
            Fault(what=f"The lists of parties hold {counted(found, 'entry', 'entries')} in the place of {wanted:,}.", mends=True)
        ]
    return []


def _references(db: sqlite3.Connection) -> list[Fault]:
    faults = []
    for table, where, words in _BROKEN:
        wrong = int(db.execute(f"SELECT count(*) FROM {table} WHERE {where}").fetchone()[0])
        if wrong:
            faults.append(Fault(what=f"{counted(wrong, *words)}.", mends=table == "inputs"))
    return faults


def count_anew(path: Path) -> None:
    """Make every count and list from the activities, in one transaction. Raises StoreError, as when somebody writes it."""
    lease = Lease(path)
    try:
        with closing(schema.prepare(path)) as db:
            db.execute("BEGIN IMMEDIATE")
            set_counted(db)
            for table, sql in COUNTS.items():
                db.execute(f"DELETE FROM {table}")
                columns = "(input, source, destination, actor, kind, result, count, first, last)" if table == "flows" else ""
                db.execute(f"INSERT INTO {table}{columns} {sql}")
            for table, fill in (("sums", schema.FILL_SUMS), ("meetings", schema.FILL_MEETINGS)):
                db.execute(f"DELETE FROM {table}")
                db.execute(fill)
            db.execute("DELETE FROM postings")
            postings.set_listed(db, 0)
            postings.fill(db)
            db.execute("UPDATE inputs SET activities = (SELECT coalesce(sum(count), 0) FROM hours WHERE input = inputs.id)")
            for topic in ("activities", "inputs", "postings"):
                db.execute("INSERT INTO changes VALUES(?,1) ON CONFLICT(topic) DO UPDATE SET value = value + 1", (topic,))
            db.execute("COMMIT")
    except sqlite3.Error as error:
        raise StoreError(f"{path} cannot be written: {error}.") from error
    finally:
        lease.release()
