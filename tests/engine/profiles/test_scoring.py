"""Deviations that a person can check."""

from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine.profiles import RESOURCES
from app.engine.profiles.features import NEW_RESOURCES
from app.engine.profiles.profile import DAY, HOUR, Profile
from app.engine.profiles.scoring import HOURS, MOST, SLOW, above, deviations, quiet_with, score, spread

START = 19_723 * DAY


def worker(days: int, last: int = 0, each: int = 0, hour: int = 9) -> Profile:
    """So many days, some new servers on each, and more on the last day."""
    profile = Profile(START)
    for day in range(days + 1):
        at = START + day * DAY + (9 if day < days else hour) * HOUR
        profile.touch(at)
        for one in range(last if day == days else each):
            profile.use(RESOURCES, f"computer:{day}-{one}", at)
    return profile


NOW = START + 20 * DAY + 12 * HOUR


def test_a_day_is_compared_with_its_own_past() -> None:
    found = deviations(worker(20, 9), (), NOW)
    new = next(one for one in found if one.measure == NEW_RESOURCES)

    assert (new.value, new.own, new.peers, new.limit) == (9, 0, None, 1)
    assert new.by == 9
    assert score(found) == sum(one.part for one in found) > 9


def test_what_would_have_been_quiet_is_true() -> None:
    found = deviations(worker(20, 9), (), NOW)
    enough = quiet_with(found, 9)

    assert enough is not None
    assert score(deviations(worker(20, enough), (), NOW)) < 9 <= score(deviations(worker(20, enough + 1), (), NOW))
    assert quiet_with((), 9) is None


def test_what_peers_do_as_well_is_no_sign() -> None:
    everyday = [worker(20, 1, each=9) for _ in range(6)]
    the_same_day = [worker(20, 9) for _ in range(6)]
    alone = score(deviations(worker(20, 9), [worker(20) for _ in range(6)], NOW))

    assert alone > 9
    assert score(deviations(worker(20, 9), everyday, NOW)) == 0
    assert score(deviations(worker(20, 9), the_same_day, NOW)) == 0


def test_a_few_each_day_add_up() -> None:
    profile = worker(20)
    for day in range(20, 25):
        at = START + day * DAY + 9 * HOUR
        profile.touch(at)
        for one in range(3):
            profile.use(RESOURCES, f"computer:{day}-{one}", at)
    found = {one.measure: one for one in deviations(profile, (), START + 24 * DAY + 12 * HOUR)}

    assert found[SLOW].value == 15
    assert found[SLOW].by == MOST


def test_unusual_hours_are_counted() -> None:
    found = {one.measure: one for one in deviations(worker(20, 1, hour=3), (), NOW)}

    assert found[HOURS].value == 1


@settings(deadline=None)
@given(st.lists(st.integers(0, 10_000), max_size=40), st.integers(0, 10_000))
def test_deviations_are_bounded_and_grow_with_the_value(history: list[int], value: int) -> None:
    middle, one = spread(history)

    assert one >= 1
    assert 0 <= above(value, history) <= above(value + 1, history) <= MOST
    assert above(int(middle), history) == 0
