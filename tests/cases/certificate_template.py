"""Templates opened for other names, and requests in the name of others."""

from app.model.activity import Activity
from app.model.directory import DirectoryObject
from tests.cases.case import Case, Real
from tests.engine.detectors.builders import DC1, act, call, controller
from tests.engine.detectors.builders_changes import (
    BASE,
    DAY,
    administrators,
    certificate,
    differed,
    dn,
    entry_of,
    modify,
    rewritten,
    synchronised,
    written,
)
from tests.engine.detectors.logs import DC, DOMAIN, tgt
from tests.sensor.decoders.test_directory import ace, security

TEMPLATE = f"CN=WebUser,CN=Certificate Templates,CN=Public Key Services,CN=Services,CN=Configuration,{BASE}"
FLAG, KIND = "msPKI-Certificate-Name-Flag", "pKICertificateTemplate"
ENROLMENT = "91ae6020-9e3c-11cf-8d7c-00aa00c091be"
OLD = "O:EAG:EAD:(A;;GA;;;EA)"
SERVICE, OFFERED = (
    f"CN=CA1,CN=Enrollment Services,CN=Public Key Services,CN=Services,CN=Configuration,{BASE}",
    "certificateTemplates",
)
OPEN = {"msPKI-Certificate-Name-Flag": "enrollee supplies subject", "pKIExtendedKeyUsage": "1.3.6.1.5.5.7.3.2"}


def template(**facts: str) -> Activity:
    """The directory has had this template for a day."""
    facts = {**OPEN, **{name.replace("_", "-"): value for name, value in facts.items()}}
    held = DirectoryObject(dn=TEMPLATE, object_class=KIND, domain="example.org", guid="guid-template", facts=facts)
    return act(held, DC1, DC1, 389, at=-DAY)


