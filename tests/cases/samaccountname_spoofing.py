"""Computers that take a controller's name, and names that only look so."""

from app.model.activity import Account
from app.model.details import LdapModify
from tests.cases.case import Case, Cases, Real
from tests.engine.detectors.builders import DC1, MINUTE, WS1, act, as_req, controller, ping, tgs_req
from tests.engine.detectors.builders_changes import account_event
from tests.engine.detectors.builders_changes import written as changed
from tests.engine.detectors.builders_kerberos import tgt_of
from tests.engine.detectors.logs import DOMAIN, SAM, known, log, subject, tgt, ticket

IS_DC = [controller(DC1), ping("bob", 23)]


def renamed(old: str, new: str, *, at: int = MINUTE):  # type: ignore[no-untyped-def]
    """4781."""
    names = {"OldTargetUserName": old, "NewTargetUserName": new, "TargetDomainName": "EXAMPLE"}
    return log(4781, {**subject("alice"), **names}, at=at)


def written(name: str, *, code: int = 0):  # type: ignore[no-untyped-def]
    """The name of an object is changed over LDAP."""
    detail = LdapModify(dn="CN=FAKE01,CN=Computers,DC=example,DC=org", changes=(("replace", "sAMAccountName", (name,)),))
    return act(detail, WS1, DC1, 389, at=MINUTE, result="failure" if code else "success", code=code,
               account=Account(name="alice", domain="EXAMPLE"))  # fmt: skip


def refused(name: str, *, at: int = MINUTE):  # type: ignore[no-untyped-def]
    """16991."""
    fields = {"AttemptedSamAccountName": name, "RecommendedSamAccountName": f"{name}$"}
    return log(16991, fields, at=at, where=SAM)


def mismatched(name: str, *, at: int = MINUTE):  # type: ignore[no-untyped-def]
    """16990."""
    fields = {
        "AccountName": name, "AccountObjectClass": "user", "UserAccountControl": "0x1000",
        "CallerAddress": f"{WS1}:50123", "CallerSid": f"{DOMAIN}-1101",
    }  # fmt: skip
    return log(16990, fields, at=at, where=SAM)


def of_another(name: str, *, at: int = MINUTE):  # type: ignore[no-untyped-def]
    """38."""
    values = ("DC1", "EXAMPLE", name, "cifs/dc1.example.org", f"{DOMAIN}-1000", f"{DOMAIN}-1666")
    return log(38, {f"param{place}": one for place, one in enumerate(values, 1)}, at=at, where=KDC)


KDC = ("Microsoft-Windows-Kerberos-Key-Distribution-Center", "System")
BARE = as_req("dc1", WS1, at=2 * MINUTE)
SHOWN = tgs_req("dc1$", WS1, at=3 * MINUTE, client="administrator", s4u2self="administrator@EXAMPLE.ORG",
                presented_ticket_hash=tgt_of("dc1", WS1, 2 * MINUTE))  # fmt: skip

LOGGED_DC = [tgt("bob")]
"""The controller by its log alone."""


FIRES: Cases = {
    "a rename in the log": Case([*IS_DC, renamed("FAKE01$", "dc1")], severity="high"),
    "a rename to any name without dollar": Case([renamed("FAKE01$", "FAKE01")], severity="medium"),
    "the whole attack": Case([*IS_DC, written("dc1"), BARE, SHOWN], severity="high"),
    "a rename over LDAP that was refused": Case([*IS_DC, written("dc1", code=53)], severity="medium"),
    "a ticket for the bare name": Case([*IS_DC, BARE], severity="medium"),
    "tickets in the log": Case([*IS_DC, tgt("dc1"), ticket("DC1$", user="dc1", at=MINUTE, etype=0x12)], severity="high"),
    "a controller's name that SAM refused (16991)": Case([*LOGGED_DC, refused("DC1")], severity="medium"),
    "a controller's name that another account asked for (38)": Case([*LOGGED_DC, of_another("dc1")], severity="medium"),
    "a ticket of any name that another account asked for (38)": Case([*LOGGED_DC, of_another("bob")], severity="low"),
    "any name that SAM refused (16991)": Case([refused("TEST")], severity="low"),
    "a kind that SAM refused (16990)": Case([mismatched("FAKE01")], severity="low"),
    "a rename in the log, back at once": Case(
        [*LOGGED_DC, renamed("FAKE01$", "dc1"), renamed("dc1", "FAKE01$", at=2 * MINUTE)], severity="high"
    ),
    "a computer is changed to the name (4742)": Case(
        [*LOGGED_DC, account_event(4742, "FAKE01$", at=MINUTE, SamAccountName="DC1")], severity="high"
    ),
    "a computer is changed to any name without dollar (4742)": Case(
        [account_event(4742, "FAKE01", at=MINUTE, SamAccountName="FAKE01")], severity="medium"
    ),
    "a user is changed to the name (4738)": Case(
        [*LOGGED_DC, account_event(4738, "bob", at=MINUTE, SamAccountName="DC1")], severity="high"
    ),
    "a user is renamed to it (4781)": Case([*LOGGED_DC, renamed("bob", "dc1")], severity="high"),
    "the name is written (5136)": Case(
        [*LOGGED_DC, *changed("CN=bob,OU=Staff,DC=example,DC=org", "sAMAccountName", "DC1", "bob", at=MINUTE)], severity="high"
    ),
}  # fmt: skip

