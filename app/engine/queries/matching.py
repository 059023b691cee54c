"""Filters as conditions of SQL; values travel as parameters only."""

import json
from collections.abc import Callable, Iterable
from ipaddress import ip_address, ip_network
from typing import Any

from msgspec import Struct

from app.engine import describe
from app.engine.queries.access import Access
from app.engine.store.reading import RESULTS
from app.link.codec import event_mark
from app.model.activity import NAMED
from app.model.details import EVENTS, KINDS
from app.model.filter import DAY, ENTITY_KINDS, All, During, Either, Node, Not, Numbers

TIMELESS = frozenset({"kind", "result", "input"})
"""Columns of the counts by minute."""
FLOW = TIMELESS | {"source", "destination", "actor"}
"""Columns of the counts by parties."""


ROLES = {"source": 0, "destination": 1, "actor": 2}
"""What is added to four times an address or actor to tell a party, see app.engine.postings."""


class Condition(Struct, frozen=True):
    """SQL over the alias a, its parameters, the columns it reads.

    parties: one of these takes part in every match; None: nothing is known. pure: it says no more than that one of them
    takes part.
    """

    sql: str
    values: tuple[Any, ...] = ()
    columns: frozenset[str] = frozenset()
    parties: tuple[int, ...] | None = None
    pure: bool = False


TRUE = Condition("1")
FALSE = Condition("0", parties=())


def joined(parts: Iterable[Condition], word: str, empty: Condition) -> Condition:
    """Conditions joined by AND or OR."""
    known = list(parts)
    if len(known) < 2:
        return known[0] if known else empty
    parties = [one.parties for one in known if one.parties is not None]
    if word == "AND":
        leading = min(parties, key=len, default=None)
    else:
        leading = tuple({party for one in parties for party in one}) if len(parties) == len(known) else None
    return Condition(
        "(" + f" {word} ".join(one.sql for one in known) + ")",
        tuple(value for one in known for value in one.values),
        frozenset().union(*(one.columns for one in known)),
        leading,
        word == "OR" and all(one.pure for one in known),
    )


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
        return _during(node)
    if isinstance(node, Numbers):
        return _numbers(node, access)
    find = _KEYS[node.key]
    return joined((find(value, access) for value in node.values), "OR", FALSE)


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


def _numbers(node: Numbers, access: Access) -> Condition:
    if node.key == "event":
        return joined((_events(access), joined(map(_event_id, node.ranges), "OR", FALSE)), "AND", TRUE)
    columns = ("a.sport", "a.dport") if node.key == "port" else (f"a.{node.key}",)
    return joined(
        (Condition(f"{column} BETWEEN ? AND ?", span, frozenset({node.key})) for column in columns for span in node.ranges),
        "OR",
        FALSE,
    )


def _among(column: str, numbers: list[int]) -> Condition:
    if not numbers:
        return FALSE
    role = ROLES.get(column)
    parties = None if role is None else tuple(4 * number + role for number in numbers)
    one = frozenset({column})
    if len(numbers) == 1:
        return Condition(f"a.{column} = ?", (numbers[0],), one, parties, role is not None)
    return Condition(f"a.{column} IN (SELECT value FROM json_each(?))", (json.dumps(numbers),), one, parties, role is not None)


def _kind(value: str, access: Access) -> Condition:
    wanted = [kind for kind in KINDS.values() if _is_kind(kind, value)]
    known = dict(access.all("SELECT text, id FROM kinds"))
    return _among("kind", [known[kind] for kind in wanted if kind in known])


def _events(access: Access) -> Condition:
    """Windows events of any kind: few rows need be opened to be asked for their number."""
    known = dict(access.all("SELECT text, id FROM kinds"))
    return _among("kind", [known[KINDS[one]] for one in EVENTS if KINDS[one] in known])


def _event_id(span: tuple[int, int]) -> Condition:
    """Events of one number or of a range."""
    one = frozenset({"event"})
    if span[0] == span[1] and span[0] > 0:
        values = (event_mark(span[0]), *span)
        return Condition("(instr(a.body, ?) AND event_id(a.body) BETWEEN ? AND ?)", values, one)
    return Condition("event_id(a.body) BETWEEN ? AND ?", span, one)


def _channel(value: str, access: Access) -> Condition:
    """A log by its whole name, * for any text."""
    named = Condition("event_channel(a.body) LIKE ? ESCAPE '\\'", (_like(value),), frozenset({"event"}))
    return joined((_events(access), named), "AND", TRUE)


