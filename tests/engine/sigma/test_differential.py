"""The same rules over the same events as queries of pySigma's SQLite backend: both find the same."""

import random
import re
import sqlite3
import time
from typing import Any

import pytest
import yaml

from app.engine.sigma import load_text, run
from app.model.activity import Activity
from tests.engine.sigma.made import SECURITY, event

backend = pytest.importorskip("sigma.backends.sqlite")

FIELDS = ("User", "Image", "Line", "Address", "Type")
WORDS = ("cmd", "Power", "shell", ".exe", "\\", "100%", "_a_", "*", "?", "/c", " -enc ", "x'y", "[ab]", "C:", "a")
MODIFIERS = (
    "",
    "",
    "|contains",
    "|startswith",
    "|endswith",
    "|contains|all",
    "|cased",
    "|contains|cased",
    "|re",
    "|windash",
    "|exists",
)


def text(chance: random.Random) -> str:
    return "".join(chance.choice(WORDS) for _ in range(chance.randint(1, 4)))


def some_events(chance: random.Random, count: int) -> list[Activity]:
    made = []
    for place in range(count):
        values = {
            "User": chance.choice(("Administrator", "administrator", "da.smith", "DC1$")),
            "Image": text(chance),
            "Line": text(chance) + text(chance),
            "Address": f"10.{chance.randint(0, 3)}.0.{chance.randint(1, 9)}",
            "Type": str(chance.randint(1, 12)),
        }
        kept = {name: value for name, value in values.items() if chance.random() < 0.8}
        made.append(event(chance.choice((4624, 4625)), record=place, at=place, **kept))
    return made


def item(chance: random.Random, seen: list[str]) -> tuple[str, Any]:
    field = chance.choice(FIELDS)
    if field == "Type":
        modifier = chance.choice(("", "", "|gt", "|lte"))
        return field + modifier, chance.randint(1, 12)
    if field == "Address" and chance.random() < 0.7:
        return "Address|cidr", f"10.{chance.randint(0, 3)}.0.0/16"
    if chance.random() < 0.1:
        return field, None
    modifier = chance.choice(MODIFIERS)
    if modifier == "|exists":
        return field + modifier, chance.random() < 0.5
    values = []
    for _ in range(chance.randint(1, 3)):
        value = chance.choice(seen)
        begin = chance.randint(0, len(value))
        value = value[begin : begin + chance.randint(1, 6)] or "a"
        values.append(re.escape(value) if modifier == "|re" else value.replace("?", "\\?") if chance.random() < 0.5 else value)
    return field + modifier, values if len(values) > 1 else values[0]


def some_rule(chance: random.Random, seen: list[str]) -> str:
    detections: dict[str, Any] = {}
    for name in ("sel_a", "sel_b", "filter"):
        maps = [dict(item(chance, seen) for _ in range(chance.randint(1, 2))) for _ in range(chance.randint(1, 2))]
        detections[name] = maps if len(maps) > 1 else maps[0]
    if chance.random() < 0.5:
        detections["sel_a"] = {"EventID": chance.choice((4624, [4624, 4625]))}
    condition = chance.choice(
        ("sel_a", "sel_a and not filter", "1 of sel_*", "all of sel_* and not filter", "not (sel_a and filter)", "all of them")
    )
    return yaml.safe_dump({"title": "made", "logsource": SECURITY, "detection": {**detections, "condition": condition}})


def database(events: list[Activity]) -> sqlite3.Connection:
    db = sqlite3.connect(":memory:")
    columns = ", ".join(f"{name} {'INTEGER' if name == 'Type' else 'TEXT COLLATE NOCASE'}" for name in FIELDS)
    db.execute(f"CREATE TABLE logs (id INTEGER PRIMARY KEY, EventID INTEGER, {columns})")
    db.create_function("REGEXP", 2, lambda pattern, value: value is not None and re.search(pattern, value) is not None)
    for one in events:
        fields = one.detail.fields  # type: ignore[union-attr]
        db.execute(
            f"INSERT INTO logs VALUES(?, ?{', ?' * len(FIELDS)})",
            (one.record, one.detail.event_id, *(fields.get(name) for name in FIELDS)),  # type: ignore[union-attr]
        )
    return db


@pytest.mark.parametrize("seed", range(6))
def test_both_find_the_same(seed: int) -> None:
    from sigma.collection import SigmaCollection

    chance = random.Random(seed)
    events = some_events(chance, 250)
    seen = [value for one in events for value in one.detail.fields.values()]  # type: ignore[union-attr]
    db = database(events)
    compared = found = 0
    began = time.monotonic()
    while compared < 150 and time.monotonic() - began < 30:
        written = some_rule(chance, seen)
        result = run(load_text(written), events).rules[0]
        if result.state == "cannot":
            continue
        (query,) = backend.sqliteBackend().convert(SigmaCollection.from_yaml(written))
        theirs = [row[0] for row in db.execute(query.replace("SELECT * FROM", "SELECT id FROM") + " ORDER BY id")]
        ours = [match.record for match in result.matches]
        assert ours == theirs, f"{written}\n{query}"
        compared += 1
        found += bool(ours)

    assert compared >= 100
    assert found >= 30


@pytest.mark.parametrize("seed", range(3))
def test_a_rule_among_many_finds_what_it_finds_alone(seed: int) -> None:
    chance = random.Random(seed)
    events = some_events(chance, 150)
    seen = [value for one in events for value in one.detail.fields.values()]  # type: ignore[union-attr]
    written = [some_rule(chance, seen) for _ in range(120)]

    together = run(load_text("\n---\n".join(written)), events).rules

    assert [one.matches for one in together] == [run(load_text(one), events).rules[0].matches for one in written]
    assert sum(one.count > 0 for one in together) >= 20
