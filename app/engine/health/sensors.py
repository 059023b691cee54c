"""What is wrong with sensors, from their last reports and from when they came."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from app.engine.health.catalogue import OF_A_SENSOR
from app.engine.health.sources import CERTIFICATE, RESTARTED, days, source_facts
from app.engine.health.tallies import MINUTE, Tallies
from app.link.envelope import FORM, OLDEST
from app.model.counting import counted
from app.model.health import HealthFact, HealthSeverity
from app.model.sensor import BEHIND, SensorReport, version_due, versions_behind

SILENT, STARTING, QUIET, SKEW, LOST = 5 * MINUTE, 30 * MINUTE, 15 * MINUTE, 5 * MINUTE, 15 * MINUTE
FULL = 0.8
GRACE = 10 * MINUTE
"""A sensor that was just added is not yet missed as synchronizer."""
SHORT = {
    "processor": "its quota of the processor is short",
    "memory": "memory is short",
    "speed": "one core is too slow for all of it",
}
"""What a governor says is short, in words."""
STATED = 50
"""Facts of its own that are taken from one sensor."""


class Seen(Struct, frozen=True, kw_only=True):
    """A sensor as the table has it. added, heard: UTC microseconds by this computer's clock."""

    id: str
    name: str
    added: int
    heard: int | None = None
    report: SensorReport | None = None

    @property
    def subject(self) -> str:
        """Of facts about it."""
        return f"sensor:{self.id}"

    def silent(self, now: int) -> bool:
        """True when nothing of late is known of it."""
        return self.heard is None or now - self.heard >= SILENT


def sensor_facts(
    sensors: Iterable[Seen],
    now: int,
    tallies: Tallies,
    version: str,
    listening: bool = True,
    met: Mapping[str, int] = {},
) -> Iterator[HealthFact]:
    """version: of this program. listening: somebody here hears them, else their silence may be ours.

    met: versions of this program to when the workspace first met them, UTC microseconds; see version_due.
    """
    for one in sensors:
        where = f"sensor {one.name}"[:500]
        report = one.report
        if one.silent(now):
            yield from _unheard(one, now, where, listening)
            if report is not None:
                yield from _certificate(one, report, now, where)
            continue
        if report is None:
            continue
        due = version_due(report.config, version, met, now)
        for rule, part, what, severity in (*_itself(one, report, now, tallies, due), *_controllers(report, now)):
            subject = f"{one.subject}\n{part}"[:500] if part else one.subject
            yield HealthFact(rule=rule, subject=subject, what=what[:1_000], severity=severity, where=where)
        yield from _certificate(one, report, now, where)
        yield from source_facts(report.sources[:200], now, tallies, one.subject, where)
        for fact in report.facts[:STATED]:
            if fact.rule in OF_A_SENSOR:
                part = f"\n{fact.subject}" if fact.subject else ""
                yield HealthFact(
                    rule=fact.rule, subject=f"{one.subject}{part}"[:500], what=fact.what[:1_000], severity=fact.severity,
                    where=f"{fact.where[:200]} on {where}" if fact.where else where,
                )  # fmt: skip


def _unheard(one: Seen, now: int, where: str, listening: bool) -> Iterator[HealthFact]:
    if one.heard is None:
        if now - one.added >= STARTING:
            what = f"It was added {span(now - one.added)} ago and was never heard."
            yield HealthFact(rule="sensor-not-started", subject=one.subject, what=what, where=where)
        return
    what = f"Its last word came {span(now - one.heard)} ago."
    if one.report is not None and one.report.state in ("stopping", "stopped"):
        what = f"It was stopped in order; its last word came {span(now - one.heard)} ago."
    if not listening:
        what += " Nothing here has listened since, so it may well run."
    severity: HealthSeverity | None = None if listening else "low"
    yield HealthFact(rule="sensor-silent", subject=one.subject, what=what, where=where, severity=severity)


Found = tuple[str, str, str, HealthSeverity | None]
"""Rule, part of the sensor, sentence, severity where it is another than the rule's."""


