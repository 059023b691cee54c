"""Rows of the certificate database deleted."""

from tests.cases.case import Case, Real
from tests.engine.detectors.builders_changes import DAY, administrators, certificate, group_event

FIRES = {
    "one row": Case([certificate(4896, TableId="0", Filter="RequestID=9", RowsDeleted="1")], severity="medium"),
    "many rows": Case([certificate(4896, TableId="0", Filter="-", RowsDeleted="240")], external_id=2433),
    "by an administrator": [*administrators("boss"), certificate(4896, "boss", RowsDeleted="9000")],
}
QUIET = {
    "a certificate issued": [certificate(4887, Attributes="CertificateTemplate:User")],
    "one revoked": [certificate(4870, CertificateSerialNumber="11", RevocationReason="0")],
    "a filter changed": [certificate(4885, AuditFilter="127")],
    "another log": [group_event(4728, "Staff", "S-1-5-21-1-2-3-4000", at=DAY)],
}
REAL = (
    Real("lab/captures/benign_workday.pcap", fires=False),
    Real("corpus/evtx/ts_Security.evtx", fires=False),
)
