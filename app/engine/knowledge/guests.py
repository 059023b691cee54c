"""Accounts with a dollar sign that are no computer's: managed service accounts and clusters sign in from hosts that have a name.

A group managed service account asks for tickets as a computer does, with the same form of name and salt (MS-ADTS section
2.2.16, msDS-GroupManagedServiceAccount), from each host that may read its password.
"""

from collections.abc import Callable, Collection, Iterable

from app.engine.knowledge.names import short
from app.engine.knowledge.tally import Key, Seen

GUEST = "kerberos-guest"
"""Method by which a name is known that the computer itself, in the same request, gave otherwise."""
MACHINES = frozenset({"kerberos-host", "log-kerberos"})
"""Methods by which a computer's own account signed in; several of them at one address at once mean address translation."""
OF_ACCOUNTS = MACHINES | {GUEST, "kerberos-claim", "log-claim"}
"""Methods that are told of an account's name alone."""
MANAGED = "managed"
"""Word of an account that a log or the directory calls a service's."""
HOURS = 2
"""Hours in which two accounts sign in from one address by turns, until it is no rename, which happens once."""


def guests(
    rows: Iterable[tuple[Key, Seen]],
    managed: Collection[str],
    claims: Collection[str],
    full: Callable[[str], str],
    called: Collection[Key] = (),
) -> set[str]:
    """Names, as they were said, of accounts that signed in from an address and are not its computer.

    rows: all that was said of the address. managed: names of accounts that the directory or a log calls service accounts.
    claims: methods by which a client calls itself something. called: (full name,) of computers that wrote a log, or that a
    directory names.
    Without such words: of two accounts that sign in by turns, in several hours, the one that nothing but its sign-ins tells of
    while others, not the client itself, give the address the other one's name, or that one is a computer that wrote a log.
    """
    machines: dict[str, dict[str, tuple[int, int]]] = {}
    said: dict[str, set[str]] = {}
    for key, seen in rows:
        name, method = str(key[1]), str(key[2])
        said.setdefault(full(name), set()).add(method)
        if method in MACHINES:
            hour = machines.setdefault(str(key[3]), {})
            first, last = hour.get(name, (seen[0], seen[1]))
            hour[name] = min(first, seen[0]), max(last, seen[1])
    names = {name for hour in machines.values() for name in hour}
    found = {name for name in names if name in managed or full(name) in managed}
    found |= {name for name in names if GUEST in said[full(name)] and said[full(name)] <= OF_ACCOUNTS}
    turns: dict[str, int] = {}
    for hour in machines.values():
        left = {full(name): span for name, span in hour.items() if name not in found}
        if len(left) != 2:
            continue
        (one, held), (other, held_too) = left.items()
        if short(one) == short(other) or held[0] > held_too[1] or held_too[0] > held[1]:
            continue
        told = [not said[name] <= OF_ACCOUNTS | set(claims) or (name,) in called for name in (one, other)]
        if told[0] != told[1] and said[other if told[0] else one] <= OF_ACCOUNTS:
            guest = other if told[0] else one
            turns[guest] = turns.get(guest, 0) + 1
    return found | {name for name in names if turns.get(full(name), 0) >= HOURS}