def _says(value: str, _access: Access) -> Condition:
    """What an activity's detail holds: the fields of an event, a filter, a path, an answer."""
    return Condition("says(a.body, ?)", (value.encode("utf-8", "replace"),), frozenset({"text"}))


def _is_kind(kind: str, value: str) -> bool:
    if "*" in value:
        first, *rest = value.split("*")
        place = len(first)
        if not kind.startswith(first):
            return False
        for piece in rest:
            found = kind.find(piece, place)
            if found < 0:
                return False
            place = found + len(piece)
        return value.endswith("*") or kind.endswith(rest[-1])
    return (
        kind == value
        or kind.startswith(f"{value.rstrip('-')}-")
        or describe.family(kind).lower() == value
        or (len(value) > 1 and kind.startswith(value))
    )


def _result(value: str, _access: Access) -> Condition:
    return _among("result", [number for number, word in enumerate(RESULTS) if word.startswith(value)])


def _input(value: str, access: Access) -> Condition:
    rows = access.all(
        "SELECT id FROM inputs WHERE key LIKE ? ESCAPE '\\' OR path LIKE ? ESCAPE '\\'", (_like(value) + "%", f"%{_like(value)}%")
    )
    return _among("input", [row[0] for row in rows])


def _alert(value: str, access: Access) -> Condition:
    rows = access.all(
        """SELECT number FROM alerts WHERE id LIKE ? ESCAPE '\\' OR detector = ?
        OR id = (SELECT id FROM alert_names WHERE old = ?)""",
        (_like(value), value, value),
    )
    numbers = json.dumps([row[0] for row in rows])
    sql = "a.id IN (SELECT activity FROM alert_evidence WHERE alert IN (SELECT value FROM json_each(?)))"
    return Condition(sql, (numbers,), frozenset({"alert"}))


def _source(value: str, access: Access) -> Condition:
    if value.startswith("user:"):
        return _actor(value, access, part=False)
    return _side("source", value, access, part=False)


def _destination(value: str, access: Access) -> Condition:
    return _side("destination", value, access, part=False)


def _who(value: str, access: Access) -> Condition:
    return _actor(value, access, part=False)


def _entity(value: str, access: Access) -> Condition:
    return _any_side(value if value.partition(":")[0] in ENTITY_KINDS else f"computer:{value}", access, part=False)


def _word(value: str, access: Access) -> Condition:
    parts = [_any_side(value, access, part=_ip(value) is None)]
    if any(value in (kind, kind.split("-")[0]) for kind in KINDS.values()):
        parts.append(_kind(value, access))
    return joined(parts, "OR", FALSE)


def _any_side(value: str, access: Access, part: bool) -> Condition:
    parts = [_side("source", value, access, part), _side("destination", value, access, part), _actor(value, access, part)]
    return joined([one for one in parts if one is not FALSE], "OR", FALSE)


def _side(column: str, value: str, access: Access, part: bool) -> Condition:
    """An address by its text, its network, or the computer that it was at that time."""
    key, texts = _address_key(value)
    if texts is not None:
        return _among(column, [row[0] for row in access.all("SELECT id FROM addresses WHERE text = ?", (texts,))])
    network = _network(value)
    if network is not None:
        return _among(column, [row[0] for row in access.all("SELECT id, text FROM addresses") if network(row[1])])
    pattern = f"%{_like(value)}%" if part else _like(value)
    plain = [] if key else _named_so(pattern, part, access)
    keys = _entities(value, access, part, ("computer", "controller", "address"))
    rows = access.all(
        """SELECT address, (SELECT count(*) FROM address_entities o WHERE o.address = e.address) FROM address_entities e
        WHERE entity IN (SELECT value FROM json_each(?))""",
        (json.dumps([number for number, _ in keys]),),
    )
    sure = {address for address, names in rows if names == 1}.union(plain)
    unsure = sorted({address for address, names in rows if names > 1} - sure)
    parts = [_among(column, sorted(sure))] if sure else []
    if unsure:
        among = _among(column, unsure)
        sql = f"({among.sql} AND entity_at(a.{column}, a.at) IN (SELECT value FROM json_each(?)))"
        names = json.dumps([key for _, key in keys])
        parts.append(Condition(sql, (*among.values, names), among.columns | {"named"}, among.parties))
    return joined(parts, "OR", FALSE)


