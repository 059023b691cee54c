"""More cases of names tried: those of Netlogon pings have a number of their own."""

from tests.cases.case import Case
from tests.engine.detectors.builders import SECOND, ping

FIRES = {
    "Netlogon pings, some of which find somebody": Case(
        [ping(f"user{one}", 23 if one % 5 else 25, at=one * SECOND) for one in range(60)], external_id=2437
    ),
}

QUIET = {"a computer finds its controller": [ping("WS1$", 23, at=one * SECOND) for one in range(60)]}
