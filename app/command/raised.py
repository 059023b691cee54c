"""Alerts printed as they are raised, each once, and in the end what has changed of them since."""

from app.command.analyze import moment, print_alert
from app.command.words import line
from app.model.alert import RANK, Alert
from app.session import Session

Said = dict[str, Alert]
"""What of each alert was printed last, by the id that it had then."""


def print_raised(session: Session, said: Said, before: frozenset[str]) -> None:
    """Print alerts that were not there before and are new or have become more severe; said is brought up to date."""
    _follow(session, said)
    for one in session.queries.alerts():
        if one.id in before or (one.id in said and RANK[one.severity] <= RANK[said[one.id].severity]):
            continue
        said[one.id] = one
        print_alert(one, flush=True)


def print_rest(session: Session, said: Said) -> None:
    """Print what the last look at everything has changed: alerts that were not printed, or in other words, or are none now."""
    _follow(session, said)
    alerts = {one.id: one for one in session.queries.alerts()}
    for one in sorted(alerts.values(), key=lambda one: (-RANK[one.severity], one.finding.first, one.id)):
        if one.id not in said or _words(said[one.id]) != _words(one):
            print_alert(one)
    for id, one in said.items():
        if id not in alerts:
            print(f"GONE    {moment(one.finding.first)}  {line(one.title)}: the last look at everything does not find it")


def _follow(session: Session, said: Said) -> None:
    """Alerts that were joined, or begin earlier than was known, have another id."""
    for old, now in session.queries.names_now(tuple(said)).items():
        if old != now:
            said.setdefault(now, said[old])
            del said[old]


def _words(one: Alert) -> tuple[object, ...]:
    return one.severity, one.title, one.techniques, one.finding.first, one.finding.story
