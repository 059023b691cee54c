"""What a detector is, and how detectors run over activities in event time."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import blake2b
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from app.engine.knowledge import Knowledge
from app.engine.memory import Memory
from app.model.activity import Activity
from app.model.alert import RANK, Alert, Fact, Finding, Link, Phase, Sentence, Severity, Step
from app.model.details import KINDS
from app.model.entity import EntityRef
from app.model.rows import Coverage, Problem

Sensitivity = Literal["low", "medium", "high"]
"""high reports more and sooner, low reports less; medium is the default."""
SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
EVIDENCE = 1_000
"""Activities kept as evidence of one alert: the first half and the last half."""
PARTIES = 200
"""Accounts, sources or targets named in one alert."""


class Needs(Struct, frozen=True, kw_only=True):
    """What must be in the input for a detector to see anything.

    ports: where it comes from. kinds: activity kinds, any one of which is enough. hidden_by: words of problems
    ("sealed", "encrypted") that mean that part of it could not be read.
    """

    ports: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    hidden_by: tuple[str, ...] = ()


class Context:
    """What a detector may ask: knowledge of the whole input, its own memory, how sensitive it shall be."""

    __slots__ = ("knowledge", "memory", "sensitivity")

    def __init__(self, knowledge: Knowledge, memory: Memory, sensitivity: Sensitivity = "medium") -> None:
        self.knowledge = knowledge
        self.memory = memory
        self.sensitivity = sensitivity

    def source(self, activity: Activity) -> EntityRef:
        """Who asked, as known at that time."""
        return self.knowledge.address_entity(activity.source.ip if activity.source else "", activity.at)

    def target(self, activity: Activity) -> EntityRef:
        """Who was asked, as known at that time."""
        return self.knowledge.address_entity(activity.destination.ip if activity.destination else "", activity.at)

    def account(self, activity: Activity) -> EntityRef | None:
        """Which account asked."""
        return self.knowledge.account_entity(activity)

    def who(self, activity: Activity) -> tuple[str | EntityRef, ...]:
        """Pieces of a sentence that say who acted: "account on source", or the source alone."""
        account, source = self.account(activity), self.source(activity)
        return (source,) if account is None or account.key == source.key else (account, " on ", source)

    def path(self, activity: Activity, label: str, caption: str = "") -> tuple[Step, ...]:
        """Arrows from the account over its computer to the target; the last one is the deed."""
        account, source = self.account(activity), self.source(activity)
        deed = Step(origin=source, target=self.target(activity), label=label, caption=caption, accented=True)
        if account is None or account.key == source.key:
            return (deed,)
        return Step(origin=account, target=source, label="on"), deed

    def from_controller(self, activity: Activity) -> bool:
        """True when a domain controller asked."""
        return activity.source is not None and self.knowledge.is_controller(activity.source.ip)

    def to_controller(self, activity: Activity) -> bool:
        """True when a domain controller was asked."""
        return activity.destination is not None and self.knowledge.is_controller(activity.destination.ip)


Detect = Callable[[Any, Context], Iterator[Finding]]


class Detector(Struct, frozen=True, kw_only=True):
    """One detection. id equals the file's stem; window is the longest time that two findings of one subject may lie apart
    and still be one alert, in microseconds; learning is the time it must watch before it says anything (0: none)."""

    id: str
    external_id: int
    title: str
    severity: Severity
    phase: Phase
    techniques: tuple[str, ...]
    watches: tuple[type, ...]
    needs: Needs
    window: int
    learning: int = 0
    detect: Detect


def sentence(*pieces: str | EntityRef | Activity | None) -> Sentence:
    """Pieces of text and links to entities or activities as one sentence; None stands for a party nobody named."""
    made = []
    for piece in pieces:
        if piece is None:
            made.append(Link("somebody not named on the wire"))
        elif isinstance(piece, str):
            made.append(Link(piece))
        elif isinstance(piece, EntityRef):
            made.append(Link(piece.label, piece))
        else:
            made.append(Link("this activity", None, piece.id))
    return tuple(made)


def fact(*pieces: str | EntityRef | Activity | None) -> Fact:
    """A fact that speaks for the alert."""
    return Fact(text=sentence(*pieces))


def against(*pieces: str | EntityRef | Activity | None) -> Fact:
    """What would have kept the detector quiet."""
    return Fact(text=sentence(*pieces), against=True)


def some(*parties: EntityRef | None) -> tuple[EntityRef, ...]:
    """The parties that are known."""
    return tuple(party for party in parties if party is not None)


def found(ctx: Context, activity: Activity, subject: str, **words: Any) -> Finding:
    """A finding about one activity: its parties and times, and whatever else is given.

    extra_accounts: accounts attacked, beside the one that acted. Evidence is the activity itself unless given.
    """
    target = ctx.target(activity)
    values: dict[str, Any] = {
        "subject": subject,
        "first": activity.at,
        "last": activity.until,
        "evidence": (activity.id,),
        "sources": (ctx.source(activity),),
        "accounts": some(ctx.account(activity)),
        "targets": (target,),
        "domain_controllers": (target,) if ctx.to_controller(activity) else (),
    }
    values.update(words)
    return Finding(**values)


def plural(count: int, one: str, many: str | None = None) -> str:
    """Number with its noun: "1 account", "2,000 accounts"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def listed(names: Iterable[str], most: int = 5) -> str:
    """The first names in words: "a, b, c and 4 more"."""
    all_names = list(names)
    text = ", ".join(all_names[:most])
    return text if len(all_names) <= most else f"{text} and {len(all_names) - most:,} more"


