"""Activities and workspaces for the tests of store, engine and queries."""

import random
import sqlite3
from pathlib import Path
from typing import Any

from msgspec import Struct

from app.engine import postings
from app.engine.engine import Engine
from app.link.codec import decode_body
from app.model.activity import Account, Activity, Endpoint, Result
from app.model.details import (
    Detail,
    DnsQuery,
    KerberosAp,
    KerberosAs,
    KerberosTgs,
    LdapSearch,
    NameObservation,
    Ntlm,
    RpcCall,
    SmbFile,
)
from app.model.rows import Problem

START = 1_767_607_200_000_000  # 2026-01-05 10:00 UTC
MINUTE = 60_000_000


class Found(Struct, frozen=True, kw_only=True):
    """An input as the engine wants to know it."""

    key: str
    path: str = "/cases/one.pcap"
    kind: str = "pcap"
    bytes: int = 4_096


class Report(Struct, frozen=True, kw_only=True):
    """What reading an input gave."""

    state: str = "done"
    sha256: str = "00"
    records: int = 10
    first: int | None = START
    last: int | None = START + MINUTE
    problems: tuple[Problem, ...] = ()


def made(number: int, *, key: str = "aaaa", seed: int = 1, start: int = START, step: int = 400_000) -> list[Activity]:
    """Activities of a small domain in order of time, several of them at one moment; the same for the same arguments."""
    chance = random.Random(seed)
    found = []
    at = start
    for place in range(number):
        at += chance.choice((0, 0, step, 2 * step))
        host, user = chance.randrange(12), f"user{chance.randrange(9)}"
        detail, account, ticket, port = _deed(chance.random(), host, user, chance)
        result: Result = chance.choice(("success", "success", "success", "failure", "unanswered"))
        found.append(
            Activity(
                at=at,
                until=at + chance.randrange(5_000),
                input=key,
                frames=tuple(range(3 * place + 1, 3 * place + 2 + chance.randrange(3))),
                ordinal=chance.choice((0, 0, 128)),
                source=Endpoint(f"10.0.0.{host + 1}", 49_152 + place % 9_000),
                destination=Endpoint(f"10.0.1.{chance.randrange(2) + 1}", port),
                account=account,
                ticket=ticket,
                result=result,
                code=chance.choice((None, 0, 24, 0xC000006D)),
                detail=detail,
            )
        )
    return found


def _deed(choice: float, host: int, user: str, chance: random.Random) -> tuple[Detail, Account | None, str | None, int]:
    who = Account(name=user, domain="CORP.TEST")
    ticket = f"{user}-{host}"
    if choice < 0.15:
        detail: Detail = KerberosAs(
            client=user, realm="CORP.TEST", service="krbtgt/CORP.TEST", ticket_hash=ticket, ticket_etype=18
        )
        return detail, who, None, 88
    if choice < 0.3:
        service = f"cifs/h{chance.randrange(12)}.corp.test"
        return KerberosTgs(service=service, realm="CORP.TEST", presented_ticket_hash=ticket), None, None, 88
    if choice < 0.4:
        return KerberosAp(service="ldap/dc1.corp.test", ticket_hash=ticket, carrier="ldap"), None, None, 389
    if choice < 0.55:
        return LdapSearch(base="DC=corp,DC=test", scope=2, filter="(objectClass=*)", entries=3), None, ticket, 389
    if choice < 0.65:
        return Ntlm(user=user, domain="CORP", version="NTLMv2", carrier="smb2"), Account(name=user, domain="CORP"), None, 445
    if choice < 0.75:
        return (
            RpcCall(interface="12345778-1234-abcd-ef00-0123456789ac", opnum=7, stub={"rid": 500, "names": ["a", "b"]}),
            who,
            None,
            445,
        )
    if choice < 0.85:
        return SmbFile(path=r"\\dc1\sysvol", name="gpt.ini", action="read", bytes=99), who, None, 445
    if choice < 0.92:
        return DnsQuery(name=f"h{host}.corp.test", type="A", answers=(f"A 10.0.0.{host + 1}",)), None, None, 53
    # One computer moves: two addresses have had the name h0, and its first address got another.
    name = f"h{host}.corp.test" if choice < 0.97 else "h0.corp.test"
    return NameObservation(address=f"10.0.0.{host + 1}", name=name, method="dhcp"), None, None, 67