def _itself(one: Seen, report: SensorReport, now: int, tallies: Tallies, version: str) -> Iterator[Found]:
    key = one.subject
    stuck = report.state in ("starting", "failed")
    if tallies.lasted((key, "stuck"), now, stuck, report.since or None) >= STARTING:
        why = f": {report.error[:300]}" if report.error else ""
        yield "sensor-not-started", "", f"It has been {report.state} for more than 30 minutes{why}", None
    if report.form and not OLDEST <= report.form <= FORM:
        age = "newer" if report.form > FORM else "older"
        what = f"It speaks form {report.form} of the link, which is {age} than what is understood here ({OLDEST} to {FORM})."
        yield "sensor-outdated", "", what, "high"
    elif (behind := versions_behind(report.version, version)) >= BEHIND:
        yield "sensor-outdated", "", f"It is version {report.version[:40]}, {behind} behind {version}.", None
    if report.refused > report.applied:
        what = f"Revision {report.refused} was refused ({report.refusal[:300]}); revision {report.applied} runs."
        yield "sensor-configuration", "", what, None
    if report.at and one.heard is not None:
        off = report.at - one.heard
        moved = tallies.grown((key, "at"), now, report.at, 0, LOST) != 0  # a single report may be an old one, kept for us
        if abs(off) > SKEW and moved:
            way = "ahead of" if off > 0 else "behind"
            yield "clock-skew", "", f"Its clock is {span(abs(off))} {way} this computer's.", None
    backlog = report.backlog
    if backlog.full:
        yield "outbox-filling", "", f"Nothing more can be kept, so that its sources are held back: {backlog.full[:300]}", "high"
    elif backlog.limit and backlog.bytes >= FULL * backlog.limit:
        why = f": {backlog.error[:300]}" if backlog.error else ""
        share = 100 * backlog.bytes // backlog.limit
        wait = counted(backlog.messages, "message waits and fills", "messages wait and fill")
        yield "outbox-filling", "", f"{wait} {share} % of the outbox{why}", None
    if (lost := tallies.grown((key, "lost"), now, backlog.lost, report.since, LOST)) > 0:
        gone = counted(lost, "activity was", "activities were")
        yield "outbox-lost", "", f"{gone} given up within 15 minutes, {backlog.lost:,} since it started.", None
    if backlog.word and report.at - report.since < RESTARTED:
        yield "outbox-lost", "word", backlog.word[:500], None
    skipped = 0 if any(one.skipped for one in report.sources) else sum(report.sampling.skipped.values())
    if (lost := tallies.grown((key, "skipped"), now, skipped, report.since, SILENT)) > 0:
        least = f"{100 * report.sampling.keep:.0f} % of the traffic is analysed"
        short = SHORT.get(report.sampling.why, "the quota was short")
        what = f"{counted(lost, 'packet was', 'packets were')} passed over within five minutes because {short}; {least}."
        yield "traffic-dropped", "quota", what, None
    restarts = 0 if any(one.restarts for one in report.sources) else report.sampling.restarts  # else its captures say it
    if (more := tallies.grown((key, "restarts"), now, restarts, report.since, RESTARTED)) > 0:
        times = "once" if more == 1 else f"{more} times"
        yield (
            "sensor-memory",
            "",
            f"Its captures were started again {times} within an hour, for its memory did not come back.",
            None,
        )


def _controllers(report: SensorReport, now: int) -> Iterator[Found]:
    if report.config is None or report.state not in ("running", "syncing"):
        return
    sights = {one.fqdn.lower(): one for one in report.controllers}
    capturing = any(one.kind == "capture" and one.state == "running" for one in report.sources)
    away = [one.fqdn for one in report.config.controllers if (s := sights.get(one.fqdn.lower())) and s.reachable is False]
    if away:
        every = len(away) == len(report.config.controllers)
        words = "All its domain controllers are" if every else f"{', '.join(away[:5])[:300]} {'is' if len(away) == 1 else 'are'}"
        yield "controllers-unreachable", "", f"{words} unreachable for its LDAP queries.", None
    if not capturing or report.at - report.since < QUIET:
        return
    for one in report.config.controllers[:200]:
        sight = sights.get(one.fqdn.lower())
        last = sight.last if sight is not None and sight.packets else None
        if last is None:
            yield "no-traffic", one.fqdn, f"No packet of {one.fqdn} came since the sensor started.", None
        elif report.at - last >= QUIET:
            yield "no-traffic", one.fqdn, f"No packet of {one.fqdn} has come for {span(report.at - last)}.", None


def _certificate(one: Seen, report: SensorReport, now: int, where: str) -> Iterator[HealthFact]:
    if report.expires is None:
        return
    left = report.expires - now
    if left <= 0:
        what = f"Its certificate ended {span(-left)} ago."
        yield HealthFact(rule="certificate-expired", subject=one.subject, what=what, where=where)
    elif left < CERTIFICATE:
        what = f"Its certificate ends in {days(left)}."
        yield HealthFact(rule="certificate-expiring", subject=one.subject, what=what, where=where)


def synchronizer_facts(sensors: Sequence[Seen], now: int, synchronizing: bool) -> Iterator[HealthFact]:
    """synchronizing: a source of this program reads a directory."""
    settled = [one for one in sensors if now - one.added >= GRACE]
    if not settled or synchronizing:
        return
    if not any(one.report is not None and one.report.synchronizes for one in sensors):
        what = (
            "No sensor synchronises a directory, and no source here does: accounts are known only as far as traffic names them."
        )
        yield HealthFact(rule="synchronizer-missing", subject="workspace", what=what)


def span(microseconds: int) -> str:
    """A length of time in words, from minutes to days."""
    minutes = max(1, microseconds // MINUTE)
    if minutes < 120:
        return f"{minutes} minute{'s' if minutes > 1 else ''}"
    hours = minutes // 60
    return f"{hours} hours" if hours < 48 else f"{hours // 24} days"
