"""Two programs under one key are told from one that is started again, from late messages and from a flood."""

from pathlib import Path

import msgspec

from app.engine.engine import Engine
from app.engine.receiver import Receiver, Sent
from app.engine.twofold import HOUR, SPEAKERS, Turns
from app.link.numbers import message_id
from app.model.sensor import SensorReport
from app.model.troubles import TWO_PLACES
from tests.engine.test_receiver import everything


def turns(*said: tuple[str, int]) -> int:
    found = Turns(10)
    return [found.note("s1", speaker, at) for speaker, at in said][-1]


def test_by_turns() -> None:
    assert turns(("a", 1), ("b", 2), ("a", 3), ("b", 4)) == 2
    assert turns(("a", 1), ("a", 2), ("b", 3), ("b", 4), ("a", 5), ("b", 6), ("b", 7), ("a", 8)) == 3


def test_one_that_is_started_again_and_again_never_returns() -> None:
    assert turns(*((f"start {number // 3}", number) for number in range(600))) == 0


def test_what_came_late_is_no_return() -> None:
    assert turns(("a", 5), ("b", 9), ("a", 6), ("b", 10), ("a", 7), ("b", 11), ("a", 9)) == 0


def test_a_computer_that_is_exchanged_and_back_a_day_later_is_no_turn() -> None:
    assert turns(("a", 0), ("b", HOUR), ("a", 24 * HOUR), ("b", 48 * HOUR)) == 0


def test_memory_is_bounded() -> None:
    found = Turns(10)
    for number in range(1_000):
        found.note(f"s{number}", "a", number)
        found.note("s0", f"program {number}", number)

    assert len(found._keys) == 10 and len(found._keys["s0"].left) <= SPEAKERS


def test_messages_of_two_outboxes_and_reports_of_two_services_by_turns_are_told(tmp_path: Path) -> None:
    engine = Engine(tmp_path / "w")
    receiver = Receiver(engine)
    messages = everything()
    for place in range(8):
        outbox = ("aa" * 12, "bb" * 12)[place % 2]
        receiver.take([Sent("act.s1", message_id(outbox, place + 1), messages[place].data, 1_000 + place)])
        report = SensorReport(sensor="s2", name="s2", since=place % 2, host="dc2")
        receiver.report("status.s2", msgspec.json.encode(report), 1_000 + place)
        calm = SensorReport(sensor="s3", name="s3", since=place // 4, host="dc3")
        receiver.report("status.s3", msgspec.json.encode(calm), 1_000 + place)
    told = {one.where: one.count for one in receiver.problems() if one.what == TWO_PLACES}
    receiver.close()
    engine.close()

    assert told == {"sensor s1": 6, "sensor s2": 6}
