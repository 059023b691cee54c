"""What the page of an entity tells part by part: its risk, groups, logons, what it used, changes, names."""

from msgspec import Struct

from app.model.entity import Binding, EntityRef


class Reason(Struct, frozen=True):
    """One part of a risk: points, why in words, the alert that it rests on ("" for none)."""

    points: int
    words: str
    alert: str = ""


class Risk(Struct, frozen=True):
    """0 to 100: the sum of its reasons, capped; the heaviest first."""

    score: int = 0
    reasons: tuple[Reason, ...] = ()


class Node(Struct, frozen=True, kw_only=True):
    """One line of a tree in reading order. depth: 0 for direct ones. sensitive: its members can reach the whole domain.

    again: its own groups stand further up. members: number of direct members of a group, 0 for everything else.
    """

    ref: EntityRef
    depth: int = 0
    sensitive: bool = False
    again: bool = False
    members: int = 0
    disabled: bool = False


class Relations(Struct, frozen=True, kw_only=True):
    """How an entity hangs together with others in the directory. source, at: who says so, and when it said so.

    groups: tree of the groups that it is in; cut when it is long, total_groups is not. members: direct members of a group, the
    first ones; total_members, nested_members: all direct ones, and how many more come through groups in it.
    managers: the chain up, its own manager first. reports: whom it manages directly, the first ones.
    """

    source: str = ""
    at: int = 0
    groups: tuple[Node, ...] = ()
    total_groups: int = 0
    members: tuple[Node, ...] = ()
    total_members: int = 0
    nested_members: int = 0
    managers: tuple[EntityRef, ...] = ()
    reports: tuple[EntityRef, ...] = ()
    total_reports: int = 0


class Logon(Struct, frozen=True, kw_only=True):
    """One sign-in. at, until: UTC microseconds; until 0: nobody saw it end. way: interactive, network, LDAP bind, ...

    how: protocol or package, "" when it is not told. proof: id of the activity.
    """

    at: int
    way: str
    who: EntityRef | None = None
    origin: EntityRef | None = None
    target: EntityRef | None = None
    until: int = 0
    how: str = ""
    result: str = "success"
    reason: str = ""
    proof: str = ""


class Resource(Struct, frozen=True, kw_only=True):
    """Something that was used or asked for, summed. kind: share, file, remote call, LDAP search, service, ...

    asked: the entity asked; else it was asked. other: who was at the other end. failed: how many of count did not succeed.
    """

    kind: str
    name: str
    other: EntityRef | None = None
    asked: bool = True
    count: int = 0
    failed: int = 0
    first: int = 0
    last: int = 0
    proof: str = ""


class ChangeRow(Struct, frozen=True, kw_only=True):
    """One change of the directory. own: the entity made it; else it was made of the entity. what: attribute or deed in words.

    old, new: values as text where they are told.
    """

    at: int
    what: str
    who: EntityRef | None = None
    whom: EntityRef | None = None
    name: str = ""
    own: bool = False
    old: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    result: str = "success"
    proof: str = ""


class Read(Struct, frozen=True):
    """How much of all that there is was read for an answer: the latest `read` of `total` activities."""

    read: int = 0
    total: int = 0


class Logons(Struct, frozen=True, kw_only=True):
    """Sign-ins, the newest first. ways: (way, number, how many of them failed), the most frequent first."""

    rows: tuple[Logon, ...] = ()
    ways: tuple[tuple[str, int, int], ...] = ()
    read: Read = Read()


class Resources(Struct, frozen=True, kw_only=True):
    """What was used, the busiest first. kinds: (kind, number of activities)."""

    rows: tuple[Resource, ...] = ()
    kinds: tuple[tuple[str, int], ...] = ()
    read: Read = Read()


class Changes(Struct, frozen=True, kw_only=True):
    """Changes by and of an entity, the newest first."""

    rows: tuple[ChangeRow, ...] = ()
    read: Read = Read()


Names = tuple[Binding, ...]
"""Names that an entity had, addresses and hosts that it was seen at; address: what kind of name, or which address."""
