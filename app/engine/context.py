"""What a detector may ask: who and where the parties of an activity are, what is known of them, its own memory."""

from collections.abc import Callable, Iterable, Sequence

from app.engine.decoys import Decoys, Tags
from app.engine.knowledge import Knowledge
from app.engine.knowledge.holdings import holdings
from app.engine.memory import Memory
from app.engine.profiles import Profiles
from app.model.activity import NAMED, Activity, Endpoint
from app.model.alert import Step
from app.model.entity import EntityRef
from app.model.tags import SENSITIVE
from app.model.tuning import DEFAULT, Sensitivity, Threshold, Tuning

__all__ = ["NOBODY", "Context", "Tags"]

NOBODY = EntityRef("address", "", "a computer not named")
"""Stands for the computer at an end of which nothing is told. It is no party of an alert and no end of an arrow."""
Loss = tuple[int, int, bool]
"""First and last time (UTC microseconds) of an input of which something is missing; True for packets, False for records."""
PLACES = 4_096
"""Computers known by name whose addresses are kept at hand."""


class Context:
    """What a detector may ask: knowledge of the whole input, its own memory, how sensitive it shall be.

    detector, learning: id of the detector and microseconds for which it only watches.
    logons: memory of logon sessions, one for all detectors (app.engine.readings); a busy server's do not push out the rest.
    profiles: what every account and computer did before this activity, the same for all detectors; it stays empty unless one of
    them is Detector.profiled.
    told: packets tell of the act of the record at hand too; kept for detectors that compare tellings.
    """

    __slots__ = (
        "_decoys",
        "_limits",
        "_losses",
        "_others",
        "_places",
        "_whole_limits",
        "detector",
        "knowledge",
        "learning",
        "logons",
        "memory",
        "profiles",
        "sensitivity",
        "tags",
        "told",
        "tuning",
    )  # fmt: skip

    def __init__(
        self,
        knowledge: Knowledge,
        memory: Memory,
        tuning: Tuning = DEFAULT,
        tags: Tags | None = None,
        logons: Memory | None = None,
        detector: str = "",
        learning: int = 0,
        profiles: Profiles | None = None,
        others: Callable[[str], Sequence[str]] | None = None,
        losses: Sequence[Loss] = (),
    ) -> None:
        self.told = False
        self._others = others
        self._losses = losses
        self.knowledge = knowledge
        self.profiles = profiles if profiles is not None else Profiles(knowledge)
        self.memory = memory
        self.logons = logons if logons is not None else Memory()
        self.detector = detector
        self.learning = learning if tuning.learns(detector) else 0
        self.tuning = tuning
        self.sensitivity: Sensitivity = tuning.level(detector)
        self._limits: dict[str, float] = {}
        self._whole_limits: dict[str, int] = {}
        self.tags = tags or {}
        self._decoys: Decoys | None = None
        self._places: dict[str, str | tuple[tuple[str, int, int], ...]] = {}

    def know(self, knowledge: Knowledge, others: Callable[[str], Sequence[str]] | None, losses: Sequence[Loss]) -> None:
        """Go on with what is known by now."""
        self.knowledge, self._others, self._losses = knowledge, others, losses
        self._decoys, self._places = None, {}

    @property
    def decoys(self) -> Decoys:
        """The honeytokens: what the analyst says that nobody has a reason to use."""
        if self._decoys is None:
            self._decoys = Decoys(self.knowledge, self.tags)
        return self._decoys

    def ratio(self, threshold: Threshold) -> float:
        """The number that holds for a threshold: the user's own, or that of the level."""
        found = self._limits.get(threshold.name)
        if found is None:
            found = self._limits[threshold.name] = self.tuning.value(self.detector, threshold)
        return found

    def limit(self, threshold: Threshold) -> int:
        """The same as a whole number, for counts and microseconds."""
        found = self._whole_limits.get(threshold.name)
        if found is None:
            found = self._whole_limits[threshold.name] = int(self.ratio(threshold))
        return found

    def mature(self, since: int | None, at: int) -> bool:
        """True when what began at a time was watched long enough, or nothing needs to be learned at this sensitivity."""
        return not self.learning or (since is not None and at - since >= self.learning)

    def is_sensitive(self, entity: EntityRef | None, at: int | None = None) -> bool:
        """True when the analyst says so, or the entity can reach the whole domain at this time (None: as known last)."""
        if entity is None:
            return False
        said = self.tags.get(entity.key, {}).get(SENSITIVE)
        return bool(self.knowledge.why_sensitive(entity.key, at)) if said is None else said

    def is_honeytoken(self, entity: EntityRef | None) -> bool:
        """True when the analyst says that nobody has a reason to use this entity."""
        return self.decoys.of(entity) is not None

    def source(self, activity: Activity) -> EntityRef:
        """Who asked, as known at that time; NOBODY where nothing tells it."""
        end = activity.source  # as end() does, for it is asked most
        return NOBODY if end is None or not end.ip else self.knowledge.address_entity(end.ip, activity.at)

    def target(self, activity: Activity) -> EntityRef:
        """Who was asked, as known at that time; NOBODY where nothing tells it."""
        return self.end(activity.destination, activity.at)

    def end(self, end: Endpoint | None, at: int) -> EntityRef:
        """Which computer an end was at that time; NOBODY where nothing tells it."""
        return NOBODY if end is None or not end.ip else self.knowledge.address_entity(end.ip, at)

    def place(self, end: Endpoint | None, at: int) -> str:
        """Address of an end, so that what packets and logs tell of one computer is one subject.

        Of a computer that a log only names the address that it had, where it had one only, until it is told otherwise; its name
        otherwise; empty for none.
        """
        if end is None:
            return ""
        ip = end.ip
        if ip[:5] != NAMED or ip == NAMED:
            return ip
        held = self._places.get(ip)
        if held is None:
            if len(self._places) >= PLACES:
                self._places.clear()
            ref = self.knowledge.address_entity(ip, at)
            spans = holdings(self.knowledge, ref.key) if ref.key.startswith("computer:") else ()
            addresses = {address for address, _, _ in spans}
            held = spans if len(addresses) > 1 else addresses.pop() if addresses else ip
            self._places[ip] = held
        if isinstance(held, str):
            return held
        found = {address for address, first, until in held if first <= at < until}
        return found.pop() if len(found) == 1 else ip

    def account(self, activity: Activity) -> EntityRef | None:
        """Which account asked."""
        return self.knowledge.account_entity(activity)

    def doer(self, activity: Activity) -> EntityRef:
        """Where the arrow of a deed begins: the computer that asked, else the account, else NOBODY."""
        source = self.source(activity)
        return source if source is not NOBODY else self.account(activity) or NOBODY

    def who(self, activity: Activity) -> tuple[str | EntityRef, ...]:
        """Pieces of a sentence that say who acted: "account on source", or the source alone."""
        account, source = self.account(activity), self.source(activity)
        return (source,) if account is None or account.key == source.key else (account, " on ", source)

    def path(self, activity: Activity, label: str, caption: str = "") -> tuple[Step, ...]:
        """Arrows from the account over its computer to the target; the last one is the deed."""
        account, source = self.account(activity), self.source(activity)
        deed = Step(origin=self.doer(activity), target=self.target(activity), label=label, caption=caption, accented=True)
        if account is None or account.key == deed.origin.key:
            return (deed,)
        return Step(origin=account, target=source, label="on"), deed

    def from_controller(self, activity: Activity) -> bool:
        """True when a domain controller asked."""
        return activity.source is not None and self.knowledge.is_controller(activity.source.ip)

    def to_controller(self, activity: Activity) -> bool:
        """True when a domain controller was asked."""
        return activity.destination is not None and self.knowledge.is_controller(activity.destination.ip)

    def retold(self, activity: Activity) -> bool:
        """True when a log tells of the same act as these packets, or packets of the same as this record."""
        return self.told or (activity.record is None and self._others is not None and bool(self._others(activity.id)))

    def covered(self, key: str, kinds: tuple[str, ...], first: int, last: int) -> bool:
        """True when the packets of these kinds to a computer (key of its entity) were captured whole from one time to another.

        That is: both directions, from some minutes before to some minutes behind, without holes, in inputs that lost nothing.
        """
        return self._whole(first, last, True) and self.knowledge.station(key).traffic(kinds, first, last)

    def logged(self, key: str, events: Iterable[int], first: int, last: int) -> bool:
        """True when a computer's log is whole from one time to another, was not cleared, and holds such events around then."""
        return self._whole(first, last, False) and self.knowledge.station(key).logged(events, first, last)

    def _whole(self, first: int, last: int, packets: bool) -> bool:
        return not any(side == packets and low <= last and high >= first for low, high, side in self._losses)
