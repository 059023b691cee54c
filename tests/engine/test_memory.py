"""Recollection within a window of event time, bounded whatever comes."""

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
