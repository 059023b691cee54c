"""From which computers a ticket came, and whether that they are several is explained."""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from app.engine.knowledge import Knowledge
from app.engine.knowledge.addresses import METHODS
from app.engine.readings.kerberos import is_computer
from app.model.activity import NAMED
from app.model.entity import EntityRef
from app.model.tickets import Deed, Host, TicketKind

SHARED = "Shared address"
NONE: dict[str, int] = {}


class Came(Struct, frozen=True, kw_only=True, gc=False):
    """One exchange as far as its place goes. again: the same act as another exchange tells."""

    address: str
    at: int
    deed: Deed
    again: bool = False


def hosts_of(
    came: Sequence[Came], known: Knowledge, name: str, kind: TicketKind, forwarded: bool, last_of: dict[str, int] = NONE
) -> tuple[Host, ...]:
    """Hosts by first appearance, the one that received the ticket before all others.

    name: the client's. forwarded: the ticket was made to be given to another computer. last_of: when each address did anything
    with Kerberos last, to see that a computer kept its old one.
    """
    found: dict[str, list[Came]] = {}
    refs: dict[str, EntityRef] = {}
    for one in came:
        ref = known.address_entity(one.address, one.at)
        refs.setdefault(ref.key, ref)
        found.setdefault(ref.key, []).append(one)
    made = [_host(refs[key], some, known) for key, some in found.items()]
    made.sort(key=lambda one: (not one.received, one.first, one.ref.key))
    if len(made) < 2:
        return tuple(made)
    home = made[0]
    others: list[Host] = []
    for other in made[1:]:
        apart, why = _judged(home, other, found[other.ref.key], known, name, kind, last_of)
        if apart and forwarded:
            forwarded = False
            apart, why = False, f"The ticket was made to be forwarded, and {other.ref.label} is the first that uses it"
        others.append(replace(other, apart=apart, why=why))
    return (home, *others)


def _host(ref: EntityRef, came: Sequence[Came], known: Knowledge) -> Host:
    addresses = tuple(dict.fromkeys(one.address.removeprefix(NAMED) for one in came))
    sure = known.resolve(came[0].address, came[0].at)
    how = METHODS[sure.method][1] if sure.method in METHODS else "a log names it" if sure.method == "log" else ""
    why = f"One computer at {len(addresses)} addresses: {', '.join(addresses[:4])}" if len(addresses) > 1 else ""
    return Host(
        ref=ref, addresses=addresses, first=min(one.at for one in came), last=max(one.at for one in came),
        count=sum(not one.again for one in came), how=how, certainty=sure.certainty if sure.computer else "low",
        received=any(one.deed == "issued" for one in came), why=why,
    )  # fmt: skip


def _judged(
    home: Host, other: Host, came: Sequence[Came], known: Knowledge, name: str, kind: TicketKind, last_of: dict[str, int]
) -> tuple[bool, str]:
    """(True when nothing explains the other host, one sentence why). The reasons are those of the detector of stolen tickets."""
    theirs, mine = home.ref.label, other.ref.label
    if other.received:
        return False, f"The same reply was seen at {theirs} and at {mine}: both sides of an address translation"
    gateways = known.gateways()
    if any(one in gateways for one in (*home.addresses, *other.addresses)):
        return False, "One of the two is a VPN gateway, behind which many computers work"
    shared = [one.ref.label for one in (home, other) if SHARED in known.tags(one.ref.key)]
    if shared:
        return False, f"{shared[0]} is an address that several computers share (translation or proxy)"
    controllers = [any(known.is_controller(one) for one in host.addresses) for host in (home, other)]
    if controllers[1] and all(one.deed != "shown" for one in came):
        return False, f"{mine} is a domain controller: one that only reads hands requests of others on"
    if is_computer(name):
        if not (controllers[0] and kind != "service"):
            return False, "It is a computer's own ticket, which it keeps when its address changes"
    elif controllers[0]:
        return False, f"{theirs} is a domain controller, which asks for others"
    named = [not one.ref.key.startswith("address:") for one in (home, other)]
    mixed = any(":" in one for one in home.addresses) != any(":" in one for one in other.addresses)
    if mixed and not all(named):
        return False, "One is an IPv4 and the other an IPv6 address, and one computer may have both"
    if all(named):
        return True, f"{theirs} and {mine} are known to be two computers; a new lease or a translation does not explain it"
    back = max((last_of.get(one, 0) for one in home.addresses), default=0)
    if back > other.first:
        return True, f"{theirs} was still at its address after {mine} used the ticket, so it did not just change its address"
    return False, (
        f"{mine if named[0] else theirs} has no name, and {theirs} was not seen at its address again: "
        "it may be one computer with a new address"
    )
