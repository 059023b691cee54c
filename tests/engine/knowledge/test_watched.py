"""What was seen of each computer and hour: bounded, the same in any order, merged and stored."""

import random
from operator import add

import pytest

from app.engine.knowledge import Knowledge
from app.engine.knowledge.watched import Hours, named_place
from app.model.activity import Activity
from tests.engine.detectors.builders import DC1, HOUR, MINUTE, START, WS1, as_req, call, dns
from tests.engine.detectors.logs import DC, tgt


def mixed() -> list[Activity]:
    made = [dns("dc1.example.org", answers=(f"A {DC1}",))]
    for number in range(200):
        at = number * 7 * MINUTE
        made.append(as_req(f"user{number % 9}", at=at))
        made.append(call("12345778-1234-abcd-ef00-0123456789ac", number % 5, at=at, sealed=number % 3 == 0))
        made.append(tgt(f"user{number % 9}", WS1, at=at + 1000))
    return made


def known(activities: list[Activity]) -> Knowledge:
    found = Knowledge()
    for one in activities:
        found.observe(one)
    return found


def test_order_and_parts_change_nothing() -> None:
    activities = mixed()
    whole = known(activities).to_bytes()
    shuffled = list(activities)
    random.Random(3).shuffle(shuffled)
    first, second = known(shuffled[:250]), known(shuffled[250:])
    first.merge(second)

    assert known(shuffled).to_bytes() == whole
    assert first.to_bytes() == whole
    assert Knowledge.from_bytes(whole).to_bytes() == whole


def test_packets_and_log_of_one_computer_are_one_station() -> None:
    station = known(mixed()).station("computer:dc1.example.org")
    hour = START // HOUR

    assert station.packets.keys() == station.log.keys()
    assert station.packets[hour] == station.log[hour] == sum(1 << minute for minute in range((START // MINUTE) % 60, 60, 7))
    assert station.counts["kerberos-as", "", "answered"][hour] == bin(station.packets[hour]).count("1")
    assert station.counts["event-kerberos", "4768", "answered"][hour] > 0
    assert any(what[2] == "sealed" for what in station.counts)
    assert station.lowest[("security",)][hour] <= station.highest[("security",)][hour]


def test_knowledge_of_before_is_read() -> None:
    """Workspaces written before computers were watched have no such part."""
    assert Knowledge.from_bytes(b"\x80").station("computer:dc1").packets == {}


@pytest.mark.parametrize("seed", range(4))
def test_of_too_many_the_same_stay_whatever_the_order(seed: int) -> None:
    things = [(f"10.0.{one % 97}.1", ("kind", str(one % 5), ""), one % 50) for one in range(4000)]
    chance = random.Random(seed)
    whole, mine, theirs = Hours(300, add), Hours(300, add), Hours(300, add)
    for one in things:
        whole.add(*one, 1)
    chance.shuffle(things)
    for one in things:
        (mine if chance.random() < 0.5 else theirs).add(*one, 1)
    mine.merge(theirs)

    assert mine.dump()[1] == whole.dump()[1]
    assert 0 < whole.size <= 300
    assert whole.size == sum(len(hours) for held in whole.places.values() for hours in held.values())


def test_places_are_plain() -> None:
    assert named_place(f"name:{DC.upper()}") == f"name:{DC}"
    assert named_place("name:") == named_place("name:a b") == ""
    assert len(named_place("x" * 9999)) <= 256
    assert named_place("name:b\ud800c") == "name:b?c", (
        "a half of a character is a mark, so that what is stored is what was counted"
    )
