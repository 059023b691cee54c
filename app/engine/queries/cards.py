"""All that is known of one entity, with how it is known."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from app.engine.knowledge.tags import TAGS
from app.engine.queries import portrait
from app.engine.queries.access import Access
from app.model.activity import NAMED
from app.model.alert import Alert
from app.model.entity import EntityRef
from app.model.rows import EntityCard, EntityRow

PEERS = 20
ADDRESSES = 20


def tags_of(access: Access, keys: Sequence[str]) -> list[tuple[str, ...]]:
    """Tags of entities: what the program finds, changed by what the analyst says."""
    known, said, now = access.knowledge(), access.tags(), access.one("SELECT max(at) FROM activities")
    with access.lock:
        automatic = [known.tags(key, now) for key in keys]
    return [_joined(found, said.get(key, {})) for key, found in zip(keys, automatic, strict=True)]


def _joined(found: tuple[str, ...], said: Mapping[str, bool]) -> tuple[str, ...]:
    every = {*found, *(tag for tag, on in said.items() if on)} - {tag for tag, on in said.items() if not on}
    return (*(tag for tag in TAGS if tag in every), *sorted(every.difference(TAGS)))


def tagged(access: Access, rows: Sequence[EntityRow]) -> tuple[EntityRow, ...]:
    """The rows with their tags."""
    tags = tags_of(access, [row.ref.key for row in rows])
    return tuple(replace(row, tags=found) for row, found in zip(rows, tags, strict=True))


def row_from_alerts(key: str, alerts: Sequence[Alert]) -> EntityRow | None:
    """Row of an entity that no activity names by itself, only alerts do."""
    ref = next((ref for alert in alerts for ref in _parties(alert) if ref.key == key), None)
    if ref is None:
        return None
    seen = [alert.finding for alert in alerts]
    first, last = min(one.first for one in seen), max(one.last for one in seen)
    return EntityRow(ref=ref, first=first, last=last, activities=0, alerts=len(alerts))


def card(access: Access, row: EntityRow, alerts: Sequence[Alert], met: Iterable[tuple[EntityRef, int]]) -> EntityCard:
    """The card of an entity, from its row, its alerts and whom it met how often."""
    key = row.ref.key
    row = tagged(access, [row])[0]
    known = access.knowledge()
    with access.lock:
        bindings = () if key.startswith("user:") else tuple(known.bindings(key))
        told = tuple(portrait.facts(known, key, access.kind_of_input))
    said = access.tags().get(key, {})
    peers: dict[str, tuple[EntityRef, int]] = {}
    for other, count in met:
        peers[other.key] = (other, peers.get(other.key, (other, 0))[1] + count)
    busiest = sorted(peers.values(), key=lambda peer: (-peer[1], peer[0].key))[:PEERS]
    addresses = sorted({one.address for one in bindings if not one.address.startswith(NAMED)})
    return EntityCard(
        row=row, facts=(*_facts(row, addresses, said), *told), bindings=bindings, peers=tuple(busiest), alerts=tuple(alerts)
    )


def _facts(row: EntityRow, addresses: Sequence[str], said: Mapping[str, bool]) -> tuple[tuple[str, str, str], ...]:
    kind, _, rest = row.ref.key.partition(":")
    facts: list[tuple[str, str, str]] = []
    if kind == "user" and "\\" in rest:
        facts.append(("Domain", rest.partition("\\")[0], "named with the account"))
    elif kind == "computer":
        facts.append(("Full name", rest, "names bound to its addresses"))
        facts += [("Address", address, "see its bindings") for address in addresses[:ADDRESSES]]
    elif kind == "address":
        facts.append(("Address", rest, "packets"))
    facts += [("Tag", tag, "given by an analyst" if said.get(tag) else "what it did and how it was named") for tag in row.tags]
    return tuple(facts)


def _parties(alert: Alert) -> tuple[EntityRef, ...]:
    finding = alert.finding
    return (*finding.sources, *finding.accounts, *finding.targets, *finding.domain_controllers)
