"""Who may manage a certification authority."""

from tests.cases.case import Case, Real
from tests.engine.detectors.builders_changes import administrators, certificate

FIRES = {
    "permissions": Case([certificate(4882, SecuritySettings="Allow(0x3) EXAMPLE\\alice")], severity="medium", external_id=2435),
    "managers": Case([certificate(4890, EnableRestrictedPermissions="0", RestrictedPermissions="")], severity="medium"),
    "everybody may manage it": Case([certificate(4882, SecuritySettings="O:BAG:BAD:(A;;0x1;;;AU)")], severity="high"),
    "by an administrator": [*administrators("boss"), certificate(4882, "boss", SecuritySettings="-")],
}
QUIET = {
    "a request": [certificate(4886)],
    "everything logged": [certificate(4885, AuditFilter="127")],
    "a row deleted": [certificate(4896, RowsDeleted="1")],
}
REAL = (
    Real("lab/captures/benign_workday.pcap", fires=False),
    Real("corpus/evtx/ts_Security.evtx", fires=False),
)
