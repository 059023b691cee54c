"""What is new: within an hour of its first time, where at most four others do so, never at low sensitivity."""

from app.engine.context import Context
from app.engine.knowledge import Knowledge
from app.engine.memory import MONTH, Memory
from app.engine.readings.novelty import HOUR, is_new
from app.model.tuning import Tuning


def context(sensitivity: str = "medium") -> Context:
    return Context(Knowledge(), Memory(), Tuning(sensitivity=sensitivity))  # type: ignore[arg-type]


def test_the_fifth_is_told_and_whoever_has_five_others_beside_him_is_not() -> None:
    ctx = context()

    assert [is_new("reset", f"user{number}", number, ctx) for number in range(7)] == [True] * 5 + [False] * 2
    assert not is_new("reset", "user0", 8, ctx)  # five others by now
    assert is_new("another act", "user0", 9, ctx)


def test_it_is_new_for_an_hour_and_again_after_a_month() -> None:
    ctx = context()

    assert [is_new("reset", "bob", at, ctx) for at in (0, HOUR, HOUR + 1, 2 * HOUR)] == [True, True, False, False]
    assert is_new("reset", "bob", 2 * HOUR + MONTH + 1, ctx)


def test_at_low_sensitivity_nothing_is_new() -> None:
    assert not is_new("reset", "bob", 0, context("low"))
