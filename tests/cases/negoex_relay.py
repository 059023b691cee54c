"""Cases of negoex_relay: one negotiation on two connections."""

from app.model.activity import Activity
from app.model.details import Negoex
from tests.cases.case import Case, Real
from tests.engine.detectors.builders import DC1, FILES, HOUR, SECOND, WS1, WS2, act, controller

MIDDLE = "192.0.2.66"
ONE, TWO = "6c1c1b9e-9b53-4d3c-8e0b-0c0f36a4f0a1", "0e4b8f4c-6a63-4f55-9a36-6c4f7f0f7a22"


def signs_in(source: str, target: str, number: str = ONE, *, at: int = 0, carrier: str = "smb2", code: int = 0) -> Activity:
    detail = Negoex(conversation=number, schemes=("0d53335c-f9ea-4d0d-b2ec-4ae3786ec308",), carrier=carrier)
    return act(detail, source, target, at=at, result="failure" if code else "success", code=code)


FIRES = {
    "passed on from SMB to SMB": Case(
        [controller(DC1), signs_in(WS1, MIDDLE), signs_in(MIDDLE, FILES, at=SECOND)], external_id=3060, severity="high"
    ),
    "passed on and refused": Case([signs_in(WS1, MIDDLE), signs_in(MIDDLE, FILES, at=SECOND, code=5)], severity="medium"),
    "from HTTP to SMB, refused, the server's side seen first": Case(
        [signs_in(MIDDLE, FILES, code=5), signs_in(WS1, MIDDLE, at=SECOND, carrier="http")], severity="high"
    ),
}
QUIET = {
    "two negotiations": [signs_in(WS1, MIDDLE), signs_in(MIDDLE, FILES, TWO, at=SECOND)],
    "one client behind two addresses, at one server": [signs_in(WS1, FILES), signs_in(WS2, FILES, at=SECOND)],
    "the same two computers, twice": [signs_in(WS1, FILES), signs_in(WS1, FILES, at=SECOND)],
    "there and back": [signs_in(WS1, FILES), signs_in(FILES, WS1, at=SECOND)],
    "hours later": [signs_in(WS1, MIDDLE), signs_in(MIDDLE, FILES, at=HOUR)],
}
REAL = (Real("lab/captures/benign_workday.pcap", fires=False),)
