"""Cases of bad_domain: names of tagged domains."""

from tests.cases.case import Case, Real
from tests.engine.detectors.builders import DC1, MINUTE, SECOND, WS1, WS2, controller, dns

BAD = {"domain:evil.test": {"Known bad": True}}
OUTSIDE = "198.51.100.53"
HERE = controller(DC1)

FIRES = {
    "the domain": Case([HERE, dns("evil.test", source=WS1)], tags=BAD, external_id=3062, severity="medium"),
    "a name below it, in capitals, not found": Case([HERE, dns("A.b.EVIL.test.", "TXT", WS1, code=3)], tags=BAD),
    "a controller for itself": Case([HERE, dns("www.evil.test", source=DC1, target=OUTSIDE)], tags=BAD),
    "a controller asks on": Case(
        [HERE, dns("evil.test", source=WS1), dns("evil.test", source=DC1, target=OUTSIDE, at=SECOND)], tags=BAD
    ),
}
QUIET = {
    "nothing is tagged": [HERE, dns("evil.test", source=WS1)],
    "a name that only ends like it": Case([HERE, dns("devil.test", source=WS1), dns("test", source=WS1)], tags=BAD),
    "the tag was taken away": Case([dns("evil.test", source=WS2)], tags={"domain:evil.test": {"Known bad": False}}),
    "another tag": Case([dns("evil.test", source=WS2, at=MINUTE)], tags={"domain:evil.test": {"Starred": True}}),
}
REAL = (Real("lab/captures/benign_workday.pcap", fires=False),)
