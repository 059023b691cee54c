"""What is missing as far as the workspace holds evidence: controllers without traffic, audit settings whose events never come.

A log says that an act was not recorded only where packets show the act: counts of both come from app.engine.knowledge.station,
hour by hour, and only hours in which a controller's packets and its log were read are compared.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from app.engine.describe.switches import AUDITS
from app.engine.knowledge import Knowledge
from app.engine.knowledge.station import Station
from app.engine.knowledge.watched import HOUR
from app.engine.sightings.evidence import Evidence, timeline
from app.engine.sightings.moment import Whole, whole
from app.model.entity import EntityRef
from app.model.health import HealthFact, HealthSeverity
from app.model.identifiers import DRSUAPI

HOURS = 7 * 24
"""Hours that are looked at, the latest ones in which something was read."""
ACTS = 5
"""Acts on the wire from which on their missing events say something."""
SILENT = HOUR
"""Microseconds that a controller says nothing while others go on, from which on that is strange."""


class Audit(NamedTuple):
    """rule; kinds: acts on the wire, of this interface if one is named; family and events: of which one must have come."""

    rule: str
    kinds: tuple[str, ...]
    family: str
    events: frozenset[str]
    acts: str
    interface: str = ""


def _ids(*numbers: int) -> frozenset[str]:
    return frozenset(map(str, numbers))


AUDITED = (
    Audit("audit-advanced", ("kerberos-as", "kerberos-tgs"), "event-kerberos", _ids(4768, 4769, 4771), "Kerberos requests"),
    Audit("audit-advanced", ("ntlm",), "event-ntlm", _ids(4776), "NTLM logons"),
    Audit("audit-advanced", ("smb-session", "ldap-bind"), "event-logon", _ids(4624, 4625), "logons"),
    Audit("audit-ntlm", ("ntlm",), "event-ntlm", _ids(8004), "NTLM logons"),
    Audit("audit-object", ("ldap-modify", "ldap-add", "ldap-delete", "ldap-rename"), "event-directory-change",
          _ids(5136, 5137, 5138, 5139, 5141), "changes of the directory"),
    Audit("audit-object", ("rpc-call",), "event-object-access", _ids(4662), "calls of directory replication", DRSUAPI),
)  # fmt: skip
"""What the traffic of a controller shows, and the events that its log would hold of it [MS-KILE, MS-NLMP, MS-DRSR; AUDITS]."""
SETTINGS = {"8004": "Restrict NTLM: Audit NTLM authentication in this domain"}


def holding_facts(known: Knowledge, inputs: Sequence[Evidence], live: bool) -> Iterator[HealthFact]:
    """live: something is being captured, so that it can still be mended; of files alone everything is of low severity."""
    hours = timeline(inputs)[-HOURS:]
    captures = [one for one in inputs if one.packets]
    if not hours:
        return
    severity: HealthSeverity | None = None if live else "low"
    for controller in known.controllers():
        station = known.station(controller.key)
        seen = whole(station, hours)
        yield from _traffic(controller, station, seen, captures, live, severity)
        yield from _audits(controller, station, seen, severity)


def _traffic(
    controller: EntityRef,
    station: Station,
    seen: Whole,
    captures: Sequence[Evidence],
    live: bool,
    severity: HealthSeverity | None,
) -> Iterator[HealthFact]:
    if not any(moment.packets for _, moment, *_ in seen.moments):
        return
    fact = HealthFact(rule="no-traffic", subject=controller.key, what="", severity=severity, where=controller.label[:500])
    if not station.packets:
        span = "the captures here" if live else "the captures that were read"
        yield _saying(fact, f"No packet of {controller.label} is in {span}, and it is a domain controller.")
    elif live:
        hour = max(station.packets)
        last = hour * HOUR + station.packets[hour].bit_length() * (HOUR // 60)
        quiet = max(one.last for one in captures) - last
        if quiet >= SILENT:
            yield _saying(
                fact, f"No packet of {controller.label} has come for {quiet // (HOUR // 60):,} minutes, while others did."
            )


def _audits(controller: EntityRef, station: Station, seen: Whole, severity: HealthSeverity | None) -> Iterator[HealthFact]:
    both = {hour for hour, moment, *_ in seen.moments if moment.log and moment.packets in ("requests", "both")}
    missing: dict[str, list[tuple[str, str, int]]] = {}
    for one in AUDITED:
        acts = _count(station, one.kinds, one.interface, both)
        if acts >= ACTS and not any(event in one.events for event in seen.events):
            setting = next((words for event, words in SETTINGS.items() if event in one.events), AUDITS[one.family])
            missing.setdefault(one.rule, []).append((setting, one.acts, acts))
    for rule, some in missing.items():
        hours = "the hour" if len(both) == 1 else f"the {len(both):,} hours"
        told = "; ".join(f"{number:,} {acts} on the wire, no event of “{setting}”" for setting, acts, number in some)
        what = f"The log of {controller.label} is read, and in {hours} that its traffic was captured too: {told}."
        yield HealthFact(rule=rule, subject=controller.key, what=what[:1_500], severity=severity, where=controller.label[:500])


def _count(station: Station, kinds: Iterable[str], interface: str, hours: set[int]) -> int:
    wanted = frozenset(kinds)
    return sum(
        number
        for (kind, extra, state), counts in station.counts.items()
        if kind in wanted and state != "unanswered" and (not interface or extra == interface)
        for hour, number in counts.items()
        if hour in hours
    )


def _saying(fact: HealthFact, what: str) -> HealthFact:
    return HealthFact(rule=fact.rule, subject=fact.subject, what=what[:1_500], severity=fact.severity, where=fact.where)
