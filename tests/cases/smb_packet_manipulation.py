"""Cases of smb_packet_manipulation: the exploit, its scanner, honest compression."""

from app.model.activity import Activity, Result
from app.model.details import SmbFile, SmbSession, SmbViolation
from tests.cases.case import Case, Cases, Real
from tests.engine.detectors.builders import FILES, SECOND, WS1, WS2, act


def odd(
    what: str,
    value: int | None = None,
    other: int | None = None,
    *,
    at: int = 0,
    target: str = FILES,
    result: Result = "unanswered",
) -> Activity:
    """A message that breaks the rules of SMB 3."""
    return act(SmbViolation(dialect="SMB 3.1.1", what=what, value=value, other=other), WS1, target, at=at, result=result)


FIRES: Cases = {
    "the sum overflows": Case([odd("compression overflow", 0xFFFFFFFF, 16)], external_id=2406, severity="high"),
    "the offset lies outside": Case([odd("compression overflow", 4096, 0x10000000)], severity="high"),
    "a scanner": Case([odd("blank offer", result="success"), odd("blank offer", at=SECOND, target=WS2)], severity="low"),
}
QUIET: Cases = {
    "a session over SMB 3": [act(SmbSession(dialect="SMB 3.1.1"), WS1, FILES)],
    "a flaw of SMB 1": [odd("peek of no pipe")],
    "a file": [act(SmbFile(dialect="SMB 3.1.1", name="x", action="read", bytes=0x10000000), WS1, FILES)],
    "an offer of another scanner's": [odd("peek of no pipe", result="success")],
    "parts of two transactions mixed, as another flaw needs": [odd("mixed transaction", 4096, 16)],
}
REAL = (
    Real("corpus/pcap/zeek_SMBGhost.pcap", external_id=2406),
    Real("corpus/pcap/suri_smb2-peter.pcap", fires=False),
    Real("corpus/pcap/zeek_smb311.pcap", fires=False),
)
