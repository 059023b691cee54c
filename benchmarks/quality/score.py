"""From what was said of each input to what was found, missed and false, by technique."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from benchmarks.quality.truth import Label

LOUD = ("medium", "high")


@dataclass(frozen=True)
class Said:
    """One statement. claims: external ids, any of which it may mean; an alert claims one."""

    claims: frozenset[int]
    severity: str
    title: str


@dataclass
class Score:
    """found, missed: (path, technique). false: (path, severity, title) on benign material. high: right and wrong of the loudest.

    beside: alerts on attack material that no label claims, which a person must judge.
    """

    found: list[tuple[str, str]] = field(default_factory=list)
    missed: list[tuple[str, str]] = field(default_factory=list)
    false: list[tuple[str, str, str]] = field(default_factory=list)
    beside: list[tuple[str, str, str]] = field(default_factory=list)
    right: int = 0
    wrong: int = 0

    @property
    def recall(self) -> float:
        """Share of visible techniques that were found."""
        return len(self.found) / max(1, len(self.found) + len(self.missed))

    @property
    def precision(self) -> float:
        """Share of high alerts that some label claims; those on benign material and those beside are wrong."""
        return self.right / max(1, self.right + self.wrong)


def judge(labels: Iterable[Label], said: Mapping[str, Iterable[Said]]) -> Score:
    """Hold what was said of each input against its labels; inputs of which nothing was said count as silent."""
    score = Score()
    by_path: dict[str, list[Label]] = {}
    for label in labels:
        by_path.setdefault(label.path, []).append(label)
    for path, lines in by_path.items():
        statements = list(said.get(path, ()))
        scope = lines[0].scope
        if scope == "sample":
            continue
        heard = frozenset().union(*(one.claims for one in statements))
        true = frozenset().union(*(line.expected | line.also for line in lines))
        for line in lines:
            if line.scope == "in":
                (score.found if line.expected & heard else score.missed).append((path, line.technique))
        for one in statements:
            claimed = bool(one.claims & true)
            if one.severity == "high":
                score.right += claimed
                score.wrong += not claimed and scope != "out"
            if not claimed and one.severity in LOUD:
                place = score.false if scope == "benign" else score.beside
                place.append((path, one.severity, one.title))
    return score
