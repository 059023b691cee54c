"""Profiles of all accounts and computers, in event time: detectors compare with the past, then it becomes part of it."""

from typing import Any

from app.engine.knowledge import Knowledge
from app.engine.profiles.book import Book
from app.engine.profiles.features import Feature
from app.engine.profiles.habits import READERS, Teach, tells
from app.engine.profiles.peers import PeerGroups, Peers
from app.model.activity import Activity, Result
from app.model.details import KINDS
from app.model.entity import EntityRef

WATCHED: frozenset[str] = frozenset(KINDS[kind] for kind in READERS)
"""Kinds of activities from which profiles are made."""


def teacher(kind: type, form: Any, result: Result) -> Teach | None:
    """What reads activities of a form (app.engine.forms), None where they teach nothing."""
    return READERS[kind] if kind in READERS and tells(kind, form, result) else None


class Profiles(Book):
    """What every account and computer did so far."""

    def __init__(self, knowledge: Knowledge) -> None:
        super().__init__(knowledge)
        self._peers = PeerGroups(knowledge)

    def know(self, knowledge: Knowledge) -> None:
        """Go on with what is known by now."""
        self.knowledge, self._peers = knowledge, PeerGroups(knowledge)
        self._services.clear()
        self.today.clear()

    def observe(self, activity: Activity, told: tuple[tuple[str, str], ...] = ()) -> None:
        """Learn from one activity, later than all before; told: what else tells of the same act, learned from once only."""
        teach = READERS.get(type(activity.detail))
        if teach is not None:
            self.learn(teach, activity, told)

    def learn(self, teach: Teach, activity: Activity, told: tuple[tuple[str, str], ...]) -> None:
        """The same where it is known already who reads it, see teacher()."""
        if not told or not any(kind in WATCHED for kind, _ in told):
            teach(self, activity)

    def peers(self, account: EntityRef | str, at: int) -> Peers:
        """Those who are most like an account, and why; an empty group when nobody is."""
        return self._peers.of(account if isinstance(account, str) else account.key, at, self._of)

    def share(self, account: EntityRef | str, feature: Feature, value: str, at: int) -> tuple[int, int]:
        """How many of an account's peers used a value, and how many peers it has."""
        members = self.peers(account, at).members
        return sum(1 for one in members if self.knows(one, feature, value)), len(members)
