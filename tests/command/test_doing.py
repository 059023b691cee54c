"""What is told of live sources: each state and each problem once, and again when it changes or comes back."""

from app.command.doing import MANY, MOST, QUIET, Doing, new_problems
from app.model.rows import InputRow, Problem
from app.model.source import SourceState


def state(word: str, error: str = "", *problems: Problem) -> SourceState:
    return SourceState(id="1", kind="syslog", label="syslog", state=word, error=error, problems=problems)


def told(doing: Doing, *states: SourceState, now: float = 0.0) -> list[str]:
    return [words for one in states for words in doing.lines(one, now)]


def test_a_source_that_never_comes_up_tells_why_once() -> None:
    broke, other = state("failed", "it broke: no memory"), state("failed", "it broke: no disk")
    again = state("starting")

    assert told(Doing(), again, broke, again, broke, again, broke, again, other, again, other) == [
        "syslog: starting", "syslog: failed: it broke: no memory", "syslog: failed: it broke: no disk",
    ]  # fmt: skip


def test_what_comes_back_after_it_ran_is_told_again() -> None:
    broke, runs = state("failed", "no answer"), state("running")

    assert told(Doing(), runs, broke, broke, runs, runs, broke) == [
        "syslog: running", "syslog: failed: no answer", "syslog: running", "syslog: failed: no answer",
    ]  # fmt: skip


def test_a_problem_is_told_once_and_again_when_there_are_many_more_or_it_comes_back() -> None:
    doing = Doing()

    def at(count: int, now: float) -> list[str]:
        return told(doing, state("running", "", Problem(what="no event", count=count, where="10.0.0.9: x")), now=now)[-1:]

    assert at(1, 0) == ["problem: syslog: no event: 1 (10.0.0.9: x)"]
    assert at(1, QUIET * 9) == at(2, 5) == at(MANY - 1, 6) == []
    assert at(MANY, 7) == [f"problem: syslog: no event: {MANY} (10.0.0.9: x)"]
    assert at(MANY + 1, 7 + QUIET) == [f"problem: syslog: no event: {MANY + 1} (10.0.0.9: x)"]
    assert at(3, 8 + QUIET) == []


def test_what_outsiders_make_up_is_told_within_bounds_and_cannot_move_the_cursor() -> None:
    made_up = [Problem(what=f"\x1b[2J{number}") for number in range(MOST * 2)]
    lines = told(Doing(), state("running", "", *made_up))

    assert len(lines) == MOST + 1 and not any("\x1b" in one for one in lines)


def test_problems_of_earlier_runs_are_not_told_again() -> None:
    old = Problem(what="no event", count=3)
    row = InputRow(key="k", path="p", kind="syslog", bytes=0, sha256="", records=0, first=None, last=None, state="done")
    before, grown = {"k": (old,)}, Problem(what="no event", count=4, where="p")

    def with_(*problems: Problem) -> list[str]:
        return list(
            new_problems([InputRow(**{**{f: getattr(row, f) for f in row.__struct_fields__}, "problems": problems})], before)
        )

    assert with_(old) == []
    assert with_(grown) == ["problem: p: no event: 4"]
