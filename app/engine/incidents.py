"""Which alerts tell one story: they share who acted, or one attacks what acts in the next."""

from collections import Counter
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import get_args

from app.model.alert import RANK, Alert, Phase
from app.model.entity import EntityRef
from app.model.incident import Incident, Shared

PHASES: tuple[Phase, ...] = get_args(Phase)
"""Along the kill chain."""
DAY = 86_400_000_000
APART = 7 * DAY
"""Alerts with more quiet than this between them are two stories, however alike."""
NEAR, FAR = 1.0, 0.7
"""How much what two alerts share counts within a day, and beyond it."""
ENOUGH = 0.5
"""Strength from which on two alerts belong together."""
FOCUS = 5
"""Parties of one role up to which each of them counts whole: of two hundred names that were guessed none tells a story."""
SPREAD = 4
"""Partners up to which an entity counts whole: one that alerts name with many others (a shared address) ties nobody."""
BACK = 16
"""Earlier alerts of an entity with which each is compared."""
ACTED, ATTACKED = 1, 2
Tie = tuple[tuple[str, str], Sequence[str]]
"""Ids of an earlier and a later alert, and the keys of the entities that both name."""


class _Sighting:
    """One alert that names an entity: in which roles, and how much that counts among the others of these roles."""

    __slots__ = ("alert", "focus", "role")

    def __init__(self, alert: Alert) -> None:
        self.alert, self.role, self.focus = alert, 0, 0.0

    def add(self, role: int, among: int) -> None:
        self.role |= role
        self.focus = max(self.focus, min(1.0, FOCUS / among))


def incidents(alerts: Iterable[Alert]) -> list[Incident]:
    """Stories of two alerts or more, oldest first; the same alerts give the same stories with the same ids."""
    told = sorted(
        (one for one in alerts if not one.excluded and one.state != "deleted" and one.classification != "false positive"),
        key=_order,
    )
    sightings: dict[str, list[_Sighting]] = {}
    labels: dict[str, EntityRef] = {}
    for alert in told:
        for key, sighting in _parties(alert, labels).items():
            sightings.setdefault(key, []).append(sighting)
    pairs: dict[tuple[str, str], float] = {}
    ties: dict[tuple[str, str], list[str]] = {}
    for key in sorted(sightings):
        seen = sightings[key]
        rarity = _rarity(key, seen)
        for place, later in enumerate(seen):
            for earlier in seen[max(0, place - BACK) : place]:
                strength = rarity * earlier.focus * later.focus * _nearness(earlier, later)
                if strength > 0:
                    pair = (earlier.alert.id, later.alert.id)
                    pairs[pair] = pairs.get(pair, 0.0) + strength
                    ties.setdefault(pair, []).append(key)
    groups = _joined(told, [pair for pair, strength in pairs.items() if strength >= ENOUGH])
    of = {one.id: number for number, members in enumerate(groups) for one in members}
    inside: list[list[Tie]] = [[] for _ in groups]
    for pair, keys in ties.items():
        number = of.get(pair[0], -1)
        if number >= 0 and number == of.get(pair[1]):
            inside[number].append((pair, keys))
    return [_incident(members, inside[number], labels, sightings) for number, members in enumerate(groups)]


def _order(alert: Alert) -> tuple[int, str]:
    return alert.finding.first, alert.id


def _parties(alert: Alert, labels: dict[str, EntityRef]) -> dict[str, _Sighting]:
    finding = alert.finding
    found: dict[str, _Sighting] = {}
    accounts = ATTACKED if alert.attacked_accounts else ACTED
    roles = ((finding.sources, ACTED), (finding.accounts, accounts), (finding.targets, ATTACKED))
    for refs, role in roles:
        for ref in refs:
            # Everybody talks to a controller, and every alert is about a domain: as targets they tie nothing.
            if not ref.key or ref.kind == "domain" or (role == ATTACKED and ref.kind in ("controller", "service")):
                continue
            labels.setdefault(ref.key, ref)
            sighting = found.get(ref.key)
            if sighting is None:
                sighting = found[ref.key] = _Sighting(alert)
            sighting.add(role, len(refs))
    return found


