"""Findings of one subject joined to one alert."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from hashlib import blake2b

from msgspec.structs import replace

from app.engine.context import NOBODY
from app.engine.detector import Detector, Later, fact, some
from app.model.alert import RANK, Alert, Finding, Severity, Step
from app.model.entity import EntityRef

EVIDENCE, HALF = 1_000, 500
"""Activities kept as evidence of one alert: the first half and the last half."""
TELLINGS = 8
"""Other tellings of one activity that stand beside it in the evidence."""
LOGGED = "-event-"
"""Part of the id of every activity that a Windows log tells."""
SURER: dict[Severity, Severity] = {"low": "medium", "medium": "high", "high": "high"}
"""Confidence when packets and a log tell of the same act."""
PARTIES = 200
"""Accounts, sources or targets named in one alert."""

_PARTY_FIELDS = ("sources", "accounts", "targets", "domain_controllers")
Exclude = Callable[[Detector, Finding | Later], str]
"""Id of the exclusion that covers a finding, "" when none does."""


def _rank(finding: Finding | Later, detector: Detector) -> tuple[int, bool, int]:
    return RANK[finding.severity or detector.severity], finding.succeeded is True, RANK[finding.confidence]


class Case:
    """An alert in the making: findings of one subject joined. Words come from the strongest, of equals from the latest."""

    __slots__ = ("_lead", "_parties", "_rank", "_succeeded", "detector", "evidence", "excluded", "first", "last", "tail")

    def __init__(self, detector: Detector, finding: Finding | Later, excluded: str = "") -> None:
        self.detector, self.excluded = detector, excluded
        self.first, self.last = finding.first, finding.last
        self.evidence: dict[str, None] = {}
        self.tail: OrderedDict[str, None] = OrderedDict()
        self._parties: dict[str, dict[str, EntityRef]] = {name: {} for name in _PARTY_FIELDS}
        self._succeeded = finding.succeeded
        self._lead, self._rank = finding, _rank(finding, detector)
        self.add(finding)

    def add(self, finding: Finding | Later) -> None:
        """Join one more finding."""
        if finding.first < self.first:
            self.first = finding.first
        if finding.last > self.last:
            self.last = finding.last
        evidence, tail = self.evidence, self.tail
        for proof in finding.evidence:
            if proof in evidence or proof in tail:
                continue
            if len(evidence) < HALF:
                evidence[proof] = None
            else:
                tail[proof] = None
                if len(tail) > EVIDENCE - HALF:
                    tail.popitem(last=False)
        parties = self._parties
        if finding.sources:
            _join(parties["sources"], finding.sources)
        if finding.accounts:
            _join(parties["accounts"], finding.accounts)
        if finding.targets:
            _join(parties["targets"], finding.targets)
        if finding.domain_controllers:
            _join(parties["domain_controllers"], finding.domain_controllers)
        if finding.succeeded or self._succeeded is None:
            self._succeeded = finding.succeeded
        rank = _rank(finding, self.detector)
        if rank >= self._rank:
            self._lead, self._rank = finding, rank

    def alert(self, others: Callable[[str], Sequence[str]] | None = None, exclude: Exclude | None = None) -> Alert:
        """The alert of all that was joined; others: ids of what else tells of an activity, which proves it too.

        exclude: asked for a case whose parties are known only now.
        """
        lead = self._lead.words() if isinstance(self._lead, Later) else self._lead
        parties: dict[str, tuple[EntityRef, ...]] = {}
        for name, known in self._parties.items():
            every = known | {party.key: party for party in some(*getattr(lead, name)) if party.key not in known}
            parties[name] = tuple(every.values())[:PARTIES]
        evidence = dict.fromkeys((*self.evidence, *self.tail))
        both = False
        for proof in tuple(evidence) if others is not None else ():
            more = others(proof)[:TELLINGS] if others is not None else ()
            evidence.update(dict.fromkeys(more))
            both = both or any((LOGGED in one) != (LOGGED in proof) for one in more)
        facts = (*lead.facts, fact("Packets and a log tell it independently of each other")) if both else lead.facts
        finding = replace(
            lead, subject=self._lead.subject, first=min(self.first, lead.first), last=self.last,
            evidence=tuple(evidence), succeeded=self._succeeded, **parties, facts=facts,
            confidence=SURER[lead.confidence] if both else lead.confidence,
            steps=tuple(step for step in lead.steps if _leads(step)),
        )  # fmt: skip
        excluded = self.excluded
        if exclude is not None and not excluded and isinstance(self._lead, Later):
            excluded = exclude(self.detector, finding)
        return _alert(self.detector, finding, next(iter(self.evidence)), excluded)


def _join(known: dict[str, EntityRef], parties: tuple[EntityRef, ...]) -> None:
    for party in parties:
        if party.key not in known and party is not NOBODY and len(known) < PARTIES:
            known[party.key] = party


def _leads(step: Step) -> bool:
    """True when both ends of an arrow are known."""
    return step.origin is not NOBODY and step.target is not NOBODY


def _alert(detector: Detector, finding: Finding, opening: str, excluded: str) -> Alert:
    name = f"{detector.id}\n{finding.subject}\n{opening}".encode("utf-8", "surrogatepass")
    return Alert(
        id=blake2b(name, digest_size=8).hexdigest(),
        detector=detector.id,
        external_id=finding.external_id or detector.external_id,
        title=finding.title or detector.title,
        severity=finding.severity or detector.severity,
        phase=detector.phase,
        techniques=detector.techniques,
        finding=finding,
        attacked_accounts=detector.attacked_accounts,
        excluded=excluded,
    )
