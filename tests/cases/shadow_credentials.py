"""Keys put on accounts by others, by computers themselves, by a synchronisation."""

from tests.cases.case import LOW, Case, Real
from tests.engine.detectors.builders import HOUR, WS1, WS2, as_req
from tests.engine.detectors.builders_changes import (
    BASE,
    administrators,
    differed,
    dn,
    entry_of,
    modify,
    synchronised,
    touched,
    written,
)

ATTRIBUTE = "msDS-KeyCredentialLink"
KEY = "B:8:00020000:CN=dora,OU=Staff,DC=example,DC=org"
FIRES = {
    "somebody else's": Case([modify(dn("dora"), ATTRIBUTE, KEY, deed="add")], severity="high"),
    "and used": Case(
        [modify(dn("dora"), ATTRIBUTE, KEY, deed="add"), as_req("dora", at=HOUR, pkinit=True)], severity="high", external_id=2431
    ),
    "in the log": Case(written(dn("dora"), ATTRIBUTE, KEY), severity="high"),
    "a computer's, from another computer": Case(
        [as_req("FILES1$", "192.0.2.31", at=-HOUR), as_req("WS2$", WS2, at=-HOUR),
         modify(dn("FILES1", "CN=Computers"), ATTRIBUTE, KEY, user="FILES1$", source=WS2)],
        severity="high",
    ),
    "by the account of Entra Connect": Case([modify(dn("dora"), ATTRIBUTE, KEY, user="MSOL_0a1b2c")], severity="low"),
    "one's own, where few do so": Case([modify(dn("dora"), ATTRIBUTE, KEY, user="dora", deed="add")], severity="low"),
    "an ordinary account's, found later": Case([synchronised(dn("dora"), ATTRIBUTE, ("device x",))], severity="low"),
    "written, says 4662 alone": [touched("5b47d60f-6090-40b2-9f37-2a4de88f3063", "bf967aba-0de6-11d0-a285-00aa003049e2")],
}  # fmt: skip
MAPPING = "altSecurityIdentities"
FIRES |= {
    "a certificate mapped": Case(written(dn("dora"), MAPPING, "X509:<SHA1-PUKEY>abcd"), severity="low"),
    "a certificate mapped onto an administrator": Case(
        [*administrators("boss"), modify(f"CN=boss,{BASE}", MAPPING, "X509:<I>DC=org<S>CN=x")], severity="medium"
    ),
    "an administrator's, found later": Case(
        [*administrators("boss"), *differed(entry_of("boss", dn=f"CN=boss,{BASE}"), facts={ATTRIBUTE: "device x of 2020-01-01"})]
    ),
}
QUIET = {
    "a mapping taken away": written(dn("dora"), MAPPING, "", "X509:<SHA1-PUKEY>abcd"),
    "an ordinary mapping": Case(written(dn("dora"), MAPPING, "X509:<SHA1-PUKEY>abcd"), tuning=LOW),
    "a computer's own": [
        as_req("WS1$", WS1, at=-HOUR), modify(dn("WS1", "CN=Computers"), ATTRIBUTE, KEY, user="WS1$", source=WS1),
    ],
    "a computer's own in the log": [
        as_req("WS1$", WS1, at=-HOUR), *written(dn("WS1", "CN=Computers"), ATTRIBUTE, KEY, user="WS1$", kind="computer"),
    ],
    "one's own at low sensitivity": Case([modify(dn("dora"), ATTRIBUTE, KEY, user="dora", deed="add")], tuning=LOW),
    "a key taken away": [modify(dn("dora"), ATTRIBUTE, KEY, deed="delete")],
    "a smart card": [*administrators("boss"), as_req("boss", pkinit=True)],
    "a key taken away, in the log": written(dn("dora"), ATTRIBUTE, "", KEY),
    "a certificate published, in the log": written(dn("dora"), "userCertificate", "308201", kind="user"),
    "another key of a computer taken away by itself, in the log": [
        as_req("WS1$", WS1, at=-HOUR),
        *written(dn("WS1", "CN=Computers"), ATTRIBUTE, "", KEY, user="WS1$", kind="computer"),
    ],
    "a computer's, found later": differed(entry_of("WS1$", "computer"), facts={ATTRIBUTE: "device x of 2020-01-01"}),
    "taken away, found later": differed(entry_of("dora", facts={ATTRIBUTE: "device x of 2020-01-01"}), facts={}),
    "an ordinary mapping of a certificate, found later": differed(entry_of("dora"), facts={MAPPING: "X509:<SHA1-PUKEY>abcd"}),
}  # fmt: skip
REAL = (
    Real("lab/captures/benign_workday.pcap", fires=False),
    Real("corpus/evtx/md_T1098_ID5136-4662_AD_object_owner_changed.evtx", fires=False),
)
