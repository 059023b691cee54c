"""Lateral movement paths: how one account can come to another by the credentials, rights and groups that lie between them."""

from typing import Literal

from msgspec import Struct

from app.model.entity import Certainty, EntityRef

EdgeKind = Literal["member", "admin", "remote", "session", "control"]
EdgeState = Literal["walked", "possible", "dormant"]
HOUR = 3_600_000_000
USUAL = 48 * HOUR
"""Microseconds before the date asked for in which a session counts as there."""
WHOLE = 0
"""The window that reaches back to the first thing known."""


class PathEdge(Struct, frozen=True, kw_only=True, gc=False):
    """One step: whoever has origin can have target.

    kind: member (of a group), admin (of a computer), remote (may sign in or run commands there), session (the credentials of
    target lie on the computer origin), control (a right over an object of the directory). right: its word in the source, such
    as "GenericAll", "AdminTo", "interactive logon". how: who says so and when, in words. first, last: UTC microseconds when it
    was told or seen. proofs: ids of activities. count: how often it was seen. seen: it was seen in use, it is no standing right.
    alerts: ids of alerts that name both ends. remedy: what to do so that it is gone, a sentence without its full stop.
    """

    origin: EntityRef
    target: EntityRef
    kind: EdgeKind
    right: str
    state: EdgeState
    certainty: Certainty = "high"
    how: str = ""
    first: int = 0
    last: int = 0
    count: int = 1
    seen: bool = False
    proofs: tuple[str, ...] = ()
    alerts: tuple[str, ...] = ()
    remedy: str = ""

    @property
    def id(self) -> tuple[str, str, str]:
        """What is the same for one edge at all times."""
        return self.origin.key, self.target.key, self.kind


class AttackPath(Struct, frozen=True, kw_only=True):
    """Edges from a start to a sensitive target, each beginning where the one before ends.

    accounts: accounts that stand at its start: the members when it begins at a group, else 1. state: walked when its steps were
    used in the order of time, dormant when one of them was true before only. moments: when each step of a walked path was used,
    UTC microseconds.
    """

    edges: tuple[PathEdge, ...]
    state: EdgeState
    accounts: int = 1
    moments: tuple[int, ...] = ()
    alerts: tuple[str, ...] = ()

    @property
    def start(self) -> EntityRef:
        """Where it begins."""
        return self.edges[0].origin

    @property
    def target(self) -> EntityRef:
        """The sensitive one that it ends at."""
        return self.edges[-1].target

    @property
    def id(self) -> str:
        """The same for the same steps."""
        return " > ".join([self.start.key, *(f"{edge.kind} {edge.target.key}" for edge in self.edges)])


class PathTarget(Struct, frozen=True, kw_only=True):
    """A sensitive account, computer, group or domain that paths lead to.

    accounts: accounts that are not sensitive and can come to it. paths: distinct ways, groups counted once; more: there are more
    than were counted. shortest: steps of the shortest. why: what makes it sensitive.
    """

    ref: EntityRef
    accounts: int
    paths: int
    shortest: int
    walked: int = 0
    dormant: int = 0
    more: bool = False
    alerts: int = 0
    why: str = ""


class Cut(Struct, frozen=True, kw_only=True):
    """One edge to take away. words: what to do, a sentence without its full stop. ends: paths that end with it; of: paths before
    it, what earlier cuts of the same plan ended not counted. accounts_left: accounts that still come to a target, of
    accounts_before the first cut.
    """

    edge: PathEdge
    words: str
    ends: int
    of: int
    accounts_left: int = 0
    accounts_before: int = 0


class PathCoverage(Struct, frozen=True, kw_only=True):
    """How much of what makes paths is known. computers: of the directory and of the traffic, controllers left out.

    with_admins: those whose local administrators were listed. with_sessions: those where somebody's credentials were seen.
    missing: (what is not known, how to get it). sources: who told the rights, with dates.
    """

    computers: int = 0
    with_admins: int = 0
    with_sessions: int = 0
    edges: int = 0
    missing: tuple[tuple[str, str], ...] = ()
    sources: tuple[str, ...] = ()


class PathsOverview(Struct, frozen=True, kw_only=True):
    """Every sensitive one that paths lead to at a time, the most exposed first. at: UTC microseconds; window: before it.

    exposed: sessions of sensitive accounts on computers that are not, the latest first; whoever administers those has them.
    sensitive: how many sensitive ones are known.
    """

    at: int
    window: int
    targets: tuple[PathTarget, ...] = ()
    cuts: tuple[Cut, ...] = ()
    coverage: PathCoverage = PathCoverage()
    exposed: tuple[PathEdge, ...] = ()
    sensitive: int = 0


class PathPicture(Struct, frozen=True, kw_only=True):
    """The paths of one entity: to it ("to"), or from it ("from"); walked ones first, then the shortest.

    accounts: those that can come to it, all of them. more: there are more paths than are given. least: the smallest number of
    changes that end all live paths, 0 where that was not worked out.
    """

    ref: EntityRef
    way: Literal["to", "from"]
    at: int
    window: int
    paths: tuple[AttackPath, ...] = ()
    accounts: int = 0
    more: bool = False
    cuts: tuple[Cut, ...] = ()
    least: int = 0
    sensitive: bool = False
