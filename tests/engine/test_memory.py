"""Recollection within a window of event time, bounded whatever comes."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine import memory
from app.engine.memory import Memory


def test_a_trail_counts_within_its_window_and_forgets_the_rest() -> None:
    recalled = Memory()
    for at in range(10):
        trail = recalled.seen(("key",), at % 3, at, f"id{at}", 4)

    assert trail.count == 5
    assert trail.distinct == 3
    assert trail.first == 5
    assert trail.total == 10
    assert trail.evidence() == ("id5", "id6", "id7", "id8", "id9")


def test_evidence_is_taken_once() -> None:
    recalled = Memory()
    recalled.seen(("key",), 1, 0, "a", 10)
    trail = recalled.seen(("key",), 1, 1, "b", 10)

    assert trail.take() == ("a", "b")
    assert trail.take() == ()
    assert recalled.seen(("key",), 1, 2, "c", 10).take() == ("c",)


def test_silence_starts_a_new_trail() -> None:
    recalled = Memory()
    recalled.seen(("key",), 1, 0, "a", 10)

    assert recalled.seen(("key",), 1, 11, "b", 10).total == 1
    assert recalled.trail(("key",), 22, 10) is None


def test_notes_age_and_keep_their_kind() -> None:
    recalled = Memory()
    recalled.note(("key",), 5, 0)

    assert recalled.recall(("key",), int, 10, 10) == 5
    assert recalled.recall(("key",), int, 11, 10) is None
    assert recalled.recall(("key",), str, 0, 10) is None


def test_memory_is_bounded() -> None:
    recalled = Memory()
    for at in range(memory.KEYS + 10):
        recalled.note((at,), at, at)
    for at in range(memory.EVENTS + 10):
        trail = recalled.seen(("key",), at, at, str(at), 10**9)

    assert recalled.recall((0,), int, 0, 10**9) is None
    assert trail.count == memory.EVENTS
    assert len(trail.take()) <= memory.EVENTS


def test_the_keys_written_longest_ago_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "KEYS", 3)
    recalled = Memory()
    for at, key in enumerate("abcaddee"):  # c was written longest ago when d comes, a when e comes only if nobody wrote it since
        recalled.note((key,), key, at)
        recalled.seen((key,), key, at, str(at), 100)

    assert [key for key in "abcde" if recalled.recall((key,), str, 8, 100)] == ["a", "d", "e"]
    assert [key for key in "abcde" if recalled.trail((key,), 8, 100)] == ["a", "d", "e"]


def test_events_of_all_trails_together_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "TOTAL", 10)
    recalled = Memory()
    for at in range(40):
        recalled.seen((at % 4,), at, at, str(at), 100)

    held = [recalled.trail((key,), 40, 100) for key in range(4)]
    assert sum(one.count for one in held if one is not None) <= 10
    assert recalled.trail((3,), 40, 100) is not None  # the one at hand stays


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.booleans()), max_size=60), st.integers(0, 6))
def test_counts_are_those_of_the_window_and_of_the_episode(steps: list[tuple[int, int, bool]], window: int) -> None:
    recalled, at = Memory(), 0
    inside: list[tuple[int, int]] = []
    ever: Counter[int] = Counter()
    dropped: list[tuple[int, int]] = []
    for after, value, drop in steps:
        if after > window:
            inside, ever, dropped = [], Counter(), []
        at += after
        trail = recalled.seen(("key",), value, at, str(at), window)
        inside = [one for one in [*inside, (at, value)] if one[0] >= at - window]
        ever[value] += 1
        assert trail.count == len(inside)
        assert trail.total >= ever.total()
        assert trail.values == +ever
        if not dropped:
            assert trail.counts == Counter(value for _, value in inside)
        if drop:
            trail.drop(value)
            ever[value] = 0
            dropped.append((at, value))
            assert trail.counts[value] == 0
