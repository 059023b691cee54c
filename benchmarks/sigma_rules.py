"""Compare running Sigma rules with pySigma's SQLite backend over the same events: processor time as a ratio of one run.

    python benchmarks/sigma_rules.py WORKSPACE [--rules FOLDER] [--events 50000] [--made 300] [--repeat 3] [--json OUT.json]

The events are those of a workspace, repeated until there are enough. Without --rules, rules of the usual shapes are made from
what the events say: process creation with lists of names and pieces of command lines, events by number and field, keywords.
Theirs is how the SQLite runners of the field work: events in one table, one column for each field, an index on the event's
number, one query for each rule. Both sides have their rules ready and their events in memory; reading rules and flattening events
are told apart. One thread; pin it with taskset.
"""

import argparse
import json
import random
import re
import sqlite3
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import msgspec
import yaml

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from sigma.backends.sqlite import sqliteBackend  # noqa: E402
from sigma.collection import SigmaCollection  # noqa: E402
from sigma.processing.conditions import LogsourceCondition  # noqa: E402
from sigma.processing.pipeline import ProcessingItem, ProcessingPipeline  # noqa: E402
from sigma.processing.transformations import AddConditionTransformation, FieldMappingTransformation  # noqa: E402

from app.engine.sigma import load_rules, load_text, run  # noqa: E402
from app.engine.sigma.logs import source_of  # noqa: E402
from app.model.activity import Activity  # noqa: E402
from app.model.events import WindowsEvent  # noqa: E402
from app.model.filter import parse  # noqa: E402
from app.session import Session  # noqa: E402

PROCESS = {"product": "windows", "category": "process_creation"}
SECURITY = {"product": "windows", "service": "security"}


