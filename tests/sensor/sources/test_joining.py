"""Scripts in several events: each part learns what is open before it, in whatever order they come, within bounds."""

import json
import random
import tracemalloc
from collections import Counter
from pathlib import Path

import pytest

from app.engine.readings.attacks import attacks_of
from app.model.scripts import BEFORE, GOES_ON, continued
from app.sensor.events.record import EventRecord
from app.sensor.events.translate import activities_of
from app.sensor.sources.joining import HELD, MANY, MISSING, SCRIPTS, Joining
from tests.sensor.events_material import read

PROVIDER, CHANNEL = "Microsoft-Windows-PowerShell", "Microsoft-Windows-PowerShell/Operational"
TEXTS = ("function A {\n  Invoke-Kerb", "eroast\n}\nInvoke-Kerbe", "roast -Domain x\nfunction B {", "\n 1 }\n")


def part(number: int, texts: tuple[str, ...] = TEXTS, id: str = "a1", place: int = 0, **more: object) -> EventRecord:
    fields = {"MessageNumber": str(number), "MessageTotal": str(len(texts)), "ScriptBlockText": texts[number - 1]}
    return EventRecord(
        at=1, provider=PROVIDER, channel=CHANNEL, event_id=4104, computer="ws1.a.test", place=place or number,
        fields=fields | {"ScriptBlockId": id} | {name: str(value) for name, value in more.items()},
    )  # fmt: skip


class Heard:
    """What was handed on, and what was noted."""

    def __init__(self) -> None:
        self.notes: Counter[str] = Counter()
        self.joining = Joining(lambda what, where, count=1: self.notes.update({what: count}))
        self.records: list[EventRecord] = []

    def take(self, *records: EventRecord) -> "Heard":
        for one in records:
            self.records += self.joining.take(one)
        return self

    def whole(self) -> "Heard":
        self.records += self.joining.rest()
        return self

    def calls(self) -> list[tuple[int, str]]:
        """(part, statement) of those that are read and call something."""
        return [
            (one.place, " ".join(statement.said.split()))
            for one in sorted(self.records, key=lambda one: one.place)
            if BEFORE in one.fields
            for statement in continued(one.fields[BEFORE], one.fields["ScriptBlockText"], GOES_ON in one.fields)
            if "invoke" in statement.code.lower()
        ]


@pytest.mark.parametrize("seed", range(12))
def test_parts_in_any_order_say_the_same_once(seed: int) -> None:
    records = [part(one) for one in range(1, 5)]
    if seed:
        random.Random(seed).shuffle(records)
    heard = Heard().take(*records)

    assert not heard.joining
    assert sorted(one.place for one in heard.records) == [1, 2, 3, 4]
    assert heard.calls() == [(3, "Invoke-Kerberoast -Domain x")]
    assert [one.record for one in heard.records for _ in activities_of(one, "k") if one.place not in (1, 4)] == [0]
    assert not heard.notes


def test_a_part_that_is_missing_leaves_those_behind_it_as_they_came() -> None:
    heard = Heard().take(part(1), part(3), part(4)).whole()

    assert [(one.place, BEFORE in one.fields) for one in heard.records] == [(1, True), (3, False), (4, False)]
    assert heard.notes == {MISSING: 1}


def test_what_is_repeated_goes_on_as_it_came() -> None:
    heard = Heard().take(part(1), part(2), part(2), part(1, place=9), part(3), part(4), part(4, place=10)).whole()

    assert len(heard.records) == 7
    assert heard.calls() == [(3, "Invoke-Kerberoast -Domain x")]


def test_scripts_between_each_other_stay_apart() -> None:
    other = ("1\n", "2\n", "Invoke-Kerberoast\n")
    heard = Heard().take(part(1), part(1, other, "b2", 11), part(2, other, "b2", 12), part(2), part(3, other, "b2", 13))

    assert heard.take(part(3), part(4)).calls() == [(3, "Invoke-Kerberoast -Domain x"), (13, "Invoke-Kerberoast")]


@pytest.mark.parametrize(
    "record",
    [
        part(1, ("Invoke-Kerberoast",)),
        part(1, MessageTotal=1 << 40),
        part(1, MessageNumber=-3),
        part(1, MessageNumber=7),
        part(1, ScriptBlockId=""),
        part(1, ("x" * 70_000, "y")),
        EventRecord(at=1, event_id=4104, provider="Somebody", fields={"MessageTotal": "3", "ScriptBlockId": "1"}),
    ],
)
def test_what_is_no_part_of_anything_is_handed_on_at_once(record: EventRecord) -> None:
    heard = Heard().take(record)

    assert heard.records == [record]
    assert not heard.joining


def test_parts_that_wait_are_bounded() -> None:
    heard = Heard().take(*(part(2, id=str(one)) for one in range(2 * SCRIPTS)))

    assert len(heard.records) == heard.notes[MANY] == SCRIPTS
    assert len(heard.whole().records) == 2 * SCRIPTS

    text = "x" * 60_000
    heard = Heard()
    tracemalloc.start()
    for one in range(2, 500):
        heard.take(part(one, (*[f"{text}{one}"] * 600,), place=one))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert heard.notes[MANY] and most < 3 * HELD + len(heard.records) * 62_000
    assert len(heard.whole().records) == 498


@pytest.mark.parametrize("line", ["\n", "\r\n"])
def test_the_message_alone_is_enough(line: str) -> None:
    def message(number: int) -> EventRecord:
        text = (
            f"Creating Scriptblock text ({number} of 4):{line}{TEXTS[number - 1]}{line}{line}"
            f"ScriptBlock ID: 01234567-89ab-cdef-0123-456789abcdef{line}Path: "
        )
        return EventRecord(at=1, provider=PROVIDER, channel=CHANNEL, event_id=4104, place=number, fields={"Message": text})

    heard = Heard().take(*(message(one) for one in (4, 3, 2, 1)))

    assert heard.calls() == [(3, "Invoke-Kerberoast -Domain x")]
    assert all(BEFORE in one.fields for one in heard.records)


def test_an_export_with_the_newest_first_tells_the_call_in_the_middle(tmp_path: Path) -> None:
    lines = [
        {
            "TimeCreated": f"2026-03-0{number}T10:00:00Z", "Id": 4104, "ProviderName": PROVIDER, "LogName": CHANNEL,
            "MachineName": "ws1.a.test", "RecordId": number,
            "Properties": [{"Value": str(number)}, {"Value": "4"}, {"Value": TEXTS[number - 1]}, {"Value": "a1"}, {"Value": ""}],
        }
        for number in (4, 3, 2, 1)
    ]  # fmt: skip
    (tmp_path / "e.json").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")

    _, got = read(tmp_path / "e.json")

    assert [one.record for one in got if attacks_of(one)] == [3]
    assert [(one.technique, " ".join(one.said.split())) for one in attacks_of(got[-1])] == [
        ("kerberoasting", "Invoke-Kerberoast -Domain x")
    ]
