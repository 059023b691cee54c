"""What each input of the labelled material shows: `truth.tsv`, one line for each technique of an input."""

import csv
from dataclasses import dataclass
from pathlib import Path

TABLE = Path(__file__).with_name("truth.tsv")


@dataclass(frozen=True)
class Label:
    """One technique of one input.

    path: below the folder of shared material. expected: external ids, any of which finds it. also: external ids that are true
    of the same input and prove nothing wrong. scope: "in" (a sensor of identities can see it), "out" (it cannot, or the act is
    no attack; an alert is neither right nor wrong), "benign" (any alert of medium or more is false), "sample" (made for parsers).
    """

    path: str
    technique: str
    expected: frozenset[int]
    also: frozenset[int]
    scope: str
    note: str


def _numbers(text: str) -> frozenset[int]:
    return frozenset(int(one) for one in text.split() if one != "-")


def labels() -> list[Label]:
    """All lines, in the order of the file."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    return [
        Label(
            one["path"], one["technique"], _numbers(one["expected"]), _numbers(one["also"] or ""), one["scope"], one["note"] or ""
        )
        for one in rows
    ]
