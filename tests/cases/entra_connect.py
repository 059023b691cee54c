"""Sign-ins of the account of Entra Connect."""

from tests.cases.case import Case, Real
from tests.engine.detectors.builders import HOUR, WS2
from tests.engine.detectors.logs import FILE_SERVER, logon

NAME = "MSOL_0a1b2c3d4e5f"
FIRES = {
    "at a desk": Case([logon(NAME, kind=2, computer=FILE_SERVER)], severity="high", external_id=3024),
    "over remote desktop": Case([logon(NAME, kind=10)], severity="high"),
    "from a second computer": Case([logon(NAME), logon(NAME, WS2, at=HOUR, session=0x6000)], severity="medium"),
}
QUIET = {
    "from where it always comes": [logon(NAME), logon(NAME, at=HOUR)],
    "its service starts": [logon(NAME, kind=5, computer=FILE_SERVER)],
    "a person's": [logon("dora", kind=2), logon("dora", WS2, kind=10, at=HOUR)],
    "no address told": [logon(NAME), logon(NAME, "-", at=HOUR)],
}
REAL = (
    Real("corpus/evtx/vx_Security.evtx", fires=False),
    Real("corpus/evtx/ts_Security.evtx", fires=False),
)
