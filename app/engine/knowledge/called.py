"""Every entity that an address was between two times."""

from itertools import pairwise

from app.engine.knowledge import Knowledge
from app.model.entity import EntityRef

MARKS = 64
"""Times at which an address with more bindings than this is not asked who it was: it counts as all that it was called."""


def entities_of(known: Knowledge, ip: str, first: int, last: int) -> tuple[EntityRef, ...]:
    """Every entity that an address was between two times; the answers change at bindings and half-way between them."""
    bindings = known.addresses.about_address(ip, known.accounts.dns_domains)
    marks = sorted({first, last, *(one.first for one in bindings), *(one.last for one in bindings)})
    marks = marks if len(marks) <= MARKS else [first, last]
    times = [*marks, *((a + b) // 2 for a, b in pairwise(marks))]
    found = {ref.key: ref for ref in (known.address_entity(ip, at) for at in times if first <= at <= last)}
    # An address that had a name at some time is told by its computers; it stands for itself only while nobody named it.
    named = tuple(ref for ref in found.values() if ref.kind != "address")
    return named or tuple(found.values())
