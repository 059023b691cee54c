"""The receiver: each message once, each into its own sensor's input; whatever is sent, nothing breaks and nothing is lost."""

import random
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from app.engine.engine import Engine
from app.engine.knowledge import Knowledge
from app.engine.receiver import Receiver, Sent
from app.engine.schema import StoreError
from app.engine.store import Store, receiving
from app.engine.store.receipts import Receipt
from app.link import envelope
from app.link.codec import encode_batch
from app.link.envelope import HEAD, MAGIC, Batch, Closed, Message, Opened, Told, seal
from app.link.numbers import input_key, message_id
from app.link.sound import sound_activities
from app.model.activity import Activity, Endpoint
from app.model.rows import Problem
from app.model.sensor import SensorReport
from tests.engine.workspace import Found, Report, content, made

OUTBOX = "00112233445566778899aabb"
KEYS = (input_key("s1", "aaaa"), input_key("s1", "bbbb"))


def batches(key: str, seed: int, number: int = 200, size: int = 20) -> list[Message]:
    """What a sensor says of one input."""
    activities = made(number, key=key, seed=seed)
    parts = [activities[at : at + size] for at in range(0, number, size)]
    first, last = activities[0].at, activities[-1].at
    messages: list[Message] = [Opened(key, "eth0 (live)", "pcap", 1)]
    for place, part in enumerate(parts):
        messages.append(Batch(key, len(part), encode_batch(part)))
        messages.append(Told(key, (place + 1) * size, first, part[-1].at))
    return [*messages, Closed(key, "done", number, first, last, (Problem(what="kernel ring full", count=3),))]


def sent(messages: Sequence[Message], sensor: str = "s1", outbox: str = OUTBOX) -> list[Sent]:
    """The messages of one outbox."""
    return [Sent(f"act.{sensor}", message_id(outbox, place), seal(one)) for place, one in enumerate(messages, 1)]


def everything() -> list[Sent]:
    """Two inputs of one sensor, in turn."""
    both = [batches(key, seed) for seed, key in enumerate(KEYS)]
    return sent([one for pair in zip(*both) for one in pair])


def take(path: Path, turns: Sequence[Sequence[Sent]]) -> tuple[Problem, ...]:
    """Into a workspace, one call for each turn."""
    engine = Engine(path)
    receiver = Receiver(engine)
    for turn in turns:
        receiver.take(turn)
    engine.flush()
    problems = receiver.problems()
    receiver.close()
    engine.settle()
    engine.close()
    return problems


def rows(path: Path, statement: str) -> list[tuple[object, ...]]:
    db = sqlite3.connect(path)
    try:
        return db.execute(statement).fetchall()
    finally:
        db.close()


INPUTS = "SELECT key, path, kind, state, records, activities, live FROM inputs ORDER BY key"
NOT_COMPARED = {"inputs", "receipts", "sensors", "meta", "changes"}


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """The same activities as the embedded sensor gives them."""
    path = tmp_path_factory.mktemp("embedded") / "w"
    engine = Engine(path)
    for seed, key in enumerate(KEYS):
        engine.begin_input(Found(key=key), live=True)
        engine.ingest(made(200, key=key, seed=seed))
        engine.finish_input(Report())
    engine.settle()
    engine.close()
    return content(path)


def same(path: Path, expected: dict[str, object]) -> None:
    found = content(path)
    for table in expected.keys() - NOT_COMPARED:
        assert found[table] == expected[table], table


def test_what_comes_over_a_link_is_what_the_embedded_sensor_gives(tmp_path: Path, expected: dict[str, object]) -> None:
    problems = take(tmp_path / "w", [everything()])

    same(tmp_path / "w", expected)
    assert problems == ()
    assert rows(tmp_path / "w", INPUTS) == [(key, "s1: eth0 (live)", "pcap", "done", 200, 200, 1) for key in KEYS]
    assert rows(tmp_path / "w", "SELECT activities FROM sensors") == [(400,)]


