"""dSHeuristics made to protect less, and changed in other ways."""

from tests.cases.case import Case, Real
from tests.engine.detectors.builders_changes import BASE, administrators, modify, written
from tests.engine.detectors.logs import tgt

ATTRIBUTE, KIND = "dSHeuristics", "nTDSService"
SERVICE = f"CN=Directory Service,CN=Windows NT,CN=Services,CN=Configuration,{BASE}"
MASK = "000000000100000"
"""The first fifteen characters; the tenth tells that there are ten."""
GUARDS = "000000000100000000020000000"

FIRES = {
    "searches without signing in, over LDAP": Case([modify(SERVICE, ATTRIBUTE, "0000002")], severity="medium"),
    "searches without signing in (5136)": Case(written(SERVICE, ATTRIBUTE, "0010002", "001", kind=KIND), severity="medium"),
    "groups that are guarded no longer (5136)": Case(
        written(SERVICE, ATTRIBUTE, f"{MASK}f", f"{MASK}1", kind=KIND), severity="medium", external_id=3066
    ),
    "groups that are guarded no longer, over LDAP": Case([modify(SERVICE, ATTRIBUTE, f"{MASK}C")], severity="medium"),
    "names that need not be unique (5136)": Case(written(SERVICE, ATTRIBUTE, "000000000100000000023", kind=KIND), severity="low"),
    "guards that are taken back (5136)": Case(
        written(SERVICE, ATTRIBUTE, f"{GUARDS}00", f"{GUARDS}11", kind=KIND), severity="low"
    ),
    "guards that are off, over LDAP": Case([modify(SERVICE, ATTRIBUTE, f"{GUARDS}22")], severity="low"),
    "by an administrator (5136)": Case(
        [*administrators("boss"), *written(SERVICE, ATTRIBUTE, "0000002", kind=KIND, user="boss")], severity="medium"
    ),
}
QUIET = {
    "lists that hide objects, over LDAP": [modify(SERVICE, ATTRIBUTE, "001")],
    "guards that are switched on, over LDAP": [modify(SERVICE, ATTRIBUTE, f"{GUARDS}11")],
    "the same string for another object, over LDAP": [modify(f"CN=Other,{BASE}", ATTRIBUTE, "0000002")],
    "no searches without signing in (5136)": written(SERVICE, ATTRIBUTE, "001", "0010002", kind=KIND),
    "groups that are guarded again (5136)": written(SERVICE, ATTRIBUTE, f"{MASK}0", f"{MASK}f", kind=KIND),
    "guards that are switched on (5136)": written(SERVICE, ATTRIBUTE, f"{GUARDS}11", f"{GUARDS}00", kind=KIND),
    "as it was, and a character more (5136)": written(SERVICE, ATTRIBUTE, "0010002001", "0010002", kind=KIND),
    "a short one and a strange one (5136)": [
        *written(SERVICE, ATTRIBUTE, "0", "000", kind=KIND),
        *written(SERVICE, ATTRIBUTE, "éééééééé"[:6], kind=KIND),
    ],
    "by a controller (5136)": [tgt("bob"), *written(SERVICE, ATTRIBUTE, "0000002", kind=KIND, user="DC1$", at=1)],
}
REAL = (Real("lab/captures/benign_workday.pcap", fires=False),)
