"""Profiles of all accounts and computers, in event time: detectors compare with the past, then it becomes part of it."""

from app.engine.knowledge import Knowledge
from app.engine.profiles.book import Book
from app.engine.profiles.features import Feature
from app.engine.profiles.habits import READERS
from app.engine.profiles.peers import PeerGroups, Peers
from app.model.activity import Activity
from app.model.details import KINDS
from app.model.entity import EntityRef

WATCHED: frozenset[str] = frozenset(KINDS[kind] for kind in READERS)
"""Kinds of activities from which profiles are made."""
TEACHING = frozenset(READERS)
"""The same as types of their details."""


class Profiles(Book):
    """What every account and computer did so far."""

    def __init__(self, knowledge: Knowledge) -> None:
        super().__init__(knowledge)
        self._peers = PeerGroups(knowledge)

    def know(self, knowledge: Knowledge) -> None:
        """Go on with what is known by now."""
        self.knowledge, self._peers = knowledge, PeerGroups(knowledge)
        self._services.clear()
        self._today.clear()

    def observe(self, activity: Activity, told: tuple[tuple[str, str], ...] = ()) -> None:
        """Learn from one activity, later than all before; told: what else tells of the same act, learned from once only."""
        read = READERS.get(type(activity.detail))
        if read is None:
            return
        if self.began is None:
            self.began = activity.at
        self.last = activity.at
        if told and any(kind in WATCHED for kind, _ in told):
            return
        read(self, activity)

    def peers(self, account: EntityRef | str, at: int) -> Peers:
        """Those who are most like an account, and why; an empty group when nobody is."""
        return self._peers.of(account if isinstance(account, str) else account.key, at, self._of)

    def share(self, account: EntityRef | str, feature: Feature, value: str, at: int) -> tuple[int, int]:
        """How many of an account's peers used a value, and how many peers it has."""
        members = self.peers(account, at).members
        return sum(1 for one in members if self.knows(one, feature, value)), len(members)