QUIET: Cases = {
    "a person is renamed": [*IS_DC, renamed("alice", "alice.jones")],
    "a computer is renamed": [*IS_DC, renamed("WS1$", "WS9$")],
    "a person named like a controller": [*IS_DC, known("dc1", "user"), BARE],
    "a name of nobody": [*IS_DC, as_req("dc1", WS1, at=MINUTE, code=6)],
    "the controller itself": [*IS_DC, as_req("DC1$", DC1, at=MINUTE), tgs_req("dc1$", DC1, client="DC1$", at=2 * MINUTE)],
    "a user asks for the controller": [*IS_DC, ticket("DC1$", user="alice", etype=0x12)],
    "a person is renamed (4781)": [*LOGGED_DC, renamed("alice", "alice.jones")],
    "a computer is renamed (4781)": [*LOGGED_DC, renamed("WS1$", "WS9$"), renamed("svc_web$", "svc_web2$", at=2 * MINUTE)],
    "a computer gets its sign back (4781)": [*LOGGED_DC, renamed("FAKE01", "FAKE01$")],
    "a person named like a controller (4768, 4769)": [
        *LOGGED_DC, known("dc1", "user"), tgt("dc1", at=MINUTE), ticket("DC1$", user="dc1", etype=0x12, at=2 * MINUTE),
    ],
    "a name of nobody (4768)": [*LOGGED_DC, tgt("dc1", at=MINUTE, status=6)],
    "a user asks for the controller (4769)": [*LOGGED_DC, ticket("DC1$", user="alice", etype=0x12, at=MINUTE)],
    "a user is changed, and keeps the name (4738, 4742)": [
        *LOGGED_DC, account_event(4738, "bob", at=MINUTE, SamAccountName="-"),
        account_event(4742, "DC1$", at=MINUTE, SamAccountName="-"), account_event(4742, "WS1$", at=MINUTE, SamAccountName="WS9$"),
    ],
    "a user is changed to a person's name (4738, 5136)": [
        *LOGGED_DC, account_event(4738, "bob", at=MINUTE, SamAccountName="bobby"),
        *changed("CN=bob,OU=Staff,DC=example,DC=org", "sAMAccountName", "bobby", "bob", at=MINUTE),
    ],
    "accounts are made (4720, 4741)": [
        *LOGGED_DC, account_event(4720, "bob", at=MINUTE, SamAccountName="bob"),
        account_event(4741, "OLDNT", at=MINUTE, SamAccountName="OLDNT"),
    ],
    "a remote call that SAM refused (16965)": [
        *LOGGED_DC, log(16965, {"ClientSID": f"{DOMAIN}-1101", "ClientNetworkAddress": WS1}, at=MINUTE, where=SAM),
    ],
    "a ticket of an account that was made again (38)": [
        *LOGGED_DC, account_event(4726, "dora", at=1), account_event(4720, "dora", at=2), of_another("dora"),
    ],
    "a ticket of nobody (38)": [*LOGGED_DC, of_another("-")],
    "a refusal that tells no name (16991)": [refused("")],
    "a kind refused to nobody (16990)": [mismatched("")],
    "the controller asks for itself (4768, 4769)": [
        *LOGGED_DC, tgt("DC1$", DC1, at=MINUTE), ticket("DC1$", DC1, user="DC1$", etype=0x12, at=2 * MINUTE),
    ],
}  # fmt: skip

REAL = (
    Real("corpus/evtx/sb_PR_samaccount_spoofing_CVE-2021-42287_CVE-2021-42278_DC_securitylogs.evtx", severity="high"),
    Real("lab/captures/benign_workday.pcap", fires=False),
    Real("lab/captures/machine_account_creation.pcap", fires=False),
)
