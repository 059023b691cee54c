"""The governor's decision: the two tables of the architecture page, and what must hold whatever the machine does."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sensor.governor import BETWEEN, LEAST_CPU, LONGEST, PATIENCE, RESERVE, STUBBORN, TIGHTEST, Governor, Measured, Quota

GIB = 1 << 30
COSTS = (0.05, 0.3, 0.15, 0.1, 0.4)
"""Of the classes of traffic, authentication first: shares of what all of it costs."""


def seen(others: float, own: float, lost: int = 0, used: int = 4 * GIB, held: int = GIB // 4) -> Measured:
    return Measured(cores=4, cpu=others + own, own_cpu=own, memory=16 * GIB, used=used + held, own=held, lost=lost)


class Machine:
    """A machine with a sensor that costs so much of it for all of the traffic, base of it whatever is left out."""

    def __init__(self, wants: float, base: float = 0.02) -> None:
        self.governor, self.wants, self.base = Governor(), wants, base
        self.quota = Quota()

    def own(self) -> float:
        shares = [min(max(self.quota.level * 5 - rung, 0.0), 1.0) for rung in range(5)]
        return self.base * self.wants + (1 - self.base) * self.wants * sum(a * b for a, b in zip(COSTS, shares, strict=True))

    def steps(self, others: float, count: int) -> list[float]:
        out = []
        for _ in range(count):
            own = min(self.own(), 1 - others)
            self.quota = self.governor.step(seen(others, own))
            out.append(self.quota.level)
        return out


def test_the_first_table_of_the_product_leaves_a_quota_of_45_and_drops_nothing() -> None:
    quota = Governor().step(seen(others=0.30 + 0.10, own=0.20))

    assert quota.cpu == pytest.approx(0.45) and quota.level == 1 and not quota.why


def test_the_second_table_leaves_a_quota_of_15_and_drops() -> None:
    quota = Governor().step(seen(others=0.60 + 0.10, own=0.15))

    assert quota.cpu == pytest.approx(0.15) and quota.level < 1 and quota.why == "processor"


@given(others=st.floats(0, 1), wants=st.floats(0.001, 1), base=st.floats(0, 0.2))
def test_what_is_reserved_becomes_free_when_the_sensor_can_give_way(others: float, wants: float, base: float) -> None:
    machine = Machine(wants, base)
    levels = machine.steps(others, 60)
    used = min(machine.own(), 1 - others)  # no more than the others leave
    asked = max(1 - RESERVE - others, LEAST_CPU)

    assert all(0 <= one <= 1 for one in levels)
    assert used < asked or levels[-1] == 0 or 1 - others - used >= RESERVE


@given(others=st.floats(0, 0.5), wants=st.floats(0.001, 0.25), low=st.floats(0.6, 1))
def test_it_recovers_when_there_is_room_again(others: float, wants: float, low: float) -> None:
    machine = Machine(wants)
    machine.steps(low, 30)
    levels = machine.steps(others, 20 + 10 * 6)

    assert levels[-1] == 1 and levels == sorted(levels)


@given(others=st.floats(0, 1), wants=st.floats(0.001, 1), base=st.floats(0, 0.3))
def test_it_does_not_flap_while_nothing_changes(others: float, wants: float, base: float) -> None:
    levels = Machine(wants, base).steps(others, 720)  # two hours
    moves = [b - a for a, b in pairwise(levels) if a != b]
    turns = sum((a > 0) != (b > 0) for a, b in pairwise(moves))

    falls = sum(one < 0 for one in moves[len(moves) // 2 :])

    assert turns <= 2 * (5 + 720 // LONGEST)
    assert falls <= 2 * 720 // LONGEST


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1), st.integers(0, 9)), max_size=80))
def test_it_stays_within_its_bounds_whatever_it_is_told(told: list[tuple[float, float, int]]) -> None:
    governor = Governor()
    for cpu, own, lost in told:
        quota = governor.step(Measured(cores=1, cpu=cpu, own_cpu=own, memory=GIB, used=GIB, own=int(own * GIB), lost=lost))
        assert LEAST_CPU <= quota.cpu <= 1 - RESERVE and 0 <= quota.level <= 1 and 0 <= quota.tight <= TIGHTEST


def test_an_idle_sensor_on_a_busy_machine_leaves_nothing_out() -> None:
    governor = Governor()

    assert [governor.step(seen(others=0.98, own=0.004)).level for _ in range(30)] == [1.0] * 30


def test_packets_that_one_core_was_too_slow_for_are_left_out_by_choice_instead() -> None:
    governor = Governor()
    first = governor.step(seen(others=0.1, own=0.3, lost=4000))
    then = governor.step(seen(others=0.1, own=0.3))

    assert first.level < 1 and first.why == "speed"
    assert then.level > first.level


def test_a_rise_that_was_too_much_is_not_tried_again_at_once() -> None:
    machine = Machine(0.5)
    levels = machine.steps(0.55, 200)
    tops = [at for at in range(1, len(levels)) if levels[at] < levels[at - 1] and at > 20]
    pauses = [b - a for a, b in pairwise(tops)]

    assert all(one >= PATIENCE for one in pauses)
    assert pauses == sorted(pauses)


def test_memory_is_made_tight_first_and_the_capture_begins_again_only_when_that_does_not_help() -> None:
    governor = Governor()
    governor.step(seen(0.1, 0.1, used=10 * GIB, held=GIB))
    grown = [governor.step(seen(0.1, 0.1, used=12 * GIB, held=3 * GIB)) for _ in range(BETWEEN + 20)]
    before = next(at for at, one in enumerate(grown) if one.restart)

    assert [one.tight for one in grown[:3]] == [1, 2, 2] and grown[2].why == "memory"
    assert before >= STUBBORN and sum(one.restart for one in grown) == 1
    assert all(one.level == 1 for one in grown)


def test_a_sensor_that_did_not_grow_is_not_started_again_for_what_others_hold() -> None:
    governor = Governor()
    told = [governor.step(seen(0.1, 0.1, used=15 * GIB, held=GIB // 2)) for _ in range(300)]

    assert not any(one.restart for one in told) and told[-1].tight == TIGHTEST


def test_memory_that_comes_back_is_used_again() -> None:
    governor = Governor()
    for _ in range(5):
        governor.step(seen(0.1, 0.1, used=14 * GIB, held=GIB))
    told = [governor.step(seen(0.1, 0.1)).tight for _ in range(2 * PATIENCE + 1)]

    assert told[0] == TIGHTEST and told[-1] == 0 and told == sorted(told, reverse=True)


def test_without_a_reserve_everything_is_analysed() -> None:
    governor = Governor(reserve=0)

    assert {governor.step(seen(others=0.9, own=0.1, lost=9)) for _ in range(5)} == {Quota(cpu=1.0, memory=16 * GIB)}