@pytest.mark.parametrize("seed", range(8))
def test_in_any_order_and_more_than_once(tmp_path: Path, expected: dict[str, object], seed: int) -> None:
    chance = random.Random(seed)
    messages = everything()
    waiting = [*messages, *chance.sample(messages, 20)]
    turns = []
    while waiting:  # as a stream gives them: nearly in order
        place = chance.randrange(min(len(waiting), 12))
        turns.append([waiting.pop(place) for _ in range(chance.randrange(1, 6)) if place < len(waiting)])
    take(tmp_path / "w", [*turns, messages])

    same(tmp_path / "w", expected)
    assert [row[:4] for row in rows(tmp_path / "w", INPUTS)] == [(key, "s1: eth0 (live)", "pcap", "done") for key in KEYS]


@pytest.mark.parametrize("seed", range(6))
def test_closed_and_killed_in_between(tmp_path: Path, expected: dict[str, object], seed: int) -> None:
    chance = random.Random(seed)
    messages = everything()
    place = 0
    while place < len(messages):
        engine = Engine(tmp_path / "w")
        receiver = Receiver(engine)
        for _ in range(chance.randrange(1, 6)):
            size = chance.randrange(1, 5)
            receiver.take(messages[place : place + size])
            engine.flush()
            engine.receiving.secure()
            place += size
        if chance.random() < 0.5:
            receiver.take(messages[place : place + 3])  # taken and not acknowledged: written or not, it comes again
            engine._store._db.close()  # as if the process had been killed
            engine._store._lease.release()
        else:
            receiver.close()
            engine.settle()
            engine.close()
    take(tmp_path / "w", [])

    same(tmp_path / "w", expected)
    assert [row[3] for row in rows(tmp_path / "w", INPUTS)] == ["done", "done"]


def test_a_disk_that_was_full_once_costs_nothing(tmp_path: Path, expected: dict[str, object]) -> None:
    messages = everything()
    engine = Engine(tmp_path / "w")
    receiver = Receiver(engine)
    receiver.take(messages[:10])
    engine.flush()
    db = engine._store._db
    db.execute(f"PRAGMA max_page_count = {db.execute('PRAGMA page_count').fetchone()[0] + 1}")
    with pytest.raises(StoreError, match="full"):
        for one in messages[10:30]:
            receiver.take([one])
            engine.flush()
    db.execute("PRAGMA max_page_count = 1000000")
    for _ in range(2):  # what was lost is received in memory only: nothing may say so on disk, nor to the hub
        with pytest.raises(StoreError, match="not written any more"):
            receiver.take(messages)
            engine.flush()
    engine.close()
    take(tmp_path / "w", [messages])

    same(tmp_path / "w", expected)


def test_a_workspace_that_is_locked_for_a_while_is_written_later(tmp_path: Path, expected: dict[str, object]) -> None:
    messages = everything()
    engine = Engine(tmp_path / "w")
    receiver = Receiver(engine)
    receiver.take(messages[:10])
    engine._store._db.execute("PRAGMA busy_timeout = 0")
    other = sqlite3.connect(tmp_path / "w", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="locked"):
        engine.flush()
    other.execute("ROLLBACK")
    other.close()
    receiver.take(messages)
    receiver.close()
    engine.settle()
    engine.close()

    same(tmp_path / "w", expected)


def test_knowledge_goes_on_where_it_was(tmp_path: Path) -> None:
    messages = everything()
    engine = Engine(tmp_path / "w")
    receiver = Receiver(engine)
    receiver.take(messages[:20])
    engine.flush()
    engine._store._db.close()
    engine._store._lease.release()
    engine = Engine(tmp_path / "w")
    receiver = Receiver(engine)
    receiver.take(messages[20:])
    whole = engine.knowledge().to_bytes()
    receiver.close()
    engine.close()
    engine = Engine(tmp_path / "all")
    Receiver(engine).take(messages)
    expected = engine.knowledge().to_bytes()
    engine.close()

    assert whole == expected


