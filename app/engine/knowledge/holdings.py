"""From when until when a computer had which address: nobody tells when it gave one back, only that somebody has it."""

from app.engine.knowledge import Knowledge
from app.engine.knowledge.names import short

EVER = 2**63 - 1
MOST = 256
"""Words about one computer that are weighed; one with more has no address of its own."""


def holdings(known: Knowledge, key: str) -> tuple[tuple[str, int, int], ...]:
    """(address, first time, time at which it is over) for all that is surely said of a computer, by the key of its entity.

    What was said last holds on until the computer is seen at an address that it had not had by then, or the address is given
    to another computer; an address that was had beside another, as IPv6 beside IPv4, is not ended by it.
    """
    said = [one for one in known.bindings(key) if one.certainty != "low"]
    if len(said) > MOST:
        return ()
    own = short(key.partition(":")[2])
    others: dict[str, list[int]] = {}
    for address in {one.address for one in said}:
        about = known.bindings(address)
        others[address] = [one.first for one in about if one.certainty != "low" and short(one.name) != own]
    found = []
    for one in said:
        beside = {other.address for other in said if other.first <= one.last and one.first <= other.last}
        moved = [other.first for other in said if other.address not in beside]
        ends = [first for first in (*moved, *others[one.address]) if first > one.last]
        found.append((one.address, one.first, min(ends, default=EVER)))
    return tuple(found)
