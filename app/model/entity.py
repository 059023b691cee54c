"""Entities: users, computers, addresses, groups, services, and how a sentence points at them."""

from typing import Literal

from msgspec import Struct

EntityKind = Literal["user", "computer", "controller", "address", "group", "service", "domain"]
Certainty = Literal["high", "medium", "low"]


class EntityRef(Struct, frozen=True, gc=False):
    """A link to one entity. key is stable: "user:corp.test\\alice", "computer:ws1.corp.test", "address:10.0.0.66".

    A controller has the key of its computer (or of its address while nobody named it); kind only chooses the glyph. A managed
    service account (kind "service") has the key of an account, "user:corp.test\\svc_sql$", and is neither a person nor a
    computer.
    """

    kind: EntityKind
    key: str
    label: str


class Binding(Struct, frozen=True, kw_only=True, gc=False):
    """Address had this name between first and last (UTC microseconds), said count times by method; proof is an activity id."""

    address: str
    name: str
    method: str
    certainty: Certainty
    first: int
    last: int
    count: int
    proof: str


class Resolution(Struct, frozen=True, kw_only=True, gc=False):
    """Which computer an address was at one time, how that is known, and how surely. computer None: nobody said."""

    ip: str
    computer: str | None = None
    method: str = "by address"
    certainty: Certainty = "low"
    proof: str | None = None
