"""What is wrong with live sources, from what they say of themselves: those of this program and those of sensors alike."""

from collections.abc import Iterable, Iterator

from app.engine.health.tallies import MINUTE, Tallies
from app.model.counting import counted
from app.model.health import HealthFact
from app.model.rows import Problem
from app.model.source import SourceState
from app.model.troubles import (
    BROKE,
    EXPIRED,
    LOW_RESOLUTION,
    MISSING,
    NOT_KEPT,
    NOT_REMOVED,
    REFUSED,
    SET_ASIDE,
    TWO_PLACES,
    WRONG_SECRET,
)

DAY = 24 * 60 * MINUTE
PASSWORD, CERTIFICATE = 30 * DAY, 21 * DAY
"""So long before its end a password or a certificate is pointed out."""
LOST, SECRET, RESOLVED, SYSLOG, RESTARTED = 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, 10 * MINUTE, 60 * MINUTE
"""How far back each counter is looked at."""
FOLLOWED, WAITING, MORE = 5 * MINUTE, 1024, 1.05
"""Microseconds for which so many messages wait on a hub, and how many times as many come meanwhile as are read."""
FEW, UNKNOWN = 20, 0.9
"""Messages from which on their share that is not understood says something, and that share."""
STRANGE = "RADIUS packet not understood"
DROPS = {
    "capture": "traffic-dropped", "growing": "traffic-dropped", "syslog": "events-dropped", "windows-log": "events-dropped",
    "radius": "events-dropped", "trace": "etw-dropped",
}  # fmt: skip
"""Kind of a source to the rule about what it lost."""
MOST = 500
"""Problems of a hub that are looked at."""
SAID = 400
"""Characters of a source's own words."""


def source_facts(
    states: Iterable[SourceState], now: int, tallies: Tallies, owner: str = "", where: str = "this computer"
) -> Iterator[HealthFact]:
    """Of the sources of one program. owner: subject of the sensor that they belong to, "" for sources of this program."""
    newest: dict[str, SourceState] = {}
    for one in states:
        before = newest.get(one.label)
        if before is None or (one.since, one.state != "stopped") >= (before.since, before.state != "stopped"):
            newest[one.label] = one  # a source that was started again under another id says how it is
    for one in newest.values():
        subject = f"{owner}\n{one.label}"[:500] if owner else f"source:{one.label}"[:500]
        place = f"{one.label[:SAID]} on {where}" if owner else one.label[:SAID]
        for rule, what in (*_standing(one, now), *_counted(one, now, tallies, subject)):
            yield HealthFact(rule=rule, subject=subject, what=what, where=place)
        if one.kind == "hub":
            yield from _of_sensors(one, now, tallies)


def _standing(one: SourceState, now: int) -> Iterator[tuple[str, str]]:
    """What is so as long as the source says so."""
    error = one.error[:SAID]
    if error and one.state in ("failed", "stopped"):
        yield _failure(one), _sentence(error)
    elif one.expires is not None and one.state != "stopped":
        yield from _ending(one, now)
    if one.state != "stopped" and one.pressed:
        wait = counted(one.waiting, "message waits", "messages wait")
        yield "hub-full", f"{wait} on {one.label}, whose stream is nearly full: the oldest go first."
    if one.state != "stopped":
        refused = [problem for problem in one.problems if problem.what.startswith((NOT_KEPT, NOT_REMOVED))]
        if refused:
            first = refused[0]
            more = f" ({first.where[:SAID]})" if first.where else ""
            yield "evidence-lost", _sentence(first.what[:SAID].replace(NOT_KEPT, "Packets are not kept: ") + more)


def _of_sensors(one: SourceState, now: int, tallies: Tallies) -> Iterator[HealthFact]:
    """What a hub tells of its sensors; where of its problems is "sensor ID"."""
    for problem in one.problems[:MOST]:
        sensor = problem.where.removeprefix("sensor ")[:SAID]
        subject = f"sensor:{sensor}"
        if problem.what == MISSING:  # told of the hub, which removed them
            continue
        if problem.what.startswith(SET_ASIDE):
            what = f"{counted(problem.count, 'message is', 'messages are')} {problem.what}."
            yield HealthFact(rule="sensor-outdated", subject=subject, what=what, where=f"sensor {sensor}", severity="high")
        elif sensor and tallies.grown((subject, problem.what), now, problem.count, one.since, SECRET) > 0:
            what = _sentence(f"{counted(problem.count, 'time')}: {problem.what[:SAID]}")
            part = f"{subject}\n{problem.what}"[:500]
            rule = "sensor-twice" if problem.what == TWO_PLACES else "sensor-messages"
            yield HealthFact(rule=rule, subject=part, what=what, where=f"sensor {sensor}")


