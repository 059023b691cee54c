"""What a computer does again and again is told on the first days, and no longer when it is a habit."""

from app.engine import detector as machinery
from app.engine.detectors import samr_reconnaissance
from app.engine.knowledge import Knowledge
from app.model.activity import Activity
from app.model.alert import Alert
from app.model.tuning import DEFAULT, Tuning
from tests.engine.detectors.builders import DC1, SAMR, WS2, call, controller
from tests.engine.detectors.builders_behaviour import DAY

LIST_GROUPS, LIST_USERS = 11, 13
INVENTORY = [controller(DC1), *(call(SAMR, LIST_USERS, at=day * DAY) for day in range(8))]


def alerts(activities: list[Activity], tuning: Tuning = DEFAULT) -> list[Alert]:
    knowledge = Knowledge()
    for one in activities:
        knowledge.observe(one)
    return machinery.run([samr_reconnaissance.DETECTOR], activities, knowledge, tuning=tuning)


def test_an_inventory_is_told_on_three_days_only() -> None:
    assert len(alerts(INVENTORY)) == 3


def test_nothing_is_a_habit_at_high_sensitivity() -> None:
    assert len(alerts(INVENTORY, Tuning(sensitivity="high"))) == 8


def test_the_inventory_s_habit_excuses_neither_others_nor_other_lists() -> None:
    more = [call(SAMR, LIST_USERS, WS2, at=8 * DAY), call(SAMR, LIST_GROUPS, at=8 * DAY)]

    assert len(alerts([*INVENTORY, *more])) == 5
