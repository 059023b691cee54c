"""Windows events in a workspace: filters find them by number, log, named computer and text; scripts see their fields."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from app.engine.export import activity_lines, event_detail
from app.engine.queries import Queries, scan
from app.engine.queries import plan as plans
from app.link.codec import encode_body, event_mark, event_of
from app.model.activity import Activity
from app.model.details import DnsQuery
from app.model.events import EventLogon
from app.model.filter import ActivityFilter, FilterError, completions, parse
from app.sensor.events.record import EventRecord
from app.sensor.events.translate import activities_of
from tests.engine.workspace import START, fill, made
from tests.sensor.events.made import MADE, SECURITY, event

LOGONS = [
    replace(
        event(
            4624 if number % 3 else 4625,
            {
                "TargetUserName": f"user{number % 5}",
                "TargetDomainName": "CORP",
                "IpAddress": f"10.0.0.{number % 4 + 1}" if number % 2 else "-",
                "WorkstationName": f"WS{number % 4}",
                "SubStatus": "0xc000006a",
                "LogonType": "3",
            },
        ),
        at=START + number * 1_000_000,
        place=number + 1,
        computer=("dc1.corp.test", "dc2.corp.test", "DC1")[number % 3],
    )
    for number in range(60)
]
SERVICE = EventRecord(
    at=START, provider="Service Control Manager", event_id=7045, channel="System", computer="fs1.corp.test", place=900,
    fields={"ServiceName": "PSEXESVC", "ImagePath": "%SystemRoot%\\PSEXESVC.exe", "StartType": "demand start"},
)  # fmt: skip
EVENTS = [one for record in [*LOGONS, SERVICE] for one in activities_of(record, "eeee")]
WIRE = made(80, key="aaaa", seed=9)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("events") / "w.wardlight"
    fill(path, {"aaaa": WIRE, "eeee": sorted(EVENTS, key=lambda one: one.at)})
    return path


@pytest.fixture(params=["ids", "steps"])
def queries(path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Queries]:
    if request.param == "steps":
        monkeypatch.setattr(plans, "FEW", 0)
        monkeypatch.setattr(scan, "CHUNK", 16)
    queries = Queries(path)
    yield queries
    queries.close()


def wanted(text: str) -> ActivityFilter:
    found = parse(text)
    assert isinstance(found, ActivityFilter), found
    return found


def number(one: Activity) -> int:
    return getattr(one.detail, "event_id", 0)


def ends(one: Activity, *names: str) -> bool:
    return any(end is not None and end.host in names for end in (one.source, one.destination))


CASES = {
    "event:4625": lambda one: number(one) == 4625,
    "event:4620-4624": lambda one: number(one) == 4624,
    "event:4624,7045": lambda one: number(one) in (4624, 7045),
    "not event:4625": lambda one: number(one) != 4625,
    "event:9223372036854775807": lambda one: False,
    "event:0": lambda one: False,
    "event:4625 result:failure": lambda one: number(one) == 4625,
    "event:4625 who:user3": lambda one: number(one) == 4625 and one.account and one.account.name == "user3",
    "channel:system": lambda one: number(one) == 7045,
    "channel:sec*": lambda one: number(one) in (4624, 4625),
    "channel:secur": lambda one: False,
    "kind:event": lambda one: number(one) != 0,
    "kind:event-logon": lambda one: number(one) in (4624, 4625),
    'kind:"windows events"': lambda one: number(one) != 0,
    "to:dc2.corp.test": lambda one: one.destination is not None and one.destination.host == "dc2.corp.test",
    "to:dc2": lambda one: one.destination is not None and one.destination.host == "dc2.corp.test",
    "to:fs1": lambda one: number(one) == 7045,
    "from:ws2": lambda one: one.source is not None and one.source.host == "ws2",
    "from:10.0.0.2 event:4624": lambda one: number(one) == 4624 and one.source is not None and one.source.ip == "10.0.0.2",
    "computer:fs1.corp.test": lambda one: number(one) == 7045,
    "text:psexesvc": lambda one: number(one) == 7045,
    'text:"SystemRoot%\\\\psexe"': lambda one: number(one) == 7045,
    "name": lambda one: one.kind == "name-observation",
    "ame": lambda one: False,
    "logon:network": lambda one: number(one) in (4624, 4625),
    "logon:3 event:4624": lambda one: number(one) == 4624,
    "logon:rdp": lambda one: False,
    "status:wrong_password kind:event": lambda one: number(one) == 4625,
    "PSEXESVC": lambda one: number(one) == 7045,
}


@pytest.mark.parametrize("text", CASES)
def test_a_filter_finds_what_looking_at_each_activity_finds(queries: Queries, text: str) -> None:
    ids = {one.id for one in queries.stream(wanted(text))}

    assert ids == {one.id for one in EVENTS + WIRE if CASES[text](one)}
    assert queries.count(wanted(text)) == len(ids)


def test_lines_and_cards_never_show_how_a_name_is_kept(queries: Queries) -> None:
    for row in queries.rows_of([one.id for one in EVENTS]):
        shown = [row.what, row.reason, *(ref.label for ref in (row.who, row.origin, row.target) if ref is not None)]
        assert not any("name:" in one for one in shown)
    for entity in queries.entities():
        card = queries.entity(entity.ref.key)
        assert card is not None
        assert "name:" not in entity.ref.label and not any("name:" in fact for facts in card.facts for fact in facts)


def test_scripts_see_the_fields_of_an_event_beside_its_number(queries: Queries) -> None:
    (line,) = [json.loads(one) for one in activity_lines(queries, wanted("event:7045"))]

    assert line["kind"] == "event-service"
    assert line["detail"] == {
        "event_id": 7045, "provider": "Service Control Manager", "channel": "System", "computer": "fs1.corp.test", "record": 0,
        **SERVICE.fields,
    }  # fmt: skip
    assert line["destination"]["ip"] is None and line["destination"]["computer"]
    assert line["evidence"] == [{"input": "/cases/eeee.pcap", "record": 900}]
    assert b"name:" not in b"".join(activity_lines(queries))


def test_all_that_an_event_says_is_told_with_its_meaning(queries: Queries) -> None:
    failed = next(one for one in EVENTS if number(one) == 4625)
    facts = queries.record_facts(failed.id)

    assert facts[:4] == (
        ("Event", "4625", ""),
        ("Provider", SECURITY, ""),
        ("Channel", "Security", ""),
        ("Computer", "dc1.corp.test", ""),
    )
    assert ("SubStatus", "0xc000006a", "wrong password") in facts
    assert ("LogonType", "3", "network") in facts
    assert queries.record_facts(WIRE[0].id) == queries.record_facts("nonsense") == ()


def test_fields_that_are_called_like_the_five_stand_apart() -> None:
    detail = event_detail(EventLogon(event_id=1, channel="Security", fields={"channel": "x", "fields": "y", "LogonType": "3"}))

    assert detail["channel"] == "Security"
    assert detail["LogonType"] == "3"
    assert detail["fields"] == {"channel": "x", "fields": "y"}


def test_the_number_of_an_event_is_read_from_its_body() -> None:
    for one in MADE:
        (activity,) = activities_of(one.record, "k")
        body = encode_body(activity)
        assert event_of(body) == (one.record.event_id, one.record.channel)
        assert event_mark(one.record.event_id) in body
        assert event_mark(one.record.event_id + 1) not in body
    assert event_of(encode_body(replace(activity, detail=DnsQuery(name="x")))) == (0, "")
    assert event_of(b"") == event_of(b"\x94\xc0\xc0\xc0\x81\xa8event_id\xa1x") == (0, "")


def test_the_language_knows_events() -> None:
    assert completions("ev", 2) == ["event:"]
    assert isinstance(parse("event:abc"), FilterError)
    assert isinstance(parse("event:"), FilterError)
