"""Rules over Windows events in order of time: what matched, and how each rule stands to this data."""

from collections.abc import Iterable, Mapping

from app.engine.sigma.correlation import Counter
from app.engine.sigma.index import Index, needs
from app.engine.sigma.inventory import Inventory, standing
from app.engine.sigma.logs import DERIVED, log_of
from app.engine.sigma.rules import Rules
from app.engine.sigma.tree import EVERYWHERE, Test, compiled, event_ids, fields_of
from app.model.activity import Activity
from app.model.events import WindowsEvent
from app.model.sigma import RuleMatch, RuleResult, SigmaRun

MOST = 1_000
"""Matches of one rule that are given; all are counted."""
MOST_TOGETHER = 200_000
"""Matches of all rules that are given."""
MOST_PLANS = 10_000
"""Kinds of event for which the rules that concern them are remembered."""
Kept = Mapping[str, frozenset[int]]
"""Log to the numbers of its events that a workspace can hold; empty: not known."""


def run(rules: Rules, activities: Iterable[Activity], *, kept: Kept | None = None, most: int = MOST) -> SigmaRun:
    """Run rules over activities in order of time; those that are no Windows events are passed over. Never raises."""
    return _Runner(rules, most).run(activities, kept or {})


class _Runner:
    def __init__(self, rules: Rules, most: int) -> None:
        self._rules = rules.rules
        self._most = most
        self._tests: dict[int, Test] = {}
        self._ids: dict[int, frozenset[int] | None] = {}
        wanted: set[str] = set()
        for place, rule in enumerate(self._rules):
            if rule.node is not None:
                self._tests[place] = compiled(rule.node)
                self._ids[place] = _both(rule.source.event_ids, event_ids(rule.node))
                wanted |= fields_of(rule.node)
            if rule.correlation is not None:
                wanted |= {name for names in rule.correlation.names.values() for name in names} | set(rule.correlation.fields)
        self._wanted = frozenset(wanted)
        self._derived = tuple(name for name in DERIVED if name in wanted)
        self._needs = {place: needs(rule.node) for place, rule in enumerate(self._rules) if rule.node is not None}
        self._plans: dict[tuple[str, str, int], tuple[str, Index]] = {}
        self._counters = [
            (place, frozenset(rule.correlation.members), Counter(rule.correlation))
            for place, rule in enumerate(self._rules)
            if rule.correlation is not None
        ]
        self._in_correlations = frozenset(member for _, members, _ in self._counters for member in members)
        self._found: list[list[RuleMatch]] = [[] for _ in self._rules]
        self._counts = [0] * len(self._rules)
        self._room = MOST_TOGETHER

    def run(self, activities: Iterable[Activity], kept: Kept) -> SigmaRun:
        inventory = Inventory(self._derived)
        events = 0
        for activity in activities:
            event = activity.detail
            if not isinstance(event, WindowsEvent):
                continue
            events += 1
            key = (event.channel, event.provider, event.event_id)
            plan = self._plans.get(key) or self._plan(key)
            log, index = plan
            inventory.add(log, event)
            if not index.empty:
                self._try(activity, event, index)
        return SigmaRun(rules=tuple(self._result(place, inventory, kept) for place in range(len(self._rules))), events=events)

    def _plan(self, key: tuple[str, str, int]) -> tuple[str, Index]:
        """Canonical log of a kind of event, and the rules that concern it."""
        channel, provider, number = key
        log = log_of(channel, provider)
        concerned = []
        for place, test in self._tests.items():
            channels, ids = self._rules[place].source.channels, self._ids[place]
            if (channels is None or log in channels) and (ids is None or number in ids):
                concerned.append((place, test, self._needs[place]))
        if len(self._plans) >= MOST_PLANS:  # no log has so many kinds; somebody made them up
            self._plans = {}
        plan = self._plans[key] = (log, Index(concerned))
        return plan

    def _try(self, activity: Activity, event: WindowsEvent, index: Index) -> None:
        plain = self._texts(event)
        wanted = self._wanted
        folded = {name: text.casefold() for name, text in plain.items() if name in wanted}
        matched = index.matched(folded, plain)
        if not matched:
            return
        match = RuleMatch(
            at=activity.at, computer=event.computer, event_id=event.event_id, record=activity.record, input=activity.input,
            activity=activity.id,
        )  # fmt: skip
        for place in matched:
            self._say(place, match)
        if not self._in_correlations.isdisjoint(matched):
            for place, members, counter in self._counters:
                own = [one for one in matched if one in members]
                if own:
                    found = counter.take(own, match, folded)
                    if found is not None:
                        self._say(place, found)

    def _texts(self, event: WindowsEvent) -> dict[str, str]:
        """What an event says, by name; its own data goes before what every event has, but for its number and its provider."""
        texts = {"Channel": event.channel, "Computer": event.computer, **event.fields}
        texts["EventID"] = str(event.event_id)
        texts["Provider_Name"] = event.provider
        if event.event_id == 4688:
            for name in self._derived:
                texts.setdefault(name, DERIVED[name](event.fields))
        if EVERYWHERE in self._wanted:
            texts[EVERYWHERE] = "\n".join(texts.values())
        return texts

    def _say(self, place: int, match: RuleMatch) -> None:
        self._counts[place] += 1
        if len(self._found[place]) < self._most and self._room:
            self._found[place].append(match)
            self._room -= 1

    def _result(self, place: int, inventory: Inventory, kept: Kept) -> RuleResult:
        rule, count = self._rules[place], self._counts[place]
        state, reason, notes = standing(place, self._rules, self._ids, inventory, kept)
        if count:
            state, reason = "runs", ""
        told = count if not rule.inner else 0
        return RuleResult(
            title=rule.title, id=rule.id, level=rule.level, path=rule.path, techniques=rule.techniques,
            state=state, reason=reason, notes=notes, count=told, matches=tuple(self._found[place]) if told else (),
        )  # fmt: skip


def _both(one: frozenset[int] | None, other: frozenset[int] | None) -> frozenset[int] | None:
    return other if one is None else one if other is None else one & other
