"""Made events and rules, and the shortest way to run one over the other."""

from typing import Any

import yaml

from app.engine.sigma import load_text, run
from app.model.activity import Activity
from app.model.events import EventLogon, EventProcess, WindowsEvent
from app.model.sigma import RuleResult, SigmaRun

START = 1_767_607_200_000_000
SECOND = 1_000_000
SECURITY = {"product": "windows", "service": "security"}
PROCESS = {"product": "windows", "category": "process_creation"}


def event(
    number: int = 4624,
    at: float = 0,
    *,
    record: int | None = None,
    channel: str = "Security",
    provider: str = "Microsoft-Windows-Security-Auditing",
    **fields: str,
) -> Activity:
    """One event, so many seconds after the start; its record number is the second unless told."""
    kind: type[WindowsEvent] = EventProcess if number == 4688 else EventLogon
    place = int(at * 10) if record is None else record
    return Activity(
        at=START + int(at * SECOND),
        until=START + int(at * SECOND),
        input="made",
        record=place,
        detail=kind(event_id=number, provider=provider, channel=channel, computer="DC1.corp.test", record=place, fields=fields),
    )


def rule(condition: str = "selection", logsource: dict[str, str] = SECURITY, **detections: Any) -> str:
    """The text of a rule."""
    return yaml.safe_dump(
        {"title": "made", "logsource": logsource, "detection": {**detections, "condition": condition}, "level": "high"},
        allow_unicode=True,
        sort_keys=False,
    )


def ran(text: str, *events: Activity, **more: Any) -> SigmaRun:
    """Rules over events."""
    return run(load_text(text), events, **more)


def only(text: str, *events: Activity, **more: Any) -> RuleResult:
    """The result of a single rule."""
    (result,) = ran(text, *events, **more).rules
    return result


def matches(selection: Any, **fields: str) -> bool:
    """Whether a selection matches an event 4624 with these fields."""
    result = only(rule(selection=selection), event(**fields))
    assert not result.reason or result.state == "never", result.reason
    return result.count == 1
