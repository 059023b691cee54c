"""Steps of the graph: each can be undone and done again; a sketch goes into a route as a word and comes back."""

from app.model.filter import ActivityFilter, parse
from app.ui.plots.sketch import LONGEST, Sketch, Steps, from_word, query_of, to_word

HOSTILE = 'user:corp\\"); DROP TABLE x; --\n\u202e'


def test_every_step_is_undone_and_done_again() -> None:
    steps, first, second, third = Steps(), Sketch(roots=("a",)), Sketch(roots=("a", "b")), Sketch(query="")
    steps.did("expand b", first)
    steps.did("the whole case", second)

    assert steps.undo(third) == ("the whole case", second)
    assert steps.undo(second) == ("expand b", first)
    assert steps.undo(first) is None
    assert steps.redo(first) == ("expand b", second)
    assert steps.redo(second) == ("the whole case", third)
    assert steps.redo(third) is None


def test_another_step_forgets_what_was_undone() -> None:
    steps = Steps()
    steps.did("one", Sketch())
    steps.undo(Sketch(query="a"))
    steps.did("other", Sketch())

    assert steps.redo(Sketch(query="b")) is None


def test_a_sketch_comes_back_from_its_word() -> None:
    sketch = Sketch(
        query="kind:kerberos", roots=(HOSTILE,), split=(("fold|x", "subnet"),), pinned=(("a", 1.5, -2.0),), span=(1, 2),
        colour="tag", removed=("x", "y"),
    )  # fmt: skip

    assert from_word(to_word(sketch)) == sketch
    assert len(to_word(Sketch())) < 40


def test_a_word_that_is_none_gives_none() -> None:
    good = to_word(Sketch(query="x"))

    assert [from_word(word) for word in ("", "???", good[:-6], "eJw", "A" * LONGEST, "\u202e")] == [None] * 6


def test_what_is_too_long_for_a_route_is_not_put_into_one() -> None:
    import random

    chance = random.Random(1)
    names = tuple(f"user:{chance.getrandbits(256):x}" for _ in range(4_000))

    assert to_word(Sketch(removed=names)) == ""


def test_the_query_behind_a_picture_can_be_read() -> None:
    one, two = "user:corp.test\\alice", "address:10.0.0.66"
    cases = {
        "": query_of(Sketch(query="")),
        "time:1..2": query_of(Sketch(query=""), "time:1..2"),
        f"entity:{two}": query_of(Sketch(roots=(two,))),
        f"(entity:{one} or entity:{two}) time:13:00-14:00": query_of(Sketch(roots=(one, two)), "time:13:00-14:00"),
        f"kind:ntlm or entity:{two}": query_of(Sketch(query="kind:ntlm", roots=(two,))),
    }

    assert all(wanted == found for wanted, found in cases.items())
    assert isinstance(parse(query_of(Sketch(roots=(HOSTILE, one)), "time:13:00-14:00")), ActivityFilter)
