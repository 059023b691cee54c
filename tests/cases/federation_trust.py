"""Cases of federation_trust: audits of a federation server that was changed."""

from app.model.activity import Activity
from tests.cases.case import Case, Real
from tests.engine.detectors.builders import HOUR, SECOND
from tests.engine.detectors.logs import log

SERVER = "adfs1.example.org"
AUDIT = ("AD FS Auditing", "Security")
INSTANCE, OTHER = "7b0f2f0e-11d5-4a6e-8a50-1e4d1a0f9f10", "0f7f0fc4-6c1b-4e0a-9d3b-9f3f6c1f5a77"


def audit(event_id: int, *values: str, at: int = 0) -> Activity:
    """One audit as the log has it: values without names."""
    fields = {f"param{place}": value for place, value in enumerate(values, 1)}
    return log(event_id, fields, at=at, computer=SERVER, where=AUDIT)


WHO = r"EXAMPLE\mallory"
CHANGED = (INSTANCE, WHO, "The configuration was changed.")

FIRES = {
    "something": Case([audit(307, *CHANGED)], external_id=2420, severity="low"),
    "a relying party's rules": Case(
        [audit(307, *CHANGED), audit(510, INSTANCE, "RelyingPartyTrust", "IssuanceTransformRules", at=SECOND)], severity="medium"
    ),
    "another issuer": Case([audit(307, *CHANGED), audit(510, INSTANCE, "ClaimsProviderTrust: evil", at=SECOND)], severity="high"),
    "a certificate, all in one": Case([audit(307, INSTANCE, WHO, "Token-signing certificate added")], severity="high"),
    "twice": Case([audit(307, *CHANGED), audit(307, OTHER, *CHANGED[1:], at=SECOND)], severity="low"),
}
QUIET = {
    "510 of a sign-in": [audit(510, INSTANCE, "RelyingPartyTrust")],
    "510 of another event": [audit(510, OTHER, "ClaimsProviderTrust"), audit(510, OTHER, "ClaimsProviderTrust", at=HOUR)],
    "a sign-in": [audit(1202, INSTANCE, "<UserId>EXAMPLE\\alice</UserId>")],
    "claims of a token, which 510 lists too": [
        audit(1200, INSTANCE, "<AuditBase/>"),
        audit(510, INSTANCE, "IssuanceTransformRules of RelyingPartyTrust", at=SECOND),
    ],
    "510 that names no other event": [audit(510, "-", "Token-signing certificate")],
}
REAL = (Real("corpus/evtx/ts_Security.evtx", fires=False),)
