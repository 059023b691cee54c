"""Alerts told as they are raised, each once, and in the end what has changed of them since: in words, or as JSON lines."""

import sys
from collections.abc import Callable, Mapping, Sequence

import msgspec

from app.command.analyze import moment, print_alert
from app.command.words import line
from app.model.alert import RANK, Alert
from app.session import Session

Said = dict[str, Alert]
"""What of each alert was told last, or was known before, by the id that it has now (after `follow`)."""
Tell = Callable[[Session, Sequence[Alert]], None]


def in_words(session: Session, alerts: Sequence[Alert]) -> None:
    """On standard output at once, each with its story."""
    for one in alerts:
        print_alert(one, flush=True)


def as_json() -> Tell:
    """On standard output at once, each an object in a line, as `analyze --json` has it; none twice in the same words."""
    before: dict[object, bytes] = {}

    def in_json(session: Session, alerts: Sequence[Alert]) -> None:
        for one in session.alert_objects(alerts):
            told = msgspec.json.encode(one)
            if before.get(one["id"]) != told:
                before[one["id"]] = told
                sys.stdout.buffer.write(told + b"\n")
        sys.stdout.buffer.flush()

    return in_json


def known(session: Session) -> Said:
    """The alerts that there are before anything comes."""
    return {one.id: one for one in session.queries.alerts()}


def came(session: Session, before: Said) -> list[Alert]:
    """Alerts that were not there before, or have become more severe since; before is brought up to date."""
    follow(session, before)
    return [one for one in session.queries.alerts() if _is_worse(one, before)]


def tell_raised(session: Session, said: Said, before: Said, tell: Tell = in_words) -> None:
    """Tell alerts that came and are new or have become more severe; said and before are brought up to date."""
    follow(session, said)
    new = [one for one in came(session, before) if _is_worse(one, said)]
    said.update((one.id, one) for one in new)
    if new:
        tell(session, new)


def tell_rest(session: Session, said: Said, before: Mapping[str, Alert], tell: Tell = in_words) -> None:
    """Tell what the last look at everything has changed: alerts that were not told, or in other words, or are none now."""
    follow(session, said)
    alerts = {one.id: one for one in session.queries.alerts()}
    told = {**before, **said}
    changed = [
        one
        for one in alerts.values()
        if one.id not in told or _words(told[one.id]) != _words(one) or (one.id in said and tell is not in_words)
    ]  # an object holds more than words: evidence, names that were learned since
    tell(session, sorted(changed, key=lambda one: (-RANK[one.severity], one.finding.first, one.id)))
    for id, one in said.items():
        if id not in alerts:
            words = f"GONE    {moment(one.finding.first)}  {line(one.title)}: the last look at everything does not find it"
            print(words, file=sys.stdout if tell is in_words else sys.stderr)


def follow(session: Session, said: Said) -> None:
    """Alerts that were joined, or begin earlier than was known, have another id."""
    for old, now in session.queries.names_now(tuple(said)).items():
        if old != now:
            one = said.pop(old)
            said[now] = max(said.get(now, one), one, key=lambda one: RANK[one.severity])


def _is_worse(one: Alert, than: Mapping[str, Alert]) -> bool:
    return one.id not in than or RANK[one.severity] > RANK[than[one.id].severity]


def _words(one: Alert) -> tuple[object, ...]:
    return one.severity, one.title, one.techniques, one.finding.first, one.finding.story