FIRES = {
    "an open template offered (5136)": Case(
        [template(), *written(SERVICE, OFFERED, "WebUser", kind="pKIEnrollmentService")], severity="medium"
    ),
    "an open template offered, over LDAP": Case([template(), modify(SERVICE, OFFERED, "WebUser", deed="add")], severity="medium"),
    "a template offered by somebody for the first time (5136)": Case(
        written(SERVICE, OFFERED, "User", kind="pKIEnrollmentService"), severity="low"
    ),
    "an open template offered, found later": Case(
        [template(), *differed(entry_of("CA1", "pKIEnrollmentService", dn=SERVICE, sam=None, facts={OFFERED: "User; Machine"}),
                               facts={OFFERED: "User; Machine; WebUser"})],
        severity="medium",
    ),
    "opened in the log": Case(
        [*administrators("boss"), *written(TEMPLATE, FLAG, "1", "-2113929216", kind=KIND)], severity="high", external_id=3012
    ),
    "opened by nobody knows whom": Case(written(TEMPLATE, FLAG, "1", "0", kind=KIND), severity="medium"),
    "opened over LDAP": Case([*administrators("boss"), modify(TEMPLATE, FLAG, "1")], severity="high"),
    "opened by an administrator": Case(
        [*administrators("boss"), *written(TEMPLATE, FLAG, "1", "0", user="boss", kind=KIND)], severity="medium"
    ),
    "found later": Case(
        [synchronised(TEMPLATE, FLAG, ("enrollee supplies subject",), ("",), kind=KIND, what="certificate template changed")]
    ),
    "noticed by the authority": [
        certificate(4899, TemplateInternalName="WebUser", OldTemplateContent="msPKI-Certificate-Name-Flag = 0x0",
                    NewTemplateContent="msPKI-Certificate-Name-Flag = 0x1\n  CT_FLAG_ENROLLEE_SUPPLIES_SUBJECT -- 0x1"),
    ],
    "a name in the attributes": Case(
        [certificate(4887, Attributes="CertificateTemplate:User\nSAN:upn=administrator@example.org")], severity="high"
    ),
    "a name in the certificate": Case(
        [*administrators("boss"),
         certificate(4887, SubjectAlternativeName="Other Name: Principal Name=boss@example.org", CertificateTemplate="ESC1")],
        severity="high",
    ),
    "a controller's": Case([controller(DC1), tgt("b"), certificate(4886, Attributes=f"SAN:dns={DC}", at=1)], severity="high"),
    "over the wire": Case([call(ENROLMENT, 0, stub={"attributes": "SAN:upn=administrator@example.org"})], severity="high"),
    "other uses": Case([certificate(4887, Attributes="ApplicationPolicies:1.3.6.1.5.5.7.3.2")], severity="medium"),
    "full rights on a template": Case(
        written(TEMPLATE, "nTSecurityDescriptor", f"{OLD}(A;;GA;;;{DOMAIN}-1401)", OLD, kind=KIND), severity="medium"
    ),
}  # fmt: skip
FIRES |= {
    "to ask in others' names": Case(
        [certificate(4887, Attributes="CertificateTemplate:EnrollmentAgent\nccm:ws1.example.org")], severity="low"
    ),
    "without the computer that it comes from": Case([certificate(4886, Attributes="CertificateTemplate:User")], severity="low"),
    "opened, found later by a comparison": Case(
        differed(
            entry_of("WebUser", KIND, dn=TEMPLATE, sam=None), facts={"msPKI-Certificate-Name-Flag": "enrollee supplies subject"}
        )
    ),
}
ADMIN, SOMEBODY, READER = (ace(f"{DOMAIN}-{one}", mask) for one, mask in ((512, 0xF01FF), (1401, 0xF01FF), (1401, 0x10)))
FIRES |= {
    "full rights over a template, given by a request whose connection had read the permissions": Case(
        [rewritten(TEMPLATE, "nTSecurityDescriptor", security(ADMIN, SOMEBODY), security(ADMIN))], severity="medium"
    ),
}
QUIET = {
    "a template's permissions written back with one more who may read it": [
        rewritten(TEMPLATE, "nTSecurityDescriptor", security(ADMIN, SOMEBODY, READER), security(ADMIN, SOMEBODY))
    ],
    "a template that asks for approval, offered by an administrator (5136)": [
        *administrators("boss"),
        template(msPKI_Enrollment_Flag="manager approval"),
        *written(SERVICE, OFFERED, "WebUser", kind="pKIEnrollmentService", user="boss"),
    ],
    "a template for servers, offered by an authority (5136)": [
        tgt("bob"),
        template(pKIExtendedKeyUsage="1.3.6.1.5.5.7.3.1"),
        *written(SERVICE, OFFERED, "WebUser", kind="pKIEnrollmentService", user="CA1$", at=1),
    ],
    "a template that administrators alone may use, offered by one (5136)": [
        *administrators("boss"),
        template(Enroll=f"{DOMAIN}-512; {DOMAIN}-519"),
        *written(SERVICE, OFFERED, "WebUser", kind="pKIEnrollmentService", user="boss"),
    ],
    "a template offered no more (5136)": written(SERVICE, OFFERED, "", "WebUser", kind="pKIEnrollmentService"),
    "the whole list, with ordinary templates, over LDAP": [modify(SERVICE, OFFERED, "User", "Machine")],
    "a template offered no more, found later": differed(
        entry_of("CA1", "pKIEnrollmentService", dn=SERVICE, sam=None, facts={OFFERED: "User; Machine"}), facts={OFFERED: "User"}
    ),
    "closed": written(TEMPLATE, FLAG, "-2113929216", "1", kind=KIND),
    "its own name": [certificate(4887, SubjectAlternativeName="Other Name: Principal Name=alice@example.org")],
    "its own name in another spelling": [
        certificate(4887, SubjectAlternativeName="Other Name: Principal Name=a.adams@example.org")
    ],
    "a web server's names": [
        certificate(4887, Attributes="CertificateTemplate:WebServer\nSAN:dns=www.example.org\nccm:web1.example.org"),
    ],
    "as Windows asks": [certificate(4886, Attributes="CertificateTemplate:User\nccm:ws1.example.org\ncdc:dc1.example.org")],
    "a computer's request without more": [certificate(4886, "WS1$", Attributes="CertificateTemplate:Machine")],
    "the flag of another object": [modify(dn("x"), FLAG, "1")],
    "enrolment given": written(
        TEMPLATE, "nTSecurityDescriptor", f"{OLD}(OA;;CR;0e10c968-78fb-11d2-90d4-00c04f79dc55;;{DOMAIN}-1401)", OLD, kind=KIND
    ),
    "closed over LDAP": [modify(TEMPLATE, FLAG, "-2113929216")],
    "its own name, over the wire": [
        call(
            ENROLMENT,
            0,
            name="alice",
            stub={"attributes": "CertificateTemplate:User\nSAN:upn=alice@example.org\nccm:ws1.example.org"},
        )
    ],
    "a web server's names, over the wire": [
        call(
            ENROLMENT,
            0,
            name="WEB1$",
            stub={"attributes": "CertificateTemplate:WebServer\nSAN:dns=www.example.org&dns=example.org"},
        )
    ],
    "no names at all, over the wire": [call(ENROLMENT, 0, stub={"attributes": "CertificateTemplate:User"}), call(ENROLMENT, 0)],
    "closed, found later": differed(
        entry_of("WebUser", KIND, dn=TEMPLATE, sam=None, facts={"msPKI-Certificate-Name-Flag": "enrollee supplies subject"}),
        facts={},
    ),
    "other uses, found later": differed(
        entry_of("WebUser", KIND, dn=TEMPLATE, sam=None), facts={"pKIExtendedKeyUsage": "1.3.6.1.5.5.7.3.1"}
    ),
    "a manager must approve, found later": differed(
        entry_of("WebUser", KIND, dn=TEMPLATE, sam=None), facts={"msPKI-Enrollment-Flag": "manager approval"}
    ),
}
REAL = (
    Real("lab/captures/benign_workday.pcap", fires=False),
    Real("corpus/evtx/ts_Security.evtx", fires=False),
)