def _joined(one: Iterable[Any], other: Iterable[Any], most: int) -> tuple[Any, ...]:
    merged = tuple(dict.fromkeys((*one, *other)))
    if len(merged) <= most:
        return merged
    return (*merged[: most // 2], *merged[len(merged) - (most - most // 2) :])


def _parties(one: tuple[EntityRef, ...], other: tuple[EntityRef, ...]) -> tuple[EntityRef, ...]:
    return tuple({party.key: party for party in (*one, *other)}.values())[:PARTIES]


def _rank(finding: Finding, detector: Detector) -> tuple[int, bool, int]:
    return RANK[finding.severity or detector.severity], finding.succeeded is True, RANK[finding.confidence]


def join(earlier: Finding, later: Finding, detector: Detector) -> Finding:
    """One finding from two of one subject: words come from the stronger, of equals from the later."""
    lead = later if _rank(later, detector) >= _rank(earlier, detector) else earlier
    outcomes = (earlier.succeeded, later.succeeded)
    return replace(
        lead,
        first=min(earlier.first, later.first),
        last=max(earlier.last, later.last),
        evidence=_joined(earlier.evidence, later.evidence, EVIDENCE),
        sources=_parties(earlier.sources, later.sources),
        accounts=_parties(earlier.accounts, later.accounts),
        targets=_parties(earlier.targets, later.targets),
        domain_controllers=_parties(earlier.domain_controllers, later.domain_controllers),
        succeeded=True if True in outcomes else False if False in outcomes else None,
    )


def _alert(detector: Detector, finding: Finding, opening: str) -> Alert:
    name = f"{detector.id}\n{finding.subject}\n{opening}".encode()
    return Alert(
        id=blake2b(name, digest_size=8).hexdigest(),
        detector=detector.id,
        external_id=finding.external_id or detector.external_id,
        title=finding.title or detector.title,
        severity=finding.severity or detector.severity,
        phase=detector.phase,
        techniques=detector.techniques,
        finding=finding,
    )


def run(
    detectors: Iterable[Detector],
    activities: Iterable[Activity],
    knowledge: Knowledge,
    *,
    sensitivity: Sensitivity = "medium",
) -> list[Alert]:
    """Alerts of these detectors over activities in event order, oldest first; the same input gives the same alerts and ids."""
    watchers: dict[type, list[tuple[Detector, Context]]] = {}
    for detector in detectors:
        context = Context(knowledge, Memory(), sensitivity)
        for kind in detector.watches:
            watchers.setdefault(kind, []).append((detector, context))
    open_: dict[tuple[str, str], tuple[Detector, Finding, str]] = {}
    done: list[Alert] = []
    for activity in activities:
        for detector, context in watchers.get(type(activity.detail), ()):
            for finding in detector.detect(activity, context):
                key = (detector.id, finding.subject)
                before = open_.get(key)
                if before is None:
                    open_[key] = (detector, finding, finding.evidence[0])
                elif finding.first - before[1].last <= detector.window:
                    open_[key] = (detector, join(before[1], finding, detector), before[2])
                else:
                    done.append(_alert(*before))
                    open_[key] = (detector, finding, finding.evidence[0])
    done.extend(_alert(*entry) for entry in open_.values())
    return sorted(done, key=lambda alert: (alert.finding.first, alert.detector, alert.id))


def watched_kinds(detectors: Iterable[Detector]) -> frozenset[str]:
    """Kind words of the activities that any of these detectors reads."""
    return frozenset(KINDS[kind] for detector in detectors for kind in detector.watches)


def coverage(detectors: Iterable[Detector], by_kind: Mapping[str, int], problems: Iterable[Problem] = ()) -> tuple[Coverage, ...]:
    """What each detector could have seen, from the numbers of activities by kind and what could not be read."""
    troubles = list(problems)
    rows = []
    for detector in detectors:
        kinds = detector.needs.kinds or tuple(KINDS[kind] for kind in detector.watches)
        there = [kind for kind in kinds if by_kind.get(kind)]
        hidden = [problem for problem in troubles if any(word in problem.what.lower() for word in detector.needs.hidden_by)]
        ports = ", ".join(detector.needs.ports)
        if not there:
            state, reason = "blind", f"no {' or '.join(kinds)} in the input (ports {ports})"
        elif hidden:
            listing = listed(f"{problem.what} ({problem.count:,})" for problem in hidden)
            state, reason = "partial", f"part of it could not be read: {listing}"
        else:
            state, reason = "seen", f"read from {' and '.join(f'{by_kind[kind]:,} {kind}' for kind in there)}"
        rows.append(Coverage(detector=detector.id, title=detector.title, state=state, reason=reason))
    return tuple(rows)