def repeated(found: list[Activity], wanted: int) -> list[Activity]:
    """So many events, each copy with a record number of its own and later than those before it."""
    span = found[-1].at - found[0].at + 1
    return [
        msgspec.structs.replace(found[at % len(found)], at=found[at % len(found)].at + at // len(found) * span, record=at)
        for at in range(wanted)
    ]


def made(events: list[Activity], count: int) -> str:
    """Rules of the usual shapes; the same for the same events."""
    chance = random.Random(1)
    details = [one.detail for one in events if isinstance(one.detail, WindowsEvent)]
    processes = [one for one in details if one.event_id == 4688] or details

    def piece(text: str, length: int = 12) -> str:
        begin = chance.randint(0, max(0, len(text) - length))
        return text[begin : begin + length].replace("\\", "\\\\").replace("*", "\\*").replace("?", "\\?")

    documents = []
    for number in range(count):
        rare = "" if chance.random() < 0.1 else f"{number}"  # rules seldom match; one in ten of these can
        if number % 2:
            one = chance.choice(processes).fields
            image = one.get("NewProcessName", "C:\\a.exe")
            selection: dict[str, Any] = {
                "Image|endswith": [f"\\tool{number}{letter}.exe" for letter in "abcd"]
                + ["\\" + image.rsplit("\\", 1)[-1] + rare],
                "CommandLine|contains": [f" /option{number}{letter} " for letter in "abcdefgh"]
                + [piece(one.get("CommandLine", "") or "nothing", 20)],
            }
            filters: dict[str, Any] = {"ParentImage|startswith": f"C:\\Program Files\\Vendor {number}\\"}
            source = PROCESS
        else:
            event = chance.choice(details)
            named = [name for name, value in event.fields.items() if value and not value.startswith("%%")] or ["Nothing"]
            first, second = chance.choice(named), chance.choice(named)
            selection = {
                "EventID": event.event_id,
                first: [event.fields.get(first, "x") + rare, f"other{number}"],
                f"{second}|contains": piece(event.fields.get(second, "x"), 6),
            }
            filters = {"SubjectUserName|endswith": "$"} if chance.random() < 0.5 else {"IpAddress|cidr": "127.0.0.0/8"}
            source = SECURITY
        detection = {"selection": selection, "filter": filters, "condition": "selection and not filter"}
        documents.append({"title": f"made {number}", "logsource": source, "detection": detection})
    return yaml.safe_dump_all(documents, allow_unicode=True)


def table(events: list[Activity]) -> sqlite3.Connection:
    """The events as such runners keep them."""
    names = sorted({name.lower(): name for one in events for name in one.detail.fields}.values())  # type: ignore[union-attr]
    names = [name for name in names if name.lower() not in ("channel", "computer", "eventid", "provider_name", "number")]
    db = sqlite3.connect(":memory:")
    columns = ", ".join('"' + name.replace('"', '""') + '" TEXT COLLATE NOCASE' for name in names)
    db.execute(
        "CREATE TABLE logs (number INTEGER PRIMARY KEY, EventID INTEGER, Channel TEXT COLLATE NOCASE,"
        f" Computer TEXT COLLATE NOCASE, Provider_Name TEXT COLLATE NOCASE, {columns})"
    )

    def rows() -> Any:
        for one in events:
            event = one.detail
            assert isinstance(event, WindowsEvent)
            values = (event.fields.get(name) or None for name in names)
            yield (one.record, event.event_id, event.channel, event.computer, event.provider, *values)

    db.executemany(f"INSERT INTO logs VALUES({', '.join('?' * (len(names) + 5))})", rows())
    db.execute("CREATE INDEX events ON logs(EventID)")
    db.create_function("REGEXP", 2, lambda pattern, value: value is not None and re.search(pattern, value) is not None)
    return db


def queries(text: str, columns: set[str]) -> dict[str, str]:
    """Title to query, for rules whose fields the table has."""

    def process() -> list[Any]:
        return [LogsourceCondition(category="process_creation", product="windows")]

    names = {key: name for key, name in source_of("windows", "process_creation", None).names.items() if key != name}
    items = [
        ProcessingItem(FieldMappingTransformation(names), rule_conditions=process()),
        ProcessingItem(AddConditionTransformation({"EventID": 4688, "Channel": "Security"}), rule_conditions=process()),
        ProcessingItem(
            AddConditionTransformation({"Channel": "Security"}),
            rule_conditions=[LogsourceCondition(product="windows", service="security")],
        ),
    ]
    backend = sqliteBackend(ProcessingPipeline(items=items))
    found = {}
    for rule in SigmaCollection.from_yaml(text, collect_errors=True).rules:
        try:
            (query,) = backend.convert_rule(rule)
            wanted = {name.lower() for name in backend.required_fields(rule)}
        except Exception:  # what it cannot express is not compared
            continue
        if wanted <= columns:
            found[str(rule.title)] = query.replace("SELECT * FROM", "SELECT number FROM")
    return found


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--rules", type=Path)
    parser.add_argument("--events", type=int, default=50_000)
    parser.add_argument("--made", type=int, default=300)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    session = Session.open(given.workspace)
    stored = list(session.queries.stream(parse("kind:event")))  # type: ignore[arg-type]
    session.close()
    events = repeated(stored, given.events)

    began = time.process_time()
    db = table(events)
    flattened = time.process_time() - began
    columns = {row[1].lower() for row in db.execute("PRAGMA table_info(logs)")}
    if given.rules:
        files = sorted(given.rules.rglob("*.yml"))
        text = "\n---\n".join(one.read_text(encoding="utf-8") for one in files)
    else:
        text = made(stored, given.made)
    began = time.process_time()
    rules = load_rules([given.rules]) if given.rules else load_text(text)
    loaded = time.process_time() - began
    theirs = queries(text, columns)
    rules = type(rules)(tuple(one for one in rules.rules if one.title in theirs and one.node is not None))
    theirs = {one.title: theirs[one.title] for one in rules.rules}

    ours_seconds, theirs_seconds = [], []
    for _ in range(given.repeat):
        began = time.process_time()
        result = run(rules, events, most=len(events))
        ours_seconds.append(time.process_time() - began)
        began = time.process_time()
        found = {title: {row[0] for row in db.execute(query)} for title, query in theirs.items()}
        theirs_seconds.append(time.process_time() - began)
    differ = [one.title for one in result.rules if {match.record for match in one.matches} != found[one.title]]
    ours, other = statistics.median(ours_seconds), statistics.median(theirs_seconds)
    work = len(rules.rules) * len(events)
    told = {
        "rules": len(rules.rules),
        "events": len(events),
        "matches": sum(one.count for one in result.rules),
        "rules that differ": len(differ),
        "ours: seconds": round(ours, 2),
        "ours: million rules x events a second": round(work / ours / 1e6, 2),
        "ours: reading the rules, seconds": round(loaded, 2),
        "SQLite: seconds": round(other, 2),
        "SQLite: million rules x events a second": round(work / other / 1e6, 2),
        "SQLite: flattening the events, seconds": round(flattened, 2),
        "ratio": round(other / ours, 2),
        "ratio with flattening": round((other + flattened) / ours, 2),
    }
    for name, value in told.items():
        print(f"{name:42} {value}")
    for title in differ[:5]:
        print("differs:", title)
    if given.json:
        given.json.write_text(json.dumps(told, indent=1))


if __name__ == "__main__":
    main()
