"""Replication that only packets tell."""

from tests.cases.case import Real
from tests.engine.detectors.builders_tellings import replications

FIRES = {
    "one call is not in the log": replications(),
    "two calls are not": replications((60, 63)),
}
QUIET = {
    "every call is in the log": replications(()),
    "replication is not audited": replications(tuple(range(120))),
    "no log at all": [one for one in replications() if one.record is None],
    "every tenth is missing": replications(tuple(range(5, 120, 10))),
    "the end of the log": replications((119,)),
}
REAL = (
    Real("lab/captures/dcsync_success.pcap", fires=False),
    Real("lab/captures/benign_dc_replication.pcap", fires=False),
)
