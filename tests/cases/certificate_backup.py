"""Cases of a certification authority being backed up."""

from app.model.activity import Activity
from tests.cases.case import Case, Real
from tests.engine.detectors.builders import HOUR
from tests.engine.detectors.builders_changes import certificate
from tests.engine.detectors.logs import log, logon, subject

DAY = 24 * HOUR
CA = "ca1.example.org"


def backup(user: str = "alice", *, at: int = 0) -> Activity:
    """4876."""
    return log(4876, {"BackupType": "1", **subject(user)}, at=at, computer=CA)


FIRES = {
    "by a person": Case([logon("alice", computer=CA), backup(at=1)], severity="medium"),
    "by a person, without the sign-in": Case([backup()], severity="medium"),
    "by the system of the authority": Case([backup("SYSTEM")], severity="low"),
}
QUIET = {
    "what it logs is set": [certificate(4885, AuditFilter="127")],
    "a certificate is issued": [certificate(4887, "alice")],
    "a sign-in at the authority": [logon("alice", computer=CA)],
    "a certificate is revoked": [certificate(4870, CertificateSerialNumber="11", RevocationReason="0")],
    "a request that is refused": [certificate(4888, "alice", Disposition="-2146877420")],
}
REAL = (
    Real("corpus/evtx/ts_Security.evtx", fires=False),
    Real("lab/captures/benign_workday.pcap", fires=False),
)
