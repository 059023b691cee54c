"""Certificates in the name of a controller: its own request, and somebody else's."""

from msgspec.structs import replace

from app.model.activity import Account, Activity
from app.model.details import HttpRequest, Ntlm
from tests.cases.case import Case, Real
from tests.engine.detectors.builders import DC1, FILES, HOUR, WS1, WS2, act, as_req, call, controller
from tests.engine.detectors.builders_changes import certificate
from tests.engine.detectors.logs import tgt

ENROLMENT = "91ae6020-9e3c-11cf-8d7c-00aa00c091be"
KNOWN = [controller(DC1), tgt("bob", at=-HOUR), as_req("DC1$", DC1, at=-HOUR)]
AUTHORITY = [as_req("CA1$", FILES, at=-HOUR), replace(certificate(4885, AuditFilter="127"), at=KNOWN[0].at)]


def web(user: str, source: str = WS2, *, at: int = 0) -> object:
    detail = Ntlm(user=user, domain="EXAMPLE", workstation="DC1", version="NTLMv2", carrier="http")
    return act(detail, source, FILES, 80, at=at)


def sent(user: str, source: str = WS2, page: str = "certificate-request") -> Activity:
    detail = HttpRequest(page=page, method="POST", path="/certsrv/certfnsh.asp", host="ca1.example.org", agent="Mozilla/5.0")
    return act(detail, source, FILES, 80, code=200, account=Account(name=user, domain="EXAMPLE"))


FIRES = {
    "on the web pages": Case(
        [*KNOWN, certificate(4887, "DC1$", Attributes="CertificateTemplate:DomainController\nUserAgent:Mozilla/5.0")],
        severity="high", external_id=2432,
    ),
    "from another computer": Case([*KNOWN, certificate(4886, "DC1$", Attributes="ccm:ws2.example.org")], severity="high"),
    "another computer's on the web pages": Case(
        [certificate(4887, "WS1$", Attributes="CertificateTemplate:Machine\nUserAgent:Mozilla/5.0")], severity="medium"
    ),
    "passed on to the web pages": Case([*KNOWN, *AUTHORITY, web("DC1$")], severity="high"),
    "sent on the web pages of an authority that nothing else names": Case([*KNOWN, web("DC1$"), sent("DC1$")], severity="high"),
    "another computer's, sent on the web pages": Case([as_req("WS1$", WS1, at=-HOUR), sent("WS1$")], severity="medium"),
    "passed on to the call": Case([*KNOWN, call(ENROLMENT, 0, WS2, FILES, name="DC1$")], severity="high"),
}  # fmt: skip
QUIET = {
    "its own": [*KNOWN, certificate(4887, "DC1$", Attributes="cdc:DC1\nrmd:dc1.example.org\nccm:dc1.example.org")],
    "a user's on the web pages": [*KNOWN, certificate(4887, "alice", Attributes="UserAgent:Mozilla/5.0")],
    "another computer's": [*KNOWN, certificate(4887, "WS1$", Attributes="ccm:ws2.example.org")],
    "the controller on another web server": [*KNOWN, web("DC1$")],
    "a user's request on the web pages": [*KNOWN, sent("alice")],
    "another page of it": [*KNOWN, sent("DC1$", page="adfs-configuration")],
    "the controller's own call": [*KNOWN, call(ENROLMENT, 0, DC1, FILES, name="DC1$")],
}
REAL = (
    Real("lab/captures/benign_workday.pcap", fires=False),
    Real("corpus/evtx/ts_Security.evtx", fires=False),
)
