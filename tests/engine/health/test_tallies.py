from app.engine.health.tallies import MINUTE, MOST, Tallies

NOW = 1_800_000_000_000_000


def test_growth_is_counted_within_its_time_only() -> None:
    one = Tallies()
    assert one.grown("a", NOW, 100, NOW - MINUTE, 5 * MINUTE) == 100
    assert one.grown("a", NOW + 3 * MINUTE, 150, NOW - MINUTE, 5 * MINUTE) == 150
    assert one.grown("a", NOW + 7 * MINUTE, 150, NOW - MINUTE, 5 * MINUTE) == 50
    assert one.grown("a", NOW + 9 * MINUTE, 150, NOW - MINUTE, 5 * MINUTE) == 0


def test_what_was_counted_long_before_is_not_of_late() -> None:
    assert Tallies().grown("a", NOW, 100, NOW - 60 * MINUTE, 5 * MINUTE) == 0


def test_a_counter_that_falls_began_anew() -> None:
    one = Tallies()
    one.grown("a", NOW, 100, NOW - 60 * MINUTE, 5 * MINUTE)
    assert one.grown("a", NOW + MINUTE, 7, NOW, 5 * MINUTE) == 7


def test_how_long_something_has_been_so() -> None:
    one = Tallies()
    assert [one.lasted("a", NOW + at * MINUTE, so) for at, so in ((0, True), (3, True), (4, False), (5, True))] == [
        0, 3 * MINUTE, 0, 0,
    ]  # fmt: skip
    assert one.lasted("b", NOW, True, NOW - 9 * MINUTE) == 9 * MINUTE


def test_strangers_push_out_the_oldest_only() -> None:
    one = Tallies()
    for number in range(MOST + 10):
        one.grown(number, NOW, 1, NOW, MINUTE)
        one.lasted(number, NOW, True)
    assert len(one._marks) <= MOST and len(one._since) <= MOST + 1
