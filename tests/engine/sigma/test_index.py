"""What a rule needs of an event, so that it is tried on few."""

from typing import Any

import pytest

from app.engine.sigma import load_text
from app.engine.sigma.index import needs
from tests.engine.sigma.made import event, only, rule


def needed(condition: str = "selection", **detections: Any) -> set[tuple[str, bool, tuple[str, ...]]]:
    node = load_text(rule(condition, **detections)).rules[0].node
    assert node is not None
    return {(field, last, tuple(sorted(texts))) for field, last, texts in needs(node)}


def test_texts_and_last_names_are_needed() -> None:
    assert needed(selection={"A": ["One", "two"]}) == {("A", False, ("one", "two"))}
    assert needed(selection={"A|endswith": ["\\Cmd.exe", "\\x.exe"]}) == {("A", True, ("\\cmd.exe", "\\x.exe"))}
    assert needed(selection={"A": "x", "B|endswith": "\\longer.exe"}) == {("B", True, ("\\longer.exe",))}
    assert needed("a or b", a={"A": "x"}, b={"B": "y", "C|contains": "z"}) == {("A", False, ("x",)), ("B", False, ("y",))}


@pytest.mark.parametrize(
    "selection",
    [
        {"A": 3},
        {"A": ["x", 3]},
        {"A": ""},
        {"A": ["x", ""]},
        {"A|cased": "x"},
        {"A|endswith": ["\\x.exe", "y.exe"]},
        {"A|endswith": "\\a\\x.exe"},
        {"A|contains": "x"},
        {"A": None},
        {"A|neq": "x"},
        {"EventID": 4624},
        [{"A": "x"}, {"B|contains": "y"}],
    ],
)
def test_of_others_nothing_can_be_said(selection: Any) -> None:
    assert needed(selection=selection) == set()


def test_what_is_excluded_is_not_needed() -> None:
    assert needed("not selection", selection={"A": "x"}) == set()


def test_a_last_name_without_a_folder_is_no_match() -> None:
    text = rule(selection={"A|endswith": "\\cmd.exe"})

    assert only(text, event(A="cmd.exe")).count == 0
    assert only(text, event(A="\\cmd.exe")).count == 1