def test_after_a_kill_only_what_came_behind_the_last_saving_is_learned_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    messages = everything()
    engine = Engine(tmp_path / "w")
    receiver = Receiver(engine)
    receiver.take(messages[:20])
    engine.save()
    receiver.take(messages[20:24])
    engine.flush()
    engine._store._db.close()
    engine._store._lease.release()
    read: list[str] = []
    whole = Store.activities_of
    monkeypatch.setattr(Store, "activities_of", lambda *given: (read.append(one.id) or one for one in whole(*given)))
    engine = Engine(tmp_path / "w")
    Receiver(engine).take(messages[24:])
    known = engine.knowledge().to_bytes()
    engine.close()
    engine = Engine(tmp_path / "all")
    Receiver(engine).take(messages)
    expected = engine.knowledge().to_bytes()
    engine.close()

    assert 0 < len(read) <= 80 and known == expected


def hostile() -> list[tuple[str, Sent]]:
    """Messages that a stolen key may send, and what is said of each."""
    key = KEYS[0]
    good = made(3, key=key)
    other = input_key("s2", "aaaa")

    def one(message: Message, subject: str = "act.s1", place: int = 900) -> Sent:
        return Sent(subject, message_id("ee" * 8, place), seal(message))

    def batch(*activities: Activity, count: int | None = None) -> Message:
        return Batch(key, len(activities) if count is None else count, encode_batch(activities))

    return [
        ("not one of Wardlight's", Sent("act.s1", message_id("ee" * 8, 1), b"nonsense")),
        ("damaged", Sent("act.s1", message_id("ee" * 8, 2), HEAD.pack(MAGIC, 1) + b"\x28\xb5\x2f\xfd nonsense")),
        ("no number of an outbox", Sent("act.s1", "", seal(Opened(key, "a", "pcap", 1)))),
        ("another sensor's input", one(Opened(other, "a", "pcap", 1), place=3)),
        ("another sensor's input", one(Batch(other, 0, encode_batch([])), place=4)),
        ("no sensor may write", one(Opened("0123456789ab", "a", "pcap", 1), place=5)),
        ("no sensor may write", one(Opened("../../x", "a", "pcap", 1), place=6)),
        ("another number of activities", one(batch(*good, count=2), place=7)),
        ("damaged", one(Batch(key, 1, b"\x91\x01"), place=8)),
        ("that no input has", one(batch(*(replace(one, input=other) for one in good)), place=9)),
        ("that no input has", one(batch(replace(good[0], at=-5)), place=10)),
        ("that no input has", one(batch(replace(good[0], until=2**62)), place=11)),
        ("that no input has", one(batch(replace(good[0], frames=(2**62,))), place=12)),
        ("that no input has", one(batch(replace(good[0], record=-1)), place=13)),
        ("that no input has", one(batch(replace(good[0], code=2**63)), place=14)),
        ("that no input has", one(batch(replace(good[0], source=Endpoint("10.0.0.1", 70_000))), place=15)),
        ("that no input has", one(batch(replace(good[0], source=Endpoint("x" * 300, 1))), place=16)),
        ("figures that no input has", one(Told(key, -1, None, None), place=17)),
        ("figures that no input has", one(Closed(key, "done", 2**60, None, None), place=18)),
    ]


def test_hostile_messages_are_counted_and_change_nothing(tmp_path: Path, expected: dict[str, object]) -> None:
    mixed = [one for pair in zip(everything(), hostile()) for one in (pair[0], pair[1][1])]
    problems = take(tmp_path / "w", [mixed, everything()])

    same(tmp_path / "w", expected)
    for words, _ in hostile():
        assert any(words in one.what for one in problems), words
    assert sum(one.count for one in problems) == len(hostile())
    assert {one.where for one in problems} == {"sensor s1"}


def test_one_activity_that_cannot_be_kept_costs_no_others(tmp_path: Path) -> None:
    key = KEYS[0]
    good = made(6, key=key)
    far = 10_413_792_000_000_000
    odd = [replace(good[1], at=far, until=far), replace(good[4], at=-5)]
    batch = [good[0], odd[0], good[2], good[3], odd[1], good[5]]
    problems = take(tmp_path / "w", [sent([Opened(key, "eth0", "pcap", 1), Batch(key, 6, encode_batch(batch))])] * 2)

    kept = [good[at].at for at in (0, 2, 3, 5)]
    assert rows(tmp_path / "w", "SELECT at FROM activities ORDER BY at") == [(at,) for at in sorted(kept)]
    assert [(one.what, one.count) for one in problems] == [("activities that no input has", 2)]


