"""Connections that carry what was drawn at random for one of them."""

from app.engine.context import Context
from app.engine.knowledge import Knowledge
from app.engine.memory import Memory
from app.engine.readings.relays import OTHERS, RELAYED, Leg, evidence, passed_on
from app.model.details import Negoex
from tests.engine.detectors.builders import act

WAYS = {"victim to middle": ("a", "m"), "middle to server": ("m", "s"), "back": ("m", "a"), "elsewhere": ("x", "y")}


def leg(way: str, at: int = 0, carrier: str = "smb2") -> Leg:
    source, target = WAYS[way]
    return Leg(source=source, target=target, carrier=carrier, activity=act(Negoex(carrier=carrier), at=at))


def told(*legs: Leg) -> list[tuple[Leg, Leg]]:
    ctx = Context(Knowledge(), Memory())
    return [pair for one in legs for pair in passed_on(ctx, ("number", "1"), one)]


def test_the_victims_connection_comes_first_whichever_was_seen_first() -> None:
    one, two = leg("victim to middle"), leg("middle to server", 5)
    assert told(one, two) == told(two, one) == [(one, two)]
    assert evidence(one, two) == evidence(two, one) == (one.activity.id, two.activity.id)


def test_the_same_two_computers_and_others_are_no_pair() -> None:
    assert told(leg("victim to middle"), leg("victim to middle", 1), leg("back", 2), leg("elsewhere", 3)) == []


def test_patience_and_memory_end() -> None:
    one, two = leg("victim to middle"), leg("middle to server", RELAYED + 1)
    assert told(one, two) == []
    assert told(one, *[leg("elsewhere", 1)] * (OTHERS + 2), leg("middle to server", 2)) == []


def test_versions_of_a_protocol_are_one_family() -> None:
    assert leg("back", carrier="smb1").family == leg("back", carrier="smb2").family != leg("back", carrier="http").family
