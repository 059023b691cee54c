"""What an opened ticket holds, as names and values."""

from app.engine.readings.kerberos import BUFFERS, members_of
from app.model.pac import Pac, TicketFacts

SIGNATURES = (
    ("server_signature", "Service's signature"),
    ("kdc_signature", "KDC's signature"),
    ("ticket_signature", "Ticket signature"),
    ("full_signature", "Full PAC signature"),
)
MOST = 12


def held(facts: TicketFacts | None, pac: Pac | None) -> tuple[tuple[str, str], ...]:
    """(name, value) in reading order; empty for a ticket that was not opened."""
    if facts is None or facts.decrypted != "yes":
        return ()
    rows = [
        ("Opened with", facts.opened_with or ""),
        ("Client", facts.client or ""),
        ("Transited", facts.transited or ""),
        ("Addresses", ", ".join(facts.addresses[:MOST])),
    ]
    if pac is None:
        rows.append(("PAC", "none"))
    else:
        members = sorted(members_of(pac))
        more = f" and {len(members) - MOST} more" if len(members) > MOST else ""
        rows += [
            ("PAC of", pac.user or pac.client_name or ""),
            ("SID", pac.sid or ""),
            ("Domain", pac.domain or ""),
            ("Groups", ", ".join(members[:MOST]) + more),
            ("Signed in at", pac.logon_server or ""),
            ("PAC lacks", ", ".join(pac.missing[:MOST])),
            ("Buffers", ", ".join(BUFFERS.get(one, str(one)) for one in pac.buffers[:16])),
            ("Delegated through", ", ".join(pac.delegation_path[:MOST])),
        ]
        rows += [(name, getattr(pac, field)) for field, name in SIGNATURES]
    return tuple((name, value[:400]) for name, value in rows if value)


def altered(facts: TicketFacts | None, pac: Pac | None) -> bool:
    """True when the very key does not open it, or a signature in it is wrong."""
    if facts is not None and facts.decrypted == "wrong key":
        return True
    return pac is not None and any(getattr(pac, field) == "invalid" for field, _ in SIGNATURES)
