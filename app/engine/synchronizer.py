"""Who should synchronise each domain: candidates, one of them at random, another one when it is offline for too long.

Pure: what is known of the sensors, the clock and the choice come in; what the bucket should say comes out. It is written by
compare-and-set, so of several workspaces one is heard and the others read what it said.
"""

import ipaddress
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from msgspec.structs import replace

from app.link.lease import LEASE, MARGIN, MOST_DOMAINS, Assignment, domain_of
from app.model.sensor import SensorConfig, SensorRow

MINUTE = 60_000_000
OFFLINE = 30 * MINUTE
"""Microseconds of silence after which another sensor takes over (the product's rule)."""
FRESH = 5 * MINUTE
"""Microseconds within which a sensor must have been heard to be chosen."""
WAIT = int((LEASE + MARGIN) * 1_000_000)
"""Microseconds after which whoever did it before has stopped, whatever became of it."""
Choose = Callable[[Sequence[str]], str]


def why_not(config: SensorConfig | None) -> str:
    """Why a sensor with this configuration is no candidate, one sentence; "" when it is one."""
    if config is None:
        return "It has no configuration yet."
    if config.directory is None:
        return "No directory is set up for it."
    if not (config.candidate if config.candidate is not None else config.kind == "standalone"):
        return (
            "It is not a candidate: sensors on controllers are only when that is switched on, others unless it is switched off."
        )
    if not domain_of(config):
        return "The address of its directory names no domain; use the controller's full name."
    if _read_only(config):
        return "Its directory is a read-only controller, which never synchronises."
    return ""


def candidates(rows: Sequence[SensorRow]) -> dict[str, tuple[SensorRow, ...]]:
    """Sensors that may be chosen, by domain; bounded, for a sensor may claim any name."""
    found: dict[str, list[SensorRow]] = {}
    for row in sorted(rows, key=lambda one: one.id):
        config = row.report.config if row.report is not None else None
        if config is not None and not why_not(config):
            domain = domain_of(config)
            if domain in found or len(found) < MOST_DOMAINS:
                found.setdefault(domain, []).append(row)
    return {domain: tuple(of) for domain, of in found.items()}


def decide(
    domain: str,
    current: Assignment | None,
    rows: Sequence[SensorRow],
    now: int,
    followed: int,
    known: int,
    choose: Choose,
    who: str = "",
) -> Assignment | None:
    """What the bucket should say of a domain now; None when it may stay as it is.

    rows: every sensor. Times are UTC microseconds by this machine's clock: now; followed: since when this workspace hears the
    hub without a break; known: since when it knows the present term. choose: picks one of the ids, at random.
    """
    able = {row.id: row for row in candidates(rows).get(domain, ())}
    live = [id for id, row in able.items() if row.heard is not None and now - row.heard <= FRESH]
    if current is None:
        if not live:
            return None
        return Assignment(domain=domain, sensor=choose(live), term=1, at=now, who=who, why="It is the first one.")
    over = now - known >= WAIT
    if current.before and not current.settled and over and current.sensor:
        settled = replace(current, settled=True, at=now, who=who)
    else:
        settled = current
    why = _why_replaced(current, able, rows, now, followed)
    live = [id for id in live if id != current.sensor]
    if why and (live or _certain(current, able, rows)):
        # A sensor that may still run is waited for, also when nobody came in between.
        before = current.sensor or ("" if current.settled or over else current.before)
        since = _last_word(current, rows, now) if current.sensor else current.since
        chosen = choose(live) if live else ""
        return Assignment(
            domain=domain, sensor=chosen, term=current.term + 1, before=before, since=since, at=now, who=who, why=why
        )
    return settled if settled is not current else None


def _why_replaced(current: Assignment, able: dict[str, SensorRow], rows: Sequence[SensorRow], now: int, followed: int) -> str:
    """Why another one should do it, "" when it may stay."""
    if not current.sensor:
        return "Nobody did it." if able else ""
    row = next((one for one in rows if one.id == current.sensor), None)
    heard = row.heard if row is not None and row.heard is not None else 0
    # Whoever was away itself cannot tell silence from its own absence.
    if now - max(heard, followed) > OFFLINE:
        return "The one before was not heard for more than 30 minutes."
    if row is not None and row.report is not None and row.id not in able:
        return "The one before is no candidate any more."
    return ""


def _certain(current: Assignment, able: dict[str, SensorRow], rows: Sequence[SensorRow]) -> bool:
    """Whether nobody is better than the present one: it says itself that it is no candidate."""
    return bool(current.sensor) and current.sensor not in able and any(one.id == current.sensor for one in rows)


def _last_word(current: Assignment, rows: Sequence[SensorRow], now: int) -> int:
    """From when on the one before may have missed something; one that did not begin yet missed what its predecessor did."""
    row = next((one for one in rows if one.id == current.sensor), None)
    report = row.report if row is not None else None
    told = max((one.last or 0 for one in report.sources if one.kind == "directory"), default=0) if report is not None else 0
    began = told or current.since or current.at
    if current.before and not current.settled and current.since is not None:
        return min(current.since, began)
    return min(began, now)


def _read_only(config: SensorConfig) -> bool:
    if config.kind == "sensor" and any(one.read_only for one in config.controllers):
        return True
    assert config.directory is not None
    host = (urlsplit(config.directory.url).hostname or "").lower().rstrip(".")
    return any(one.read_only and host in _names(one.fqdn, one.addresses) for one in config.controllers)


def _names(fqdn: str, addresses: Sequence[str]) -> set[str]:
    name = fqdn.lower().rstrip(".")
    return {name, name.partition(".")[0], *(str(ipaddress.ip_address(one)) for one in addresses if _is_address(one))}


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
