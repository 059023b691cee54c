"""Cases of passwords fetched over the secure channel."""

from tests.cases.case import Case, Real
from tests.engine.detectors.builders import DC1, DC2, NETLOGON, SECOND, WS1, call, controller

AS_CONTROLLER = {"account": "DC2$", "channel_type": 6, "computer": "WS1"}
OWN = {"account": "WS1$", "channel_type": 2, "computer": "WS1"}

FIRES = {
    "the password of a controller's channel": Case(
        [
            controller(DC1),
            call(NETLOGON, 26, stub=AS_CONTROLLER),
            call(NETLOGON, 42, at=SECOND, stub={"account": "FILES$", "channel_type": 6, "computer": "WS1"}),
        ],
        severity="high",
    ),
    "sealed, after a channel as a controller": Case(
        [controller(DC1), call(NETLOGON, 26, stub=AS_CONTROLLER), call(NETLOGON, 42, at=SECOND, sealed=True)], severity="high"
    ),
    "sealed, nothing known of the channel": Case([controller(DC1), call(NETLOGON, 42, sealed=True)], severity="medium"),
    "the old call": Case([controller(DC1), call(NETLOGON, 31, sealed=True)], severity="high"),
    "somebody else's account": Case([call(NETLOGON, 42, stub=OWN | {"account": "FILES$"})], severity="high"),
    "the old replication, refused": Case([controller(DC1), call(NETLOGON, 8, code=0xC0000022)], severity="high"),
}

QUIET = {
    "a controller asks the primary one": [controller(DC1), controller(DC2), call(NETLOGON, 31, DC2, DC1, sealed=True)],
    "one's own account": [controller(DC1), call(NETLOGON, 42, stub=OWN)],
    "a trusted domain": [
        controller(DC1),
        call(NETLOGON, 46, sealed=True),
        call(NETLOGON, 42, stub={"account": "OTHER$", "channel_type": 4, "computer": "DC9"}, at=SECOND),
    ],
    "a computer changes its password": [controller(DC1), call(NETLOGON, 26, stub=OWN), call(NETLOGON, 30, at=SECOND, stub=OWN)],
    "sign-ins passed through": [controller(DC1), call(NETLOGON, 39, WS1, sealed=True), call(NETLOGON, 45, WS1, sealed=True)],
}

REAL = (
    Real("lab/captures/benign_workday.pcap", fires=False),
    Real("lab/captures/benign_dc_replication.pcap", fires=False),
    Real("corpus/pcap/elc_windows_miscellany.pcap", fires=False),
)
