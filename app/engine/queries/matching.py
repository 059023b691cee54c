"""Filters as conditions of SQL; values travel as parameters only."""

from collections.abc import Callable

from msgspec import structs

from app.engine import describe, ports
from app.engine.queries import saying
from app.engine.queries.access import Access
from app.engine.queries.cards import tags_of
from app.engine.queries.conditions import FALSE, TRUE, Condition, among, joined, like, of_kinds
from app.engine.queries.parties import actor, any_side, either_end, entities, exists, ip_of, named, side
from app.engine.store.reading import RESULTS
from app.model.alert import RANK
from app.model.details import KINDS
from app.model.filter import DAY, ENTITY_KINDS, All, During, Either, Node, Not, Numbers
from app.model.filter_keys import PROTOCOLS, SEVERITIES

TIMELESS = frozenset({"kind", "result", "input"})
"""Columns of the counts by minute."""
FLOW = TIMELESS | {"source", "destination", "actor"}
"""Columns of the counts by parties."""


def condition(node: Node | None, access: Access) -> Condition:
    """The condition of a tree, with the names in it looked up now."""
    if node is None:
        return TRUE
    if isinstance(node, Not):
        inner = condition(node.part, access)
        return Condition(f"({inner.sql} IS NOT TRUE)", inner.values, inner.columns)
    if isinstance(node, All):
        return joined((condition(part, access) for part in node.parts), "AND", TRUE)
    if isinstance(node, Either):
        return joined((condition(part, access) for part in node.parts), "OR", FALSE)
    if isinstance(node, During):
        return _during(placed(node, access))
    if isinstance(node, Numbers):
        if node.key == "event":
            return saying.events(node.ranges, access)
        return _port(node, access) if node.key == "port" else _numbers(node)
    find = _KEYS[node.key]
    return joined((find(value, access) for value in node.values), "OR", FALSE)


def placed(node: During, access: Access) -> During:
    """A span of time with its ends in UTC microseconds, also where they are counted from the last activity."""
    if not node.relative:
        return node
    end = int(access.one("SELECT max(at) FROM activities") or 0)
    first, last = (None if one is None else _int64(end + one) for one in (node.first, node.last))
    return During(first, last)


def _during(node: During) -> Condition:
    if not node.daily:
        low, high = node.first, node.last
        parts = [("a.at >= ?", low)] if low is not None else []
        parts += [("a.at < ?", high)] if high is not None else []
        return joined((Condition(sql, (_int64(value),), frozenset({"at"})) for sql, value in parts), "AND", TRUE)
    low, high = node.first or 0, DAY if node.last is None else node.last
    clock = f"(((a.at + {int(node.shift)}) % {DAY} + {DAY}) % {DAY})"
    word = "AND" if low < high else "OR"
    return Condition(f"({clock} >= ? {word} {clock} < ?)", (low, high), frozenset({"clock"}))


def _numbers(node: Numbers, *columns: str) -> Condition:
    one = frozenset({node.key})
    parts = (Condition(f"a.{name} BETWEEN ? AND ?", span, one) for name in columns or (node.key,) for span in node.ranges)
    return joined(parts, "OR", FALSE)


def _port(node: Numbers, access: Access) -> Condition:
    """Either end has one of these ports; the lists know that of the ports of services."""
    found, listed = _numbers(node, "sport", "dport"), ports.within(node.ranges)
    if listed is None:
        return found
    pairs = [row[0] for row in access.all(ports.PAIRS)]
    return structs.replace(found, parties=ports.parties_of(listed, pairs), pure=True)


def _kind(value: str, access: Access) -> Condition:
    wanted = [kind for kind in KINDS.values() if _is_kind(kind, value)]
    known = dict(access.all("SELECT text, id FROM kinds"))
    return among("kind", [known[kind] for kind in wanted if kind in known])


def _is_kind(kind: str, value: str) -> bool:
    if "*" in value:
        return _like_text(kind, value)
    return (
        kind == value
        or kind.startswith(f"{value.rstrip('-')}-")
        or describe.family(kind).lower() == value
        or (len(value) > 1 and kind.startswith(value))
    )


def _like_text(text: str, value: str) -> bool:
    first, *rest = value.split("*")
    place = len(first)
    if not text.startswith(first):
        return False
    for piece in rest:
        found = text.find(piece, place)
        if found < 0:
            return False
        place = found + len(piece)
    return value.endswith("*") or text.endswith(rest[-1])


