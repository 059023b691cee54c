"""Which alerts a list shows: one frozen value, kept in the route, read from what is typed."""

from collections.abc import Iterable, Mapping
from typing import get_args
from urllib.parse import quote, unquote

from msgspec import Struct
from msgspec.structs import replace

from app.model.alert import RANK, Alert, Phase, State, plain
from app.model.entity import EntityRef
from app.ui import wording

OPEN = frozenset({"open"})
STATES: tuple[str, ...] = (*get_args(State), wording.EXCLUDED)
SEVERITIES: tuple[str, ...] = tuple(sorted(RANK, key=lambda one: -RANK[one]))
PHASES: tuple[str, ...] = get_args(Phase)
CHOICES = ("state", "severity", "phase", "detector", "entity", "incident", "alert")
"""What can be chosen beside words and a span; names of the pairs in a route's view as well."""
ALL = "all"
MOST_CHOSEN, LONGEST = 500, 2_000


class AlertFilter(Struct, frozen=True, kw_only=True):
    """An empty choice means all; choices, words and span must all hold.

    entity: keys of parties; incident, alert: ids; text: words that must stand somewhere in the alert, "-word" must not,
    "entity:word" in a party.
    span: first and last, UTC microseconds of its beginning.
    """

    state: frozenset[str] = OPEN
    severity: frozenset[str] = frozenset()
    phase: frozenset[str] = frozenset()
    detector: frozenset[str] = frozenset()
    entity: frozenset[str] = frozenset()
    incident: frozenset[str] = frozenset()
    alert: frozenset[str] = frozenset()
    text: str = ""
    span: tuple[int, int] | None = None

    def chosen(self, name: str) -> frozenset[str]:
        """One of CHOICES."""
        found: frozenset[str] = getattr(self, name)
        return found

    def toggled(self, name: str, word: str) -> "AlertFilter":
        """With a word of a choice added or taken away; "" for all of them."""
        return replace(self, **{name: self.chosen(name) ^ {word} if word else frozenset()})

    @property
    def narrows(self) -> bool:
        """Whether anything but the state is asked for."""
        return bool(self.text or self.span or any(self.chosen(one) for one in CHOICES if one != "state"))


EVERY = AlertFilter(state=frozenset())


def to_view(filter: AlertFilter) -> dict[str, str]:
    """Pairs of a route; what is as at the beginning is left out."""
    pairs = {name: ",".join(sorted(quote(one, safe="") for one in filter.chosen(name))) for name in CHOICES}
    pairs["state"] = "" if filter.state == OPEN else pairs["state"] or ALL
    pairs["text"] = filter.text
    pairs["span"] = f"{filter.span[0]}-{filter.span[1]}" if filter.span else ""
    return {name: value for name, value in pairs.items() if value}


def from_view(view: Mapping[str, str]) -> AlertFilter | None:
    """The filter that a route asks for; None when it asks for none."""
    if not any(view.get(name) for name in (*CHOICES, "text", "span")):
        return None
    chosen = {
        name: frozenset(unquote(one) for one in view.get(name, "").split(",")[:MOST_CHOSEN] if one and one != ALL)
        for name in CHOICES
    }
    if not view.get("state"):
        chosen["state"] = OPEN
    first, _, last = view.get("span", "").partition("-")
    span = (int(first), int(last)) if first.isdecimal() and last.isdecimal() else None
    return AlertFilter(**chosen, text=view.get("text", "")[:LONGEST], span=span)


def taken(filter: AlertFilter, text: str) -> AlertFilter:
    """What was typed: severity:high, state:closed, phase:lateral and detector:word become choices, the rest are words."""
    rest = []
    for token in text[:LONGEST].split():
        name, colon, value = token.partition(":")
        name, value = name.lower(), value.lower()
        known = {"state": (*STATES, ALL), "severity": SEVERITIES, "phase": PHASES}.get(name, ())
        found = [one for one in known if one.lower().startswith(value)] if colon and value else []
        if name == "detector" and value:
            filter = replace(filter, detector=filter.detector | {value})
        elif found:
            now = frozenset() if name == "state" and filter.state == OPEN else filter.chosen(name)
            filter = replace(filter, **{name: frozenset() if found[0] == ALL else now | {found[0]}})
        else:
            rest.append(token)
    return replace(filter, text=" ".join(rest))


def parties(alert: Alert) -> tuple[EntityRef, ...]:
    """Everybody whom an alert names, who acts first."""
    finding = alert.finding
    return (*finding.accounts, *finding.sources, *finding.targets, *finding.domain_controllers)


def haystack(alert: Alert) -> str:
    """All words of an alert in which a search looks, in small letters."""
    finding = alert.finding
    told = [plain(one) for one in finding.story] + [plain(one.text) for one in finding.facts]
    names = [part for ref in parties(alert)[:200] for part in (ref.label, ref.key)]
    parts = (alert.title, alert.detector, str(alert.external_id), alert.phase, alert.note, *alert.techniques, *told, *names)
    return "\n".join(parts).lower()


def matching(alerts: Iterable[Alert], filter: AlertFilter, incident_of: Mapping[str, str]) -> list[Alert]:
    """Alerts that match all but the span. incident_of: id of an alert to that of its incident."""
    words = filter.text.lower().split()
    named = [one[7:] for one in words if one.startswith("entity:") and one[7:]]
    without = [one[1:] for one in words if one.startswith("-") and one[1:]]
    with_ = [one for one in words if not one.startswith(("-", "entity:"))]
    found = []
    for alert in alerts:
        if filter.state and wording.state(alert) not in filter.state:
            continue
        if filter.severity and alert.severity not in filter.severity:
            continue
        if (filter.phase and alert.phase not in filter.phase) or (filter.detector and alert.detector not in filter.detector):
            continue
        if filter.incident and incident_of.get(alert.id, "") not in filter.incident:
            continue
        if filter.alert and alert.id not in filter.alert:
            continue
        if filter.entity and filter.entity.isdisjoint(ref.key for ref in parties(alert)):
            continue
        if named and not all(any(one in ref.label.lower() or one in ref.key for ref in parties(alert)) for one in named):
            continue
        if words:
            hay = haystack(alert)
            if not all(one in hay for one in with_) or any(one in hay for one in without):
                continue
        found.append(alert)
    return found
