"""Tickets of accounts that no log shows signing in."""

from app.model.activity import Activity
from tests.cases.case import Real
from tests.engine.detectors.builders import HOUR, MINUTE, WS1, WS2
from tests.engine.detectors.logs import log, tgt, ticket

DAY = 24 * HOUR
PEOPLE = 60


def month(*more: Activity, hours: int = 26, quiet: tuple[int, int] = (0, 0)) -> list[Activity]:
    """A day of sixty people who sign in every eight hours and ask for tickets; quiet: hours of which the log has nothing."""
    made = list(more)
    for step in range(hours * 6):
        at = step * 10 * MINUTE
        if quiet[0] <= step // 6 < quiet[1]:
            continue
        for person in range(step % 6, PEOPLE, 6):
            if step % 48 < 6:
                made.append(tgt(f"user{person}", WS1, at=at))
            made.append(ticket("cifs/files.example.org", WS1, user=f"user{person}", at=at + MINUTE, etype=0x12))
    return made


FORGED = [ticket("cifs/dc1.example.org", WS2, user="ghost", at=20 * HOUR, etype=0x12)]
FIRES = {
    "an account that never signed in": month(*FORGED),
    "an account that signed in yesterday": month(tgt("ghost", WS2, at=MINUTE), *FORGED),
}
QUIET = {
    "everybody signs in": month(),
    "signed in an hour before": month(tgt("ghost", WS2, at=19 * HOUR), *FORGED),
    "renewed an hour before": month(
        log(4770, {"TargetUserName": "ghost@EXAMPLE.ORG", "TargetDomainName": "EXAMPLE.ORG", "ServiceName": "krbtgt",
                   "IpAddress": f"::ffff:{WS2}", "IpPort": "50003", "Status": "0x0"}, at=19 * HOUR), *FORGED),
    "the log began two hours before": month(ticket("cifs/dc1.example.org", WS2, user="ghost", at=2 * HOUR, etype=0x12)),
    "hours of the log are missing": month(*FORGED, quiet=(14, 16)),
    "another controller's log is not here": month(*FORGED, log(4768, {"TargetUserName": "bob", "Status": "0x0",
                                                                    "IpAddress": WS2}, at=HOUR, computer="dc2.example.org")),
    "on behalf of somebody": month(ticket("cifs/dc1.example.org", WS2, user="ghost", at=20 * HOUR, etype=0x12,
                                          TransmittedServices="http/web.example.org")),
    "the log was cleared": month(*FORGED, log(1102, {}, at=15 * HOUR, where=("Microsoft-Windows-Eventlog", "Security"))),
}  # fmt: skip
REAL = (Real("corpus/evtx/sb_PR_samaccount_spoofing_CVE-2021-42287_CVE-2021-42278_DC_securitylogs.evtx", fires=False),)
