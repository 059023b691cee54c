"""Correlation rules: events that other rules matched, counted in windows of time for each group. Memory is bounded."""

from collections import OrderedDict, deque
from typing import Literal

from msgspec import Struct

from app.model.sigma import RuleMatch

Kind = Literal["event_count", "value_count", "temporal", "temporal_ordered"]
MOST_GROUPS = 100_000
"""Groups that are remembered; beyond that the one that was silent longest is forgotten."""
MOST_COUNTED = 10_000
"""The highest threshold: so many events or values of a group are remembered."""
MOST_HELD = 500_000
"""Events and values of all groups together; beyond that groups go as above."""


class Correlation(Struct, frozen=True, kw_only=True):
    """A correlation rule. members: numbers of the rules it rests on, in their order. needed: events, values or rules.

    span: microseconds. names: for each member the fields of that member's events that make the group.
    """

    kind: Kind
    members: tuple[int, ...]
    span: int
    needed: int
    names: dict[int, tuple[str, ...]] = {}
    fields: tuple[str, ...] = ()


class _Group:
    """What is remembered of one group."""

    __slots__ = ("chain", "events", "last", "values")

    def __init__(self, needed: int, members: int) -> None:
        self.last = 0
        self.events: deque[tuple[int, str]] = deque(maxlen=needed)
        self.values: OrderedDict[object, tuple[int, str]] = OrderedDict()
        self.chain: list[tuple[int, tuple[str, ...]] | None] = [None] * members

    def size(self) -> int:
        """How much is remembered of it, at least one."""
        return 1 + len(self.events) + len(self.values)


class Counter:
    """Follows one correlation through events in order of time."""

    def __init__(self, rule: Correlation) -> None:
        self._rule = rule
        self._groups: OrderedDict[tuple[str, ...], _Group] = OrderedDict()
        self._held = 0
        self._place = {member: place for place, member in enumerate(rule.members)}

    def take(self, members: list[int], match: RuleMatch, texts: dict[str, str]) -> RuleMatch | None:
        """An event that these members matched; a match when with those before it the condition holds, which then begins anew.

        texts: what the event says, by native field name, without regard to case. An event that lacks a field of the group
        belongs to none.
        """
        rule = self._rule
        names = rule.names[members[0]]
        if any(not texts.get(name) for name in names):
            return None
        key = tuple(texts[name] for name in names)
        group = self._groups.get(key)
        if group is None:
            group = self._groups[key] = _Group(rule.needed, len(rule.members))
            self._held += group.size()
        self._groups.move_to_end(key)
        group.last = match.at
        before = group.size()
        found = self._found(group, members, match, texts)
        self._held += group.size() - before
        self._forget(match.at)
        if found is None:
            return None
        self._drop(key)
        return RuleMatch(
            at=match.at, computer=match.computer, event_id=match.event_id, record=match.record, input=match.input,
            activity=match.activity, activities=found, group=key,
        )  # fmt: skip

    def _found(self, group: _Group, members: list[int], match: RuleMatch, texts: dict[str, str]) -> tuple[str, ...] | None:
        rule = self._rule
        oldest = match.at - rule.span
        if rule.kind == "event_count":
            group.events.append((match.at, match.activity))
            full = len(group.events) == rule.needed and group.events[0][0] >= oldest
            return tuple(one for _, one in group.events) if full else None
        if rule.kind == "temporal_ordered":
            return self._in_order(group, members, match, oldest)
        if rule.kind == "temporal":
            told: list[object] = list(members)
        else:
            value = tuple(texts.get(name, "") for name in rule.fields)
            told = [value] if any(value) else []
        for one in told:
            group.values[one] = (match.at, match.activity)
            group.values.move_to_end(one)
        while group.values and (next(iter(group.values.values()))[0] < oldest or len(group.values) > rule.needed):
            group.values.popitem(last=False)
        if len(group.values) < rule.needed:
            return None
        return tuple(dict.fromkeys(activity for _, activity in group.values.values()))

    def _in_order(self, group: _Group, members: list[int], match: RuleMatch, oldest: int) -> tuple[str, ...] | None:
        """The chain of each length that began last is the best one: it stays within the span longest."""
        for place in sorted((self._place[one] for one in members), reverse=True):
            if place == 0:
                group.chain[0] = (match.at, (match.activity,))
                continue
            before = group.chain[place - 1]
            if before is not None and before[0] >= oldest:
                group.chain[place] = (before[0], (*before[1], match.activity))
        whole = group.chain[-1]
        return whole[1] if whole is not None else None

    def _forget(self, now: int) -> None:
        oldest = now - self._rule.span
        while len(self._groups) > 1:
            key, group = next(iter(self._groups.items()))
            if group.last >= oldest and len(self._groups) <= MOST_GROUPS and self._held <= MOST_HELD:
                break
            self._drop(key)

    def _drop(self, key: tuple[str, ...]) -> None:
        self._held -= self._groups.pop(key).size()
