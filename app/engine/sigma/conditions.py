"""A rule's parsed condition to our tree."""

from collections.abc import Mapping
from typing import Any

from sigma.conditions import (
    ConditionAND,
    ConditionFieldEqualsValueExpression,
    ConditionNOT,
    ConditionOR,
    ConditionValueExpression,
)
from sigma.modifiers import SigmaEndswithModifier, SigmaRegularExpressionModifier, SigmaStartswithModifier
from sigma.rule import SigmaDetection, SigmaRule
from sigma.types import SigmaFieldReference, SigmaRegularExpression, SigmaString, SigmaType

from app.engine.sigma.patterns import BadPattern
from app.engine.sigma.tree import All, Either, Node, Not
from app.engine.sigma.values import CannotRun, one_of

LONGEST, DEEPEST = 4_096, 40
"""Characters of a condition and depth of what it nests; the time of parsing grows with both."""


def tree_of(rule: SigmaRule, names: Mapping[str, str]) -> Node:
    """The condition of a rule; several conditions are alternatives. names: fields that are called otherwise in the log.

    Raises CannotRun, and what pySigma raises.
    """
    for one in rule.detection.condition:
        if not isinstance(one, str):
            raise CannotRun("its condition is no text")
        if "|" in one:
            raise CannotRun(
                f"an aggregation in its condition ({one.split('|', 1)[1].strip()[:60]}); correlation rules replace it"
            )
        if len(one) > LONGEST or _depth(one) > DEEPEST:
            raise CannotRun("its condition is too long or nests too deeply")
    for detection in rule.detection.detections.values():
        _anchor(detection)
    try:
        found = [_node(one.parsed, names) for one in rule.detection.parsed_condition]
    except BadPattern as error:
        raise CannotRun(str(error)) from error
    return found[0] if len(found) == 1 else Either(tuple(found))


def _depth(condition: str) -> int:
    depth = deepest = negations = 0
    for one in condition.replace("(", " ( ").replace(")", " ) ").split():
        negations = negations + 1 if one == "not" else 0
        depth += (one == "(") - (one == ")")
        deepest = max(deepest, depth + negations)
    return deepest


def _node(condition: Any, names: Mapping[str, str]) -> Node:
    if isinstance(condition, (ConditionFieldEqualsValueExpression, ConditionValueExpression)):
        return _either([condition], names)
    if isinstance(condition, ConditionNOT):
        return Not(_node(condition.args[0], names))
    if isinstance(condition, ConditionAND):
        return All(tuple(_node(one, names) for one in condition.args))
    if isinstance(condition, ConditionOR):
        return _either(condition.args, names)
    raise CannotRun("its condition asks nothing")


def _either(args: list[Any], names: Mapping[str, str]) -> Node:
    """Alternatives of one field are asked together."""
    by_field: dict[str | None, list[SigmaType]] = {}
    parts: list[Node] = []
    for one in args:
        if isinstance(one, ConditionFieldEqualsValueExpression):
            if isinstance(one.value, SigmaFieldReference):
                one.value.field = names.get(one.value.field, one.value.field)
            by_field.setdefault(names.get(one.field, one.field), []).append(one.value)
        elif isinstance(one, ConditionValueExpression):
            by_field.setdefault(None, []).append(one.value)
        else:
            parts.append(_node(one, names))
    parts = [*(one_of(field, values) for field, values in by_field.items()), *parts]
    return parts[0] if len(parts) == 1 else Either(tuple(parts))


def _anchor(detection: SigmaDetection) -> None:
    """pySigma leaves the open side of |re|startswith to a matcher of whole texts; ours searches, so it is said."""
    for item in detection.detection_items:
        if isinstance(item, SigmaDetection):
            _anchor(item)
        elif SigmaRegularExpressionModifier in item.modifiers:
            for value in item.value:
                if isinstance(value, SigmaRegularExpression):
                    begin = r"\A" if SigmaStartswithModifier in item.modifiers else ""
                    end = r"\z" if SigmaEndswithModifier in item.modifiers else ""
                    if begin or end:
                        value.regexp = SigmaString(f"{begin}(?:{value.regexp}){end}", escape=False)
