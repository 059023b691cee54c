"""Which ticket stands out, and the sentence about it and all others."""

from app.model.tickets import Genealogy, TicketNode
from app.ui import wording

WORST = ("two hosts", "altered", "never issued", "alert")
"""What is odd, the worst first."""


def worst(some: tuple[TicketNode, ...]) -> TicketNode | None:
    """The ticket that stands out most; the first where none does."""
    for word in WORST:
        found = next((one for one in some if word in one.odd), None)
        if found is not None:
            return found
    return some[0] if some else None


def about_all(found: Genealogy, account: bool = False) -> str:
    """One sentence about all tickets; account: they are those of one account. For a job: it walks over all of them."""
    odd = sum(bool(each.odd) for each in found.tickets)
    names = {each.name for each in found.tickets if each.name}
    whose = f" of {wording.middle(next(iter(names)), 60)}" if account and len(names) == 1 else ""
    hosts = len({host.ref.key for each in found.tickets for host in each.hosts})
    number = wording.count(len(found.tickets), "ticket")
    total = f"{number}{whose} at {wording.count(hosts, 'host')}, {wording.number(odd)} of them odd."
    if found.cut:
        total = (
            f"{total[:-1]}: from the first {wording.number(found.exchanges)} of {wording.number(found.total)} exchanges; "
            "type an account and press Enter to see all of its own."
        )
    return total


def sentence(total: str, one: TicketNode | None) -> str:
    """One sentence about the ticket that stands out, before the one about all."""
    if one is None or not one.apart:
        return total
    home, other = one.hosts[0], one.apart[0]
    given = "was given to" if home.received else "was first used from"
    later = wording.span(max(0, other.first - (one.issued or home.first)))
    whose = f" of {wording.middle(one.name, 60)}" if one.name else ""
    return f"One ticket{whose} {given} {home.ref.label} and used from {other.ref.label}, {later} later. {total}"
