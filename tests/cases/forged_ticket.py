"""Opened tickets that the KDC did not write, and those that it did."""

from app.model.pac import Pac, TicketFacts
from tests.cases.case import Case, Cases, Real
from tests.engine.detectors.builders import HOUR, MINUTE, SECOND, START, WS2, YEAR, as_req, tgs_req
from tests.engine.detectors.builders_kerberos import tgt_of

SID = "S-1-5-21-1-2-3"
ALL = (1, 6, 7, 10, 12, 17, 18)


def pac(user: str = "alice", **more: object) -> Pac:
    """Authorization data as a current controller writes it."""
    number = 1000 + sum(map(ord, user))
    values: dict[str, object] = {
        "user": user, "user_id": number, "domain": "EXAMPLE", "domain_sid": SID, "groups": (513,), "client_name": user,
        "requestor": f"{SID}-{number}", "upn_sid": f"{SID}-{number}", "server_signature": "valid", "kdc_signature": "valid",
        "buffers": ALL,
    }  # fmt: skip
    return Pac(**(values | more))  # type: ignore[arg-type]


def inside(user: str = "alice", *, at: int = 0, hours: float = 10, decrypted: str = "yes") -> TicketFacts:
    """The sealed part of a ticket."""
    end = START + at + int(hours * HOUR)
    return TicketFacts(decrypted=decrypted, client=user, realm="EXAMPLE.ORG", authenticated=START + at, start=START + at, end=end)  # type: ignore[arg-type]


ISSUED = [as_req(f"user{one}", at=one * SECOND, ticket=inside(f"user{one}"), pac=pac(f"user{one}")) for one in range(3)]
MINE = as_req("alice", at=5 * SECOND, ticket=inside(at=5 * SECOND), pac=pac())


def shown(ticket: TicketFacts, data: Pac | None, *, code: int = 0, **more: object):  # type: ignore[no-untyped-def]
    """An opened ticket is presented."""
    return tgs_req("cifs/dc1.example.org", WS2, at=MINUTE, code=code, presented_ticket=ticket, presented_pac=data, **more)


FIRES: Cases = {
    "it lives for ten years": Case([shown(inside(hours=10 * YEAR / HOUR), pac())], severity="high"),
    "somebody else's authorization data": Case([shown(inside(), pac("administrator"))], severity="high"),
    "a changed copy with more groups": Case([MINE, shown(inside(at=5 * SECOND), pac(groups=(513, 512, 519)))], severity="high"),
    "without UPN information": Case([*ISSUED, shown(inside(), pac(buffers=(1, 6, 7, 10, 17, 18)))], severity="high"),
    "without requestor": Case([*ISSUED, shown(inside(), pac(buffers=(1, 6, 7, 10, 12), requestor=None))], severity="medium"),
    "a wrong signature, refused": Case([shown(inside(), pac(kdc_signature="invalid"), code=60)], severity="high"),
}  # fmt: skip

QUIET: Cases = {
    "as the KDC writes it, from before the recording": [*ISSUED, shown(inside(), pac())],
    "the ticket that was issued": [MINE, shown(inside(at=5 * SECOND), pac(groups=(513, 512)),
                                               presented_ticket_hash=tgt_of("alice", "192.0.2.21", 5 * SECOND))],
    "not opened": [*ISSUED, shown(inside(decrypted="no key"), None)],
    "groups of an earlier time": [
        as_req("alice", at=HOUR, ticket=inside(at=HOUR), pac=pac()),
        tgs_req("cifs/dc1.example.org", WS2, at=2 * HOUR, presented_ticket=inside(), presented_pac=pac(groups=(513, 512))),
    ],
    "keys of another version": [*ISSUED, shown(inside(decrypted="wrong key"), None)],
    "an older controller's, where nothing else was opened": [shown(inside(), pac(buffers=(1, 6, 7, 10, 12), requestor=None))],
}  # fmt: skip

REAL = (Real("lab/captures/golden_ticket.pcap", fires=False), Real("lab/captures/benign_workday.pcap", fires=False))
