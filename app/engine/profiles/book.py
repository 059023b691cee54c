"""The book of profiles: who is in it, what the words of an activity mean in it, what can be asked of it."""

from collections import Counter, OrderedDict, deque
from collections.abc import Hashable

from app.engine.knowledge import Knowledge
from app.engine.profiles.features import ACTIVITIES, COMPUTERS, CONTROLLERS, QUERIES, RESOURCES, Feature
from app.engine.profiles.profile import HOUR, Novelty, Profile, Seen
from app.model.activity import Activity, Endpoint
from app.model.entity import EntityRef

ENTITIES = 40_000
"""Accounts and computers of which a profile is kept; the one that did nothing for longest is forgotten first."""
TOTAL = 1_000_000
"""Values kept in all profiles together; whole profiles go, those that did nothing for longest first."""
NAMES = 50_000
"""Names of services kept at hand with the entity that they mean."""

NOVELTIES = 200
"""Novelties kept of one profile and day."""
LATELY = 256
TODAY = 50_000
"""Different sign-ins and queries of one day that are known again without looking up who it was."""


class Book:
    """Profiles by the key of their entity. news: number of novelties so far; lately: (number, key of who) of the latest."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self._of: OrderedDict[str, Profile] = OrderedDict()
        self._size = 0
        self._services: dict[tuple[str, str | None], str] = {}
        self._askers: Counter[str] = Counter()
        self.today: dict[Hashable, tuple[Profile, ...]] = {}
        self.day = self.hour = -1
        self.news = 0
        self.lately: deque[tuple[int, str]] = deque(maxlen=LATELY)

    # ---- writing

    def met(self, same: Hashable, at: int, also: int = ACTIVITIES) -> tuple[Profile, ...] | None:
        """The profiles that the same taught something today, to which it is one more activity; None when it was not seen today.

        also: what else is counted of each of them.
        """
        hour = at // HOUR
        if hour != self.hour:
            self._turn(hour)
        again = self.today.get(same)
        if again is None:
            return None
        for one in again:
            if one.number != self.day:
                one.touch(at)
            else:
                one.last = at
                one.mask |= 1 << hour % 24
                one.counts[ACTIVITIES] += 1
            if also != ACTIVITIES:
                one.counts[also] += 1
        return again

    def _turn(self, hour: int) -> None:
        self.hour = hour
        if hour // 24 != self.day:
            self.day = hour // 24
            self.today.clear()

    def remember(self, same: Hashable, taught: tuple[Profile, ...]) -> None:
        """What the same taught today."""
        if len(self.today) >= TODAY:
            self.today.clear()
        self.today[same] = taught

    def at_work(self, key: str, at: int) -> Profile:
        """The profile of somebody who is active now."""
        profile = self._of.get(key)
        if profile is None:
            profile = self._of[key] = Profile(at)
            if len(self._of) > ENTITIES:
                self._forget()
        else:
            self._of.move_to_end(key)
        profile.touch(at)
        return profile

    def use(self, profile: Profile, key: str, feature: Feature, value: str, activity: Activity) -> None:
        """Somebody (key) used a value."""
        new = profile.use(feature, value, activity.at)
        if not new:
            return
        if feature in (COMPUTERS, RESOURCES) and len(profile.novel) < NOVELTIES:
            profile.novel.append(Novelty(activity.at, feature, value, activity.id))
            self.news += 1
            self.lately.append((self.news, key))
        if feature == QUERIES and (value in self._askers or len(self._askers) < NAMES):
            self._askers[value] += 1
        if new == 1:
            self._size += 1
            while self._size > TOTAL and len(self._of) > 1:
                self._forget()

    def _forget(self) -> None:
        self.today.clear()  # it may hold the profile that goes
        gone = self._of.popitem(last=False)[1]
        self._size -= sum(len(held) for held in gone.habits.values())

    # ---- what the words of an activity mean

    def end(self, end: Endpoint | None, at: int) -> tuple[str, bool]:
        """Key of the computer at an end, "" for none, and whether it is a domain controller."""
        if end is None or not end.ip:
            return "", False
        found = self.knowledge.end(end.ip, at)[0]
        return found.key, found.kind == "controller"

    def resource(self, end: Endpoint | None, at: int) -> str:
        """What an end is as a resource."""
        key, controller = self.end(end, at)
        return CONTROLLERS if controller else key

    def entity(self, key: str) -> EntityRef:
        """The entity of a key that stands in a profile."""
        kind, _, rest = key.partition(":")
        if kind == "computer":
            return self.knowledge.computer_entity(rest)
        realm, _, name = rest.rpartition("\\")
        found = self.knowledge.account(name, realm or None) if kind == "user" else None
        return found if found is not None and found.key == key else EntityRef("user" if kind == "user" else "address", key, rest)

    def service(self, name: str | None, realm: str | None) -> str:
        """What a service's name is as a resource: the computer of a service principal name, or the account; "" for krbtgt."""
        if not name:
            return ""
        held = self._services.get((name, realm))
        if held is None:
            if len(self._services) >= NAMES:
                self._services.clear()
            held = self._services[name, realm] = self._service(name, realm)
        return held

    def _service(self, name: str, realm: str | None) -> str:
        kind, slash, rest = name.partition("/")
        if kind.lower() in ("krbtgt", "kadmin"):
            return ""
        if slash:
            computer = rest.partition("/")[0].partition(":")[0].partition("@")[0]
            ref: EntityRef | None = self.knowledge.computer_entity(computer) if computer else None
        else:
            ref = self.knowledge.account(name.partition("@")[0], realm)
        if ref is None:
            return ""
        return CONTROLLERS if ref.kind == "controller" else ref.key

    # ---- questions of detectors

    def of(self, entity: EntityRef | str | None) -> Profile | None:
        """The profile of an entity, None when it did nothing so far."""
        if entity is None:
            return None
        return self._of.get(entity if isinstance(entity, str) else entity.key)

    def since(self, entity: EntityRef | str | None) -> int | None:
        """Time of the first activity of an entity, None when there was none."""
        profile = self.of(entity)
        return profile.first if profile is not None else None

    def seen(self, entity: EntityRef | str | None, feature: Feature, value: str) -> Seen | None:
        """When an entity used a value, None when it never did."""
        profile = self.of(entity)
        return profile.seen(feature, value) if profile is not None else None

    def knows(self, entity: EntityRef | str | None, feature: Feature, value: str) -> bool:
        """True when an entity used a value before."""
        return self.seen(entity, feature, value) is not None

    def askers(self, query: str) -> int:
        """How many accounts and computers asked a query of this shape so far; what everybody asks is no sign."""
        return self._askers[query]

    def has_used(self, account: EntityRef | str | None, computer: EntityRef | str | None) -> bool:
        """True when an account signed in from a computer before."""
        key = computer.key if isinstance(computer, EntityRef) else computer
        return bool(key) and self.knows(account, COMPUTERS, key or "")
