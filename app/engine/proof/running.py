"""Runs what found an alert again over activities, as it ran over the workspace."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from app.engine import detectors
from app.engine.detector import Detector
from app.engine.exclusions import Exclusions
from app.engine.knowledge import Knowledge
from app.engine.proof.manifest import Parameters
from app.engine.running import Told, run_told
from app.model.activity import Activity
from app.model.alert import Alert, Link, plain

MOST = 6
"""Values that are listed of a long one."""


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
        tuning=parameters.tuning,
        tags=parameters.tags,
        others=(lambda id: others.get(id, ())) if others else None,
        exclude=Exclusions(parameters.exclusions, knowledge).covering if parameters.exclusions else None,
        losses=parameters.losses,
        mistakes={},  # what cannot be read costs no more here than it did there; health tells it
    )


def stated(alert: Alert) -> Alert:
    """The alert as its detector stated it, without what analysts said of it."""
    return replace(alert, state="open", classification="unclassified", note="", excluded="")


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
    here = stated(here)
    parts = ((there, here, ("finding",)), (there.finding, here.finding, ()))
    return [
        _different(name.replace("_", " "), getattr(one, name), getattr(other, name))
        for one, other, but in parts
        for name in one.__struct_fields__
        if name not in but and getattr(one, name) != getattr(other, name)
    ]


def _different(name: str, there: object, here: object) -> str:
    if not isinstance(there, tuple) or not isinstance(here, tuple):
        return f"{name} is {_words(here)} here and was {_words(there)}"
    more, less = [one for one in here if one not in there], [one for one in there if one not in here]
    if not more and not less:
        return f"{name} are in another order here"
    return f"{name}: only here: {_listed(more)}; only where it was: {_listed(less)}"


def _listed(values: Sequence[object]) -> str:
    return "; ".join(_words(one) for one in values[:MOST]) + ("; ..." if len(values) > MOST else "") if values else "nothing"


def _words(value: object) -> str:
    """A value in few words."""
    if isinstance(value, Struct):
        said = [getattr(value, name) for name in ("label", "text") if hasattr(value, name)]
        return plain(said[0]) if said and isinstance(said[0], tuple) else str(said[0]) if said else type(value).__name__
    if isinstance(value, tuple) and value and isinstance(value[0], Link):
        return plain(value)
    return str(value)[:200]
