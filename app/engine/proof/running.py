"""Runs what found an alert again over activities, as it ran over the workspace."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from app.engine import detectors
from app.engine.detector import Detector, Told, run_told
from app.engine.knowledge import Knowledge
from app.engine.proof.manifest import Parameters
from app.model.activity import Activity
from app.model.alert import Alert, plain


def detector_of(id: str) -> Detector | None:
    """The detector of this program with that id."""
    return next((one for one in detectors.DETECTORS if one.id == id), None)


def alerts_of(
    chosen: Sequence[Detector],
    activities: Iterable[tuple[Activity, Told]],
    knowledge: Knowledge,
    parameters: Parameters,
    others: Mapping[str, Sequence[str]],
) -> list[Alert]:
    """Alerts of some detectors over activities in event order; others: ids of the other tellings of an activity."""
    return run_told(
        chosen,
        activities,
        knowledge,
        sensitivity=parameters.sensitivity,
        tags=parameters.tags,
        others=(lambda id: others.get(id, ())) if others else None,
    )


def stated(alert: Alert) -> Alert:
    """The alert as its detector stated it, without what analysts said of it."""
    return replace(alert, state="open", classification="unclassified", note="")


def differences(there: Alert, alerts: Sequence[Alert]) -> list[str]:
    """What is different in these alerts from that one, one sentence each; empty when the same alert is among them."""
    here = next((one for one in alerts if one.id == there.id), None)
    if here is None:
        near = next(
            (one for one in alerts if one.detector == there.detector and one.finding.subject == there.finding.subject), None
        )
        if near is None:
            return ["the detector states no such alert here"]
        here = near
    return [f"{name} is {two} here and was {one}" for name, one, two in _compared(there, stated(here))]


def _compared(there: Alert, here: Alert) -> Iterable[tuple[str, str, str]]:
    for name in there.__struct_fields__:
        one, two = getattr(there, name), getattr(here, name)
        if name != "finding" and one != two:
            yield name, _words(one), _words(two)
    for name in there.finding.__struct_fields__:
        one, two = getattr(there.finding, name), getattr(here.finding, name)
        if one != two:
            yield name.replace("_", " "), _words(one), _words(two)


def _words(value: object) -> str:
    """A value in few words."""
    if isinstance(value, tuple):
        return f"({'; '.join(_words(one) for one in value[:6])}{'; ...' if len(value) > 6 else ''})"
    for name in ("label", "text"):
        said = getattr(value, name, None)
        if said is not None:
            return plain(said) if isinstance(said, tuple) else str(said)
    return str(value)[:200]
