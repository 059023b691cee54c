"""The menu in which an analyst says what an entity is."""

from collections.abc import Mapping, Sequence

from PySide6.QtWidgets import QMenu

from app.model.tags import HONEYTOKEN, KNOWN_BAD, SENSITIVE
from app.ui.desk import Desk

SERVERS = ("DNS server", "DHCP server", "Certificate authority", "Exchange server", "SQL server", "AD FS", "VPN gateway")
OFFERED: dict[str, tuple[str, ...]] = {
    "user": (SENSITIVE, HONEYTOKEN),
    "service": (SENSITIVE, HONEYTOKEN),
    "group": (SENSITIVE,),
    "computer": (SENSITIVE, HONEYTOKEN, *SERVERS),
    "controller": (SENSITIVE, HONEYTOKEN, *SERVERS),
    "address": (HONEYTOKEN, *SERVERS, "Shared address"),
    "domain": (KNOWN_BAD,),
}
"""Kind of an entity to the tags that can be given to it by hand."""


def fill_tags(menu: QMenu, desk: Desk, kind: str, key: str, tags: Sequence[str], said: Mapping[str, bool]) -> None:
    """An entry for each tag, ticked when the entity carries it; the last one takes back what was said by hand."""
    offered = OFFERED.get(kind, ())
    for tag in (*offered, *(one for one in said if one not in offered)):
        word = {True: "  (by hand)", False: "  (taken away by hand)"}.get(said[tag], "") if tag in said else ""
        action = menu.addAction(f"{tag}{word}".replace("&", "&&"))
        action.setCheckable(True)
        action.setChecked(tag in tags)
        action.triggered.connect(lambda on, tag=tag: desk.tag(key, {tag: on}))
    if said:
        menu.addSeparator()
        taken = dict.fromkeys(said)
        menu.addAction("As the program finds").triggered.connect(lambda *_: desk.tag(key, taken))
