"""What a certification authority logs."""

from tests.cases.case import Case, Real
from tests.engine.detectors.builders_changes import administrators, certificate

FIRES = {
    "nothing any more": Case([certificate(4885, AuditFilter="0")], severity="medium", external_id=2434),
    "a part": [certificate(4885, AuditFilter="0x78")],
    "not told": [certificate(4885)],
    "by an administrator": [*administrators("boss"), certificate(4885, "boss", AuditFilter="3")],
}
QUIET = {
    "everything": [certificate(4885, AuditFilter="127")],
    "everything, as hexadecimal": [certificate(4885, AuditFilter="0x7f")],
    "permissions changed": [certificate(4882, SecuritySettings="Allow(0x1)")],
    "a certificate issued": [certificate(4887)],
    "everything, and what later versions may add": [certificate(4885, AuditFilter="255")],
    "everything, set by a script under another name": [certificate(4885, "svc_setup", AuditFilter="0x0000007F")],
}
REAL = (
    Real("lab/captures/benign_workday.pcap", fires=False),
    Real("corpus/evtx/ts_Security.evtx", fires=False),
)
