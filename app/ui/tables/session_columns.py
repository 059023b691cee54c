"""Columns of VPN sessions."""

from app.model.rows import VpnSession
from app.ui import wording
from app.ui.tables.cells import Column

SESSIONS = (
    Column("User", lambda one: one.who or one.name or "—", 160, "entity"),
    Column("Address inside", lambda one: ", ".join(one.inside) or "none told", 140, "mono"),
    Column("From outside", lambda one: ", ".join(one.outside) or "—", 140, "mono"),
    Column("Place", lambda one: one.place or "—", 150, "quiet", stretch=True),
    Column("Gateway", lambda one: one.gateway, 120, "mono", narrow=False),
    Column("Began", lambda one: wording.moment(one.first), 138, firm=True, tip=lambda one: wording.period(one.first, one.last)),
    Column("Length", lambda one: _length(one), 130, "quiet", tip=lambda one: wording.period(one.first, one.last)),
)


def _length(one: VpnSession) -> str:
    words = wording.span(max(0, one.last - one.first))
    return words if one.over else f"open, at least {words}" if one.last > one.first else "open"
