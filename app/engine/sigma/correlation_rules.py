"""pySigma's correlation rules to ours, or why one cannot run."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from sigma.correlations import (
    SigmaCorrelationCondition,
    SigmaCorrelationConditionOperator,
    SigmaCorrelationRule,
    SigmaCorrelationType,
)

from app.engine.sigma.correlation import MOST_COUNTED, Correlation, Kind
from app.engine.sigma.values import CannotRun

_KINDS: dict[SigmaCorrelationType, Kind] = {
    SigmaCorrelationType.EVENT_COUNT: "event_count",
    SigmaCorrelationType.VALUE_COUNT: "value_count",
    SigmaCorrelationType.TEMPORAL: "temporal",
    SigmaCorrelationType.TEMPORAL_ORDERED: "temporal_ordered",
}


class Member(Protocol):
    """What of a rule is asked here."""

    @property
    def node(self) -> Any:
        """Its condition; None when it does not run."""

    @property
    def source(self) -> Any:
        """Its log source, with the names of its fields."""


def correlation_of(one: SigmaCorrelationRule, places: Mapping[str, int], rules: Sequence[Member]) -> Correlation:
    """A correlation over rules by their places; places: id or name to place. Raises CannotRun."""
    if one.errors:
        raise CannotRun(str(one.errors[0].args[0]) if one.errors[0].args else "it is no correlation")
    kind = _KINDS.get(one.type)
    if kind is None:
        raise CannotRun(f"the type {str(one.type.name).lower()} is not supported")
    if one.rules is None or not isinstance(one.condition, SigmaCorrelationCondition):
        raise CannotRun("a condition in words is not supported")
    members: list[int] = []
    for reference in one.rules:
        place = places.get(str(reference.reference))
        if place is None:
            raise CannotRun(f"there is no rule {reference.reference}")
        if rules[place].node is None:
            raise CannotRun(f"the rule {reference.reference} does not run, or is a correlation itself")
        members.append(place)
    if not members or len(set(members)) != len(members):
        raise CannotRun("it names no rule, or one twice")
    needed = _needed(one.condition)
    if kind == "temporal" and needed > len(members):
        raise CannotRun("it asks for more rules than it names")
    if kind == "temporal_ordered" and needed != len(members):
        raise CannotRun("an order of some of its rules is not supported")
    fields = one.condition.fieldref or []
    fields = [fields] if isinstance(fields, str) else [str(field) for field in fields]
    groups = one.group_by or []
    names = {}
    for reference, member in zip(one.rules, members, strict=True):
        native = rules[member].source.names
        own = {}
        for alias in one.aliases:
            own[alias.alias] = next(
                (str(field) for rule, field in alias.mapping.items() if rule.reference == reference.reference), alias.alias
            )
        names[member] = tuple(native.get(own.get(group, group), own.get(group, group)) for group in groups)
    return Correlation(
        kind=kind,
        members=tuple(members),
        span=one.timespan.seconds * 1_000_000,
        needed=needed,
        names=names,
        fields=tuple(rules[members[0]].source.names.get(field, field) for field in fields),
    )


def _needed(condition: SigmaCorrelationCondition) -> int:
    """The count from which on it holds."""
    count = condition.count
    if condition.op is SigmaCorrelationConditionOperator.GTE:
        needed = -int(-count // 1)
    elif condition.op is SigmaCorrelationConditionOperator.GT:
        needed = int(count // 1) + 1
    else:
        raise CannotRun(
            f"the comparison {condition.op.name.lower()} is not supported: only gt and gte hold as soon as they are reached"
        )
    if not 1 <= needed <= MOST_COUNTED:
        raise CannotRun(f"a count of {count} is not supported; 1 to {MOST_COUNTED:,} are")
    return needed
