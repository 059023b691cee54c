"""Ports in the packed lists: which ones, and as which party each activity is listed by them.

An activity is listed once, whichever of its two ends has the port, so that counts need not be made free of what comes twice.
"""

from collections.abc import Iterable
from functools import cache

from app.engine.arrays import Flags, Numbers, np

ROLE = 3
"""What is added to four times a number to tell ports from addresses and actors, see app.engine.postings."""
PORTS = 65_536
SERVICES = (3268, 3269, 3389, 5985, 5986, 9389, 47001)
"""Ports of services above the system ports: global catalog, remote desktop, remote management, web service of the directory.

No other one is listed: clients take theirs from there (RFC 6335 section 6), each of which would get lists of its own.
"""
_HAS = "({0} BETWEEN 1 AND 1023 OR {0} IN (" + ", ".join(map(str, SERVICES)) + "))"
IS_LISTED = f"({_HAS.format('sport')} OR {_HAS.format('dport')})"
"""Condition on activities that are listed by their ports."""
PAIRS = "SELECT DISTINCT party FROM postings WHERE party < 0"
"""Parties of activities whose two ends have different ports that are listed."""


@cache
def _listed() -> Flags:
    """Of each port, whether it is listed."""
    found = np.zeros(PORTS, bool)
    found[1:1024] = True  # the system ports, RFC 6335 section 6
    found[list(SERVICES)] = True
    return found


def parties(sports: Numbers, dports: Numbers) -> Numbers:
    """The party of each activity by the ports of its ends, 0 where neither is listed.

    Four times the port plus ROLE; with two different ones that are listed, a negative number that holds both.
    """
    source, destination = _or_none(sports), _or_none(dports)
    low, high = np.minimum(source, destination), np.maximum(source, destination)
    one = np.where(high > 0, high * 4 + ROLE, 0)
    return np.where((low > 0) & (low < high), (low * PORTS + high) * -4 + ROLE, one)


def _or_none(ports: Numbers) -> Numbers:
    there = (ports > 0) & (ports < PORTS)
    return np.where(there & _listed()[np.where(there, ports, 0)], ports, 0)


def within(ranges: Iterable[tuple[int, int]]) -> list[int] | None:
    """The ports of these ranges; None when some of them are not listed."""
    found: set[int] = set()
    for low, high in ranges:
        if low < 1 or high >= PORTS or not _listed()[low : high + 1].all():
            return None
        found.update(range(low, high + 1))
    return sorted(found)


def parties_of(ports: Iterable[int], pairs: Iterable[int]) -> tuple[int, ...]:
    """Parties of the activities with one of these ports; pairs: what PAIRS gives."""
    wanted = set(ports)
    both = [(one, -(one - ROLE) // 4) for one in pairs]
    with_other = (party for party, two in both if two // PORTS in wanted or two % PORTS in wanted)
    return (*(port * 4 + ROLE for port in sorted(wanted)), *with_other)


def port_of(party: int) -> int | None:
    """The port of a party; None for two of them."""
    return party >> 2 if party > 0 else None
