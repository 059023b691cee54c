"""VPN sessions of a user from elsewhere."""

from tests.cases.case import Case, Real
from tests.engine.detectors.builders import HOUR, MINUTE
from tests.engine.detectors.builders_behaviour import DAY, vpn

HOME = [vpn("Utrecht, NL", at=day * DAY) for day in range(0, 40, 2)]
CLOSED = [vpn("Utrecht, NL", at=day * DAY + HOUR, status="Stop", session=f"s{day * DAY}") for day in range(0, 40, 2)]
USED = [*HOME, *CLOSED]
COLLEAGUES = [vpn("Antwerp, BE", f"user{one}", at=(30 + one) * DAY, client=f"LAPTOP{one}") for one in range(2, 9)]

FIRES = {
    "another country, another computer": Case([*USED, vpn("Sofia, BG", at=40 * DAY, client="DESKTOP7")], severity="medium"),
    "another country": Case([*USED, vpn("BG", at=40 * DAY)], severity="medium"),
    "two countries within an hour": Case([vpn("Utrecht, NL"), vpn("Sofia, BG", at=20 * MINUTE)], severity="low"),
    "a second session while the first is open": Case(
        [*USED, vpn("Utrecht, NL", at=40 * DAY), vpn("Sofia, BG", at=40 * DAY + 5 * HOUR, client="DESKTOP7")], severity="medium"
    ),
}
QUIET = {
    "another town of the same country": [*USED, vpn("Groningen, NL", at=40 * DAY)],
    "another country in the first weeks": [*(one for one in USED if one.at < HOME[8].at), vpn("Sofia, BG", at=20 * DAY)],
    "where colleagues connect from": [*USED, *COLLEAGUES, vpn("Antwerp, BE", at=40 * DAY)],
    "few connections": [vpn("Utrecht, NL"), vpn("Utrecht, NL", at=38 * DAY), vpn("Sofia, BG", at=40 * DAY)],
    "nobody knows where": [*USED, vpn(None, at=40 * DAY, client="DESKTOP7")],
    "home again after a flight": [
        vpn("Utrecht, NL", session="a"), vpn("Utrecht, NL", at=HOUR, status="Stop", session="a"), vpn("Sofia, BG", at=9 * HOUR),
    ],
}  # fmt: skip
REAL = (Real("lab/captures/vpn_radius.pcap", fires=False),)