def test_what_looks_sound_and_is_not_is_bounded(tmp_path: Path) -> None:
    key = KEYS[0]
    odd = replace(made(1, key=key)[0], source=Endpoint("no address\n\x00", 1), code=-(2**63))
    many = tuple(Problem(what="x" * 5000, count=-(2**62), where="\x1b[31m") for _ in range(1000))
    messages = [
        Opened(key, "eth0\n" * 500, "pcap" * 500, 1),
        Batch(key, 1, encode_batch([odd])),
        Told(key, 5, 1, 2, many),
        Closed(key, "whatever", 5, 1, 2, many),
    ]
    take(tmp_path / "w", [sent(messages)])
    ((path, kind, state, problems),) = rows(tmp_path / "w", "SELECT path, kind, state, problems FROM inputs")

    assert len(str(path)) < 300 and "\n" not in str(path) and len(str(kind)) <= 32 and state == "partial"
    assert len(str(problems)) < 100_000 and "\\u001b" not in str(problems)


def test_inputs_without_end_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.engine.receiver.INPUTS", 5)
    monkeypatch.setattr("app.engine.receiver.OPEN", 2)
    messages = [Opened(input_key("s1", f"{place:04d}"), "a", "pcap", 1) for place in range(20)]
    problems = take(tmp_path / "w", [sent(messages[:10]), sent(messages)])

    assert len(rows(tmp_path / "w", INPUTS)) == 5
    assert [(one.what, one.count) for one in problems] == [("a sensor makes more inputs than one may", 15)]


def test_an_input_that_is_there_goes_on_when_no_more_may_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.engine.receiver.INPUTS", 1)
    messages = batches(KEYS[0], 0)
    take(tmp_path / "w", [sent(messages[:6])])
    problems = take(tmp_path / "w", [sent(messages), sent([Opened(KEYS[1], "a", "pcap", 1)], outbox="cc" * 8)])

    assert [row[5] for row in rows(tmp_path / "w", INPUTS)] == [200]
    assert [one.what for one in problems] == ["a sensor makes more inputs than one may"]


