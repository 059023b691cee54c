"""Computers through which many sign in: known after three days, by days that nobody told as guessing."""

from app.engine.context import Context
from app.engine.knowledge import Knowledge
from app.engine.memory import DAY, MONTH, Memory
from app.engine.readings import gateways
from app.model.tuning import Tuning

IP, HOUR = "192.0.2.31", 3_600_000_000
WINDOW, MANY = HOUR // 2, 10


def context() -> Context:
    return Context(Knowledge(), Memory(), Tuning())


def day(ctx: Context, number: int, *, people: int = 25, worst: int = 4, told: bool = False) -> None:
    """People who sign in during one day, and how many fail at one time."""
    at = number * DAY + 9 * HOUR
    for one in range(people):
        gateways.signs_in(IP, (f"user{one}", "EXAMPLE"), at + one, "a", ctx, WINDOW, at - DAY if number else None)
    gateways.fails(IP, worst, told, at + people, ctx)


def test_the_third_worst_day_is_what_is_usual_from_the_fourth_on() -> None:
    ctx = context()
    for number, worst in enumerate((4, 9, 2)):
        day(ctx, number, worst=worst)
        assert gateways.usual(IP, number * DAY + 10 * HOUR, ctx) is None

    assert gateways.usual(IP, 3 * DAY, ctx) == 2
    day(ctx, 3, worst=8)
    assert gateways.usual(IP, 4 * DAY, ctx) == 4


def test_a_day_that_was_told_and_a_day_of_few_teach_nothing() -> None:
    ctx = context()
    for number in range(6):
        day(ctx, number, worst=50, told=number % 2 == 0, people=25 if number % 2 == 0 else gateways.PEOPLE - 1)

    assert gateways.usual(IP, 6 * DAY, ctx) is None


def test_who_signs_in_again_on_the_same_day_is_one() -> None:
    ctx = context()
    for one in range(100):
        gateways.signs_in(IP, ("alice", "EXAMPLE"), one, "a", ctx, WINDOW, one - 1 if one else None)

    assert gateways.behind(IP, 100, ctx) == ""


def test_a_month_without_it_begins_anew() -> None:
    ctx = context()
    for number in range(4):
        day(ctx, number)

    assert gateways.usual(IP, 4 * DAY, ctx) == 4
    assert gateways.usual(IP, 4 * DAY + MONTH, ctx) is None


def test_above_is_more_than_twice_and_no_small_part_or_far_more() -> None:
    ctx = context()
    day(ctx, 0, people=200)
    at = 9 * HOUR + 300

    def above(level: int | None, tried: int, when: int = at) -> bool:
        return gateways.is_above(level, tried, IP, when, ctx, WINDOW, MANY)

    assert not above(None, 500)
    assert not above(4, 40)  # one in five of two hundred fails
    assert above(4, 51)
    assert not above(30, 60)
    assert above(30, 61)
    assert above(4, 12, at + HOUR)  # nobody signs in
    assert not above(6, 12, at + HOUR)


def test_an_alert_says_that_it_stands_for_many() -> None:
    ctx = context()
    for number in range(4):
        day(ctx, number)

    assert gateways.behind(IP, 3 * DAY + 10 * HOUR, ctx) == (
        " stands for many: 25 accounts signed in from there that day; on a bad day 4 fail at one time. Look who is behind it"
    )
