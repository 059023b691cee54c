"""Coverage in short: a share for each detector and controller, what to switch on, and what silence is worth."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import groupby

from app.engine.detector import listed
from app.model.alert import Alert
from app.model.coverage import CoverageShare, CoverageSpan, Remedy, Statement

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ORDER = ("seen", "learning", "partial", "blind")


def shares(spans: Iterable[CoverageSpan]) -> list[CoverageShare]:
    """One row for each detector and controller. spans: those of one pair next to each other."""
    found = []
    for _, group in groupby(spans, key=lambda one: (one.controller.key, one.detector)):
        rows = list(group)
        minutes = {state: sum(one.whole for one in rows if one.state == state) for state in ORDER}
        reasons: dict[str, int] = {}
        remedies: dict[str, int] = {}
        for one in rows:
            for words in one.reasons:
                reasons[words] = reasons.get(words, 0) + one.whole
            for words in one.remedies:
                remedies[words] = remedies.get(words, 0) + one.whole
        found.append(CoverageShare(
            detector=rows[0].detector, title=rows[0].title, controller=rows[0].controller,
            state=max(ORDER, key=lambda state: (minutes[state], ORDER.index(state))),
            seen=sum(one.seen for one in rows if one.state == "seen"),
            partial=sum(one.seen for one in rows if one.state in ("partial", "learning")),
            whole=sum(one.whole for one in rows),
            reasons=tuple(sorted(reasons, key=lambda words: (-reasons[words], words))),
            remedies=tuple(sorted(remedies, key=lambda words: (-remedies[words], words))),
        ))  # fmt: skip
    return found


def remedies(spans: Iterable[CoverageSpan]) -> list[Remedy]:
    """What to switch on, each once, the most helpful first."""
    helped: dict[str, set[str]] = {}
    minutes: dict[str, int] = {}
    for one in spans:
        for words in one.remedies:
            helped.setdefault(words, set()).add(one.detector)
            minutes[words] = minutes.get(words, 0) + one.whole
    rows = [Remedy(words=words, detectors=len(names), minutes=minutes[words]) for words, names in helped.items()]
    return sorted(rows, key=lambda row: (-row.detectors, -row.minutes, row.words))


def statements(spans: Iterable[CoverageSpan], alerts: Iterable[Alert]) -> list[Statement]:
    """A sentence for each detector and controller about which no alert speaks."""
    spoken: dict[str, set[str]] = {}
    for alert in alerts:
        finding = alert.finding
        keys = {ref.key for ref in (*finding.targets, *finding.domain_controllers)}
        spoken.setdefault(alert.detector, set()).update(keys)
    found = []
    for (key, detector), group in groupby(spans, key=lambda one: (one.controller.key, one.detector)):
        rows = list(group)
        if key in spoken.get(detector, ()):
            continue
        # An alert that names no controller at all may be about any of them.
        if detector in spoken and not spoken[detector]:
            continue
        found.append(_statement(rows))
    return found


def _statement(rows: list[CoverageSpan]) -> Statement:
    one = rows[0]
    seen = sum(row.seen for row in rows if row.state == "seen")
    partly = sum(row.seen for row in rows if row.state in ("partial", "learning"))
    whole = sum(row.whole for row in rows)
    when = f"between {time(rows[0].first)} and {time(rows[-1].last)}"
    name = f"“{one.title}”"
    place = f"against {one.controller.label}"
    why = listed(dict.fromkeys(words for row in rows if row.state != "seen" for words in row.reasons), 3)
    if not seen and not partly:
        text = f"Nothing can be said of {name} {place} {when}: {why}."
    else:
        text = f"No {name} {place} {when}: {seen:,} of {whole:,} minutes seen"
        text += f", {partly:,} more in part ({why})" if partly else ""
        text += f"; of the rest nothing is known ({why})." if not partly and seen < whole and why else "."
    return Statement(detector=one.detector, controller=one.controller, text=text, seen=seen, whole=whole)


def time(at: int) -> str:
    """A time to the minute, UTC."""
    return (EPOCH + timedelta(microseconds=at)).strftime("%Y-%m-%d %H:%M")