def _rarity(key: str, seen: Sequence[_Sighting]) -> float:
    """Less the more partners an entity acts with: sources of an account, accounts of a source."""
    is_account = key.startswith("user:")
    partners = {
        ref.key
        for one in seen
        if one.role & ACTED and (is_account or not one.alert.attacked_accounts)
        for ref in (one.alert.finding.sources if is_account else one.alert.finding.accounts)[:FOCUS]
        if ref.key != key
    }
    return min(1.0, SPREAD / max(1, len(partners)))


def _nearness(earlier: _Sighting, later: _Sighting) -> float:
    """0 when the roles tell no story or too much time lies between."""
    if not later.role & ACTED:
        return 0.0  # two who attack the same are two stories
    quiet = later.alert.finding.first - earlier.alert.finding.last
    if quiet > APART:
        return 0.0
    return NEAR if quiet <= DAY else FAR


def _joined(alerts: Sequence[Alert], pairs: Iterable[tuple[str, str]]) -> list[list[Alert]]:
    """Alerts that pairs tie together, directly or through others; groups of two or more, the oldest first."""
    root = {one.id: one.id for one in alerts}

    def top(name: str) -> str:
        while root[name] != name:
            root[name] = root[root[name]]
            name = root[name]
        return name

    for one, other in pairs:
        root[top(other)] = top(one)
    groups: dict[str, list[Alert]] = {}
    for alert in alerts:
        groups.setdefault(top(alert.id), []).append(alert)
    return [members for members in groups.values() if len(members) > 1]


def _incident(
    members: list[Alert],
    ties: Sequence[Tie],
    labels: dict[str, EntityRef],
    sightings: dict[str, list[_Sighting]],
) -> Incident:
    shown: dict[str, set[str]] = {}
    for pair, keys in ties:
        for key in keys:
            shown.setdefault(key, set()).update(pair)
    shared = []
    for key, proof in sorted(shown.items(), key=lambda one: (-len(one[1]), one[0])):
        seen = [one for one in sightings[key] if one.alert.id in proof]
        how = "attacked, then acting" if any(one.role == ATTACKED for one in seen) else "acting in each"
        shared.append(Shared(entity=labels[key], how=how, alerts=tuple(one.alert.id for one in seen)))
    chain = sorted(members, key=lambda one: (PHASES.index(one.phase), *_order(one)))
    opening = members[0].id.encode("utf-8", "surrogatepass")
    phases = tuple(phase for phase in PHASES if any(one.phase == phase for one in members))
    return Incident(
        id=blake2b(b"incident\n" + opening, digest_size=8).hexdigest(),
        title=_title(members, chain, phases),
        severity=max((one.severity for one in members), key=lambda one: RANK[one]),
        first=members[0].finding.first,
        last=max(one.finding.last for one in members),
        phases=phases,
        alerts=tuple(one.id for one in chain),
        shared=tuple(shared),
        open=sum(one.state == "open" for one in members),
    )


def _title(members: Sequence[Alert], chain: Sequence[Alert], phases: Sequence[Phase]) -> str:
    """From whom to what, and over which phases."""
    end = chain[-1].finding
    source = _most(one for alert in members for one in alert.finding.sources[:FOCUS])
    acting = [one for one in members if not one.attacked_accounts and len(one.finding.accounts) == 1]
    beside = [one for one in acting if not source or any(ref.label == source for ref in one.finding.sources)]
    account = _most(one.finding.accounts[0] for one in beside)
    begin = f"{account} on {source}" if account and source and account != source else account or source
    target = next((one.label for one in (*end.targets, *end.domain_controllers) if one.key and one.label != source), "")
    way = f"From {begin}" if begin else "From somebody not named"
    if target:
        way += f" to {target}"
    return f"{way}: {', '.join(phase.lower() for phase in phases)}"


def _most(refs: Iterable[EntityRef]) -> str:
    """Label of what is named most often, of equals of what is named first; empty for nothing."""
    named = Counter(one.label for one in refs if one.key)
    return named.most_common(1)[0][0] if named else ""
