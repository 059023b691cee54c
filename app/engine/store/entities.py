"""Which entities the addresses and actors of a workspace are, and the names by which they are found."""

import sqlite3
from collections.abc import Iterable, Sequence

from app.model.entity import EntityRef


def nameless(db: sqlite3.Connection, input: int | None) -> tuple[list[tuple[int, str, int, int]], list[tuple[int, bytes]]]:
    """Addresses (id, text, first, last activity) and actors (id, raw): all, or those of this input that are no entity yet."""
    every = input is None
    of = "" if input is None else f"WHERE input={input:d}"
    addresses = db.execute(
        f"""SELECT a.id, a.text, min(f.first), max(f.last) FROM
        (SELECT source AS id, min(first) AS first, max(last) AS last FROM flows {of} GROUP BY source
         UNION ALL SELECT destination, min(first), max(last) FROM flows {of} GROUP BY destination) f
        JOIN addresses a USING(id)
        {"" if every else "WHERE a.id NOT IN (SELECT address FROM address_entities)"} GROUP BY a.id"""
    ).fetchall()
    actors = db.execute(
        f"SELECT id, raw FROM actors WHERE id IN (SELECT actor FROM flows {of}) {'' if every else 'AND entity IS NULL'}"
    ).fetchall()
    return addresses, actors


def unnamed(db: sqlite3.Connection, limit: int) -> list[str]:
    """Addresses that are no computer's yet as far as is known, those that came last first."""
    rows = db.execute(
        """SELECT a.text FROM addresses a JOIN address_entities m ON m.address = a.id JOIN entities e ON e.id = m.entity
        WHERE e.kind = 'address' ORDER BY a.id DESC LIMIT ?""",
        (limit,),
    )
    return [row[0] for row in rows]


def name(
    db: sqlite3.Connection,
    addresses: Iterable[tuple[int, Sequence[EntityRef]]],
    actors: Iterable[tuple[int, EntityRef | None]],
    every: bool,
    more: Iterable[EntityRef],
) -> None:
    """As of a Store, inside a transaction."""
    known: dict[str, int] = {}
    if every:
        db.execute("DELETE FROM address_entities")
        db.execute("UPDATE actors SET entity = NULL WHERE entity IS NOT NULL")
    for address, refs in addresses:
        for ref in refs:
            number = known.get(ref.key) or _entity(db, ref, known)
            db.execute("INSERT OR IGNORE INTO address_entities VALUES(?,?)", (address, number))
    for actor, who in actors:
        if who is not None:
            number = known.get(who.key) or _entity(db, who, known)
            db.execute("UPDATE actors SET entity=? WHERE id=?", (number, actor))
    for ref in more:
        if ref.key not in known:
            _entity(db, ref, known)
    if every:
        there = set(known.values())
        gone = [row for row in db.execute("SELECT id FROM entities") if row[0] not in there]
        db.executemany("DELETE FROM names WHERE rowid=?", gone)
        db.executemany("DELETE FROM entities WHERE id=?", gone)


def _entity(db: sqlite3.Connection, ref: EntityRef, known: dict[str, int]) -> int:
    row = db.execute("SELECT id, kind, label FROM entities WHERE key=?", (ref.key,)).fetchone()
    if row is None:
        row = db.execute(
            "INSERT INTO entities(key, kind, label) VALUES(?,?,?) RETURNING id", (ref.key, ref.kind, ref.label)
        ).fetchone()
        db.execute("INSERT INTO names(rowid, label) VALUES(?,?)", (row[0], _searchable(ref)))
    elif row[1:] != (ref.kind, ref.label):
        db.execute("UPDATE entities SET kind=?, label=? WHERE id=?", (ref.kind, ref.label, row[0]))
        db.execute("UPDATE names SET label=? WHERE rowid=?", (_searchable(ref), row[0]))
    known[ref.key] = int(row[0])
    return int(row[0])


def _searchable(ref: EntityRef) -> str:
    """What a search finds an entity by: its label and the name in its key."""
    return f"{ref.label} {ref.key.partition(':')[2]}"