def fill(path: Path, inputs: dict[str, list[Activity]], *, batch: int = 50, sensitivity: Any = "medium") -> None:
    """Read the inputs in this order into a workspace, then detect."""
    engine = Engine(path)
    try:
        for key, activities in inputs.items():
            if engine.begin_input(Found(key=key, path=f"/cases/{key}.pcap")):
                for start in range(0, len(activities), batch):
                    engine.ingest(activities[start : start + batch])
                engine.finish_input(Report(records=len(activities)))
        engine.settle(sensitivity)
    finally:
        engine.close()


def parties(db: sqlite3.Connection) -> list[tuple[Any, ...]]:
    """Who took part in what, from the lists, and from the activities where these do not reach yet."""
    found: list[tuple[Any, ...]] = []
    lists = "SELECT id, party, hour, base, count, runs, entries FROM postings WHERE party & 3 <> 3"
    for number, party, *packed in db.execute(lists):
        who = _party(db, party)
        at, ids, codes = postings.unpack([tuple(packed)])
        assert len(at) == packed[2] > 0, f"row {number} does not hold as many as it says"
        for when, activity, code in zip(at.tolist(), ids.tolist(), codes.tolist(), strict=True):
            found.append((*who, when, *_content_id(db, activity), code % 4))
    rest = "SELECT id, at, source, destination, actor, result FROM activities WHERE id > ?"
    for activity, when, source, destination, actor, result in db.execute(rest, (postings.listed(db),)):
        for role, number in enumerate((source, destination, actor)):
            if number is not None:
                found.append((*_party(db, 4 * number + role), when, *_content_id(db, activity), result))
    return found


def _party(db: sqlite3.Connection, party: int) -> tuple[int, str]:
    table = "hex(raw) FROM actors" if party % 4 == 2 else "text FROM addresses"
    return party % 4, str(db.execute(f"SELECT {table} WHERE id = ?", (party // 4,)).fetchone()[0])


def _content_id(db: sqlite3.Connection, activity: int) -> tuple[Any, ...]:
    sql = """SELECT (SELECT key FROM inputs WHERE id = a.input), (SELECT text FROM kinds WHERE id = a.kind), frame, ordinal
    FROM activities a WHERE id = ?"""
    return tuple(db.execute(sql, (activity,)).fetchone())


def content(path: Path) -> dict[str, list[Any]]:
    """All that a workspace says, without the numbers that depend on the order of reading."""
    db = sqlite3.connect(path)
    key, kind = "(SELECT key FROM inputs WHERE id = t.input)", "(SELECT text FROM kinds WHERE id = t.kind)"
    source = "(SELECT text FROM addresses WHERE id = t.source)"
    destination = "(SELECT text FROM addresses WHERE id = t.destination)"
    actor = "(SELECT hex(raw) FROM actors WHERE id = t.actor)"
    try:
        return {
            "inputs": db.execute(
                "SELECT key, kind, bytes, records, state, activities, problems FROM inputs ORDER BY key"
            ).fetchall(),
            "activities": [
                (*row[:-1], decode_body(row[-1]))  # equal values may be written in more than one way
                for row in db.execute(
                    f"""SELECT {key}, at, took, {kind}, result, {source}, sport, {destination}, dport, {actor}, code,
                    frame, ordinal, body FROM activities t ORDER BY 1, frame, ordinal, 4"""
                )
            ],
            "minutes": db.execute(f"SELECT minute, {key}, {kind}, result, count FROM minutes t ORDER BY 1, 2, 3, 4").fetchall(),
            "hours": db.execute(f"SELECT hour, {key}, {kind}, result, count FROM hours t ORDER BY 1, 2, 3, 4").fetchall(),
            "flows": db.execute(
                f"""SELECT {key}, {source}, {destination}, {actor}, {kind}, result, count, first, last FROM flows t
                ORDER BY 1, 2, 3, 4, 5, 6"""
            ).fetchall(),
            "parties": sorted(parties(db)),
            "sums": sorted((*_party(db, row[0]), *row[1:]) for row in db.execute("SELECT party, count, first, last FROM sums")),
            "entities": db.execute("SELECT key, kind, label FROM entities ORDER BY key").fetchall(),
            "actors": db.execute(
                "SELECT hex(a.raw), e.key FROM actors a JOIN entities e ON e.id = a.entity ORDER BY 1"
            ).fetchall(),
            "alerts": db.execute(
                "SELECT id, detector, subject, first, last, state, note, body FROM alerts ORDER BY id"
            ).fetchall(),
            "evidence": db.execute(
                f"""SELECT (SELECT id FROM alerts WHERE number = e.alert), e.position, {key}, t.frame, t.ordinal
                FROM alert_evidence e JOIN activities t ON t.id = e.activity ORDER BY 1, 2"""
            ).fetchall(),
        }
    finally:
        db.close()
