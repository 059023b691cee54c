"""Hours that are alike for a detector and a controller, joined."""

from collections.abc import Callable, Collection, Iterable, Sequence

from msgspec.structs import replace

from app.engine.detector import MINUTE, Detector
from app.engine.knowledge import Knowledge
from app.engine.knowledge.watched import HOUR
from app.engine.sightings.evidence import Evidence, timeline
from app.engine.sightings.judgement import Judgement, judge, nobody_tagged
from app.engine.sightings.moment import Moment, Whole, whole
from app.model.coverage import CoverageSpan
from app.model.entity import EntityRef

LEARNING = "still learning what is usual"
Learned = Callable[[Detector], int]
"""UTC microseconds from which on a detector has learned what is usual."""


def spans(
    detectors: Sequence[Detector],
    inputs: Sequence[Evidence],
    knowledge: Knowledge,
    learned: Learned | None = None,
    hourly: bool = False,
    tags: Collection[str] | None = None,
) -> list[CoverageSpan]:
    """Every controller with every detector, each oldest first; the ends are those of all inputs. hourly: each hour by itself.

    learned: when a detector knows what is usual; without it, the learning time of one that waits after the first input began.
    tags: those that an analyst gave to anybody; None when nobody asks for them.
    """
    begin = min((one.first for one in inputs), default=0)
    ready = learned or (lambda detector: begin + detector.learning if detector.waits else 0)
    hours = timeline(inputs)
    found: list[CoverageSpan] = []
    for controller in knowledge.controllers():
        seen = whole(knowledge.station(controller.key), hours)
        runs = _runs(seen, hourly)
        for detector in detectors:
            untagged = bool(detector.needs.tag) and tags is not None and detector.needs.tag not in tags
            found.extend(_of(detector, controller, seen, runs, ready(detector), hourly, untagged))
    end = max((one.last for one in inputs), default=0)
    low, high = begin // MINUTE * MINUTE, (end // MINUTE + 1) * MINUTE
    return [replace(one, first=max(one.first, low), last=min(one.last, high)) for one in found]


Run = tuple[int, int, Moment, int, int, int]
"""First hour, hour behind the last, what was there; minutes of packets, of the log, in question."""


def _runs(seen: Whole, hourly: bool) -> list[Run]:
    """Hours next to each other with equal moments as one."""
    found: list[Run] = []
    for hour, moment, packets, log, every in seen.moments:
        if found and not hourly and found[-1][1] == hour and found[-1][2] == moment:
            last = found[-1]
            found[-1] = (last[0], hour + 1, moment, last[3] + packets, last[4] + log, last[5] + every)
        else:
            found.append((hour, hour + 1, moment, packets, log, every))
    return found


def _of(
    detector: Detector, controller: EntityRef, seen: Whole, runs: Iterable[Run], ready: int, hourly: bool, untagged: bool
) -> list[CoverageSpan]:
    judged: dict[Moment, Judgement] = {}
    found: list[CoverageSpan] = []
    for first, last, moment, packets, log, every in runs:
        one = judged.get(moment)
        if one is None:
            judgement = nobody_tagged(detector) if untagged else judge(detector, moment, seen, controller.label)
            one = judged[moment] = judgement
        recorded = 0 if one.state == "blind" else packets if one.wire else log
        parts = [(first, last, False, 1.0)]
        if one.state == "seen" and first * HOUR < ready:
            border = min(last, -(-ready // HOUR))
            share = (border - first) / (last - first)
            parts = [(first, border, True, share), *([(border, last, False, 1.0 - share)] if border < last else [])]
        for begin, end, learning, share in parts:
            span = CoverageSpan(
                detector=detector.id, title=detector.title, controller=controller, first=begin * HOUR, last=end * HOUR,
                state="learning" if learning else one.state, reasons=(LEARNING, *one.reasons) if learning else one.reasons,
                remedies=one.remedies, seen=round(min(recorded, every) * share), whole=round(every * share),
            )  # fmt: skip
            if found and not hourly and alike(found[-1], span):
                found[-1] = _joined(found[-1], span)
            else:
                found.append(span)
    return found


def alike(one: CoverageSpan, other: CoverageSpan) -> bool:
    """True when one follows the other and nothing tells them apart."""
    return (one.last, one.state, one.reasons) == (other.first, other.state, other.reasons)


def _joined(one: CoverageSpan, other: CoverageSpan) -> CoverageSpan:
    return CoverageSpan(
        detector=one.detector, title=one.title, controller=one.controller, first=one.first, last=other.last, state=one.state,
        reasons=one.reasons, remedies=one.remedies, seen=one.seen + other.seen, whole=one.whole + other.whole,
    )  # fmt: skip