def test_few_activities_are_unpacked_before_they_are_stored(
    tmp_path: Path, expected: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.engine.receiver.AT_ONCE", 50)
    unpacked, most = 0, 0

    def sound(batch: Batch) -> list[Activity]:
        nonlocal unpacked, most
        found = sound_activities(batch)
        unpacked += len(found)
        most = max(most, unpacked)
        return found

    ingest = Engine.ingest

    def stored(engine: Engine, batch: Sequence[Activity], receipt: Receipt | None = None) -> None:
        nonlocal unpacked
        unpacked -= len(batch)
        ingest(engine, batch, receipt)

    monkeypatch.setattr("app.engine.receiver.sound_activities", sound)
    monkeypatch.setattr(Engine, "ingest", stored)
    take(tmp_path / "w", [everything()])

    same(tmp_path / "w", expected)
    assert 50 <= most < 50 + 20


def test_nothing_is_learned_of_a_batch_of_which_nothing_is_stored(
    tmp_path: Path, expected: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    observe = Knowledge.observe

    def choosy(known: Knowledge, activity: Activity) -> None:
        if activity.code == 4711:
            raise ValueError("no such time")
        observe(known, activity)

    monkeypatch.setattr(Knowledge, "observe", choosy)
    bad = made(40, key=KEYS[0], seed=9)
    bad[-1] = replace(bad[-1], code=4711)
    hostile = [Sent("act.s1", message_id("ee" * 8, place), seal(Batch(KEYS[0], 40, encode_batch(bad)))) for place in (1, 2)]
    messages = everything()
    problems = take(tmp_path / "w", [messages[:9], hostile[:1], messages[9:15], hostile[1:], messages[15:]])

    same(tmp_path / "w", expected)
    assert [(one.what, one.count) for one in problems] == [("activities that no sensor of this program makes: ValueError", 2)]


def newer(message: Message, form: int = 2) -> bytes:
    return HEAD.pack(MAGIC, form) + seal(message)[HEAD.size :]


def test_a_newer_version_is_set_aside_until_it_is_known(
    tmp_path: Path, expected: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    messages = everything()
    both = [message for pair in zip(*(batches(key, seed) for seed, key in enumerate(KEYS))) for message in pair]
    mixed = [replace(one, data=newer(both[place])) if place % 3 == 0 else one for place, one in enumerate(messages)]
    problems = take(tmp_path / "w", [mixed, mixed])

    assert [(one.where, one.count) for one in problems] == [("sensor s1", len(messages[::3]))]
    assert "version 2 of the link" in problems[0].what
    for name in ("app.link.envelope", "app.engine.receiver"):
        monkeypatch.setattr(f"{name}.FORM", 2)
    assert envelope.FORM == 2
    assert take(tmp_path / "w", [mixed]) == ()
    same(tmp_path / "w", expected)
    assert rows(tmp_path / "w", "SELECT count(*) FROM parked") == [(0,)]


def test_what_finds_no_room_stays_on_the_hub(
    tmp_path: Path, expected: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "PARKED", 1000)
    both = [message for pair in zip(*(batches(key, seed) for seed, key in enumerate(KEYS))) for message in pair]
    mixed = [replace(one, data=newer(both[place])) for place, one in enumerate(everything())]
    problems = take(tmp_path / "w", [mixed])
    assert any("left on the hub" in one.what for one in problems)
    monkeypatch.setattr("app.link.envelope.FORM", 2)
    monkeypatch.setattr("app.engine.receiver.FORM", 2)
    take(tmp_path / "w", [mixed])  # read anew, as a newer program does

    same(tmp_path / "w", expected)


def test_reports_make_sensors(tmp_path: Path) -> None:
    engine = Engine(tmp_path / "w")
    receiver = Receiver(engine, lambda: 1_000)
    report = SensorReport(sensor="s1", name="dc1\n" + "x" * 500, version="0.1.0")
    receiver.report("status.s1", msgspec.json.encode(report), 400)
    receiver.report("status.s1", msgspec.json.encode(report), 300)
    receiver.report("status.s2", msgspec.json.encode(report), 300)
    receiver.report("status.s3", b"nonsense", 300)
    receiver.report("status.s4", b" " * (1 << 20), 300)
    receiver.report("status.s6", b'{"x":' + b"[" * 100_000, 300)
    receiver.report("status.s5", msgspec.json.encode(replace(report, sensor="s5", name="")), 5_000)
    problems = receiver.problems()
    engine.close()
    found = rows(tmp_path / "w", "SELECT id, name, heard FROM sensors ORDER BY id")

    assert [(row[0], row[2]) for row in found] == [("s1", 400), ("s5", 1_000)]
    assert len(str(found[0][1])) <= 200 and found[1][1] == "s5"
    assert len(problems) == 4


def test_an_input_is_called_by_the_name_of_its_sensor(tmp_path: Path) -> None:
    report = msgspec.json.encode(SensorReport(sensor="s1", name="dc1"))
    messages = everything()
    engine = Engine(tmp_path / "w")
    receiver = Receiver(engine)
    receiver.report("status.s1", report, 0)
    receiver.take(messages[:4])
    receiver.close()
    engine.close()
    engine = Engine(tmp_path / "w")
    receiver = Receiver(engine)  # which knows the name from the workspace
    receiver.take(sent([Opened(input_key("s1", "cccc"), "eth1 (live)", "pcap", 1)], outbox="ff" * 12))
    receiver.close()
    engine.close()
    assert {row[0] for row in rows(tmp_path / "w", "SELECT path FROM inputs")} == {"dc1: eth0 (live)", "dc1: eth1 (live)"}
