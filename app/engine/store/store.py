"""The writer's side of a workspace: inputs, activities with their counts, knowledge, alerts.

Long because one connection, what waits to be written and its counts share every transaction.
"""

import secrets
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import repeat
from pathlib import Path
from typing import Any

import msgspec

from app.engine import postings, schema
from app.engine.arrays import Numbers, np
from app.engine.schema import StoreError
from app.engine.sources import ways
from app.engine.store import alerts, entities, evidence, exclusions, health, removing, retention, streams, tags, telling
from app.engine.store import tuning as tuned
from app.engine.store.actors import actor_of, dump, words
from app.engine.store.counts import Flows, count_rest, count_times, matrix
from app.engine.store.following import others, removed
from app.engine.store.lease import Lease
from app.engine.store.reading import COLUMNS, RESULTS, Rows
from app.engine.store.receipts import Receipt, Receipts
from app.engine.store.receiving import Receiving
from app.engine.store.streams import Told
from app.engine.store.telling import Sorting
from app.link.codec import cleaned, encode_body
from app.model.activity import Activity
from app.model.alert import Alert
from app.model.details import KINDS
from app.model.entity import EntityRef
from app.model.exclusion import Exclusion
from app.model.health import HealthFact
from app.model.rows import Problem
from app.model.tuning import Tuning

FLUSH_ROWS = 8_192
FLUSH_SECONDS = 0.25
"""Activities wait in memory for so many companions, or so long, and are then written in one transaction."""
LIST_ROWS = postings.CHUNK
"""Activities that wait for the lists of their parties; the more at once, the cheaper each. Readers look at them one by one."""
REST_ROWS = 8_192
"""The same at the end of an input."""
INTERNED = 200_000
PLACE = "place:"
"""Begins the keys of meta under which it stands where a live source was."""
_RESULT = {result: number for number, result in enumerate(RESULTS)}
_INSERT = f"INSERT INTO activities VALUES(NULL{',?' * 14})"


