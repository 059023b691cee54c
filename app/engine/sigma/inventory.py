"""Which events and fields the data has, and with that whether a rule could ever match it."""

from collections.abc import Iterable, Mapping, Sequence

from app.engine.sigma.logs import DERIVED_FROM
from app.engine.sigma.rules import Rule
from app.engine.sigma.tree import EVERYWHERE, fields_of, possible
from app.model.events import WindowsEvent
from app.model.sigma import State

MOST_KINDS, MOST_NAMES, MOST_FORMS = 10_000, 1_000, 50_000
"""Kinds of event; names of fields of one kind; different sets of names of one kind. Beyond them anything is held possible."""
_ALWAYS = frozenset({EVERYWHERE, "EventID", "Channel", "Provider_Name", "Computer"})
_SHOWN = 8
Kind = tuple[str, int]


class Inventory:
    """Canonical log and number of the events that there are, with the fields that say something in one of them."""

    def __init__(self, derived: Iterable[str] = ()) -> None:
        self.kinds: dict[Kind, set[str]] = {}
        self.full = False
        self._derived = tuple(derived)
        self._forms: set[tuple[Kind, tuple[str, ...]]] = set()

    def add(self, log: str, event: WindowsEvent) -> None:
        """One event."""
        kind = (log, event.event_id)
        form = (kind, tuple([name for name, text in event.fields.items() if text]))
        if form in self._forms or self.full:
            return
        names = self.kinds.setdefault(kind, set(_ALWAYS))
        names.update(form[1])
        if event.event_id == 4688:
            names.update(name for name in self._derived if DERIVED_FROM[name] in names)
        self._forms.add(form)
        self.full = len(self.kinds) > MOST_KINDS or len(names) > MOST_NAMES or len(self._forms) > MOST_FORMS


def standing(
    place: int,
    rules: Sequence[Rule],
    ids_of: Mapping[int, frozenset[int] | None],
    inventory: Inventory,
    kept: Mapping[str, frozenset[int]],
) -> tuple[State, str, tuple[str, ...]]:
    """State, reason and notes of a rule. ids_of: the events that each rule can be about, None for any."""
    rule, ids = rules[place], ids_of.get(place)
    if rule.correlation is not None:
        return _correlation(rule, rules, ids_of, inventory, kept)
    if rule.node is None:
        return "cannot", rule.why, rule.notes
    notes = (*rule.notes, "only the correlation rules that name it tell of its matches") if rule.inner else rule.notes
    channels = rule.source.channels
    words = "the log " + " or ".join(sorted(channels)) if channels is not None else "any log"
    if kept and channels is not None and channels.isdisjoint(kept):
        return "cannot", f"events of {words} are not kept here", notes
    if kept and ids is not None:
        held = frozenset[int]().union(*(numbers for log, numbers in kept.items() if channels is None or log in channels))
        if ids.isdisjoint(held):
            why = (
                f"{_events(ids, 'and')} of {words} {'is' if len(ids) == 1 else 'are'} not kept here"
                if ids
                else "no event can be it"
            )
            return "cannot", why, notes
    if inventory.full:
        return "runs", "", notes
    here = {
        kind: names
        for kind, names in inventory.kinds.items()
        if (channels is None or kind[0] in channels) and (ids is None or kind[1] in ids)
    }
    if not here:
        return "never", f"this data has no {_events(ids, 'or') if ids else 'event'} of {words}", notes
    asked = fields_of(rule.node)
    able = [kind for kind, names in here.items() if possible(rule.node, names, {"EventID": str(kind[1])}) is not False]
    looked = {kind: here[kind] for kind in able} or here
    missing = sorted(asked - set().union(*looked.values()))
    shown = ", ".join(missing[:_SHOWN]) + (f" and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else "")
    if not able:
        return "never", f"no such event here says anything in {shown}" if missing else "its condition cannot hold", notes
    if missing:
        notes = (*notes, f"no such event here says anything in {shown}")
    return "runs", "", notes


def _correlation(
    rule: Rule,
    rules: Sequence[Rule],
    ids: Mapping[int, frozenset[int] | None],
    inventory: Inventory,
    kept: Mapping[str, frozenset[int]],
) -> tuple[State, str, tuple[str, ...]]:
    told = rule.correlation
    assert told is not None
    able = [one for one in told.members if standing(one, rules, ids, inventory, kept)[0] == "runs"]
    lost = [rules[one].title for one in told.members if one not in able]
    notes = (*rule.notes, "counts " + ", ".join(rules[one].title for one in told.members))
    if not able or (told.kind.startswith("temporal") and len(able) < told.needed):
        return "never", "no event of this data could match " + ", ".join(lost), notes
    return "runs", "", notes


def _events(ids: frozenset[int], joint: str) -> str:
    """ "event 4662", "events 4656 and 4663"."""
    told = [str(one) for one in sorted(ids)]
    if len(told) == 1:
        return f"event {told[0]}"
    if len(told) > _SHOWN:
        return f"events {', '.join(told[:_SHOWN])} {joint} {len(told) - _SHOWN} more"
    return f"events {', '.join(told[:-1])} {joint} {told[-1]}"
