"""Who takes part, as a condition: addresses, computers, accounts by whatever name."""

import json
from collections.abc import Callable, Sequence
from ipaddress import ip_address, ip_network

from app.engine.queries.access import Access
from app.engine.queries.conditions import FALSE, Condition, among, joined, like
from app.model.activity import NAMED
from app.model.filter import ENTITY_KINDS

MACHINES = ("computer", "controller", "address")
ACTORS = ("user", "service", "computer", "controller")
Entity = tuple[int, str]
"""Id and key."""


def any_side(value: str, access: Access, part: bool) -> Condition:
    """Source, destination or actor."""
    parts = [side("source", value, access, part), side("destination", value, access, part), actor(value, access, part)]
    return _either(parts)


def either_end(value: str, access: Access) -> Condition:
    """Source or destination."""
    return _either([side("source", value, access, False), side("destination", value, access, False)])


def side(column: str, value: str, access: Access, part: bool) -> Condition:
    """An address by its text, its network, or the computer that it was at that time."""
    key, texts = _address_key(value)
    if texts is not None:
        return among(column, [row[0] for row in access.all("SELECT id FROM addresses WHERE text = ?", (texts,))])
    network = _network(value)
    if network is not None:
        return among(column, [row[0] for row in access.all("SELECT id, text FROM addresses") if network(row[1])])
    plain = [] if key else _named_so(f"%{like(value)}%" if part else like(value), part, access)
    return _at(column, _entities(value, access, part, MACHINES), plain, access)


def entities(some: Sequence[Entity], access: Access) -> Condition:
    """One of these entities takes part, on whatever side."""
    numbers = json.dumps([number for number, _ in some])
    rows = access.all("SELECT id FROM actors WHERE entity IN (SELECT value FROM json_each(?))", (numbers,))
    acting = among("actor", [row[0] for row in rows])
    return _either([_at("source", some, (), access), _at("destination", some, (), access), acting])


def named(kind: str, name: str, access: Access) -> Condition:
    """Any entity of a kind (user, computer, domain) whose name is this, * for any text."""
    if kind == "user":
        found = _entities(name, access, False, ("user", "service"))
        if "@" not in name and "\\" not in name and not found and "*" not in name:
            return actor(name, access, False)
        return entities(found, access)
    if kind == "domain":
        return actor(f"{name}\\*", access, False)
    return entities(_entities(name, access, False, MACHINES), access)


def exists(key: str, access: Access) -> bool:
    """True for the key of an entity that the workspace knows, or of an address that took part."""
    if access.one("SELECT 1 FROM entities WHERE key = ?", (key,)):
        return True
    return key.startswith("address:") and bool(access.one("SELECT 1 FROM addresses WHERE text = ?", (key[8:],)))


def _either(parts: Sequence[Condition]) -> Condition:
    return joined([one for one in parts if one is not FALSE], "OR", FALSE)


def _at(column: str, some: Sequence[Entity], plain: Sequence[int], access: Access) -> Condition:
    """The end was one of these entities at that time, or has one of these addresses."""
    rows = access.all(
        """SELECT address, (SELECT count(*) FROM address_entities o WHERE o.address = e.address) FROM address_entities e
        WHERE entity IN (SELECT value FROM json_each(?))""",
        (json.dumps([number for number, _ in some]),),
    )
    sure = {address for address, names in rows if names == 1}.union(plain)
    unsure = sorted({address for address, names in rows if names > 1} - sure)
    parts = [among(column, sorted(sure))] if sure else []
    if unsure:
        maybe = among(column, unsure)
        sql = f"({maybe.sql} AND entity_at(a.{column}, a.at) IN (SELECT value FROM json_each(?)))"
        names = json.dumps([key for _, key in some])
        parts.append(Condition(sql, (*maybe.values, names), maybe.columns | {"named"}, maybe.parties))
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


def actor(value: str, access: Access, part: bool) -> Condition:
    """An account by any of its spellings."""
    numbers = json.dumps([number for number, _ in _entities(value, access, part, ACTORS)])
    pattern = f"%{like(value)}%" if part else like(value)
    rows = access.all(
        """SELECT id FROM actors WHERE entity IN (SELECT value FROM json_each(?))
        UNION SELECT id FROM actors WHERE entity IS NULL AND (text LIKE ? ESCAPE '\\' OR text LIKE ? ESCAPE '\\')""",
        (numbers, pattern, f"%\\\\{pattern}"),
    )
    return among("actor", [row[0] for row in rows])


def _entities(value: str, access: Access, part: bool, kinds: tuple[str, ...]) -> list[Entity]:
    """(id, key) of the entities that a value names: by key, label, full name, short name, name without its domain."""
    marks = ",".join("?" * len(kinds))
    if value.partition(":")[0] in ENTITY_KINDS:
        return access.all(f"SELECT id, key FROM entities WHERE key = ? AND kind IN ({marks})", (value, *kinds))
    domain, at, name = value.rpartition("\\")
    if not at and "@" in value:
        name, _, domain = value.partition("@")
    plain = like(value)
    if part:
        patterns = [f"%{plain}%"]
        sql = "label LIKE ? ESCAPE '\\' OR substr(key, instr(key, ':') + 1) LIKE ? ESCAPE '\\'"
        values: tuple[str, ...] = (patterns[0], patterns[0])
    else:
        sql = """label LIKE ? ESCAPE '\\' OR substr(key, instr(key, ':') + 1) LIKE ? ESCAPE '\\' OR key LIKE ? ESCAPE '\\'
        OR key LIKE ? ESCAPE '\\' OR key LIKE ? ESCAPE '\\'"""
        short = like(domain.split(".")[0])
        values = (
            plain,
            plain,
            f"user:%\\\\{plain}" if not domain else f"user:{like(domain)}\\\\{like(name)}",
            f"user:{short}.%\\\\{like(name)}" if domain and "." not in domain else f"computer:{plain}",
            f"computer:{like(value.rstrip('$'))}.%" if "." not in value else f"computer:{plain}",
        )
    return access.all(f"SELECT id, key FROM entities WHERE ({sql}) AND kind IN ({marks})", (*values, *kinds))


def ip_of(value: str) -> str | None:
    """The address that a value is, None for another one."""
    try:
        return str(ip_address(value))
    except ValueError:
        return None


def _address_key(value: str) -> tuple[bool, str | None]:
    """(True for an entity's key, text of the address that a value names)."""
    if value.startswith("address:"):
        return True, value[8:]
    return value.partition(":")[0] in ENTITY_KINDS, ip_of(value)


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
