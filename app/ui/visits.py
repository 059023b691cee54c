"""What is new in a workspace since somebody last said that he has seen it; plain values."""

from collections.abc import Sequence
from typing import NamedTuple

from app.model.alert import Alert
from app.model.incident import Incident
from app.model.rows import InputRow, Overview
from app.settings import Visit

MOST_KEPT = 20_000
"""Ids that are kept of a workspace, the newest."""


class News(NamedTuple):
    """What was not there: alerts, incidents, inputs; how many more accounts and computers. at: when the last visit was."""

    at: int
    alerts: tuple[Alert, ...]
    incidents: tuple[Incident, ...]
    inputs: tuple[InputRow, ...]
    accounts: int
    hosts: int

    def __bool__(self) -> bool:
        return bool(self.alerts or self.incidents or self.inputs or self.accounts or self.hosts)


def visit(at: int, overview: Overview, alerts: Sequence[Alert], incidents: Sequence[Incident]) -> Visit:
    """What a workspace holds now."""
    return Visit(
        at=at,
        alerts=tuple(one.id for one in alerts[-MOST_KEPT:]),
        incidents=tuple(one.id for one in incidents[-MOST_KEPT:]),
        inputs=tuple(one.key for one in overview.inputs[-MOST_KEPT:]),
        accounts=overview.accounts,
        hosts=overview.hosts,
    )


def news(before: Visit, overview: Overview, alerts: Sequence[Alert], incidents: Sequence[Incident]) -> News:
    """What came since. An incident that grew is new when none of its alerts was seen before."""
    known, stories, inputs = set(before.alerts), set(before.incidents), set(before.inputs)
    return News(
        before.at,
        tuple(one for one in alerts[-MOST_KEPT:] if one.id not in known),
        tuple(one for one in incidents[-MOST_KEPT:] if one.id not in stories and known.isdisjoint(one.alerts)),
        tuple(one for one in overview.inputs[-MOST_KEPT:] if one.key not in inputs),
        max(0, overview.accounts - before.accounts),
        max(0, overview.hosts - before.hosts),
    )
