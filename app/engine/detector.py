"""What a detector is, and how detectors run over activities in event time.

Long because the words that detectors are written in, and what runs them, are one vocabulary.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import blake2b
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from app.engine import describe
from app.engine.context import NOBODY, Context, Loss, Tags
from app.engine.knowledge import Knowledge
from app.engine.memory import Memory
from app.engine.profiles import TEACHING, WATCHED, Profiles
from app.engine.readings import remember
from app.model.activity import Activity, Result
from app.model.alert import RANK, Alert, Fact, Finding, Link, Phase, Sentence, Severity, Step
from app.model.details import KINDS, RpcBind, RpcCall
from app.model.entity import EntityRef
from app.model.events import EventLogon, WindowsEvent
from app.model.tuning import DEFAULT, Threshold, Tuning

Told = tuple[tuple[str, Result], ...]
"""Kind and result of each other activity that tells of the same act as one."""
SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
EVIDENCE = 1_000
"""Activities kept as evidence of one alert: the first half and the last half."""
TELLINGS = 8
"""Other tellings of one activity that stand beside it in the evidence."""
LOGGED = "-event-"
"""Part of the id of every activity that a Windows log tells."""
SURER: dict[Severity, Severity] = {"low": "medium", "medium": "high", "high": "high"}
"""Confidence when packets and a log tell of the same act."""
ROUTES = 4_096
"""Routes kept: kinds with their interfaces or event ids."""
PARTIES = 200
"""Accounts, sources or targets named in one alert."""


class Needs(Struct, frozen=True, kw_only=True):
    """What must be in the input for a detector to see anything.

    ports: where it comes from. kinds: activity kinds, any one of which is enough. hidden_by: words of problems
    ("sealed", "encrypted") that mean that part of it could not be read. interfaces: the RPC interfaces among rpc-call.
    content: it needs the content of calls, not only their numbers. answers: requests alone tell it nothing.
    controllers: it must know which addresses are domain controllers. parts: those of kinds that alone tell a part only, such as
    logs, in which stands what the audit policy records. tag: one that an analyst must have given to somebody.
    """

    ports: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    hidden_by: tuple[str, ...] = ()
    interfaces: tuple[str, ...] = ()
    content: bool = False
    answers: bool = False
    controllers: bool = False
    tag: str = ""


class Later(Struct, frozen=True, kw_only=True):
    """A finding whose words are made once, when nothing more joins it: a flood of a thousand guesses is told once.

    words reads the trails that it was given; they stand still when an episode is over.
    """

    subject: str
    first: int
    last: int
    evidence: tuple[str, ...]
    words: Callable[[], Finding]
    severity: Severity | None = None
    confidence: Severity = "high"
    succeeded: bool | None = None
    sources: tuple[EntityRef, ...] = ()
    accounts: tuple[EntityRef, ...] = ()
    targets: tuple[EntityRef, ...] = ()
    domain_controllers: tuple[EntityRef, ...] = ()


_PARTY_FIELDS = ("sources", "accounts", "targets", "domain_controllers")
Detect = Callable[[Any, Context], Iterator[Finding | Later]]


class Detector(Struct, frozen=True, kw_only=True):
    """One detection. id equals the file's stem; window is the longest time that two findings of one subject may lie apart
    and still be one alert, in microseconds.

    learning: time after which it knows what is usual, in microseconds (0: it learns nothing); until then it keeps quiet about
    what is new to it, or cannot spare what is a habit. waits: until then it says nothing at all. watches_refused: kinds of
    which it reads only what failed, which spares it the bulk of a file server. interfaces: of remote calls it is given only
    those of these RPC interfaces, and those of which nobody knows the interface when "" is among them; opnums: of them only
    calls of these numbers; event_ids: of Windows events only these; empty for all. thresholds: every number that the user may
    change. excludable: kinds of parties that an exclusion may name. attacked_accounts: the accounts of its findings are those
    attacked, not those that act, so that an exclusion of an account does not concern it. profiled: it asks what accounts and
    computers are used to (Context.profiles), for which more kinds are read than it watches itself. tellings: it compares what
    packets and logs tell, so it is given every telling of an act, and asks for the others.
    """

    id: str
    external_id: int
    title: str
    severity: Severity
    phase: Phase
    techniques: tuple[str, ...]
    watches: tuple[type, ...]
    watches_refused: tuple[type, ...] = ()
    needs: Needs
    window: int
    learning: int = 0
    waits: bool = False
    interfaces: tuple[str, ...] = ()
    opnums: tuple[int, ...] = ()
    event_ids: tuple[int, ...] = ()
    thresholds: tuple[Threshold, ...] = ()
    excludable: tuple[str, ...] = ("account", "computer", "group", "address", "subnet", "domain")
    profiled: bool = False
    attacked_accounts: bool = False
    tellings: bool = False
    detect: Detect


Exclude = Callable[[Detector, "Finding | Later"], str]
"""Id of the exclusion that covers a finding, "" when none does."""


def sentence(*pieces: str | EntityRef | Activity | None) -> Sentence:
    """Pieces of text and links to entities or activities as one sentence; None stands for an account that nobody named."""
    made: list[Link] = []
    for piece in pieces:
        if piece is None:
            made.append(Link("somebody not named" if made else "Somebody not named"))
        elif piece is NOBODY:
            made.append(Link(NOBODY.label if made else NOBODY.label.capitalize()))
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
    return tuple(party for party in parties if party is not None and party is not NOBODY)


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


def later(ctx: Context, activity: Activity, subject: str, words: Callable[[], Finding], **more: Any) -> Later:
    """A finding about one activity whose words come later; evidence is the activity itself unless given."""
    target = ctx.target(activity)
    values: dict[str, Any] = {
        "subject": subject,
        "first": activity.at,
        "last": activity.until,
        "evidence": (activity.id,),
        "targets": (target,),
        "domain_controllers": (target,) if ctx.to_controller(activity) else (),
        "words": words,
    }
    values.update(more)
    return Later(**values)


def ended(activity: Activity, success: str = ".", refused: str = "it was refused") -> str:
    """End of a sentence about a request: how it was answered, or that its answer is not in the capture."""
    if activity.result == "unanswered":
        return "; the answer is not in the capture."
    if activity.result == "success":
        return success
    return f"; {refused} ({describe.reason(activity)})."


def outcome_of(activity: Activity) -> bool | None:
    """True, False, or None when the answer is not in the capture."""
    return None if activity.result == "unanswered" else activity.result == "success"


def caption_of(activity: Activity) -> str:
    """Words below an arrow: success, the reason of the refusal, or that there is no answer."""
    if activity.result == "unanswered":
        return "no answer captured"
    return "success" if activity.result == "success" else describe.reason(activity)


def plural(count: int, one: str, many: str | None = None) -> str:
    """Number with its noun: "1 account", "2,000 accounts"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def listed(names: Iterable[str], most: int = 5) -> str:
    """The first names in words: "a, b, c and 4 more"."""
    all_names = list(names)
    text = ", ".join(all_names[:most])
    return text if len(all_names) <= most else f"{text} and {len(all_names) - most:,} more"


