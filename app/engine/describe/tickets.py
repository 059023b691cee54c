"""What an opened ticket holds, in a few words behind what was asked."""

from app.model.pac import Pac, TicketFacts

_SIGNATURES = (
    ("server_signature", "service's signature"),
    ("kdc_signature", "KDC's signature"),
    ("ticket_signature", "ticket signature"),
    ("full_signature", "full PAC signature"),
)


def held(ticket: TicketFacts | None, pac: Pac | None) -> str:
    """ "; holds ..." for a ticket that was opened, why not where its very key does not fit, else empty."""
    if ticket is None or ticket.decrypted == "no key":
        return ""
    if ticket.decrypted == "wrong key":
        return "; the key of that service and version does not open it"
    said = f"; it is {ticket.client or 'an unnamed client'}'s"
    if pac is None:
        return f"{said} and has no PAC"
    if pac.user and ticket.client and pac.user.lower() != ticket.client.split("@")[0].lower():
        said += f", its PAC {pac.user}'s"
    number = len(pac.groups) + len(pac.extra_sids) + len(pac.resource_groups)
    said += f", with {number} groups" if number != 1 else ", with 1 group"
    wrong = [name for field, name in _SIGNATURES if getattr(pac, field) == "invalid"]
    return said + (f", {' and '.join(wrong)} wrong" if wrong else "")
