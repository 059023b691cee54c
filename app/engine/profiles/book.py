"""The book of profiles: who is in it, what the words of an activity mean in it, what can be asked of it."""

from collections import OrderedDict

from app.engine.knowledge import Knowledge
from app.engine.profiles.features import COMPUTERS, CONTROLLERS, Feature
from app.engine.profiles.profile import Profile, Seen
from app.model.activity import Endpoint
from app.model.entity import EntityRef

ENTITIES = 40_000
"""Accounts and computers of which a profile is kept; the one that did nothing for longest is forgotten first."""
TOTAL = 1_000_000
"""Values kept in all profiles together; whole profiles go, those that did nothing for longest first."""
NAMES = 50_000
"""Names of services kept at hand with the entity that they mean."""


class Book:
    """Profiles by the key of their entity. began: time of the first activity of all, UTC microseconds; last: of the latest."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.began: int | None = None
        self.last = 0
        self._of: OrderedDict[str, Profile] = OrderedDict()
        self._size = 0
        self._services: dict[str, str] = {}

    # ---- writing

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

    def use(self, profile: Profile, feature: Feature, value: str, at: int) -> None:
        """Somebody used a value."""
        self._size -= profile.use(feature, value, at)
        while self._size > TOTAL and len(self._of) > 1:
            self._forget()

    def _forget(self) -> None:
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

    def service(self, name: str | None, realm: str | None) -> str:
        """What a service's name is as a resource: the computer of a service principal name, or the account; "" for krbtgt."""
        if not name:
            return ""
        held = self._services.get(name)
        if held is None:
            if len(self._services) >= NAMES:
                self._services.clear()
            held = self._services[name] = self._service(name, realm)
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

    def has_used(self, account: EntityRef | str | None, computer: EntityRef | str | None) -> bool:
        """True when an account signed in from a computer before."""
        key = computer.key if isinstance(computer, EntityRef) else computer
        return bool(key) and self.knows(account, COMPUTERS, key or "")