def _rank(finding: "Finding | Later", detector: Detector) -> tuple[int, bool, int]:
    return RANK[finding.severity or detector.severity], finding.succeeded is True, RANK[finding.confidence]


class _Case:
    """An alert in the making: findings of one subject joined. Words come from the strongest, of equals from the latest."""

    __slots__ = ("_lead", "_parties", "_rank", "_succeeded", "detector", "evidence", "excluded", "first", "last", "tail")

    def __init__(self, detector: Detector, finding: "Finding | Later", excluded: str = "") -> None:
        self.detector, self.excluded = detector, excluded
        self.first, self.last = finding.first, finding.last
        self.evidence: dict[str, None] = {}
        self.tail: OrderedDict[str, None] = OrderedDict()
        self._parties: dict[str, dict[str, EntityRef]] = {name: {} for name in _PARTY_FIELDS}
        self._succeeded = finding.succeeded
        self._lead, self._rank = finding, _rank(finding, detector)
        self.add(finding)

    def add(self, finding: "Finding | Later") -> None:
        """Join one more finding."""
        self.first, self.last = min(self.first, finding.first), max(self.last, finding.last)
        for proof in finding.evidence:
            if proof in self.evidence or proof in self.tail:
                continue
            if len(self.evidence) < EVIDENCE // 2:
                self.evidence[proof] = None
            else:
                self.tail[proof] = None
                if len(self.tail) > EVIDENCE - EVIDENCE // 2:
                    self.tail.popitem(last=False)
        for name, known in self._parties.items():
            for party in getattr(finding, name):
                if party is not NOBODY and party.key not in known and len(known) < PARTIES:
                    known[party.key] = party
        if finding.succeeded or self._succeeded is None:
            self._succeeded = finding.succeeded
        rank = _rank(finding, self.detector)
        if rank >= self._rank:
            self._lead, self._rank = finding, rank

    def alert(self, others: Callable[[str], Sequence[str]] | None = None, exclude: "Exclude | None" = None) -> Alert:
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


Route = tuple[tuple[Detector, Context], ...]