class Store(Receiving):
    """One open workspace that this process alone writes. Methods raise StoreError when the disk or the file fails."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lease = Lease(path)
        try:
            self._db = schema.prepare(path)
        except BaseException:
            self._lease.release()
            raise
        self._rows = Rows(self._db)
        self._failed, self._took = "", False
        """Why nothing is written any more; whether what waited is in the transaction that is open, and nowhere else."""
        self._receipts, self._unparked = Receipts(self._db), []
        self._pending: list[Activity] = []
        self._places: dict[str, str] = {}
        self._of: list[int] = []
        """Input of each activity that waits: those of many inputs share a transaction."""
        self._inputs: dict[str, int] = {}
        self._flushed = 0.0
        self._flows = Flows()
        self._input = 0
        self._unlisted: list[Numbers] = []
        self.activities = 0
        self._kinds: dict[str, int] = {}
        self._addresses: dict[str, int] = {}
        self._actors: dict[Any, int] = {}
        with self._writing():
            self.broken_off = self._keep_broken_off()
            self._remove("state = 'reading'", ())
            count_rest(self._db)
            self._list()
            self._db.executemany("INSERT OR IGNORE INTO kinds(text) VALUES(?)", [(kind,) for kind in KINDS.values()])
        self._kinds = dict(self._db.execute("SELECT text, id FROM kinds"))
        self._kind_of = {type_: self._kinds[kind] for type_, kind in KINDS.items()}

    def close(self) -> None:
        """Write what is pending, give the file back. A file that is still being read is removed at the next opening."""
        try:
            if self._pending and not self._failed:
                self._flush()
        finally:
            self._db.close()
            self._lease.release()

    def files(self) -> tuple[Path, ...]:
        """The workspace, what SQLite keeps beside it, and the file that says who writes it."""
        return (self._path, *(self._path.with_name(self._path.name + one) for one in ("-wal", "-shm", "-journal", ".lock")))

    # ---- inputs

    def use_input(self, key: str) -> None:
        """Go on with an input that was begun."""
        number = self._inputs.get(key)
        if number is None:
            row = self._db.execute("SELECT id FROM inputs WHERE key=?", (key,)).fetchone()
            if row is None:
                raise StoreError(f"{self._path} does not know the input {key}.")
            if len(self._inputs) >= INTERNED:
                self._inputs.clear()
            number = self._inputs[key] = int(row[0])
        self._input = number

    def flush(self) -> None:
        """Write what waits, so that readers see it. (Counts by parties may wait: readers count what they do not hold yet.)"""
        self._flush()

    def state_input(self, records: int, first: int | None, last: int | None, problems: Sequence[Problem]) -> None:
        """How far the input in use is, while it is still being read."""
        with self._writing():
            self._db.execute(
                "UPDATE inputs SET records=?, first=?, last=?, problems=? WHERE id=?",
                (records, first, last, msgspec.json.encode(problems).decode(), self._input),
            )
            self._changed("inputs")

    def begin_input(self, key: str, path: str, kind: str, size: int, sha256: str = "", *, live: bool = False) -> bool:
        """Start an input. False when the workspace holds it already; the path where it was last seen is remembered.

        live: it cannot be read again, so what is stored of it outlives a crash.
        """
        with self._writing():
            self._settle_open()
            self._remove("path=? AND state='failed' AND key<>?", (path, key))
            known = self._db.execute("SELECT id, state FROM inputs WHERE key=?", (key,)).fetchone()
            if known is not None and known[1] == "done":
                self._db.execute("UPDATE inputs SET path=? WHERE id=? AND path<>?", (path, known[0], path))
                self._changed("inputs")
                return False
            if known is not None:
                self._remove("id=?", (known[0],))
            self._db.execute(
                "INSERT INTO inputs(key, path, kind, bytes, sha256, state, live) VALUES(?,?,?,?,?,'reading',?)",
                (key, path, kind, size, sha256, int(live)),
            )
            self._input = self._db.execute("SELECT id FROM inputs WHERE key=?", (key,)).fetchone()[0]
            self._changed("inputs")
        self._flows.forget()
        self._flushed = time.monotonic()
        return True

    def place_of(self, mark: str) -> str:
        """Where the live source of this mark was, as given to append with the last that was stored; "" for none."""
        return str(self._meta(f"{PLACE}{mark}") or "")

    def append(self, batch: Sequence[Activity], receipt: Receipt | None = None, place: tuple[str, str] | None = None) -> None:
        """Keep activities of the input that was begun last. They are visible to readers within FLUSH_SECONDS of a next call.

        receipt: of the message that brought them; place: mark of a live source and where it is with them: in one transaction.
        """
        self._pending.extend(batch)
        self._of.extend(repeat(self._input, len(batch)))
        if receipt is not None:
            self._receipts.note(receipt)
        if place is not None:
            self._places[place[0]] = place[1]
        self.activities += len(batch)
        if len(self._pending) >= FLUSH_ROWS or time.monotonic() - self._flushed >= FLUSH_SECONDS:
            self._flush()

    def save_knowledge(self, body: bytes) -> None:
        """Keep what is known so far of the input that is being read."""
        with self._writing():
            self._write_pending()
            self._write_flows()
            self._keep_knowledge(body)
            self._changed("knowledge")

    def finish_input(
        self,
        *,
        state: str,
        records: int,
        first: int | None,
        last: int | None,
        sha256: str,
        problems: Sequence[Problem],
        knowledge: bytes,
    ) -> None:
        """End the input: its rest, its figures and what was learned from it, in one transaction."""
        with self._writing():
            self._write_pending()
            self._write_flows()
            self._list(min(LIST_ROWS, REST_ROWS))
            self._keep_knowledge(knowledge)
            self._db.execute(
                "UPDATE inputs SET state=?, records=?, first=?, last=?, sha256=?, problems=? WHERE id=?",
                (state, records, first, last, sha256, msgspec.json.encode(problems).decode(), self._input),
            )
            self._changed("inputs", "knowledge")

    def remove_input(self, key: str) -> None:
        """Forget an input with all that came from it; alerts are right again after the next detection."""
        with self._writing():
            self._settle_open()
            self._remove("key=?", (key,))

    def inputs_at(self, path: str) -> list[tuple[str, int, str]]:
        """(key, bytes, sha256) of the inputs that were last seen at this path."""
        return self._db.execute("SELECT key, bytes, sha256 FROM inputs WHERE path=? ORDER BY id", (path,)).fetchall()

    def knowledge(self) -> list[bytes]:
        """What was learned from each finished input, as given to finish_input."""
        return [
            row[0]
            for row in self._db.execute(
                "SELECT k.body FROM knowledge k JOIN inputs i ON i.id = k.input WHERE i.state <> 'reading' ORDER BY k.input"
            )
        ]

    def activities_of(self, key: str, after: int = 0) -> Iterator[Activity]:
        """Every activity of one input, as stored; after: those with a greater id only."""
        of = "input = (SELECT id FROM inputs WHERE key=?) AND id > ?"
        rows = self._db.execute(f"SELECT {COLUMNS} FROM activities a WHERE {of}", (key, after))
        yield from map(self._rows.activity, rows)

    def replace_knowledge(self, key: str, body: bytes) -> None:
        """Put this in the place of what was learned from an input."""
        with self._writing():
            whole = "(SELECT coalesce(max(id), 0) FROM activities)"
            self._db.execute(f"INSERT OR REPLACE INTO knowledge SELECT id, ?, {whole} FROM inputs WHERE key=?", (body, key))
            self._changed("knowledge")

    def alerted_frames(self, key: str) -> set[int]:
        """Frames of an input on which alerts rest."""
        rows = self._db.execute(
            f"""SELECT {COLUMNS} FROM activities a WHERE id IN (SELECT activity FROM alert_evidence)
            AND input = (SELECT id FROM inputs WHERE key=?)""",
            (key,),
        )
        return {frame for row in rows for frame in self._rows.activity(row).frames}

    # ---- activities in event time

    def stream(self, kinds: Iterable[str], when_failed: Iterable[str] = ()) -> Iterator[Activity]:
        """Activities of these kinds, and failed ones of the other kinds, in event order, a few at a time."""
        return (activity for activity, _ in self.stream_told(kinds, when_failed))

    def stream_told(self, kinds: Iterable[str], when_failed: Iterable[str] = ()) -> Iterator[tuple[Activity, Told]]:
        """The same with kind and result of what else tells of each act."""
        return streams.stream(self._db, self._rows, self._kinds, kinds, when_failed, since=retention.horizon(self._db))

    def numbered(self, kinds: Iterable[str], spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, Activity]]:
        """(row id, activity) of these kinds within spans of time (first and last, UTC microseconds), in event order."""
        return streams.numbered(self._db, self._rows, self._kinds, kinds, spans)

    def spans(self, kinds: Iterable[str], reach: int) -> list[tuple[int, int]]:
        """Spans of whole minutes with activities of these kinds, each longer by reach (microseconds) on both sides, in order."""
        return streams.spans(self._db, self._kinds, kinds, reach)

    def inputs_by_kind(self) -> dict[str, int]:
        """Kind to the number of inputs that hold activities of it."""
        return dict(
            self._db.execute("SELECT k.text, count(DISTINCT h.input) FROM hours h JOIN kinds k ON k.id = h.kind GROUP BY k.text")
        )

    def evidence(self) -> list[evidence.Row]:
        """Every input that holds anything, see app.engine.store.evidence."""
        return evidence.evidence(self._db)

    # ---- how long activities are kept

    def keeping(self, now: int) -> retention.Keeping:
        """How long activities are kept, and what that means at a time: UTC microseconds by this machine's clock."""
        return retention.keeping(self._db, now)

    def retain(self, now: int) -> Iterator[None]:
        """Remove what its limits say, a little in each step; other calls may come between two steps."""
        return retention.retain(self._db, now, self._removing)

    @contextmanager
    def _removing(self) -> Iterator[None]:
        with self._writing():
            self._settle_open()
            yield
            self._unlisted = []  # looked up again when the next are listed
            self._changed("activities", "inputs", "postings")
        self.activities = int(self._db.execute("SELECT coalesce(sum(activities), 0) FROM inputs").fetchone()[0])

    # ---- what is told twice

    def sorting(self, make: Callable[..., Any], same: Sequence[int] = ()) -> Sorting:
        """A place on disk where traces of activities are sorted; same: numbers of the rules that have one side only."""
        return Sorting(self._db, make, same)

    def replace_twins(self, pairs: Iterable[tuple[int, int, str]]) -> int:
        """Put these pairs (record, other, how) in the place of all earlier ones; returns their number."""
        with self._writing():
            number = telling.replace(self._db, pairs)
            self._changed("twins")
        return number

    def others(self, activity: str) -> tuple[str, ...]:
        """Ids of the activities that tell the same act as this one."""
        return others(self._db, self._rows, self._kinds, activity)

    def tags(self) -> dict[str, dict[str, bool]]:
        """Entity's key to what an analyst says of its tags."""
        return tags.all_tags(self._db)

    def tags_version(self) -> int:
        """Counts the changes of tags."""
        return tags.version(self._db)

    def exclusions(self) -> dict[str, Exclusion]:
        """Id to exclusion: the analyst's own, and what he said of those that the program brings."""
        return exclusions.kept(self._db)

    def tuning(self) -> Tuning:
        """What the user set for the detectors of this workspace."""
        return tuned.kept(self._db)

    # ---- names

    def nameless(self, every: bool) -> tuple[list[tuple[int, str, int, int]], list[tuple[int, bytes]]]:
        """Addresses (id, text, first, last activity) and actors (id, raw): all, or those of this input that are no entity yet."""
        return entities.nameless(self._db, None if every else self._input)

    def name(
        self,
        addresses: Iterable[tuple[int, Sequence[EntityRef]]],
        actors: Iterable[tuple[int, EntityRef | None]],
        every: bool,
        more: Iterable[EntityRef] = (),
    ) -> None:
        """Say which entities addresses were at any time, and which account each actor is; every: all others are gone.

        more: entities that there are without any activity, such as the accounts of a directory.
        """
        with self._writing():
            entities.name(self._db, addresses, actors, every, more)
            self._changed("entities")

    def unnamed(self, limit: int) -> list[str]:
        """Addresses that are no computer's yet as far as is known, those that came last first."""
        return entities.unnamed(self._db, limit)

    # ---- alerts

    def settled(self) -> str | None:
        """What the alerts were computed from, as given to replace_alerts; None when activities changed since."""
        found: str | None = self._meta("settled")
        return found

    def removed(self) -> tuple[int, ...]:
        """As app.engine.store.following.removed."""
        return removed(self._db)

    def activities_version(self) -> int:
        """Counts the changes of activities and of knowledge."""
        row = self._db.execute(
            "SELECT coalesce(sum(value), 0) FROM changes WHERE topic IN ('activities', 'knowledge')"
        ).fetchone()
        return int(row[0])

    def replace_alerts(
        self,
        found: Sequence[Alert],
        settled: str,
        sensitivity: str,
        counting: Iterable[Exclusion] = (),
        covering: Callable[[Alert], str] = lambda _: "",
        wrong: Sequence[HealthFact] = (),
    ) -> None:
        """Put these alerts, which this program found, in the place of all earlier ones.

        What the analyst said of an alert is kept, old ids stay known.

        counting: the exclusions by which they were told apart; covering: id of the one that covers an alert, "" for none.
        wrong: what health is told of the detection.
        """
        with self._writing():
            alerts.replace(self._db, found, self._kinds, covering)
            said = (settled, sensitivity, msgspec.json.encode(ways()).decode())
            self._db.execute("INSERT OR REPLACE INTO meta VALUES('settled', ?), ('sensitivity', ?), ('ways', ?)", said)
            exclusions.count(self._db, counting)
            health.put_facts(self._db, "detection", wrong)
            self._changed("alerts")

    # ---- health

    def tend(self, look: Callable[[sqlite3.Connection], bool]) -> None:
        """Let a round of health change its tables in one transaction; look says whether readers shall look again."""
        with self._writing():
            if look(self._db):
                self._changed("health")

    # ---- inside

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One transaction; whatever goes wrong, nothing of it stays.

        When what waited is lost with it, nothing is written any more: receipts in memory would say that it is stored. Whoever
        opens the workspace again gets it once more.
        """
        if self._failed:
            raise StoreError(self._failed)
        self._took = False
        try:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException as error:
                if self._took:
                    self._failed = (
                        f"{self._path} is not written any more since that failed: {str(error) or type(error).__name__}."
                    )
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                self._addresses, self._actors, self._unlisted = {}, {}, []
                raise
        except sqlite3.Error as error:
            raise StoreError(f"{self._path} cannot be written: {error}.") from error

    def identity(self) -> str:
        """Hexadecimal digits that tell this workspace from any other, also from one of the same name."""
        found = self._meta("identity")
        if found is None:
            found = secrets.token_hex(6)
            with self._writing():
                self._db.execute("INSERT INTO meta VALUES('identity', ?)", (found,))
        return str(found)

    def _settle_open(self) -> None:
        """Inside a transaction: nothing waits any more."""
        self._write_pending()
        self._write_flows()
        self._list()

    def _flush(self) -> None:
        with self._writing():
            self._write_pending()
            if self._flows.due():
                self._write_flows()
            self._list()
        self._flushed = time.monotonic()

    def _write_pending(self) -> None:
        batch, self._pending = self._pending, []
        of, self._of = self._of, []
        self._took = self._took or bool(batch or self._unparked or self._receipts.waiting)
        self._write_receipts()
        if not batch:
            return
        places, self._places = [(f"{PLACE}{mark}", place) for mark, place in self._places.items()], {}
        self._db.executemany("INSERT OR REPLACE INTO meta VALUES(?, ?)", places)
        self._db.execute("SAVEPOINT batch")
        try:
            rows = self._encoded(batch, of)
            self._db.executemany(_INSERT, rows)
        except (UnicodeEncodeError, OverflowError):
            self._db.execute("ROLLBACK TO batch")
            self._addresses, self._actors = {}, {}
            rows = self._encoded(cleaned(batch), of)
            self._db.executemany(_INSERT, rows)
        self._db.execute("RELEASE batch")
        last = int(self._db.execute("SELECT max(id) FROM activities").fetchone()[0])
        counted = matrix(rows, last + 1 - len(rows))
        count_times(self._db, counted)
        self._flows.add(counted)
        self._unlisted.append(counted)
        more = Counter(of)
        self._db.executemany("UPDATE inputs SET activities = activities + ? WHERE id = ?", [(n, one) for one, n in more.items()])
        self._changed("activities")

    def _write_flows(self) -> None:
        self._took = self._took or self._flows.waiting
        self._flows.write(self._db)

    def _encoded(self, batch: list[Activity], of: list[int]) -> list[tuple[Any, ...]]:
        """Rows of the table of activities without their id."""
        rows = []
        addresses, actors, kinds = self._addresses, self._actors, self._kind_of
        for one, input in zip(batch, of, strict=True):
            source, destination = one.source, one.destination
            if source is None:
                origin, sport = None, 0
            else:
                origin, sport = addresses.get(source.ip) or self._address(source.ip), source.port
            if destination is None:
                target, dport = None, 0
            else:
                target, dport = addresses.get(destination.ip) or self._address(destination.ip), destination.port
            who = actor_of(one)
            actor = None if who is None else actors.get(who) or self._actor(who)
            rows.append(
                (
                    one.at, one.until - one.at, kinds[type(one.detail)], _RESULT[one.result], origin, sport, target, dport, actor,
                    one.code, input, one.frames[0] if one.frames else one.record, one.ordinal, encode_body(one),
                )
            )  # fmt: skip
        return rows

    def _address(self, text: str) -> int:
        number = self._intern("addresses(text)", "text", (text,))
        if len(self._addresses) >= INTERNED:
            self._addresses.clear()
        self._addresses[text] = number
        return number

    def _actor(self, who: Any) -> int:
        number = self._intern("actors(raw, text)", "raw", (dump(who), words(who)))
        if len(self._actors) >= INTERNED:
            self._actors.clear()
        self._actors[who] = number
        return number

    def _intern(self, table: str, column: str, values: tuple[Any, ...]) -> int:
        marks = ",".join("?" * len(values))
        row = self._db.execute(f"INSERT INTO {table} VALUES({marks}) ON CONFLICT DO NOTHING RETURNING id", values).fetchone()
        if row is None:
            row = self._db.execute(f"SELECT id FROM {table.partition('(')[0]} WHERE {column}=?", values[:1]).fetchone()
        return int(row[0])

    def _remove(self, where: str, values: tuple[Any, ...]) -> None:
        """Delete inputs with every row and every count that came from them, inside a transaction."""
        removed = False
        for (input,) in self._db.execute(f"SELECT id FROM inputs WHERE {where}", values).fetchall():
            self._db.execute("DELETE FROM alert_evidence WHERE activity IN (SELECT id FROM activities WHERE input=?)", (input,))
            postings.remove(self._db, input)
            self._db.execute(
                """DELETE FROM twins WHERE record IN (SELECT id FROM activities WHERE input=?1)
                OR other IN (SELECT id FROM activities WHERE input=?1)""",
                (input,),
            )
            for table in ("activities", "minutes", "hours", "flows", "knowledge"):
                self._db.execute(f"DELETE FROM {table} WHERE input=?", (input,))
            self._db.execute("DELETE FROM inputs WHERE id=?", (input,))
            self._changed("inputs", "activities", "knowledge")
            removed = True
        if removed:
            self._inputs = {}
            for table, fill in (("sums", schema.FILL_SUMS), ("meetings", schema.FILL_MEETINGS)):
                self._db.execute(f"DELETE FROM {table}")
                self._db.execute(fill)
            self._unlisted = []  # looked up again when the next are listed
            removing.after_removal(self._db)
        self.activities = int(self._db.execute("SELECT coalesce(sum(activities), 0) FROM inputs").fetchone()[0])

    def _list(self, enough: int | None = None) -> None:
        """List who took part in what, when many activities, or so many, wait for it."""
        listed = postings.listed(self._db)
        last = int(self._db.execute("SELECT coalesce(max(id), 0) FROM activities").fetchone()[0])
        if last - listed < (LIST_ROWS if enough is None else enough):
            return
        rows = np.concatenate(self._unlisted) if self._unlisted else np.empty((0, 9), np.int64)
        if len(rows) and rows[0, 0] == listed + 1:
            self._db.executemany(postings.INTO, postings.pack(rows))
            postings.set_listed(self._db, last)
        else:
            postings.fill(self._db)
        self._unlisted = []
        self._changed("postings")

    def _changed(self, *topics: str) -> None:
        self._db.executemany(
            "INSERT INTO changes VALUES(?,1) ON CONFLICT(topic) DO UPDATE SET value = value + 1", [(topic,) for topic in topics]
        )

    def _meta(self, key: str) -> Any:
        row = self._db.execute("SELECT value FROM meta WHERE key=?", (key,)).fetchone()
        return row[0] if row else None
