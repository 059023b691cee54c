"""A rewritten ticket of S4U2self, and delegation as it should be."""

from tests.cases.case import Case, Cases, Real
from tests.engine.detectors.builders import HOUR, SECOND, WS1, as_req, tgs_req

PROXY = {"s4u2proxy": True, "options": 0x40830000}


def itself(user: str = "boss", *, at: int = 0, size: int = 1200):  # type: ignore[no-untyped-def]
    """The service asks for a ticket to itself."""
    return tgs_req("svc_web", at=at, client=user, s4u2self=f"{user}@EXAMPLE.ORG", ticket_hash="as given", ticket_size=size)


def onward(evidence: str, *, at: int = SECOND, size: int = 1200, code: int = 0, client: str = "boss"):  # type: ignore[no-untyped-def]
    """It delegates with a ticket."""
    return tgs_req("cifs/files.example.org", at=at, code=code, client=client, evidence_ticket_hash=evidence,
                   evidence_ticket_size=size, **PROXY)  # fmt: skip


FIRES: Cases = {
    "rewritten and accepted": Case([itself(), onward("rewritten")], severity="medium"),
    "rewritten and refused": Case([itself(), onward("rewritten", code=41)], severity="medium"),
    "of a sensitive account": Case([itself("administrator"), onward("rewritten", client="administrator")], severity="high"),
}  # fmt: skip

QUIET: Cases = {
    "the ticket as it was given": [itself(), onward("as given")],
    "a ticket that the user brought, of another size": [itself(), onward("brought", size=1260, client="alice")],
    "a ticket that the user brought, of another user": [itself(), onward("brought", client="alice")],
    "a ticket whose issue was seen": [
        as_req("boss", WS1), tgs_req("HTTP/web.example.org", client="boss", ticket_hash="brought", ticket_size=1200), itself(),
        onward("brought"),
    ],
    "long after": [itself(), onward("rewritten", at=2 * HOUR)],
}  # fmt: skip

REAL = (
    Real("corpus/pcap/elc_normal_share_traversal.pcap", fires=False),
    Real("corpus/pcap/elc_schtasks.pcap", fires=False),
    Real("lab/captures/benign_workday.pcap", fires=False),
)