class Routes:
    """Which detectors an activity concerns, by its kind, and for remote calls and events also by interface and event id."""

    def __init__(self, asked: Iterable[tuple[Detector, Context]]) -> None:
        self._asked = tuple(asked)
        self._plain: dict[type, tuple[Route, Route]] = {}
        self._known: dict[tuple[type, object], tuple[Route, Route]] = {}

    def of(self, activity: Activity) -> Route:
        """Detectors to ask, in their order."""
        detail = activity.detail
        kind = type(detail)
        both = self._plain.get(kind)
        if both is None:
            both = self._find(kind, detail)
        return both[activity.result == "failure"]

    def _find(self, kind: type, detail: object) -> tuple[Route, Route]:
        which: object = None
        if isinstance(detail, WindowsEvent):
            which = detail.event_id
        elif isinstance(detail, RpcCall):
            which = (detail.interface, detail.opnum)
        elif isinstance(detail, RpcBind):
            which = detail.interface
        else:
            self._plain[kind] = self._routes(kind, None)
            return self._plain[kind]
        key = (kind, which)
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= ROUTES:
                self._known.clear()
            found = self._known[key] = self._routes(kind, which)
        return found

    def _routes(self, kind: type, which: object) -> tuple[Route, Route]:
        """Of what was answered or not, and of what failed."""
        answered, failed = (
            tuple(one for one in self._asked if _concerns(one[0], kind, which, failed)) for failed in (False, True)
        )
        return answered, failed


def _concerns(detector: Detector, kind: type, which: object, failed: bool) -> bool:
    if kind not in detector.watches and not (failed and kind in detector.watches_refused):
        return False
    if issubclass(kind, WindowsEvent):
        return not detector.event_ids or which in detector.event_ids
    if isinstance(which, tuple):
        interface, opnum = which
        known = not detector.interfaces or interface in detector.interfaces
        return known and (not detector.opnums or opnum in detector.opnums)
    if issubclass(kind, RpcBind):
        return not detector.interfaces or which in detector.interfaces
    return True


def run(
    detectors: Iterable[Detector], activities: Iterable[Activity], knowledge: Knowledge, *, tuning: Tuning = DEFAULT
) -> list[Alert]:
    """Alerts of these detectors over activities in event order, oldest first; the same input gives the same alerts and ids."""
    return run_told(detectors, ((activity, ()) for activity in activities), knowledge, tuning=tuning)


def hears_twice(detector: Detector, told: Told) -> bool:
    """True when a detector is given another telling of the same act, so that this one would count it again."""
    watched, refused = ({KINDS[kind] for kind in some} for some in (detector.watches, detector.watches_refused))
    return any(kind in watched or (result == "failure" and kind in refused) for kind, result in told)


def run_told(
    detectors: Iterable[Detector],
    activities: Iterable[tuple[Activity, Told]],
    knowledge: Knowledge,
    *,
    tuning: Tuning = DEFAULT,
    tags: Tags | None = None,
    others: Callable[[str], Sequence[str]] | None = None,
    exclude: Exclude | None = None,
    losses: Sequence[Loss] = (),
) -> list[Alert]:
    """The same over activities with what else tells of the same act: a detector is given one telling of each, packets first.

    others: ids of the other tellings of an activity; they stand in the evidence beside it. exclude: which exclusion covers a
    finding, "" for none; excluded findings are alerts of their own, which say so. losses: times of which something is missing.
    """
    twice: dict[tuple[str, Told], bool] = {}
    logons = Memory()
    on = [one for one in detectors if one.id not in tuning.off]
    clerk = Context(knowledge, Memory(), tuning, tags, logons)
    profiles = Profiles(knowledge)
    learning = any(one.profiled for one in on)
    routes = Routes(
        (one, Context(knowledge, Memory(), tuning, tags, logons, one.id, one.learning, profiles, others, losses)) for one in on
    )
    open_: dict[tuple[str, str, str], _Case] = {}
    done: list[Alert] = []
    for activity, told in activities:
        if isinstance(activity.detail, EventLogon):
            remember(activity, clerk)  # once, for whoever asks in which session something was done
        for detector, context in routes.of(activity):
            if detector.tellings:
                context.told = bool(told)
            elif told:
                known = twice.get((detector.id, told))
                if known is None:
                    known = twice[(detector.id, told)] = hears_twice(detector, told)
                if known:
                    continue
            for finding in detector.detect(activity, context):
                asked = exclude is not None and not isinstance(finding, Later)  # of a flood the parties are told at its end
                excluded = exclude(detector, finding) if exclude is not None and asked else ""
                key = (detector.id, finding.subject, excluded)
                case = open_.get(key)
                if case is not None and finding.first - case.last <= detector.window:
                    case.add(finding)
                    continue
                if case is not None:
                    done.append(case.alert(others, exclude))
                open_[key] = _Case(detector, finding, excluded)
        if learning and type(activity.detail) in TEACHING:  # after everybody was asked, who thus compare with the past alone
            profiles.observe(activity, told)
    done.extend(case.alert(others, exclude) for case in open_.values())
    return sorted(done, key=lambda alert: (alert.finding.first, alert.detector, alert.id, alert.excluded))


def watched_kinds(detectors: Iterable[Detector]) -> dict[str, bool]:
    """Kind words of the activities that any of these detectors reads, and whether it reads all of them or only what failed."""
    detectors = tuple(detectors)
    found = {KINDS[kind]: False for detector in detectors for kind in detector.watches_refused}
    if any(detector.profiled for detector in detectors):
        found |= dict.fromkeys(sorted(WATCHED), True)
    return found | {KINDS[kind]: True for detector in detectors for kind in detector.watches}