def _named_so(pattern: str, part: bool, access: Access) -> list[int]:
    """Addresses by their text; ends that are known by name only by that name, full or short."""
    longer = "" if part or "." in pattern or pattern.endswith("%") else f"{pattern}.%"
    rows = access.all(
        f"""SELECT id FROM addresses WHERE CASE WHEN text LIKE '{NAMED}%'
        THEN substr(text, {len(NAMED) + 1}) LIKE ?1 ESCAPE '\\' OR substr(text, {len(NAMED) + 1}) LIKE ?2 ESCAPE '\\'
        ELSE text LIKE ?1 ESCAPE '\\' END""",
        (pattern, longer),
    )
    return [row[0] for row in rows]


def _actor(value: str, access: Access, part: bool) -> Condition:
    """An account by any of its spellings."""
    numbers = json.dumps([number for number, _ in _entities(value, access, part, ("user", "computer", "controller"))])
    pattern = f"%{_like(value)}%" if part else _like(value)
    rows = access.all(
        """SELECT id FROM actors WHERE entity IN (SELECT value FROM json_each(?))
        UNION SELECT id FROM actors WHERE entity IS NULL AND (text LIKE ? ESCAPE '\\' OR text LIKE ? ESCAPE '\\')""",
        (numbers, pattern, f"%\\\\{pattern}"),
    )
    return _among("actor", [row[0] for row in rows])


def _entities(value: str, access: Access, part: bool, kinds: tuple[str, ...]) -> list[tuple[int, str]]:
    """(id, key) of the entities that a value names: by key, label, full name, short name, name without its domain."""
    marks = ",".join("?" * len(kinds))
    if value.partition(":")[0] in ENTITY_KINDS:
        return access.all(f"SELECT id, key FROM entities WHERE key = ? AND kind IN ({marks})", (value, *kinds))
    domain, at, name = value.rpartition("\\")
    if not at and "@" in value:
        name, _, domain = value.partition("@")
    like = _like(value)
    if part:
        patterns = [f"%{like}%"]
        sql = "label LIKE ? ESCAPE '\\' OR substr(key, instr(key, ':') + 1) LIKE ? ESCAPE '\\'"
        values: tuple[str, ...] = (patterns[0], patterns[0])
    else:
        sql = """label LIKE ? ESCAPE '\\' OR substr(key, instr(key, ':') + 1) LIKE ? ESCAPE '\\' OR key LIKE ? ESCAPE '\\'
        OR key LIKE ? ESCAPE '\\' OR key LIKE ? ESCAPE '\\'"""
        short = _like(domain.split(".")[0])
        values = (
            like,
            like,
            f"user:%\\\\{like}" if not domain else f"user:{_like(domain)}\\\\{_like(name)}",
            f"user:{short}.%\\\\{_like(name)}" if domain and "." not in domain else f"computer:{like}",
            f"computer:{_like(value.rstrip('$'))}.%" if "." not in value else f"computer:{like}",
        )
    return access.all(f"SELECT id, key FROM entities WHERE ({sql}) AND kind IN ({marks})", (*values, *kinds))


def _like(value: str) -> str:
    """A value as a pattern of LIKE: * for any text, all else for itself."""
    return value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_").replace("*", "%")


def _ip(value: str) -> str | None:
    try:
        return str(ip_address(value))
    except ValueError:
        return None


def _address_key(value: str) -> tuple[bool, str | None]:
    """(True for an entity's key, text of the address that a value names)."""
    if value.startswith("address:"):
        return True, value[8:]
    return value.partition(":")[0] in ENTITY_KINDS, _ip(value)


def _network(value: str) -> Callable[[str], bool] | None:
    if "/" not in value:
        return None
    try:
        network = ip_network(value, strict=False)
    except ValueError:
        return None

    def inside(text: str) -> bool:
        try:
            return ip_address(text) in network
        except ValueError:
            return False

    return inside


def _int64(value: int | None) -> int:
    return max(-(2**63), min(value or 0, 2**63 - 1))


_KEYS: dict[str, Callable[[str, Access], Condition]] = {
    "": _word,
    "from": _source,
    "to": _destination,
    "who": _who,
    "entity": _entity,
    "kind": _kind,
    "result": _result,
    "channel": _channel,
    "text": _says,
    "input": _input,
    "alert": _alert,
}
