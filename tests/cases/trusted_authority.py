"""Authorities that a forest is made to trust, and what else happens in these places."""

from tests.cases.case import Case, Real
from tests.engine.detectors.builders_changes import BASE, added, administrators, deleted, modify, written
from tests.engine.detectors.logs import log, subject

KEYS = f"CN=Public Key Services,CN=Services,CN=Configuration,{BASE}"
NTAUTH, ROOT, ISSUERS = (
    f"CN=NTAuthCertificates,{KEYS}",
    f"CN=Evil Root,CN=Certification Authorities,{KEYS}",
    f"CN=Evil,CN=AIA,{KEYS}",
)
ATTRIBUTE, KIND = "cACertificate", "certificationAuthority"


def made(dn: str, event_id: int = 5137):  # type: ignore[no-untyped-def]
    """5137, 5141."""
    return log(event_id, {**subject("alice"), "DSName": "example.org", "ObjectDN": dn, "ObjectClass": KIND})


FIRES = {
    "signs people in (5136)": Case(written(NTAUTH, ATTRIBUTE, "<Binary>", kind=KIND), severity="medium", external_id=3067),
    "signs people in, over LDAP": Case([modify(NTAUTH, ATTRIBUTE, "0\x82", deed="add")], severity="medium"),
    "signs people in, by somebody who is no administrator (5136)": Case(
        [*administrators("boss"), *written(NTAUTH, ATTRIBUTE, "<Binary>", kind=KIND)], severity="high"
    ),
    "signs people in, by an administrator (5136)": Case(
        [*administrators("boss"), *written(NTAUTH, ATTRIBUTE, "<Binary>", kind=KIND, user="boss")], severity="low"
    ),
    "a root that is made, over LDAP": Case([added(ROOT, objectClass=KIND, cACertificate="0\x82")], severity="low"),
    "a root that is made (5137)": Case([made(ROOT)], severity="low"),
    "a root, by somebody who is no administrator (5136)": Case(
        [*administrators("boss"), *written(ROOT, ATTRIBUTE, "0x3082", kind=KIND)], severity="medium"
    ),
}
QUIET = {
    "one that is taken away, over LDAP": [modify(NTAUTH, ATTRIBUTE, "0\x82", deed="delete"), deleted(ROOT)],
    "another attribute, over LDAP": [modify(NTAUTH, "description", "ours")],
    "an issuer that is published, over LDAP": [added(ISSUERS, objectClass=KIND, cACertificate="0\x82")],
    "one that is taken away (5136)": written(NTAUTH, ATTRIBUTE, "", "<Binary>", kind=KIND),
    "another attribute (5136)": written(NTAUTH, "description", "ours", kind=KIND),
    "an issuer that is published (5136, 5137)": [made(ISSUERS), *written(ISSUERS, ATTRIBUTE, "0x3082", kind=KIND)],
    "a root that is deleted (5141)": [made(ROOT, 5141)],
}
REAL = (Real("lab/captures/benign_workday.pcap", fires=False),)
