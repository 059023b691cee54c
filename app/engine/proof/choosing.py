"""Which activities and how much knowledge a detector needs to state one alert again: the fewest that were tried and suffice."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from app.engine import detectors
from app.engine.context import Context
from app.engine.detector import Detector
from app.engine.knowledge import Knowledge
from app.engine.memory import Memory
from app.engine.proof.manifest import Choice, Parameters
from app.engine.proof.parties import about
from app.engine.proof.running import alerts_of, differences, stated
from app.engine.running import Told, watched_kinds
from app.model.activity import Activity
from app.model.alert import Alert
from app.model.exclusion import EVERY, Exclusion

MOST = 300_000
"""Activities of one bundle; a choice of more is passed over."""
ALWAYS = (-(2**63), 2**63 - 1)
Stream = Callable[[Mapping[str, bool], int, int], Iterator[tuple[Activity, Told]]]
"""Activities of these kinds (False: only failed ones) between two times, in event order, with what else tells of each act."""
Pairs = list[tuple[Activity, Told]]


class Chosen(Struct, frozen=True, kw_only=True):
    """What goes into the bundle."""

    choice: Choice
    parameters: Parameters
    activities: Pairs
    knowledge: bytes


class _Try(Struct, frozen=True):
    """One choice. parties: only what the alert's parties took part in."""

    how: str
    span: tuple[int, int]
    parties: bool = False
    every: bool = False


def choose(
    alert: Alert,
    detector: Detector,
    stream: Stream,
    knowledge: Knowledge,
    parameters: Parameters,
    others: Mapping[str, Sequence[str]],
) -> Chosen | None:
    """The first choice that gives the same alert; None when none does."""
    found = alert.finding
    span = (found.first - detector.window - detector.learning, found.last)
    tries = (
        _Try("what the alert's parties took part in, within its time and what the detector looks back on", span, parties=True),
        _Try("what the alert's parties took part in, at any time", ALWAYS, parties=True),
        _Try("all that the detector watches, within the alert's time and what it looks back on", span),
        _Try("all that the detector watches", ALWAYS),
        _Try("all that any detector watches, for they share what they remember", ALWAYS, every=True),
    )
    for one in tries:
        asked = detectors.DETECTORS if one.every else (detector,)
        pairs = _taken(one, asked, alert, stream, Context(knowledge, Memory()))
        if pairs is None or _differs(alert, asked, pairs, knowledge, parameters, others):
            continue
        small = about(knowledge, alert, [activity for activity, _ in pairs])
        enough = not _differs(alert, asked, pairs, Knowledge.from_bytes(small), parameters, others)
        body = small if enough else knowledge.to_bytes()
        # The rest says whom the analyst watches and passes over, which is nobody else's business.
        fewest = _of_parties(alert, detector, parameters)
        more = (fewest, replace(fewest, exclusions=_of_detector(detector, parameters), losses=parameters.losses))
        enough_said = (one for one in more if not _differs(alert, asked, pairs, Knowledge.from_bytes(body), one, others))
        less = next(enough_said, replace(parameters, values=fewest.values))
        choice = Choice(
            how=one.how, count=len(pairs), first=pairs[0][0].at, last=pairs[-1][0].at, every_detector=one.every,
            knowledge="parties" if enough else "whole",
        )  # fmt: skip
        return Chosen(choice=choice, parameters=less, activities=pairs, knowledge=body)
    return None


def _of_parties(alert: Alert, detector: Detector, parameters: Parameters) -> Parameters:
    """Tags of the alert's parties, settings of its detector."""
    found, tuning = alert.finding, parameters.tuning
    keys = {ref.key for ref in (*found.sources, *found.accounts, *found.targets, *found.domain_controllers)}
    return Parameters(
        tuning=replace(
            tuning,
            levels={id: level for id, level in tuning.levels.items() if id == detector.id},
            values={name: value for name, value in tuning.values.items() if name.partition(".")[0] == detector.id},
            off=tuning.off & {detector.id},
        ),
        tags={key: tags for key, tags in parameters.tags.items() if key in keys},
        values={one.name: tuning.value(detector.id, one) for one in detector.thresholds},
    )


def _of_detector(detector: Detector, parameters: Parameters) -> tuple[Exclusion, ...]:
    """The exclusions that concern a detector, without who made them and why."""
    mine = (one for one in parameters.exclusions if one.detector in (detector.id, EVERY))
    return tuple(replace(one, reason="", by="", added=0, expires=None) for one in mine)


def _differs(
    alert: Alert,
    asked: Sequence[Detector],
    pairs: Pairs,
    knowledge: Knowledge,
    parameters: Parameters,
    others: Mapping[str, Sequence[str]],
) -> list[str]:
    return differences(stated(alert), alerts_of(asked, pairs, knowledge, parameters, others))


def _taken(one: _Try, asked: Sequence[Detector], alert: Alert, stream: Stream, ctx: Context) -> Pairs | None:
    """The activities of a choice; None when they are too many or none."""
    proof = set(alert.finding.evidence)
    actors = {ref.key for ref in (*alert.finding.sources, *alert.finding.accounts)} or {ref.key for ref in alert.finding.targets}
    pairs: Pairs = []
    for activity, told in stream(watched_kinds(asked), *one.span):
        if one.parties and activity.id not in proof and not _takes_part(activity, actors, ctx):
            continue
        pairs.append((activity, told))
        if len(pairs) > MOST:
            return None
    return pairs or None


def _takes_part(activity: Activity, actors: set[str], ctx: Context) -> bool:
    account = ctx.account(activity)
    return (
        ctx.source(activity).key in actors
        or (account is not None and account.key in actors)
        or (activity.source is not None and f"address:{activity.source.ip}" in actors)
    )
