"""What the graph asks of a workspace: edges that a filter gives, and what tells its entities apart."""

from msgspec import Struct

from app.model.rows import Edge


class Ties(Struct, frozen=True, kw_only=True):
    """Edges between the parties of some activities, those of alerts first, then the busiest. total: how many there are in all."""

    edges: tuple[Edge, ...] = ()
    total: int = 0


class Traits(Struct, frozen=True, kw_only=True):
    """What tells entities apart that hang on the graph alike.

    subnet: network of its first address, 24 bits of IPv4 or 64 of IPv6. unit: its department, else the organisational unit
    that the directory keeps it in. severity: of its worst alert, "" without any.
    """

    tags: tuple[str, ...] = ()
    alerts: int = 0
    severity: str = ""
    subnet: str = ""
    unit: str = ""
    groups: tuple[str, ...] = ()