def _failure(one: SourceState) -> str:
    error = one.error
    if error.startswith(BROKE):
        return "source-failed"
    if one.kind == "directory":
        if error.startswith(REFUSED):
            return "directory-password-expired" if any(why in error for why in EXPIRED) else "directory-credentials"
        return "directory-credentials" if "secret" in error else "controllers-unreachable"
    return {"capture": "adapter-gone", "hub": "hub-unreachable"}.get(one.kind, "source-failed")


def _ending(one: SourceState, now: int) -> Iterator[tuple[str, str]]:
    assert one.expires is not None
    left = one.expires - now
    if one.kind == "directory":
        if left <= 0:
            yield "directory-password-expired", "The password of its user has ended."
        elif left < PASSWORD:
            yield "directory-password-expiring", f"The password of its user ends in {days(left)}."
    elif left <= 0:
        yield "certificate-expired", "Its certificate has ended."
    elif left < CERTIFICATE:
        yield "certificate-expiring", f"Its certificate ends in {days(left)}."


def _counted(one: SourceState, now: int, tallies: Tallies, subject: str) -> Iterator[tuple[str, str]]:
    """What is so while a counter grows."""

    def grown(word: str, value: int, within: int) -> int:
        return tallies.grown((subject, word), now, value, one.since, within)

    secret = _sum(one.problems, WRONG_SECRET)
    lost = one.dropped - secret - _sum(one.problems, STRANGE) if one.kind == "radius" else one.dropped
    lost += _sum(one.problems, "packets lost by the interface itself") + _sum(one.problems, "events overwritten before")
    rule = DROPS.get(one.kind)
    if rule and (more := grown("lost", lost, LOST)) > 0:
        things = {
            "traffic-dropped": "packets",
            "events-dropped": "messages or events",
            "etw-dropped": "trace events",
        }[rule]
        quota = f" Its quota lets it analyse {100 * one.level:.0f} % of the traffic now." if one.level < 1 else ""
        yield rule, f"{more:,} {things} were lost within five minutes, {lost:,} since it started.{quota}"
    if (more := grown("restarts", one.restarts, RESTARTED)) > 0:
        times = "once" if more == 1 else f"{more} times"
        yield "sensor-memory", f"It was started again {times} within an hour, for its memory did not come back."
    if (more := grown("secret", secret, SECRET)) > 0:
        gateway = next((problem.where for problem in one.problems if problem.what == WRONG_SECRET), "")
        of = f" from {gateway[:SAID]}" if gateway else ""
        yield (
            "radius-secret",
            f"{counted(more, 'request')}{of} had the signature of another shared secret.",
        )
    for problem in one.problems:
        if problem.what.startswith(LOW_RESOLUTION) and grown(problem.what, problem.count, RESOLVED) > 0:
            method = problem.what.removeprefix(LOW_RESOLUTION)[:40]
            yield "resolution-failing", f"Hardly any question over {method} is answered (first: {problem.where[:SAID]})."
            break
    if one.kind == "hub":
        missing = _sum(one.problems, MISSING)
        if (more := grown("missing", missing, LOST)) > 0:
            yield "hub-lost", f"{counted(more, 'message')} of sensors never came, {missing:,} in all."
        came = tallies.grown((subject, "came"), now, one.records + one.waiting, 0, FOLLOWED)  # not what waited from before
        read = tallies.grown((subject, "read"), now, one.records, 0, FOLLOWED)
        behind = tallies.lasted((subject, "behind"), now, one.state == "running" and one.waiting >= WAITING)
        if behind >= FOLLOWED and came > MORE * read:
            yield (
                "store-overloaded",
                f"Of {came:,} messages of late {read:,} could be read; {one.waiting:,} wait on the hub.",
            )
    if one.kind == "syslog":
        strange = sum(problem.count for problem in one.problems if "message" in problem.what and "event" in problem.what)
        came, unread = grown("records", one.records, SYSLOG), grown("unknown", strange, SYSLOG)
        if came >= FEW and unread >= UNKNOWN * came:
            sample = next((problem.where for problem in one.problems if "message" in problem.what), "")
            yield "syslog-unknown", f"{unread:,} of {came:,} messages tell no known event; the first: {sample[:SAID]}"


def _sum(problems: Iterable[Problem], start: str) -> int:
    return sum(one.count for one in problems if one.what.startswith(start))


def _sentence(text: str) -> str:
    """With a capital and a full stop."""
    text = text.strip()
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"


def days(microseconds: int) -> str:
    """A time that is left, in words."""
    if microseconds < 2 * DAY:
        hours = max(1, microseconds // (60 * MINUTE))
        return f"{hours} hour{'s' if hours > 1 else ''}"
    return f"{microseconds // DAY} days"
