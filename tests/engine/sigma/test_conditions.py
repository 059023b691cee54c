"""Conditions: how selections are joined."""

import pytest

from tests.engine.sigma.made import event, only, rule

PARTS = {"sel_a": {"A": "x"}, "sel_b": {"B": "x"}, "filter": {"C": "x"}}


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("sel_a", "a ab ac abc"),
        ("sel_a and sel_b", "ab abc"),
        ("sel_a or sel_b", "a b ab ac bc abc"),
        ("sel_a and not filter", "a ab"),
        ("1 of sel_*", "a b ab ac bc abc"),
        ("any of sel_*", "a b ab ac bc abc"),
        ("all of sel_*", "ab abc"),
        ("all of sel_* and not 1 of filter*", "ab"),
        ("all of them", "abc"),
        ("1 of them", "a b c ab ac bc abc"),
        ("not 1 of them", "none"),
        ("not (sel_a or sel_b) and filter", "c"),
        ("sel_a or sel_b and filter", "a ab ac bc abc"),
        ("not sel_a and not sel_b", "none c"),
    ],
)
def test_condition(condition: str, found: str) -> None:
    everything = ["none", "a", "b", "c", "ab", "ac", "bc", "abc"]
    events = [
        event(record=place, at=place, **{letter.upper(): "x" for letter in name if name != "none"}, Z="z")
        for place, name in enumerate(everything)
    ]

    result = only(rule(condition, **PARTS), *events)

    assert [everything[match.record or 0] for match in result.matches] == [one for one in everything if one in found.split()]


def test_a_list_of_maps_is_alternatives_and_a_map_asks_for_all() -> None:
    text = rule(selection=[{"A": "x", "B": "x"}, {"C": "x"}])

    assert only(text, event(A="x", B="x")).count == 1
    assert only(text, event(C="x")).count == 1
    assert only(text, event(A="x", C="y")).count == 0


def test_several_conditions_are_alternatives() -> None:
    text = rule(selection={"A": "x"}, other={"B": "x"}).replace("condition: selection", "condition: [selection, other]")

    assert only(text, event(A="x")).count == 1
    assert only(text, event(B="x")).count == 1
    assert only(text, event(C="x")).count == 0


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("selection | count() by A > 5", "aggregation"),
        ("selection and", "Expected"),
        ("nothing", "nothing"),
        ("1 of nothing*", "nothing"),
        ("(" * 50 + "selection" + ")" * 50, "nests too deeply"),
        ("not " * 100 + "selection", "nests too deeply"),
        ("selection or " * 2_000 + "selection", "too long"),
    ],
)
def test_what_is_no_condition_says_why(condition: str, said: str) -> None:
    result = only(rule(condition, selection={"A": "x"}), event(A="x"))

    assert result.state == "cannot"
    assert said in result.reason


def test_a_rule_without_detection_or_log_source_says_so() -> None:
    assert only("title: a\nlogsource: {product: windows}\n", event()).state == "cannot"
    assert only("title: a\ndetection: {selection: {A: x}, condition: selection}\n", event()).state == "cannot"
