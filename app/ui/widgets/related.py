"""Which alerts belong beside one, and why: one incident, the same account, the same source, attacked here and acting there."""

from collections.abc import Iterable
from typing import NamedTuple

from app.model.alert import Alert
from app.model.entity import EntityRef
from app.model.incident import Incident

MOST = 12


class Related(NamedTuple):
    """One alert with the reason in words and the party that both name, None where only the incident ties them."""

    alert: Alert
    reason: str
    party: EntityRef | None


def related(alert: Alert, alerts: Iterable[Alert], incident: Incident | None) -> list[Related]:
    """The nearest in time first."""
    members = set(incident.alerts) if incident else set()
    found = []
    for other in alerts:
        if other.id == alert.id:
            continue
        reason, party = _tie(alert, other)
        inside = other.id in members
        if party is not None or inside:
            found.append(Related(other, f"{reason}, same incident" if reason and inside else reason or "same incident", party))
    return sorted(found, key=lambda one: (abs(one.alert.finding.first - alert.finding.first), one.alert.id))


def _tie(alert: Alert, other: Alert) -> tuple[str, EntityRef | None]:
    """What two alerts share, the strongest first. Everybody asks controllers, so they tie nothing."""
    one, two = alert.finding, other.finding
    ways = (
        ("same account acting", _acting(alert), _acting(other)),
        ("same source", one.sources, two.sources),
        ("acting there, attacked here", (*one.targets, *_attacked(alert)), (*two.sources, *_acting(other))),
        ("attacked there, acting here", (*one.sources, *_acting(alert)), (*two.targets, *_attacked(other))),
        ("same account attacked", _attacked(alert), _attacked(other)),
        ("same target", one.targets, two.targets),
    )
    for words, mine, theirs in ways:
        keys = {ref.key for ref in theirs}
        shared = next((ref for ref in mine if ref.key and ref.key in keys and ref.kind not in ("controller", "domain")), None)
        if shared is not None:
            return words, shared
    return "", None


def _acting(alert: Alert) -> tuple[EntityRef, ...]:
    return () if alert.attacked_accounts else alert.finding.accounts


def _attacked(alert: Alert) -> tuple[EntityRef, ...]:
    return alert.finding.accounts if alert.attacked_accounts else ()
