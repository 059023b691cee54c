"""Network logons that only the server's log tells."""

from tests.cases.case import Real
from tests.engine.detectors.builders import SECOND, WS2
from tests.engine.detectors.builders_tellings import STEP, logon_both, logons

FIRES = {
    "one logon of a client that signs in every minute": logons(),
    "two of them": logons((180, 181), 360, step=20 * SECOND),
}
QUIET = {
    "every logon is on the wire": logons(()),
    "no packets at all": [one for one in logons() if one.record is not None],
    "no log at all": [one for one in logons() if one.record is None],
    "an interactive logon": logons(kind=2),
    "a client whose way is not captured": [*logons(()), *logon_both(60 * STEP + 5, wire=False, source=WS2)],
    "every tenth is inside TLS": logons(tuple(range(5, 120, 10))),
}
REAL = (Real("lab/captures/benign_workday.pcap", fires=False),)
