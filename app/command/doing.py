"""How live sources do, in lines: each state and each problem once, and again when it changes or comes back."""

from collections.abc import Iterator, Mapping, Sequence

from app.command.words import line
from app.model.rows import InputRow, Problem
from app.model.source import SourceState

QUIET = 3600.0
"""Seconds after which a problem that grows again has come back."""
MANY = 10
"""A problem that is so many times as large as when it was told has changed."""
MOST = 1000
"""Problems of one listener that are told; their sentences may hold names from outside."""


class Doing:
    """What was told of sources so far."""

    def __init__(self) -> None:
        self._states: dict[str, str] = {}
        self._failed: dict[str, str] = {}
        self._problems: dict[tuple[str, str], tuple[int, int, float]] = {}
        """By source and sentence: how many there were when it was told, how many there are, since when."""

    def lines(self, state: SourceState, now: float) -> Iterator[str]:
        """What is to be told of a source now. now: seconds of a clock that never goes back."""
        yield from self._of_state(state)
        for one in state.problems:
            yield from self._of_problem(state, one, now)

    def _of_state(self, state: SourceState) -> Iterator[str]:
        words = f"{state.state}{f': {line(state.error)}' if state.error else ''}"
        if state.state == "running":
            self._failed.pop(state.id, None)
        elif state.state == "starting" and state.id in self._failed:  # tried again; told when that ends otherwise
            return
        elif state.state == "failed":
            if self._failed.get(state.id) == words:
                return
            self._failed[state.id] = words
        if self._states.get(state.id) != words:
            self._states[state.id] = words
            yield f"{line(state.label)}: {words}"

    def _of_problem(self, state: SourceState, one: Problem, now: float) -> Iterator[str]:
        key = state.id, one.what
        told, before, since = self._problems.get(key, (0, 0, now))
        if one.count == before or (not told and len(self._problems) >= MOST):
            return
        if not told or one.count >= MANY * told or now - since >= QUIET:
            yield f"problem: {line(state.label)}: {in_words(one)}"
            told = one.count
        self._problems[key] = told, one.count, now


def new_problems(inputs: Sequence[InputRow], before: Mapping[str, Sequence[Problem]]) -> Iterator[str]:
    """Problems of inputs that were not there before, or are more now. before: by the key of the input."""
    for row in inputs:
        known = before.get(row.key, ())
        yield from (f"problem: {line(row.path)}: {in_words(one, row.path)}" for one in row.problems if one not in known)


def in_words(one: Problem, path: str = "") -> str:
    """A problem with how often, and where first unless that is the path itself."""
    return f"{line(one.what)}: {one.count:,}{f' ({line(one.where)})' if one.where not in ('', path) else ''}"
