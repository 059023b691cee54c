"""A round: everything that is known is looked at, and what is wrong becomes health alerts, or closes them."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress

import msgspec
from msgspec import Struct

from app import __version__
from app.engine.health.catalogue import AREAS, DIRECTORY, SENSORS, SOURCES
from app.engine.health.computer import Computer, computer_facts
from app.engine.health.life import at, turn
from app.engine.health.sensors import Seen, sensor_facts, synchronizer_facts
from app.engine.health.sources import source_facts
from app.engine.health.tallies import Tallies
from app.engine.store import health as kept
from app.engine.store.versions import meet
from app.model.health import RANK, Checked, Health, HealthFact, HealthIssue
from app.model.sensor import SensorReport
from app.model.source import SourceState

HEARING = 90_000_000
"""Microseconds since the last round with live sources, after which nobody is taken to listen any more."""
TIMELY = frozenset({"sensor-silent", "sensor-not-started"})
"""Rules that say that nothing is known of a sensor; of the others nothing follows while one of them holds."""
GIVEN = frozenset({"database-damaged", "activities-unread", "mail-failed", "syslog-failed", "webhook-failed", "telling-failed"})
"""Rules of which all facts are stated by others, who keep them in the workspace."""
_report = msgspec.json.Decoder(SensorReport).decode
Holdings = tuple[HealthFact, ...]


class Looked(Struct, frozen=True, kw_only=True):
    """What a round is given. now: UTC microseconds. live: sources of this program, None when another process may run some.

    holdings: what the evidence in the workspace tells, see app.engine.health.holdings. ending: nobody looks again soon.
    """

    now: int
    computer: Computer
    live: Sequence[SourceState] | None = None
    holdings: Holdings = ()
    ending: bool = False


def look(db: kept.Database, looked: Looked, tallies: Tallies, version: str = __version__) -> bool:
    """One round, inside a transaction; True when readers shall look again."""
    now, live = looked.now, looked.live
    sensors = sensors_of(db)
    computer = looked.computer
    if any(one.restarts for one in live or ()):  # a capture that began again says so itself
        computer = msgspec.structs.replace(computer, restarts=0)
    facts = [*computer_facts(computer, now, tallies), *looked.holdings, *kept.given_facts(db)]
    hearing = any(one.kind == "hub" and one.state == "running" for one in live or ())
    facts += sensor_facts(sensors, now, tallies, version, hearing, meet(db, version, now))
    facts += synchronizer_facts(sensors, now, any(one.kind == "directory" and one.state == "running" for one in live or ()))
    facts += source_facts(live or (), now, tallies)
    before = kept.issues(db)
    after, events = turn(before, facts, now, _measured(live, sensors, now), looked.ending)
    areas = tuple(one for one in AREAS if live is not None or sensors or one not in (SENSORS, SOURCES, DIRECTORY))
    return kept.write(db, before, after, events, Checked(at=now, areas=areas, live=live is not None and not looked.ending))


def _measured(live: Sequence[SourceState] | None, sensors: Iterable[Seen], now: int) -> Callable[[HealthIssue], bool]:
    """Whether a round would have found the fact of an issue."""
    silent = {one.subject for one in sensors if one.silent(now)}

    def measured(one: HealthIssue) -> bool:
        owner = one.subject.partition("\n")[0]
        if owner.startswith("source:"):
            return live is not None
        if owner in silent:
            return one.rule in TIMELY
        return one.rule not in ("store-overloaded", "on-battery") or live is not None

    return measured


def sensors_of(db: kept.Database) -> list[Seen]:
    """Sensors of the workspace; what one reports that is no report is taken as if it had said nothing."""
    found = []
    for id, name, added, heard, text in kept.sensors(db):
        report = None
        with suppress(msgspec.MsgspecError):
            report = _report(text) if text else None
        found.append(Seen(id=id, name=name, added=added, heard=heard, report=report))
    return found


def health(db: kept.Database, now: int, version: str = __version__) -> Health:
    """Health as it is at a time, also when nobody has looked of late: what time alone makes wrong is found here.

    That are sensors that fell silent, certificates that came to their end, and suppressions that ran out. So is what others
    state beside a round, as a check of the workspace or the process that notifies, and that they state it no more.
    """
    round = kept.checked(db)
    held = {id: at(one, now) for id, one in kept.issues(db).items()}
    listening = round.live and round.at is not None and now - round.at < HEARING
    if not listening:
        facts = sensor_facts(sensors_of(db), now, Tallies(), version, False)
        timely = [one for one in facts if one.rule in TIMELY or one.rule.startswith("certificate-")]
        held, _ = turn(held, [*timely, *kept.given_facts(db)], now, lambda one: one.rule in GIVEN, ending=True)
    return Health(issues=tuple(sorted(held.values(), key=_order)), checked=round)


def _order(one: HealthIssue) -> tuple[int, int, int, str]:
    return {"open": 0, "suppressed": 1, "closed": 2}[one.state], -RANK[one.severity], -(one.closed or one.first), one.id