def _protocol(value: str, access: Access) -> Condition:
    """A protocol by name, in packets and in the events of Windows that tell of it; else as a kind."""
    starts = [start for name, some in PROTOCOLS.items() if name.startswith(value) for start in some]
    return of_kinds(access, starts) if starts else _kind(value, access)


def _result(value: str, _access: Access) -> Condition:
    return among("result", [number for number, word in enumerate(RESULTS) if word.startswith(value)])


def _status(value: str, access: Access) -> Condition:
    results = [number for number, word in enumerate(RESULTS) if len(value) > 2 and word.startswith(value)]
    said = saying.status(value, access)
    return joined([among("result", results), said], "OR", FALSE) if results else said


def _input(value: str, access: Access) -> Condition:
    rows = access.all(
        "SELECT id FROM inputs WHERE key LIKE ? ESCAPE '\\' OR path LIKE ? ESCAPE '\\'", (like(value) + "%", f"%{like(value)}%")
    )
    return among("input", [row[0] for row in rows])


def _alert(value: str, access: Access) -> Condition:
    return saying.alerts(
        """SELECT number FROM alerts WHERE id LIKE ? ESCAPE '\\' OR detector = ?
        OR id = (SELECT id FROM alert_names WHERE old = ?)""",
        (like(value), value, value),
        access,
    )


def _detector(value: str, access: Access) -> Condition:
    sql = "SELECT number FROM alerts WHERE detector LIKE ? ESCAPE '\\' AND state <> 'deleted' AND excluded = ''"
    return saying.alerts(sql, (like(value),), access)


def _severity(value: str, access: Access) -> Condition:
    ranks = [RANK[one] for one in SEVERITIES if one.startswith(value)]
    levels = ",".join(map(str, ranks)) or "-1"
    sql = f"SELECT number FROM alerts WHERE severity IN ({levels}) AND state <> 'deleted' AND excluded = ''"
    return saying.alerts(sql, (), access)


def _tag(value: str, access: Access) -> Condition:
    """Whoever carries a tag takes part; tags as they stand now."""
    rows = access.all("SELECT id, key FROM entities")
    found = [
        (number, key)
        for (number, key), tags in zip(rows, tags_of(access, [row[1] for row in rows]), strict=True)
        if any(_like_text(tag.lower(), value) if "*" in value else tag.lower().startswith(value) for tag in tags)
    ]
    return entities(found, access)


def _source(value: str, access: Access) -> Condition:
    if value.startswith("user:"):
        return actor(value, access, part=False)
    return side("source", value, access, part=False)


def _destination(value: str, access: Access) -> Condition:
    return side("destination", value, access, part=False)


def _who(value: str, access: Access) -> Condition:
    return actor(value, access, part=False)


def _entity(value: str, access: Access) -> Condition:
    """One entity by its key; of users, computers, domains and services also by name, where no key is meant."""
    kind, _, name = value.partition(":")
    if kind not in ENTITY_KINDS:
        return any_side(f"computer:{value}", access, part=False)
    if kind in ("user", "computer", "domain", "service") and not exists(value, access):
        return saying.service(name, access) if kind == "service" else named(kind, name, access)
    return any_side(value, access, part=False)


def _word(value: str, access: Access) -> Condition:
    """Who takes part or a kind; where no name and no kind holds the word, whatever activities say."""
    parts = [any_side(value, access, part=ip_of(value) is None)]
    if any(value in (kind, kind.split("-")[0]) for kind in KINDS.values()):
        parts.append(_kind(value, access))
    elif parts[0] is FALSE and ip_of(value) is None:
        return saying.says(value, access)
    return joined(parts, "OR", FALSE)


def _int64(value: int | None) -> int:
    return max(-(2**63), min(value or 0, 2**63 - 1))


_KEYS: dict[str, Callable[[str, Access], Condition]] = {
    "": _word,
    "from": _source,
    "to": _destination,
    "who": _who,
    "host": either_end,
    "ip": either_end,
    "entity": _entity,
    "tag": _tag,
    "kind": _kind,
    "protocol": _protocol,
    "result": _result,
    "status": _status,
    "etype": saying.etype,
    "spn": saying.service,
    "ticket": saying.ticket,
    "logon": saying.logon,
    "channel": saying.channel,
    "text": saying.says,
    "input": _input,
    "alert": _alert,
    "detector": _detector,
    "severity": _severity,
}
