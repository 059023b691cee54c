"""The lists on the page of an entity: what each is called, what it says where there is nothing, what a row rests on."""

from collections.abc import Callable
from typing import Any

from app.model.paths import AttackPath
from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.entity.columns import (
    CHANGE_SORTS,
    CHANGES,
    LOGON_SORTS,
    LOGONS,
    PATH_SORTS,
    PATHS,
    RESOURCE_SORTS,
    RESOURCES,
    TICKET_SORTS,
    TICKETS,
)
from app.ui.entity.listed import Listed
from app.ui.widgets.buttons import Button


def make_lists(
    desk: Desk, to_tickets: Callable[[], object], to_paths: Callable[[], object], path_way: Callable[[AttackPath], str]
) -> dict[str, Listed]:
    """Lists by the name of their tab. to_tickets, to_paths: go to the pages that draw them; path_way: "to" or "from"."""
    proof: Callable[[Any], str] = lambda row: row.proof  # noqa: E731
    all_tickets = Button(tr("All of it"), "tickets", bare=True, on_click=to_tickets, tip="Tickets with their descent")
    picture = Button(tr("Picture"), "paths", bare=True, on_click=to_paths)
    return {
        "logons": Listed(
            desk, "Logons", LOGONS, LOGON_SORTS,
            "No sign-in of it was seen. Logons come from packets (SMB, LDAP, Kerberos, NTLM) and from events 4624 and 4625.",
            proof, lambda row: row.way,
        ),
        "tickets": Listed(
            desk, "Kerberos tickets", TICKETS, TICKET_SORTS,
            "No Kerberos ticket of it was seen. Packets of port 88 show tickets, as do events 4768 and 4769 of controllers.",
            lambda row: row.exchanges[0].id if row.exchanges else "", lambda row: row.kind, (all_tickets,),
        ),
        "resources": Listed(
            desk, "Used and served", RESOURCES, RESOURCE_SORTS, "No share, file, remote call or search of it was seen.",
            proof, lambda row: row.kind, sort="count",
        ),
        "changes": Listed(
            desk, "Changes of the directory by it and of it", CHANGES, CHANGE_SORTS,
            "No change by it or of it was seen. Packets, events 4720 to 4767 and 5136, and two readings of a directory tell of "
            "changes.", proof, lambda row: "by" if row.own else "of",
        ),
        "paths": Listed(
            desk, "Lateral movement paths of the last 48 hours", PATHS, PATH_SORTS,
            "No path leads to it, and none from it to a sensitive account. Paths come from sessions seen, from local "
            "administrators and from a directory.",
            lambda row: row.edges[-1].proofs[0] if row.edges[-1].proofs else "", path_way, (picture,),
        ),
    }  # fmt: skip
