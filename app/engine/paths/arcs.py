"""What one source tells of one step, before a time is asked for."""

from msgspec import Struct

from app.model.entity import Certainty, EntityRef
from app.model.paths import EdgeKind

EVER = (-(2**62), 2**62)


class Arc(Struct, frozen=True, kw_only=True, gc=False):
    """Origin leads to target (keys of entities). A standing arc holds from since until until; a seen one was there from first
    to last, and nothing is known of it at other times. All UTC microseconds.

    source: key of where a use came from. flow: numbers of source address and actor in the counts by parties, where one arc
    stands for many activities whose times between first and last are not told.
    """

    origin: str
    target: str
    kind: EdgeKind
    right: str
    seen: bool = False
    since: int = EVER[0]
    until: int = EVER[1]
    first: int = 0
    last: int = 0
    count: int = 1
    certainty: Certainty = "high"
    how: str = ""
    proof: str = ""
    source: str = ""
    flow: tuple[int, int] | None = None


class Told(Struct, frozen=True, kw_only=True):
    """All arcs with the entities that they name; keys of accounts that are switched off; computers whose rights were listed.

    sources: who told the rights. sids: of the directory's objects by the key of their entity.
    """

    arcs: list[Arc]
    refs: dict[str, EntityRef]
    off: frozenset[str] = frozenset()
    listed: frozenset[str] = frozenset()
    computers: frozenset[str] = frozenset()
    sources: tuple[str, ...] = ()
    sids: dict[str, str] = {}


class Flow(Struct, frozen=True, gc=False):
    """Successful authentications of one kind by one actor from one address: numbers, entity, address, times, how many."""

    source: int
    actor: int
    who: EntityRef
    address: str
    kind: str
    first: int
    last: int
    count: int
