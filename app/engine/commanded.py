"""A command that shows a technique, told by the detection of that technique: who ran what on which computer."""

from collections.abc import Iterable, Iterator
from typing import Any

from msgspec.structs import replace

from app.engine.change_story import tell
from app.engine.changes import Change, is_routine
from app.engine.context import Context
from app.engine.detector import Detector, Later, fact
from app.engine.readings.attacks import COMMANDS, attacks_of
from app.model.activity import Activity
from app.model.alert import Finding, Severity
from app.model.events import EventProcess, EventScript

KINDS = frozenset({EventProcess, EventScript})
LONGEST = 300


def commanded(
    activity: Activity, ctx: Context, technique: str, title: str, did: str, severity: Severity = "medium"
) -> Iterator[Finding]:
    """A finding when a command shows the technique. did: what it does, as the end of "a command that ..."."""
    attack = next((one for one in attacks_of(activity) if one.technique == technique), None)
    if attack is None or activity.result == "failure":
        return
    target = ctx.target(activity)
    yield tell(
        ctx,
        activity,
        Change(deed="set"),
        (f" ran a command that {did} on ", target),
        label="command",
        severity=severity,
        routine=is_routine(activity, ctx),
        subject=f"{target.key} command {technique}",
        why=("It was read in the log of the computer where it ran; whether it worked is told by the controllers.",),
        facts=(
            *((fact(f"It is {attack.means}"),) if attack.means else ()),
            fact(f"The command: {' '.join(attack.said.split())[:LONGEST]}"),
        ),
        quiet=("It would be quiet for such words in what is only defined, searched for or explained",),
        targets=(target,),
        confidence="medium",
        title=title,
    )


def with_commands(detector: Detector, did: str, severity: Severity = "medium") -> Detector:
    """The same detector, told by commands as well; they are no part of what it needs, for few computers log them."""
    inner, technique, title = detector.detect, detector.id, f"{detector.title}: a command that does it"

    def by_command(activity: Any, ctx: Context) -> Iterable[Finding | Later]:
        return commanded(activity, ctx, technique, title, did, severity)

    def detect(activity: Any, ctx: Context) -> Iterable[Finding | Later]:
        return by_command(activity, ctx) if type(activity.detail) in KINDS else inner(activity, ctx)

    numbers = (*detector.event_ids, *COMMANDS) if detector.event_ids else ()
    return replace(
        detector,
        watches=(*detector.watches, EventProcess, EventScript),
        event_ids=numbers,
        forms={**detector.forms, EventProcess: lambda form, _: form[1]},
        detect=detect,
        by_kind={**dict.fromkeys(detector.watches, inner), **dict.fromkeys(KINDS, by_command)},
    )
