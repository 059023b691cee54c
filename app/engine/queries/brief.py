"""An entity at a glance: what the card beside a name says, from what is at hand."""

from collections import Counter
from collections.abc import Sequence

from app.engine.knowledge import Knowledge
from app.engine.knowledge.states import Key
from app.engine.queries import portrait
from app.engine.queries.access import Access
from app.model.activity import NAMED
from app.model.alert import Alert
from app.model.brief import Brief
from app.model.directory import DirectoryObject
from app.model.entity import EntityRef
from app.model.rows import EntityRow

PLACES, GROUPS = 3, 4
LONGEST = 200
"""Characters of the line."""
_ACTED_FROM = """SELECT a.text, max(f.last) AS last FROM actors c JOIN meetings m ON m.actor = c.id
JOIN flows f ON f.source = m.source AND f.destination = m.destination AND f.actor = m.actor
JOIN addresses a ON a.id = f.source
WHERE c.entity = (SELECT id FROM entities WHERE key = ?) GROUP BY f.source ORDER BY last DESC LIMIT ?"""


def brief(access: Access, ref: EntityRef, row: EntityRow | None, tags: tuple[str, ...], alerts: Sequence[Alert]) -> Brief:
    """The card of an entity, from its row of totals (None: no activity names it), its tags and its alerts."""
    known, key = access.knowledge(), ref.key
    acted = access.all(_ACTED_FROM, (key, 4 * PLACES)) if key.startswith("user:") else []
    with access.lock:
        own = known.object_of(key)
        state = known.directory.state(own)
        places = _hosts(known, acted) if acted else _bound(known, key)
        groups = _groups(known, own)
        line = _line(known, state.object) if state is not None else ""
    opened = Counter(one.severity for one in alerts if one.state == "open")
    return Brief(
        ref=row.ref if row is not None else ref,
        first=row.first if row is not None else None,
        last=row.last if row is not None else None,
        activities=row.activities if row is not None else 0,
        tags=tags,
        line=line,
        alerts=tuple((level, opened[level]) for level in ("high", "medium", "low") if opened[level]),
        places=places[:PLACES],
        groups=groups[:GROUPS],
        notes=int(access.one("SELECT count(*) FROM notes WHERE subject = ?", (key,)) or 0),
    )


def _hosts(known: Knowledge, acted: Sequence[tuple[str, int]]) -> tuple[EntityRef, ...]:
    return tuple(dict.fromkeys(known.address_entity(address, last) for address, last in acted))


def _bound(known: Knowledge, key: str) -> tuple[EntityRef, ...]:
    """The other side of the bindings of a computer or an address, the latest first."""
    if not key.startswith(("computer:", "address:")):
        return ()
    latest = sorted(known.bindings(key), key=lambda one: (-one.last, one.address, one.name))
    if key.startswith("computer:"):
        found = dict.fromkeys(one.address for one in latest if not one.address.startswith(NAMED))
        return tuple(EntityRef("address", f"address:{address}", address) for address in found)
    return tuple(dict.fromkeys(known.computer_entity(one.name) for one in latest))


def _groups(known: Knowledge, own: Key | None) -> tuple[EntityRef, ...]:
    return tuple(known.entity_of_object(one) for one in known.directory.why_sensitive(own) if one != own) if own else ()


def _line(known: Knowledge, one: DirectoryObject) -> str:
    """What tells a person, a computer or a group from its like."""
    facts = one.facts
    manager = known.directory.state(known.directory.find(facts["manager"])) if "manager" in facts else None
    reports = (manager.object.display_name or manager.object.sam or "") if manager is not None else ""
    told = (
        one.display_name if (one.display_name or "").lower() != (one.sam or "").lower() else "",
        facts.get("title"),
        facts.get("department"),
        f"reports to {reports}" if reports else "",
        one.operating_system,
    )
    text = ", ".join(part for part in told if part) or facts.get("description", "")
    disabled = "disabled, " if one.uac is not None and one.uac & portrait.DISABLED else ""
    return f"{disabled}{text}"[:LONGEST].removesuffix(", ")
