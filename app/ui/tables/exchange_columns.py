"""Columns of the exchanges of one ticket."""

from app.model.tickets import Exchange, etype_name
from app.ui import wording
from app.ui.tables.cells import Column


def what(one: Exchange) -> str:
    """TGS request with this ticket, AP request over smb2."""
    words = wording.deed(one.deed)
    if one.deed == "issued":
        return f"Issued, event {one.carrier}" if one.told == "log" else f"Issued by {one.carrier} reply"
    if one.told == "log" and one.deed == "shown":
        return f"Opened a session, event {one.carrier}"
    if one.deed == "shown" and one.carrier:
        return f"{words} over {one.carrier}"
    if one.told == "log":
        return f"{words}, event {one.carrier}"
    return words


def result(one: Exchange) -> str:
    """success, AES256; or why it failed."""
    if one.result != "success":
        return one.reason or one.result
    return f"success, {etype_name(one.etype)}" if one.etype is not None else "success"


EXCHANGES = (
    Column("Time", lambda one: wording.clock(one.at, True), 116, firm=True, tip=lambda one: wording.period(one.at, one.at)),
    Column("What", what, 200, stretch=True),
    Column("From", lambda one: one.origin, 120, "entity"),
    Column("To", lambda one: one.target, 120, "entity"),
    Column("For", lambda one: one.service, 180, cut="middle", stretch=True),
    Column("Result", result, 150, "quiet", dim=lambda one: one.result != "success", spare=True),
    Column("Frame", lambda one: wording.number(one.frame) if one.frame else "", 84, "number", firm=True),
)
