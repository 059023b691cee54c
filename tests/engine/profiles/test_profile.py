"""One profile: what it used, when it works, what it did on each day."""

from app.engine.profiles import COMPUTERS, RESOURCES
from app.engine.profiles.features import ACTIVITIES, NEW_RESOURCES
from app.engine.profiles.profile import DAY, HOUR, KEPT_DAYS, VALUES, Profile

MONDAY = 19_723 * DAY


def lived(days: int, hour: int = 9) -> Profile:
    """Days of one server, at one hour."""
    profile = Profile(MONDAY + hour * HOUR)
    for day in range(days):
        at = MONDAY + day * DAY + hour * HOUR
        profile.touch(at)
        profile.use(RESOURCES, "computer:files", at)
    return profile


def test_a_value_has_its_first_and_last_use_and_its_days() -> None:
    profile = lived(5)
    seen = profile.seen(RESOURCES, "computer:files")

    assert seen is not None
    assert (seen.first, seen.last, seen.days) == (MONDAY + 9 * HOUR, MONDAY + 4 * DAY + 9 * HOUR, 5)
    assert profile.days == 5


def test_today_does_not_count_as_before() -> None:
    profile = lived(2)
    now = MONDAY + 2 * DAY
    profile.touch(now)
    profile.use(COMPUTERS, "computer:ws2", now)

    assert not profile.before(COMPUTERS, "computer:ws2", now + HOUR)
    assert profile.before(COMPUTERS, "computer:ws2", now + DAY)
    assert profile.before(RESOURCES, "computer:files", now)


def test_days_that_are_over_are_kept_as_numbers_up_to_a_limit() -> None:
    profile = lived(KEPT_DAYS + 10)
    now = MONDAY + (KEPT_DAYS + 10) * DAY

    assert len(profile.past) == KEPT_DAYS
    assert profile.history(ACTIVITIES, now)[-3:] == [1, 1, 1]
    assert profile.history(NEW_RESOURCES, now) == [0] * (KEPT_DAYS + 1)
    assert profile.today(now) == (0,) * 8


def test_values_are_forgotten_that_were_used_longest_ago() -> None:
    profile = Profile(MONDAY)
    given = [profile.use(RESOURCES, f"computer:{one}", MONDAY + one) for one in range(VALUES + 3)]

    assert given == [1] * VALUES + [2, 2, 2]
    assert len(profile.values(RESOURCES)) == VALUES
    assert profile.seen(RESOURCES, "computer:2") is None


def test_hours_and_weekdays_fade() -> None:
    profile = lived(28)
    profile.touch(MONDAY + 28 * DAY + 9 * HOUR)

    assert profile.share_of_hour(MONDAY + 9 * HOUR) == 1.0
    assert profile.share_of_hour(MONDAY + 10 * HOUR) == 1.0
    assert profile.share_of_hour(MONDAY + 3 * HOUR) == 0.0
    assert abs(sum(profile.share_of_weekday(MONDAY + day * DAY) for day in range(7)) - 1) < 1e-9


def test_drift_compares_the_latest_days_with_those_before() -> None:
    profile = lived(10)
    for day in range(10, 15):
        for one in range(5):
            profile.touch(MONDAY + day * DAY + one)

    assert profile.drift(ACTIVITIES, MONDAY + 15 * DAY) == 5.0
    assert Profile(MONDAY).drift(ACTIVITIES, MONDAY) == 1.0
