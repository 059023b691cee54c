"""Rows of the certificate database deleted."""

from tests.cases.case import Case, Real
from tests.engine.detectors.builders_changes import DAY, administrators, certificate, group_event

FIRES = {
    "one row": Case([certificate(4896, TableId="0", Filter="RequestID=9", RowsDeleted="1")], severity="medium"),
    "many rows": Case([certificate(4896, TableId="0", Filter="-", RowsDeleted="240")], external_id=2433),
    "by an administrator": [*administrators("boss"), certificate(4896, "boss", RowsDeleted="9000")],
    "attributes of requests, in which names were asked for": Case(
        [certificate(4896, TableId="16384", Filter="9", RowsDeleted="2")], severity="medium"
    ),
}
QUIET = {
    "a certificate issued": [certificate(4887, Attributes="CertificateTemplate:User")],
    "one revoked": [certificate(4870, CertificateSerialNumber="11", RevocationReason="0")],
    "a filter changed": [certificate(4885, AuditFilter="127")],
    "another log": [group_event(4728, "Staff", "S-1-5-21-1-2-3-4000", at=DAY)],
    "lists of what was revoked long ago": [certificate(4896, TableId="20480", Filter="1/1/2019", RowsDeleted="412")],
    "the same in hexadecimal, by an administrator": [
        *administrators("boss"),
        certificate(4896, "boss", TableId="0x5000", Filter="17", RowsDeleted="1"),
    ],
    "nothing was chosen": [certificate(4896, TableId="0", Filter="1/1/2019", RowsDeleted="0")],
}
REAL = (
    Real("lab/captures/benign_workday.pcap", fires=False),
    Real("corpus/evtx/ts_Security.evtx", fires=False),
)
