"""Tickets that one of packets and log does not tell."""

from tests.cases.case import Case, Real
from tests.engine.detectors.builders import MINUTE, SECOND, WS2
from tests.engine.detectors.builders_tellings import STEP, ticket_both, tickets
from tests.engine.detectors.logs import log

FIRES = {
    "one exchange is not in the log": Case(tickets("record"), severity="low"),
    "three of one client are not in the log": Case(tickets("record", (180, 210, 240), 450, step=20 * SECOND), severity="medium"),
    "a record without its request": Case(tickets("wire"), severity="low"),
    "two records without their requests": Case(tickets("wire", (60, 80), 180), severity="low"),
}
QUIET = {
    "everything is told twice": tickets(),
    "no log at all": [one for one in tickets("record") if one.record is None],
    "no packets at all": [one for one in tickets("wire") if one.record is not None],
    "a client that is never seen on the wire": [*tickets(), *ticket_both(3, 60 * STEP + 5, WS2, wire=False)],
    "the log ends before the rest": [one for one in tickets() if one.record is None or one.at < tickets()[0].at + 70 * STEP],
    "the capture misses every tenth request": tickets("wire", tuple(range(5, 120, 10))),
    "the log was cleared": [*tickets("record"), log(1102, {}, at=61 * MINUTE, where=("Microsoft-Windows-Eventlog", "Security"))],
    "a controller asks itself": [*tickets(), *ticket_both(3, 60 * STEP + 5, "127.0.0.1", wire=False)],
}
REAL = (
    Real("lab/captures/benign_workday.pcap", fires=False),
    Real("lab/captures/kerberoasting.pcap", fires=False),
)
