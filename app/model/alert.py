"""Alerts and what a detector states: facts with links, evidence, parties."""

from typing import Literal

from msgspec import Struct

from app.model.entity import EntityRef

Severity = Literal["low", "medium", "high"]
Phase = Literal[
    "Reconnaissance", "Compromised credentials", "Credential access", "Lateral movement", "Domain dominance", "Exfiltration"
]
State = Literal["open", "closed", "suppressed", "deleted"]
Classification = Literal["unclassified", "true positive", "benign true positive", "false positive"]
RANK: dict[str, int] = {"low": 1, "medium": 2, "high": 3}


class Link(Struct, frozen=True, gc=False):
    """One piece of a sentence: plain text, or a link to an entity, or (activity set) to one activity."""

    text: str
    entity: EntityRef | None = None
    activity: str | None = None


Sentence = tuple[Link, ...]


class Fact(Struct, frozen=True, kw_only=True):
    """One fact that decided: text with links; against: a fact that would have kept the detector quiet.

    seen, limit: the number that was seen over the whole episode, and the one from which on it is reported; None for a fact
    without a number. unit: what they count, "bytes", "days", "" for what the text says.
    """

    text: Sentence
    against: bool = False
    seen: float | None = None
    limit: float | None = None
    unit: str = ""


class Step(Struct, frozen=True, kw_only=True):
    """One arrow of the alert's strip: who, to whom, words above and below; accented marks the deed itself."""

    origin: EntityRef
    target: EntityRef
    label: str
    caption: str = ""
    accented: bool = False


class Finding(Struct, frozen=True, kw_only=True):
    """What one detector found. subject: text that tells one case from another; overlapping findings of it are one alert.

    evidence: ids of activities, in event time. first, last: UTC microseconds. lasting: time that the whole alert may last when
    this one joins it, however far they lie apart; 0 where the detector's window decides.
    """

    subject: str
    first: int
    last: int
    evidence: tuple[str, ...]
    sources: tuple[EntityRef, ...] = ()
    accounts: tuple[EntityRef, ...] = ()
    targets: tuple[EntityRef, ...] = ()
    domain_controllers: tuple[EntityRef, ...] = ()
    severity: Severity | None = None
    confidence: Severity = "high"
    title: str | None = None
    external_id: int | None = None
    succeeded: bool | None = None
    story: tuple[Sentence, ...] = ()
    facts: tuple[Fact, ...] = ()
    steps: tuple[Step, ...] = ()
    lasting: int = 0


class Alert(Struct, frozen=True, kw_only=True):
    """A finding that was kept, with the identity, state and notes that survive a new run.

    attacked_accounts: the accounts of the finding are those attacked, not those that act.
    excluded: id of the exclusion that covers it, empty for none. follows: id of the suppressed alert in whose silence it falls.
    """

    id: str
    detector: str
    external_id: int
    title: str
    severity: Severity
    phase: Phase
    techniques: tuple[str, ...]
    finding: Finding
    attacked_accounts: bool = False
    state: State = "open"
    classification: Classification = "unclassified"
    note: str = ""
    excluded: str = ""
    follows: str = ""

    @property
    def hidden(self) -> bool:
        """True when it is shown on request only: deleted, or covered by an exclusion."""
        return self.state == "deleted" or bool(self.excluded)


def plain(sentence: Sentence) -> str:
    """The sentence as plain text."""
    return "".join(piece.text for piece in sentence)
