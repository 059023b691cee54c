"""Cases of federation_certificate: habits of signing in to a federation server."""

from app.model.activity import Activity
from tests.cases.case import Case, Real
from tests.cases.federation_trust import AUDIT, INSTANCE, SERVER
from tests.engine.detectors.builders import HOUR
from tests.engine.detectors.builders_changes import DAY
from tests.engine.detectors.logs import log

PASSWORD = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
CERTIFICATE = "http://schemas.microsoft.com/ws/2008/06/identity/authenticationmethod/tlsclient"
CLAIM = "http://schemas.microsoft.com/ws/2008/06/identity/claims/"


def signs_in(day: float, method: str = PASSWORD, user: str = "alice", event_id: int = 1202) -> Activity:
    """1200 or 1202."""
    text = f"<AuditResult>Success</AuditResult><UserId>EXAMPLE\\{user}</UserId><PrimaryAuth>{method}</PrimaryAuth>"
    fields = {"param1": INSTANCE, "param2": f"{text}<IpAddress>203.0.113.7</IpAddress>"}
    return log(event_id, fields, at=int(day * DAY), computer=SERVER, where=AUDIT)


def claims(day: float, method: str) -> Activity:
    """501."""
    values = (INSTANCE, f"{CLAIM}windowsaccountname", r"EXAMPLE\alice", f"{CLAIM}authenticationmethod", method)
    fields = {f"param{place}": value for place, value in enumerate(values, 1)}
    return log(501, fields, at=int(day * DAY), computer=SERVER, where=AUDIT)


HABIT = [signs_in(day) for day in range(9)]
FIRES = {
    "a certificate after passwords": Case([*HABIT, signs_in(9, CERTIFICATE)], external_id=2424, severity="medium"),
    "told by two audits": Case([*HABIT, signs_in(9, CERTIFICATE), signs_in(9.001, CERTIFICATE, event_id=1200)]),
    "by the claims": Case([*[claims(day, PASSWORD) for day in range(9)], claims(9, CERTIFICATE)]),
}
QUIET = {
    "passwords": HABIT,
    "always a certificate": [signs_in(day, CERTIFICATE) for day in range(12)],
    "both, from the beginning": [*HABIT, *[signs_in(day + HOUR / DAY, CERTIFICATE) for day in range(12)]],
    "a new account": [*HABIT, signs_in(8, user="bob"), signs_in(9, CERTIFICATE, "bob")],
    "in the first week": [*HABIT[:6], signs_in(6, CERTIFICATE)],
}
REAL = (Real("corpus/evtx/ts_Security.evtx", fires=False),)
