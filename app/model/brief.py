"""What a small card beside a name says of an entity."""

from msgspec import Struct

from app.model.entity import EntityRef


class Brief(Struct, frozen=True, kw_only=True):
    """An entity at a glance. first, last: UTC microseconds of what was seen of it, None when nothing was.

    line: title, department and manager of a person, operating system of a computer, description of a group; "" where no
    directory says so. alerts: number of open ones by severity, the worst first. places: addresses of a computer, names of an
    address, hosts that an account acted from, the latest first. groups: the sensitive groups that it is in, direct or nested.
    """

    ref: EntityRef
    first: int | None = None
    last: int | None = None
    activities: int = 0
    tags: tuple[str, ...] = ()
    line: str = ""
    alerts: tuple[tuple[str, int], ...] = ()
    places: tuple[EntityRef, ...] = ()
    groups: tuple[EntityRef, ...] = ()
    notes: int = 0
